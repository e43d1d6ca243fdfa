#include <gtest/gtest.h>

#include "server/reports/reports.hpp"

namespace fz::reports {
namespace {

schedule::TimeZone zone(const char* name) {
  return schedule::TimeZone::find(name).value();
}
UtcTime at(const char* text) {
  return *parse_time(text);
}

TEST(Month, BeginsAndEndsOnTheWall) {
  const auto china = month_in(zone("Asia/Shanghai"), "2026-11").value();
  EXPECT_EQ(format_time(china.first), "2026-10-31T16:00:00Z");
  EXPECT_EQ(format_time(china.second), "2026-11-30T16:00:00Z");
  const auto december = month_in(zone("UTC"), "2026-12").value();
  EXPECT_EQ(format_time(december.second), "2027-01-01T00:00:00Z");
  const auto summer = month_in(zone("Europe/Berlin"), "2026-10").value();  // begins in summer time, ends in winter time
  EXPECT_EQ(format_time(summer.first), "2026-09-30T22:00:00Z");
  EXPECT_EQ(format_time(summer.second), "2026-10-31T23:00:00Z");
  for (const char* wrong : {"", "2026-13", "2026-00", "2026-1", "2026/11", "x026-11", "2026-111"})
    EXPECT_EQ(month_in(zone("UTC"), wrong).error().code, Code::bad_field) << wrong;
}

TEST(Month, SumsByItemAndScreenAndWritesWhatOfficeProgramsRead) {
  Month m("2026-11", zone("Asia/Shanghai"));
  m.add({"ap-1", "scr-1", at("2026-11-01T00:00:00Z"), 3, 2, 30500, 900});
  m.add({"ap-1", "scr-1", at("2026-11-02T00:00:00Z"), 1, 1, 10000, 300});
  m.add({"ap-2", "scr-1", at("2026-11-02T00:00:00Z"), 5, 5, 50000, 1500});
  EXPECT_EQ(m.keys().size(), 2u);
  m.name({{"ap-1", "=HYPERLINK(\"x\")"}}, {{"scr-1", "一楼\"大屏\""}});
  const auto csv = m.csv();
  EXPECT_NE(csv.find("\"'=HYPERLINK(\"\"x\"\")\",\"一楼\"\"大屏\"\"\",\"ap-1\",4,3,40\r\n"), std::string::npos) << csv;
  EXPECT_NE(csv.find("\"ap-2\",\"一楼\"\"大屏\"\"\",\"ap-2\",5,5,50\r\n"), std::string::npos) << csv;
  const auto sheet = m.xlsx();
  ASSERT_TRUE(sheet) << to_log(sheet.error());
  EXPECT_TRUE(sheet->starts_with("PK"));
  EXPECT_GT(sheet->size(), 3000u);
}

}  // namespace
}  // namespace fz::reports
