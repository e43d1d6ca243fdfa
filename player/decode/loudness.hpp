// Loudness of a rendition's sound: measured by EBU R 128 (ITU-R BS.1770), then one linear gain to a target, with a look-ahead
// limiter where that gain would lift peaks over the ceiling. Two passes over the file, nothing kept but a number each 5 ms.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace fz::decode {

/// What renditions are brought to, in LUFS (integrated). A loudspeaker in a village or a hall has to be understood over a
/// street; the sound of a film in a lobby or a lift has to be bearable (EBU R 128's own target).
inline constexpr double kSpeakerLoudness = -16, kFilmLoudness = -23;
/// True peaks stay below this, in dBTP.
inline constexpr double kPeakCeiling = -1;

inline constexpr int kBlock = 240;  ///< sample frames: 5 ms at 48 kHz

/// The gain of every block of a file; in between it is interpolated.
class GainCurve {
 public:
  GainCurve() = default;  ///< changes nothing
  /// `gain` for all, less where a block's true peak would come over the ceiling: down within 10 ms before, up by 60 dB a
  /// second after. `peaks`: of each block, 1.0 is full scale.
  GainCurve(double gain, const std::vector<float>& peaks);
  bool changes() const { return !gains_.empty(); }
  bool limits() const { return limits_; }
  /// Of interleaved stereo samples, the first of which is the file's sample frame `first`.
  void apply(std::int64_t first, std::span<std::int16_t> samples) const;

 private:
  std::vector<float> gains_;
  bool limits_ = false;
};

/// Measures stereo sound at 48 kHz. Not thread-safe.
class LoudnessMeter {
 public:
  LoudnessMeter();
  ~LoudnessMeter();
  /// Interleaved samples in order of time.
  void add(std::span<const std::int16_t> samples);
  /// Integrated loudness in LUFS; -70 or less is silence.
  double integrated();
  /// True peak of each block.
  const std::vector<float>& peaks() const { return peaks_; }

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::vector<std::int16_t> rest_;
  std::vector<float> peaks_;
};

/// Gain as a factor that brings `measured` to `target`, both in LUFS. Silence stays as it is; at most 30 dB up.
double gain_to(double measured, double target);

}  // namespace fz::decode
