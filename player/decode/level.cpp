#include "player/decode/level.hpp"

#include <algorithm>
#include <cmath>

#include "player/decode/media_pipeline.hpp"

namespace fz::decode {
namespace {

std::span<std::int16_t> samples_of(GstMapInfo& map) {
  return {reinterpret_cast<std::int16_t*>(map.data), map.size / 4 * 2};
}

/// Decodes all sound and hands it on.
Result<void> each_block(int in, const MediaInfo& info, const std::function<void(GstSample*)>& take) {
  MediaPipeline::Setup s;
  s.fd = in;
  s.container = info.container;
  s.skip_bytes = info.skip_bytes;
  s.audio_chain = kSoundChain;
  s.audio = [&](GstSample* sample) {
    take(sample);
    return true;
  };
  MediaPipeline pipeline(std::move(s));
  FZ_CHECK(pipeline.start());
  for (;;) {
    FZ_TRY(auto outcome, pipeline.wait(Seconds{10}));
    if (outcome != MediaPipeline::Outcome::running) return {};
  }
}

void measure(LoudnessMeter& meter, GstSample* sample) {
  GstMapInfo map;
  if (!gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ)) return;
  meter.add(samples_of(map));
  gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
}

}  // namespace

Result<GainCurve> measure_gain(int in, const MediaInfo& info, double target) {
  LoudnessMeter meter;
  FZ_CHECK(each_block(in, info, [&](GstSample* s) { measure(meter, s); }));
  auto gain = gain_to(meter.integrated(), target);
  GainCurve curve(gain, meter.peaks());
  if (!curve.limits()) return curve;
  // What the limiter took from the loudness is given back once, as far as peaks allow.
  LoudnessMeter limited;
  Leveller leveller(curve);
  FZ_CHECK(each_block(in, info, [&](GstSample* s) {
    GstSample* changed = leveller.next(s);
    measure(limited, changed);
    gst_sample_unref(changed);
  }));
  return GainCurve(gain * std::clamp(gain_to(limited.integrated(), target), 1.0, 2.0), meter.peaks());
}

GstSample* Leveller::next(GstSample* sample) {
  GstBuffer* buffer = gst_buffer_copy_deep(gst_sample_get_buffer(sample));
  GstMapInfo map;
  if (gst_buffer_map(buffer, &map, GST_MAP_READWRITE)) {
    curve_.apply(at_, samples_of(map));
    at_ += static_cast<std::int64_t>(map.size / 4);
    gst_buffer_unmap(buffer, &map);
  }
  GstSample* out = gst_sample_new(buffer, gst_sample_get_caps(sample), gst_sample_get_segment(sample), nullptr);
  gst_buffer_unref(buffer);
  return out;
}

}  // namespace fz::decode
