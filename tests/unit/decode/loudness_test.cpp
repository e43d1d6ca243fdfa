#include "player/decode/loudness.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace fz::decode {
namespace {

// A sine in both channels: 997 Hz at 0 dBFS in both is -0.0 LUFS (ITU-R BS.1770: -3.01 for one).
std::vector<std::int16_t> sine(double dbfs, double seconds) {
  std::vector<std::int16_t> out;
  for (int n = 0; n < static_cast<int>(seconds * 48000); ++n) {
    auto v = static_cast<std::int16_t>(std::lround(32767 * std::pow(10, dbfs / 20) * std::sin(2 * std::numbers::pi * 997 * n / 48000)));
    out.insert(out.end(), {v, v});
  }
  return out;
}

TEST(Loudness, MeasuresAReferenceTone) {
  for (double level : {-10.0, -23.0, -40.0}) {
    LoudnessMeter meter;
    auto tone = sine(level, 5);
    for (std::size_t at = 0; at < tone.size(); at += 2222)
      meter.add(std::span(tone).subspan(at, std::min<std::size_t>(2222, tone.size() - at)));
    EXPECT_NEAR(meter.integrated(), level, 0.1);
    ASSERT_EQ(meter.peaks().size(), 1000u);
    EXPECT_NEAR(20 * std::log10(meter.peaks()[500]), level, 0.1);
  }
}
TEST(Loudness, SilenceStaysSilenceAndGainHasAnEnd) {
  LoudnessMeter meter;
  meter.add(std::vector<std::int16_t>(480000));
  EXPECT_EQ(gain_to(meter.integrated(), -16), 1);
  EXPECT_NEAR(gain_to(-36, -16), 10, 1e-9);
  EXPECT_NEAR(20 * std::log10(gain_to(-59, -16)), 30, 1e-9);
  EXPECT_NEAR(gain_to(-3, -23), 0.1, 1e-9);
}
TEST(GainCurve, LimitsPeaksAroundThemAndNothingElse) {
  std::vector<float> peaks(400, 0.05F);
  peaks[200] = 0.9F;
  GainCurve curve(4, peaks);
  EXPECT_TRUE(curve.limits());
  std::vector<std::int16_t> samples(400 * kBlock * 2);
  for (std::size_t k = 0; k < samples.size(); ++k) samples[k] = k / 2 / kBlock == 200 ? 29491 : 1638;
  curve.apply(0, samples);
  auto at = [&](std::size_t block, std::size_t n = 0) { return samples[(block * kBlock + n) * 2]; };
  EXPECT_NEAR(at(100), 4 * 1638, 2) << "far before: the whole gain";
  EXPECT_NEAR(at(195), 4 * 1638, 2) << "25 ms before";
  for (std::size_t n = 0; n < kBlock; ++n) ASSERT_LE(at(200, n), 32768 * std::pow(10, -1.5 / 20));
  EXPECT_GT(at(200), 26000) << "not lower than it must be";
  EXPECT_LT(at(205), 4 * 1638);
  EXPECT_NEAR(at(399), 4 * 1638, 2) << "a second later it is back";
  EXPECT_FALSE(GainCurve(2, std::vector<float>(10, 0.1F)).limits());
  EXPECT_FALSE(GainCurve().changes());
}
TEST(GainCurve, GoesOnThroughAStreamInPieces) {
  std::vector<float> peaks(10);
  for (std::size_t k = 0; k < peaks.size(); ++k) peaks[k] = k % 3 == 0 ? 0.7F : 0.1F;
  GainCurve curve(2, peaks);
  std::vector<std::int16_t> whole(10 * kBlock * 2, 1000), pieces = whole;
  curve.apply(0, whole);
  for (std::size_t at = 0; at < pieces.size(); at += 74)
    curve.apply(static_cast<std::int64_t>(at / 2), std::span(pieces).subspan(at, std::min<std::size_t>(74, pieces.size() - at)));
  EXPECT_EQ(whole, pieces);
}

}  // namespace
}  // namespace fz::decode
