#include "server/setup/expiries.hpp"

#include <gtest/gtest.h>

namespace fz::setup {
namespace {

TEST(Expiries, DaysAreWholeAndRoundedDown) {
  const auto now = *parse_time("2026-11-30T12:00:00Z");
  EXPECT_EQ(days_left(now + Days{3} + Seconds{1}, now), 3);
  EXPECT_EQ(days_left(now + Days{3} - Seconds{1}, now), 2);
  EXPECT_EQ(days_left(now + Seconds{1}, now), 0);
  EXPECT_EQ(days_left(now - Seconds{1}, now), -1);
}

TEST(Expiries, ACampaignEndsWithItsDayInChina) {
  EXPECT_TRUE(end_of_day("2026-12-31") == *parse_time("2026-12-31T16:00:00Z"));
  EXPECT_FALSE(end_of_day("soon"));
}

TEST(Expiries, EachSaysWhatToDoAndTheSoonestComesFirst) {
  for (int i = 0; i <= static_cast<int>(Ends::token); ++i) {
    const auto what = static_cast<Ends>(i);
    EXPECT_FALSE(ends_name(what).empty());
    EXPECT_FALSE(remedy_of(what).zh.empty());
    EXPECT_FALSE(remedy_of(what).en.empty());
  }
  const UtcTime t{};
  std::vector<Expiry> list{{Ends::root, "none", "", std::nullopt}, {Ends::token, "late", "", t + Days{2}}, {Ends::campaign, "soon", "", t}};
  sort_expiries(list);
  EXPECT_EQ(list[0].id, "soon");
  EXPECT_EQ(list[1].id, "late");
  EXPECT_EQ(list[2].id, "none");
}

}  // namespace
}  // namespace fz::setup
