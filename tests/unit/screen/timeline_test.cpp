#include "player/screen/timeline.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fz::screen {
namespace {

constexpr Rate k30{30, 1};

TEST(Timeline, TicksNeverDrift) {
  EXPECT_EQ(tick_pts(30, k30), kNsPerS);
  EXPECT_EQ(tick_pts(30LL * 86400 * 365, k30), 86400LL * 365 * kNsPerS);
  for (std::int64_t t : {0LL, 1LL, 29LL, 1000000007LL})
    for (Rate r : {k30, Rate{25, 1}, Rate{50, 1}, Rate{60, 1}, Rate{30000, 1001}}) {
      EXPECT_EQ(tick_at_or_after(tick_pts(t, r), r), t);
      EXPECT_EQ(tick_at_or_after(tick_pts(t, r) + 1, r), t + 1);
    }
}

// Which source frame is on the output's ticks, as the painter chooses.
std::vector<int> shown(Rate source, Rate output, int ticks) {
  std::vector<int> out;
  for (int t = 0, frame = 0; t < ticks; ++t) {
    while (is_due(tick_pts(frame + 1, source), tick_pts(t, output), output)) ++frame;
    out.push_back(frame);
  }
  return out;
}

TEST(Timeline, EqualRatesShowEachFrameOnce) {
  auto frames = shown(k30, k30, 300);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(frames[static_cast<std::size_t>(i)], i);
}
TEST(Timeline, TwentyFiveInThirtyRepeatsEverySixth) {
  EXPECT_EQ(shown({25, 1}, k30, 12), (std::vector<int>{0, 1, 2, 2, 3, 4, 5, 6, 7, 7, 8, 9}));
}
TEST(Timeline, MillisecondRoundingLosesNothing) {
  // Matroska: 0, 33, 67, 100 ms ...
  for (int i = 0; i < 1000; ++i) {
    Ns rounded = (tick_pts(i, k30) + kNsPerMs / 2) / kNsPerMs * kNsPerMs;
    EXPECT_EQ(due_tick(rounded, k30), i);
  }
}
TEST(Timeline, LostIsOnlyWhatHadATickOfItsOwn) {
  // 60 in 30 is thinned by design: two fall on each beat.
  int lost = 0;
  for (int frame = 0, tick = 0; tick < 100; ++tick)
    for (; is_due(tick_pts(frame + 1, {60, 1}), tick_pts(tick, k30), k30); ++frame)
      if (!is_due(tick_pts(frame, {60, 1}), tick_pts(tick - 1, k30), k30))
        lost += is_lost(tick_pts(frame, {60, 1}), tick_pts(frame + 1, {60, 1}), k30);
  EXPECT_EQ(lost, 0);
  EXPECT_TRUE(is_lost(tick_pts(1, k30), tick_pts(2, k30), k30));
}
TEST(Timeline, LateBeatsAreLeftOutNotBurst) {
  Ns limit = 200 * kNsPerMs, lead = 100 * kNsPerMs;
  EXPECT_EQ(ticks_to_skip(kNsPerS, kNsPerS + limit, limit, lead, k30), 0);
  auto skip = ticks_to_skip(kNsPerS, 6 * kNsPerS, limit, lead, k30);
  EXPECT_EQ(tick_pts(30 + skip, k30), 6 * kNsPerS + lead);
}
TEST(Timeline, SamplesAreCumulative) {
  std::int64_t sum = 0;
  for (int t = 0; t < 3000; ++t) sum += samples_before(tick_pts(t + 1, {30000, 1001})) - samples_before(tick_pts(t, {30000, 1001}));
  EXPECT_EQ(sum, samples_before(tick_pts(3000, {30000, 1001})));
  EXPECT_EQ(samples_before(tick_pts(30, k30)), 48000);
  EXPECT_EQ(pts_of_sample(48000), kNsPerS);
}

}  // namespace
}  // namespace fz::screen
