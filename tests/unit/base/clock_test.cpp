#include "shared/base/clock.hpp"

#include <gtest/gtest.h>

namespace fz {
namespace {
TEST(Clock, FormatsAndParses) {
  for (auto* text : {"1970-01-01T00:00:00Z", "2026-11-22T08:00:00Z", "2028-02-29T23:59:59.007Z", "9999-12-31T23:59:59Z"}) {
    auto t = parse_time(text);
    ASSERT_TRUE(t) << text;
    EXPECT_EQ(format_time(*t), text);
  }
}
TEST(Clock, RefusesOtherForms) {
  for (auto* text : {"2026-11-22T08:00:00", "2026-11-22 08:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T08:00:60Z",
                     "2026-11-22T08:00:00+08:00", "2026-11-22T08:00:00.000Z", "1969-01-01T00:00:00Z", "2026-1-22T08:00:000Z", ""})
    EXPECT_FALSE(parse_time(text)) << text;
}
TEST(Clock, ManualClockMovesByHand) {
  ManualClock c(*parse_time("2026-11-22T08:00:00Z"));
  auto before = c.steady();
  c.advance(Seconds{5});
  EXPECT_EQ(format_time(c.wall()), "2026-11-22T08:00:05Z");
  EXPECT_EQ(c.steady() - before, Seconds{5});
  c.set_wall(from_unix_ms(0));
  EXPECT_EQ(c.since_boot(), Seconds{5});
}
}  // namespace
}  // namespace fz
