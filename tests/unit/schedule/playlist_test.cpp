#include "shared/schedule/playlist.hpp"

#include <gtest/gtest.h>

#include <string>

namespace fz::schedule {
namespace {

// The playlist of the signed vectors, byte for byte.
constexpr std::string_view kVector =
    R"({"schema":1,"slots":[{"campaign":"c1","class":"campaign","dayparts":[{"days":[1,2,3,4,5,6,7],"from":"07:00","to":"22:00"}],"from":"2026-11-01","id":"s1","items":[{"approval":"ap-1","ms":15000}],"until":"2027-03-31","weight":1}]})";

std::string replaced(std::string_view from, std::string_view to) {
  std::string s(kVector);
  auto at = s.find(from);
  EXPECT_NE(at, s.npos) << from;
  return s.replace(at, from.size(), to);
}

TEST(Playlist, ReadsTheVectorAndWritesTheSameBytes) {
  auto p = parse_playlist(kVector);
  ASSERT_TRUE(p) << to_log(p.error());
  ASSERT_EQ(p->slots.size(), 1u);
  auto& s = p->slots[0];
  EXPECT_EQ(s.priority, Class::campaign);
  EXPECT_EQ(s.dayparts[0].days, 0x7f);
  EXPECT_EQ(s.dayparts[0].from, 420);
  EXPECT_EQ(s.dayparts[0].to, 1320);
  EXPECT_EQ(format_date(s.until), "2027-03-31");
  EXPECT_EQ(s.items[0], (Item{"ap-1", Millis{15000}}));
  EXPECT_EQ(s.layer, Layer::main);
  EXPECT_FALSE(s.max_per_hour);
  EXPECT_EQ(write_playlist(*p), kVector);
}
TEST(Playlist, RoundTripsEveryMember) {
  auto text = replaced(R"("weight":1)", R"("weight":1000,"max_per_hour":4,"min_spacing_s":90,"zone":"ticker")");
  auto p = parse_playlist(text);
  ASSERT_TRUE(p) << to_log(p.error());
  EXPECT_EQ(p->slots[0].max_per_hour, 4);
  EXPECT_EQ(p->slots[0].min_spacing, Seconds{90});
  EXPECT_EQ(p->slots[0].layer, Layer::ticker);
  EXPECT_EQ(*parse_playlist(write_playlist(*p)), *p);
  EXPECT_EQ(parse_playlist(R"({"schema":1,"slots":[]})")->slots.size(), 0u);
  const std::string with_layout = R"({"facts":"ap-f","layout":"ap-l","schema":1,"slots":[]})";
  auto l = parse_playlist(with_layout);
  ASSERT_TRUE(l) << to_log(l.error());
  EXPECT_EQ(l->layout, "ap-l");
  EXPECT_EQ(l->facts, "ap-f");
  EXPECT_EQ(write_playlist(*l), with_layout);
  EXPECT_EQ(parse_playlist(replaced(R"("weight":1)", R"("weight":1,"zone":"side")"))->slots[0].layer, Layer::side);
}
TEST(Playlist, RefusesWithTheCauseNamed) {
  struct Case {
    std::string text;
    Code code;
  };
  std::string slot(kVector.substr(kVector.find("[{\"campaign") + 1));
  slot.resize(slot.size() - 2);
  for (auto& c : std::vector<Case>{
           {replaced("\"schema\":1", "\"schema\":2"), Code::playlist_schema},
           {replaced("\"schema\":1", "\"schema\":2,\"layouts\":[]"), Code::playlist_schema},
           {replaced("\"schema\":1", "\"schema\":1,\"more\":1"), Code::unknown_field},
           {replaced("\"schema\":1", "\"schema\":1,\"layout\":\"a/b\""), Code::bad_field},
           {replaced("\"weight\":1", "\"weight\":0"), Code::bad_field},
           {replaced("\"weight\":1", "\"weight\":1001"), Code::bad_field},
           {replaced("\"weight\":1", "\"weight\":1,\"x\":1"), Code::unknown_field},
           {replaced(",\"weight\":1", ""), Code::missing_field},
           {replaced("\"campaign\",", "\"urgent\","), Code::bad_field},
           {replaced("2026-11-01", "2026-11-31"), Code::bad_field},
           {replaced("2026-11-01", "2027-11-01"), Code::bad_field},
           {replaced("07:00", "7:00"), Code::bad_field},
           {replaced("07:00", "24:00"), Code::bad_field},
           {replaced("22:00", "24:01"), Code::bad_field},
           {replaced("[1,2,3,4,5,6,7]", "[]"), Code::bad_field},
           {replaced("[1,2,3,4,5,6,7]", "[1,1]"), Code::bad_field},
           {replaced("[1,2,3,4,5,6,7]", "[8]"), Code::bad_field},
           {replaced(R"([{"approval":"ap-1","ms":15000}])", "[]"), Code::bad_field},
           {replaced("15000", "0"), Code::bad_field},
           {replaced("15000", "15.5"), Code::bad_json},
           {replaced("ap-1", "../ap"), Code::bad_field},
           {replaced("\"s1\"", "\"\""), Code::bad_field},
           {R"({"schema":1,"slots":[)" + slot + "," + slot + "]}", Code::playlist_duplicate},
           {std::string(kMaxPlaylistBytes + 1, ' '), Code::too_large},
           {"", Code::bad_json},
       }) {
    auto p = parse_playlist(c.text);
    ASSERT_FALSE(p) << c.text;
    EXPECT_EQ(p.error().code, c.code) << c.text << to_log(p.error());
  }
}
TEST(Playlist, TimesAndDates) {
  EXPECT_EQ(*parse_minutes("24:00", true), 1440);
  EXPECT_EQ(format_minutes(1440), "24:00");
  EXPECT_FALSE(parse_minutes("0700", true));
  EXPECT_FALSE(parse_minutes("-1:00", true));
  EXPECT_EQ(format_date(*parse_date("2028-02-29")), "2028-02-29");
  EXPECT_FALSE(parse_date("2027-02-29"));
  EXPECT_FALSE(parse_date("1969-12-31"));
}
}  // namespace
}  // namespace fz::schedule
