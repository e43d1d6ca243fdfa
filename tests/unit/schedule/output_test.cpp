// Volume, brightness, mute and on/off by the clock on the wall.
#include <gtest/gtest.h>

#include "shared/schedule/resolve.hpp"

namespace fz::schedule {
namespace {

constexpr std::string_view kRules =
    R"({"output":[{"days":[1,2,3,4,5,6,7],"from":"00:00","to":"24:00","volume_percent":80},)"
    R"({"days":[1,2,3,4,5],"from":"18:00","to":"22:00","brightness_percent":60,"volume_percent":40},)"
    R"({"days":[1,2,3,4,5,6,7],"from":"22:30","to":"06:00","on":false},)"
    R"({"days":[7],"from":"09:00","to":"10:00","muted":true}],)"
    R"("silent":[{"days":[1,2,3,4,5,6,7],"from":"12:30","to":"14:00"},{"days":[6],"from":"20:00","to":"08:00","except_emergency":true}]})";

OutputRules rules() {
  return *parse_output_rules(kRules);
}
Levels when(std::string_view local, bool emergency = false) {  // Shanghai is eight hours ahead, always
  auto r = rules();
  return output_at(r.output, r.silent, *TimeZone::find("Asia/Shanghai"), *parse_time(std::string(local) + ":00Z") - std::chrono::hours{8},
                   emergency);
}

TEST(Output, TheLastOpenRuleDecidesEachMember) {
  // 2026-11-23 is a Monday.
  EXPECT_EQ(when("2026-11-23T10:00"), (Levels{100, 80, false, true}));
  EXPECT_EQ(when("2026-11-23T18:00"), (Levels{60, 40, false, true}));
  EXPECT_EQ(when("2026-11-22T18:00"), (Levels{100, 80, false, true}));  // Sunday
  EXPECT_EQ(when("2026-11-22T09:30"), (Levels{100, 80, true, true}));
  EXPECT_EQ(when("2026-11-23T22:30"), (Levels{100, 80, false, false}));
  EXPECT_EQ(when("2026-11-24T05:59"), (Levels{100, 80, false, false}));
  EXPECT_EQ(when("2026-11-24T06:00"), (Levels{100, 80, false, true}));
  EXPECT_EQ(output_at({}, {}, *TimeZone::find("Asia/Shanghai"), UtcTime{}), Levels{});
}
TEST(Output, SilentHoursAreHardAndAnEmergencyIsSeen) {
  EXPECT_TRUE(when("2026-11-23T13:00").muted);
  EXPECT_TRUE(when("2026-11-23T13:00", true).muted) << "these hours except nobody";
  EXPECT_TRUE(when("2026-11-21T21:00").muted);
  EXPECT_FALSE(when("2026-11-21T21:00", true).muted);
  EXPECT_FALSE(when("2026-11-23T23:00").on);
  EXPECT_TRUE(when("2026-11-23T23:00", true).on);
}
TEST(Output, TravelsInThePlaylistAndInASitesSettings) {
  EXPECT_EQ(*parse_output_rules(write_output_rules(rules())), rules());
  EXPECT_EQ(write_output_rules(*parse_output_rules(write_output_rules(rules()))), write_output_rules(rules()));
  Playlist p;
  p.output = rules().output;
  p.silent = rules().silent;
  auto text = write_playlist(p);
  EXPECT_EQ(*parse_playlist(text), p);
  EXPECT_EQ(write_playlist(Playlist{}), R"({"schema":1,"slots":[]})");
  EXPECT_EQ(*parse_output_rules("{}"), OutputRules{});
  for (auto* bad : {R"({"output":[{"days":[1],"from":"07:00","to":"08:00","volume_percent":101}]})",
                    R"({"output":[{"days":[],"from":"07:00","to":"08:00"}]})", R"({"output":[{"days":[1],"from":"7:00","to":"08:00"}]})",
                    R"({"output":[{"days":[1],"from":"07:00","to":"08:00","loud":true}]})", R"({"silent":[{"days":[1],"from":"07:00"}]})",
                    R"({"silence":[]})", "[]"})
    EXPECT_FALSE(parse_output_rules(bad)) << bad;
}

}  // namespace
}  // namespace fz::schedule
