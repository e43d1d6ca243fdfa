#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "player/decode/encoder.hpp"
#include "player/decode/faststart.hpp"
#include "player/decode/level.hpp"
#include "player/decode/media_pipeline.hpp"
#include "player/decode/probe.hpp"
#include "player/decode/render.hpp"
#include "player/decode/report.hpp"

namespace fz::decode {
namespace {

struct Plan {
  Size size;
  int fps_n = 30, fps_d = 1;
  bool audio = false;
  int quantizer = 21;
  int kbps = 0;  ///< of the picture at most; 0: by its size
  int audio_kbps = 128;
};

// For a file of at most so many bytes: the picture gets what the sound and the container leave, smaller where that is little.
// The cap holds on average over a second (vbv), so the file's size follows from its duration.
void fit_bytes(Plan& p, Size film, std::int64_t max_bytes, std::int64_t duration_ms) {
  if (max_bytes <= 0 || duration_ms <= 0) return;
  const auto total = max_bytes * 8 / duration_ms;  // bits a millisecond are kbit/s
  p.quantizer = 24;
  p.audio_kbps = total < 700 ? 64 : 128;
  p.kbps = static_cast<int>(std::clamp<std::int64_t>(total * 93 / 100 - (p.audio ? p.audio_kbps : 0) - 8, 60, 2500));
  if (p.kbps < 900) p.size = fit_into(film, p.kbps < 350 ? Size{640, 360} : Size{854, 480});
}

std::string video_chain(const Plan& p) {
  return "videoconvert n-threads=2 ! video/x-raw,format=I420,colorimetry=bt709 ! videoflip video-direction=auto ! "
         "videoscale n-threads=2 method=lanczos add-borders=false ! video/x-raw,format=I420,width=" +
         std::to_string(p.size.width) + ",height=" + std::to_string(p.size.height) +
         ",pixel-aspect-ratio=1/1 ! videorate skip-to-first=true ! video/x-raw,framerate=" + std::to_string(p.fps_n) + "/" +
         std::to_string(p.fps_d);
}

// Fixed thread counts: x264's choice of blocks must not depend on the machine. Quality 21 with a cap that a screen's
// download and a small decoder stand (level 4.1).
std::string encoder_chain(const Plan& p, int out) {
  bool hd = p.size.width * p.size.height > 1280 * 720;
  auto gop = std::to_string((2 * p.fps_n + p.fps_d - 1) / p.fps_d);
  std::string text =
      "appsrc name=video format=time block=true max-buffers=8 max-bytes=0 ! "
      "x264enc pass=qual quantizer=" +
      std::to_string(p.quantizer) + " speed-preset=veryfast threads=4 bframes=2 key-int-max=" + gop + " bitrate=" +
      (p.kbps > 0 ? std::to_string(p.kbps)
       : hd       ? "8000"
                  : "4000") +
      " vbv-buf-capacity=1500 ! video/x-h264,profile=high,stream-format=avc,alignment=au ! "
      "queue max-size-buffers=0 max-size-time=0 max-size-bytes=134217728 ! mux. ";
  if (p.audio)
    text += "appsrc name=audio format=time max-bytes=0 max-buffers=0 ! audioconvert ! avenc_aac bitrate=" + std::to_string(p.audio_kbps) +
            "000 ! aacparse ! "
            "queue max-size-buffers=0 max-size-time=0 max-size-bytes=16777216 ! mux. ";
  return text + "mp4mux name=mux ! fdsink sync=false async=false fd=" + std::to_string(out);
}

}  // namespace

Result<void> render_film(const Options& o, int in, int out) {
  FZ_TRY(auto info, look(o, in));
  if (info.kind == Kind::audio) return fail(Code::media_no_video);
  if (info.kind == Kind::image) return fail(Code::unsupported, {{"what", o.profile + " / " + info.mime}});
  if (info.duration_ms > o.max_duration_ms)
    return fail(Code::media_too_long,
                {{"seconds", std::to_string(info.duration_ms / 1000)}, {"limit", std::to_string(o.max_duration_ms / 1000)}});
  Plan plan;
  plan.size = fit_into({info.width, info.height}, o.profile == "1080p" ? Size{1920, 1080} : Size{1280, 720});
  std::tie(plan.fps_n, plan.fps_d) = rendition_rate(info.fps_n, info.fps_d);
  plan.audio = !info.audio_codec.empty();
  if (o.profile == "chat") fit_bytes(plan, {info.width, info.height}, o.max_bytes, info.duration_ms);
  GainCurve curve;
  if (plan.audio) {
    FZ_TRY(curve, measure_gain(in, info, kFilmLoudness));
  }
  Leveller leveller(std::move(curve));
  FZ_TRY(auto encoder, Encoder::start(encoder_chain(plan, out)));

  std::atomic<std::int64_t> done_ns{0};
  std::atomic<std::int64_t> frames{0};
  MediaPipeline::Setup setup;
  setup.fd = in;
  setup.container = info.container;
  setup.video_chain = video_chain(plan);
  setup.audio_chain = kSoundChain;
  setup.video = [&](GstSample* s) {
    done_ns = running_time(s).value_or(0);
    ++frames;
    return encoder->push(true, s, info.origin_ns);
  };
  // The AAC coder puts 1024 samples before what it is given and nothing in the file says so: they are taken off here.
  constexpr std::int64_t kPriming = 1024 * 1'000'000'000LL / 48000;
  if (plan.audio)
    setup.audio = [&](GstSample* s) {
      GstSample* levelled = leveller.next(s);
      bool on = encoder->push(false, levelled, info.origin_ns + kPriming);
      gst_sample_unref(levelled);
      return on;
    };
  setup.ended = [&](bool video) { encoder->end(video); };
  MediaPipeline pipeline(std::move(setup));
  FZ_CHECK(pipeline.start());
  for (std::int64_t told = -1;;) {
    FZ_TRY(auto outcome, pipeline.wait(Millis{200}));
    FZ_CHECK(encoder->check());
    auto progress = info.duration_ms > 0 ? std::min<std::int64_t>(done_ns / 1000 / info.duration_ms, 990) : 0;
    if (progress > told) print_line(json::object{{"progress", told = progress}});
    if (outcome == MediaPipeline::Outcome::eos) break;
    if (outcome == MediaPipeline::Outcome::stopped) return encoder->finish();
  }
  if (frames == 0) return fail(Code::media_zero_duration);
  FZ_CHECK(encoder->finish());
  FZ_CHECK(make_faststart(out));
  struct stat st {};
  ::fstat(out, &st);
  if (o.max_bytes > 0 && st.st_size > o.max_bytes)
    return fail(Code::too_large, {{"limit", std::to_string(o.max_bytes / 1'000'000) + " MB"}});
  print_line(json::object{{"progress", 1000},
                          {"width", plan.size.width},
                          {"height", plan.size.height},
                          {"duration_ms", info.duration_ms},
                          {"bytes", static_cast<std::int64_t>(st.st_size)},
                          {"mime", "video/mp4"}});
  return {};
}

}  // namespace fz::decode
