#include "player/decode/loudness.hpp"

#include <ebur128.h>

#include <algorithm>
#include <cmath>
#include <new>

namespace fz::decode {
namespace {

constexpr double kSilence = -60, kMostGain = 30;
// The coder's own ripple comes on top of what it is given.
constexpr double kMargin = 0.7;
constexpr float kAttack = 0.447F;    // 7 dB a block: anything is reached in 10 ms
constexpr float kRelease = 1.0351F;  // 0.3 dB a block

double factor(double db) {
  return std::pow(10.0, db / 20);
}

}  // namespace

double gain_to(double measured, double target) {
  if (!(measured > kSilence)) return 1;
  return factor(std::min(target - measured, kMostGain));
}

GainCurve::GainCurve(double gain, const std::vector<float>& peaks) : gains_(peaks.size(), static_cast<float>(gain)) {
  const auto ceiling = static_cast<float>(factor(kPeakCeiling - kMargin));
  for (std::size_t k = 0; k < peaks.size(); ++k) {
    if (peaks[k] * gains_[k] <= ceiling) continue;
    limits_ = true;
    // The neighbours too: gain is interpolated from the middle of one block to the middle of the next.
    for (std::size_t n = k > 0 ? k - 1 : 0; n <= k + 1 && n < gains_.size(); ++n) gains_[n] = std::min(gains_[n], ceiling / peaks[k]);
  }
  for (std::size_t k = gains_.size(); k-- > 1;) gains_[k - 1] = std::min(gains_[k - 1], gains_[k] / kAttack);
  for (std::size_t k = 1; k < gains_.size(); ++k) gains_[k] = std::min(gains_[k], gains_[k - 1] * kRelease);
}

void GainCurve::apply(std::int64_t first, std::span<std::int16_t> samples) const {
  if (gains_.empty()) return;
  const auto last = static_cast<std::int64_t>(gains_.size()) - 1;
  for (std::size_t k = 0; k + 1 < samples.size(); k += 2) {
    auto at = std::max<std::int64_t>(first + static_cast<std::int64_t>(k / 2), 0) - kBlock / 2;  // from the middle of block 0
    auto block = std::clamp<std::int64_t>(at < 0 ? 0 : at / kBlock, 0, last);
    auto next = std::min(block + 1, last);
    auto part = at < 0 ? 0.F : static_cast<float>(at % kBlock) / kBlock;
    auto gain = gains_[static_cast<std::size_t>(block)] * (1 - part) + gains_[static_cast<std::size_t>(next)] * part;
    for (auto* s : {&samples[k], &samples[k + 1]})
      *s = static_cast<std::int16_t>(std::clamp<long>(std::lround(static_cast<float>(*s) * gain), -32768, 32767));
  }
}

struct LoudnessMeter::State {
  ebur128_state* ebur = nullptr;
};
LoudnessMeter::LoudnessMeter() : state_(std::make_unique<State>()) {
  state_->ebur = ebur128_init(2, 48000, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_HISTOGRAM);
  if (!state_->ebur) throw std::bad_alloc();
}
LoudnessMeter::~LoudnessMeter() {
  ebur128_destroy(&state_->ebur);
}

void LoudnessMeter::add(std::span<const std::int16_t> samples) {
  rest_.insert(rest_.end(), samples.begin(), samples.end());
  std::size_t at = 0;
  for (; at + kBlock * 2 <= rest_.size(); at += kBlock * 2) {
    ebur128_add_frames_short(state_->ebur, rest_.data() + at, kBlock);
    double left = 0, right = 0;
    ebur128_prev_true_peak(state_->ebur, 0, &left);
    ebur128_prev_true_peak(state_->ebur, 1, &right);
    peaks_.push_back(static_cast<float>(std::max(left, right)));
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(at));
}

double LoudnessMeter::integrated() {
  double lufs = -HUGE_VAL;
  ebur128_loudness_global(state_->ebur, &lufs);
  return lufs;
}

}  // namespace fz::decode
