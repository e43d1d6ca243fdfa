#include "player/agent/pace.hpp"

#include <gtest/gtest.h>

namespace fz::agent {
namespace {

TEST(PaceTest, HoldsTheRateAndOnlyInItsHours) {
  Pace pace({100'000, 8 * 60, 20 * 60});
  Millis now{1'000'000}, begin = now;
  for (int i = 0; i < 100; ++i) now += pace.took(16'384, 12 * 60, now);
  const double rate = 100.0 * 16'384 / (static_cast<double>((now - begin).count()) / 1000);
  EXPECT_GT(rate, 90'000);
  EXPECT_LT(rate, 110'000);
  EXPECT_EQ(pace.took(1 << 20, 20 * 60, now), Millis{0});
  EXPECT_EQ(pace.took(1 << 20, 0, now), Millis{0});
  EXPECT_GT(pace.took(1 << 20, 8 * 60, now), Millis{9000});
}

TEST(PaceTest, HoursMayPassMidnightAndAreReadStrictly) {
  const PaceLimit night{1, 22 * 60, 6 * 60};
  EXPECT_TRUE(holds_at(night, 23 * 60) && holds_at(night, 0) && holds_at(night, 359));
  EXPECT_FALSE(holds_at(night, 360) || holds_at(night, 12 * 60));
  EXPECT_TRUE(holds_at({1, 0, 0}, 700));
  EXPECT_FALSE(holds_at({0, 0, 0}, 700));
  EXPECT_EQ(parse_hours("07:30-24:00"), std::pair(450, 1440));
  for (const char* bad : {"", "7:30-24:00", "07:30-24:01", "07:60-08:00", "07:30 24:00", "0a:30-08:00", "07-30-08:00"})
    EXPECT_FALSE(parse_hours(bad)) << bad;
}

}  // namespace
}  // namespace fz::agent
