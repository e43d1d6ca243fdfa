#include "server/publish/publish.hpp"

#include <gtest/gtest.h>

#include "tests/support/office.hpp"

namespace fz::publish {
namespace {

using Strings = std::vector<std::string>;

Approved approved(const std::string& id, const std::string& exposes = "", const Strings& venues = {"*"}) {
  Approved a{id, "item-" + id, std::string(64, 'd'), 2000, {}};
  a.approval.approval_id = id;
  a.approval.title = "title of " + id;
  a.approval.exposes = exposes;
  a.approval.audience = {venues, {"500119"}};
  a.approval.valid_until = test::kOfficeNow + Days{30};
  for (const char* profile : {"1080p", "720p"})
    a.approval.renditions.push_back({crypto::sha256_hex(id + profile), 1000, "video/mp4", profile, {}});
  return a;
}
std::map<std::string, Approved> all(const std::vector<Approved>& list) {
  std::map<std::string, Approved> out;
  for (const auto& a : list) out.emplace(a.item, a);
  return out;
}
campaigns::Campaign campaign(const std::string& id, const Strings& approvals) {
  campaigns::Campaign c;
  c.id = id;
  c.name = "campaign " + id;
  c.from = schedule::parse_date("2026-11-01").value();
  c.until = schedule::parse_date("2026-12-01").value();
  for (const auto& a : approvals) c.items.push_back({"item-" + a, Seconds{10}});
  c.target.unit = "500119";
  return c;
}
Compiled make(const std::vector<campaigns::Campaign>& list, const std::map<std::string, Approved>& known, std::string_view venue = "1001",
              std::string_view region = "500119", UtcTime now = test::kOfficeNow) {
  std::vector<const campaigns::Campaign*> pointers;
  for (const auto& c : list) pointers.push_back(&c);
  return compile(pointers, known, venue, region, now);
}

TEST(Compile, ProgrammesAndOutputRulesStandInThePlaylist) {
  auto c = campaign("c1", {"a1"});
  c.priority = schedule::Class::timed;
  c.once = true;
  c.dayparts = {{0x7f, 7 * 60, 8 * 60}};
  const auto known = all({approved("a1")});
  const std::string_view rules = R"({"output":[{"days":[1],"from":"22:00","on":false,"to":"06:00"}]})";
  const auto list = compile({&c}, known, "1001", "500119", test::kOfficeNow, rules);
  const auto playlist = schedule::parse_playlist(list.playlist);
  ASSERT_TRUE(playlist) << to_log(playlist.error());
  EXPECT_TRUE(playlist->slots.at(0).once);
  ASSERT_EQ(playlist->output.size(), 1u);
  EXPECT_EQ(playlist->output[0].on, false);
  EXPECT_NE(list.key, compile({&c}, known, "1001", "500119", test::kOfficeNow).key) << "other rules, another cohort";
  const auto unread = compile({&c}, known, "1001", "500119", test::kOfficeNow, "{\"loud\":1}");
  EXPECT_TRUE(schedule::parse_playlist(unread.playlist)->output.empty());
  EXPECT_EQ(unread.warnings_en.size(), 1u);
}

TEST(Targets, AllConditionsMustHold) {
  const screens::Place place{"scr-1", "site-1",        "500119",    "500000/500119/", "500119",
                             "1001",  "Asia/Shanghai", {"elderly"}, {"lobby", "big"}};
  auto c = campaign("c1", {});
  EXPECT_TRUE(targets(c, "500000/", place));
  EXPECT_TRUE(targets(c, "500000/500119/", place));
  EXPECT_FALSE(targets(c, "500000/500118/", place));
  EXPECT_FALSE(targets(c, "500000/500119/500119001/", place)) << "a branch below";
  EXPECT_FALSE(targets(c, "", place)) << "a unit that is not there";
  c.target.tags = {"big", "small"};
  EXPECT_TRUE(targets(c, "500000/", place)) << "any one tag";
  c.target.venues = {"1002"};
  EXPECT_FALSE(targets(c, "500000/", place));
  c.target.venues = {"1002", "1001"};
  EXPECT_TRUE(targets(c, "500000/", place));
  c.target.audiences = {"students"};
  EXPECT_FALSE(targets(c, "500000/", place));
}

TEST(Compile, RulesRenditionsAndApprovals) {
  auto c = campaign("c1", {"ap-1", "ap-2"});
  c.weight = 3;
  c.max_per_hour = 4;
  c.layer = schedule::Layer::ticker;
  const auto out = make({c}, all({approved("ap-1"), approved("ap-2")}));
  const auto playlist = schedule::parse_playlist(out.playlist).value();
  ASSERT_EQ(playlist.slots.size(), 1u);
  const auto& slot = playlist.slots[0];
  EXPECT_EQ(slot.id, "c1");
  EXPECT_EQ(slot.weight, 3);
  EXPECT_EQ(slot.max_per_hour, 4);
  EXPECT_EQ(slot.layer, schedule::Layer::ticker);
  ASSERT_EQ(slot.dayparts.size(), 1u) << "none given: all day, every day";
  EXPECT_EQ(slot.dayparts[0].to - slot.dayparts[0].from, 24 * 60);
  EXPECT_EQ(slot.items.size(), 2u);
  EXPECT_EQ(out.media.size(), 4u) << "every rendition";
  for (const auto& [name, file] : out.media) EXPECT_EQ(name, "media/" + file.sha256);
  EXPECT_TRUE(out.approvals.contains("trust/approvals/ap-1.json"));
  EXPECT_EQ(out.approvals.at("trust/approvals/ap-2.json").length, 2000u);
  EXPECT_TRUE(out.warnings_zh.empty()) << out.warnings_zh[0];
}

TEST(Compile, TheFirstCampaignThatNamesALayoutDecides) {
  auto low = campaign("c1", {"ap-1"}), high = campaign("c2", {"ap-1"}), side = campaign("c3", {"ap-1"});
  low.layout = "item-ap-low";
  low.facts = "item-ap-facts";
  high.layout = "item-ap-high";
  high.priority = schedule::Class::timed;
  side.layer = schedule::Layer::side;
  const auto known = all({approved("ap-1"), approved("ap-low"), approved("ap-high"), approved("ap-facts")});
  const auto out = make({low, high, side}, known);
  const auto playlist = schedule::parse_playlist(out.playlist).value();
  EXPECT_EQ(playlist.layout, "ap-high") << "the higher class";
  EXPECT_EQ(playlist.facts, "ap-facts");
  EXPECT_EQ(playlist.slots[2].layer, schedule::Layer::side);
  EXPECT_TRUE(out.approvals.contains("trust/approvals/ap-high.json"));
  EXPECT_TRUE(out.approvals.contains("trust/approvals/ap-facts.json"));
  EXPECT_FALSE(out.approvals.contains("trust/approvals/ap-low.json"));
  low.layout = "item-nobody-approved";
  const auto without = make({low}, known);
  EXPECT_TRUE(schedule::parse_playlist(without.playlist)->layout.empty());
  EXPECT_EQ(without.warnings_en.size(), 1u);
}

TEST(Compile, EqualInputsGiveEqualBytesAndOtherInputsAnotherKey) {
  const auto known = all({approved("ap-1"), approved("ap-2")});
  const auto a = make({campaign("c1", {"ap-1"}), campaign("c2", {"ap-2"})}, known);
  const auto b = make({campaign("c1", {"ap-1"}), campaign("c2", {"ap-2"})}, known, "1001", "500119", test::kOfficeNow + Days{1});
  EXPECT_EQ(a.playlist, b.playlist);
  EXPECT_EQ(a.key, b.key);
  EXPECT_NE(a.key, make({campaign("c1", {"ap-1"})}, known).key);
  auto other = known;
  other.at("item-ap-1").document_sha256 = std::string(64, 'e');  // signed anew, the playlist is the same
  const auto c = make({campaign("c1", {"ap-1"}), campaign("c2", {"ap-2"})}, other);
  EXPECT_EQ(a.playlist, c.playlist);
  EXPECT_NE(a.key, c.key);
}

TEST(Compile, LeavesOutWhatIsNotApprovedHereAndNow) {
  auto ended = approved("ap-3");
  ended.approval.valid_until = test::kOfficeNow;
  const auto known = all({approved("ap-1"), approved("ap-2", "", {"2002"}), ended, approved("ap 4/..")});
  const auto out = make({campaign("c1", {"ap-1", "ap-2", "ap-3", "missing", "ap 4/.."}), campaign("c2", {"ap-2"})}, known);
  const auto playlist = schedule::parse_playlist(out.playlist).value();
  ASSERT_EQ(playlist.slots.size(), 1u) << "a campaign without items has no slot";
  ASSERT_EQ(playlist.slots[0].items.size(), 1u);
  EXPECT_EQ(playlist.slots[0].items[0].approval, "ap-1");
  EXPECT_EQ(out.approvals.size(), 1u);
  EXPECT_EQ(out.warnings_zh.size(), 5u);
  EXPECT_EQ(out.warnings_en.size(), 5u);
  EXPECT_NE(out.warnings_zh[0].find("title of ap-2"), std::string::npos);
  EXPECT_EQ(schedule::parse_playlist(make({campaign("c2", {"ap-2"})}, known, "2002").playlist).value().slots.size(), 1u);
  EXPECT_TRUE(schedule::parse_playlist(make({campaign("c1", {"ap-1"})}, known, "1001", "500118").playlist).value().slots.empty());
}

TEST(Compile, WarnsWhenCasesOutweighMethods) {
  const auto known = all({approved("ap-1", "method"), approved("ap-2", "case")});
  auto cases = campaign("c2", {"ap-2"});
  EXPECT_TRUE(make({campaign("c1", {"ap-1"}), cases}, known).warnings_zh.empty());
  cases.weight = 2;
  const auto out = make({campaign("c1", {"ap-1"}), cases}, known);
  ASSERT_EQ(out.warnings_zh.size(), 1u);
  EXPECT_NE(out.warnings_zh[0].find("以揭露手法为主"), std::string::npos);
  EXPECT_EQ(schedule::parse_playlist(out.playlist).value().slots.size(), 2u) << "it warns, it holds nothing back";
}

TEST(Compile, WhatExceedsTheLimitsIsLeftOutLeastImportantFirst) {
  std::vector<Approved> known;
  std::vector<campaigns::Campaign> list;
  for (int c = 0; c < 10; ++c) {
    Strings items;
    for (int i = 0; i < 200; ++i) {
      known.push_back(approved("ap-" + std::to_string(c) + "-" + std::to_string(i)));
      items.push_back(known.back().approval_id);
    }
    list.push_back(campaign("c" + std::to_string(c), items));
    list.back().priority = c == 9 ? schedule::Class::emergency : schedule::Class::campaign;
  }
  const auto out = make(list, all(known));
  EXPECT_LE(out.media.size() + out.approvals.size() + 3, trust::kMaxTargetEntries);
  const auto playlist = schedule::parse_playlist(out.playlist).value();
  EXPECT_EQ(playlist.slots.size(), 8u);  // 600 entries each
  EXPECT_EQ(playlist.slots[0].id, "c9");
  EXPECT_EQ(out.warnings_zh.size(), 2u);
}

}  // namespace
}  // namespace fz::publish
