// The two passes of loudness over a file: measuring, and changing samples on their way to the encoder.
#pragma once
#include <gst/gst.h>

#include "player/decode/loudness.hpp"
#include "player/decode/probe.hpp"

namespace fz::decode {

/// What the passes decode to: 16 bit, 48 kHz, stereo.
inline constexpr const char* kSoundChain =
    "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved";

/// Decodes the sound of descriptor `in` and finds the gain that brings it to `target` LUFS. Errors: the media_* codes.
Result<GainCurve> measure_gain(int in, const MediaInfo& info, double target);

/// Applies a curve to a stream of samples in order. One thread.
class Leveller {
 public:
  explicit Leveller(GainCurve curve) : curve_(std::move(curve)) {}
  /// A copy of `sample` (kSoundChain's format) with the gain applied; the caller unrefs it.
  GstSample* next(GstSample* sample);

 private:
  GainCurve curve_;
  std::int64_t at_ = 0;
};

}  // namespace fz::decode
