#include <sys/stat.h>

#include <atomic>

#include "player/decode/encoder.hpp"
#include "player/decode/faststart.hpp"
#include "player/decode/level.hpp"
#include "player/decode/media_pipeline.hpp"
#include "player/decode/render.hpp"
#include "player/decode/report.hpp"

namespace fz::decode {
namespace {

std::string encoder_chain(int out) {
  return "appsrc name=audio format=time block=true max-bytes=1048576 ! audioconvert ! avenc_aac bitrate=128000 ! aacparse ! "
         "mp4mux ! fdsink sync=false async=false fd=" +
         std::to_string(out);
}

}  // namespace

Result<void> render_sound(const Options& o, int in, int out) {
  FZ_TRY(auto info, look(o, in));
  if (info.kind == Kind::image || info.audio_codec.empty()) return fail(Code::unsupported, {{"what", o.profile + " / " + info.mime}});
  if (info.duration_ms > o.max_duration_ms)
    return fail(Code::media_too_long,
                {{"seconds", std::to_string(info.duration_ms / 1000)}, {"limit", std::to_string(o.max_duration_ms / 1000)}});
  FZ_TRY(auto curve, measure_gain(in, info, kSpeakerLoudness));
  print_line(json::object{{"progress", 500}});
  Leveller leveller(std::move(curve));
  FZ_TRY(auto encoder, Encoder::start(encoder_chain(out)));

  std::atomic<std::int64_t> end_ns{0};
  std::int64_t origin = -1;
  MediaPipeline::Setup setup;
  setup.fd = in;
  setup.container = info.container;
  setup.skip_bytes = info.skip_bytes;
  setup.audio_chain = kSoundChain;
  setup.audio = [&](GstSample* s) {
    auto running = running_time(s).value_or(0);
    if (origin < 0) origin = running;
    auto bytes = static_cast<std::int64_t>(gst_buffer_get_size(gst_sample_get_buffer(s)));
    end_ns = running - origin + bytes / 4 * 1'000'000'000 / 48000;
    GstSample* levelled = leveller.next(s);
    bool on = encoder->push(false, levelled, origin);
    gst_sample_unref(levelled);
    return on;
  };
  setup.ended = [&](bool) { encoder->end(false); };
  MediaPipeline pipeline(std::move(setup));
  FZ_CHECK(pipeline.start());
  for (std::int64_t told = 500;;) {
    FZ_TRY(auto outcome, pipeline.wait(Millis{200}));
    FZ_CHECK(encoder->check());
    auto progress = info.duration_ms > 0 ? std::min<std::int64_t>(500 + end_ns / 2000 / info.duration_ms, 990) : 500;
    if (progress > told) print_line(json::object{{"progress", told = progress}});
    if (outcome == MediaPipeline::Outcome::eos) break;
    if (outcome == MediaPipeline::Outcome::stopped) return encoder->finish();
  }
  if (end_ns == 0) return fail(Code::media_zero_duration);
  FZ_CHECK(encoder->finish());
  FZ_CHECK(make_faststart(out));
  struct stat st {};
  ::fstat(out, &st);
  print_line(json::object{{"progress", 1000},
                          {"width", 0},
                          {"height", 0},
                          {"duration_ms", end_ns / 1'000'000},
                          {"bytes", static_cast<std::int64_t>(st.st_size)},
                          {"mime", "audio/mp4"}});
  return {};
}

}  // namespace fz::decode
