#include "shared/schedule/resolve.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace fz::schedule {
namespace {

TimeZone zone(std::string_view name) {
  return *TimeZone::find(name);
}
UtcTime at(std::string_view text) {
  return *parse_time(text);
}
DayPart part(std::string_view from, std::string_view to, std::uint8_t days = 0x7f) {
  return {days, *parse_minutes(from, false), *parse_minutes(to, true)};
}
Slot slot(std::string id, std::vector<DayPart> parts, Class c = Class::campaign, int weight = 1, std::string_view from = "2026-01-01",
          std::string_view until = "2027-12-31") {
  Slot s;
  s.id = std::move(id);
  s.campaign = "c";
  s.priority = c;
  s.weight = weight;
  s.from = *parse_date(from);
  s.until = *parse_date(until);
  s.dayparts = std::move(parts);
  s.items = {{"ap-" + s.id, Millis{5000}}};
  return s;
}
// The instants at which a slot opens and closes from `from` on, read off next_change.
std::string edges(const Slot& s, const TimeZone& z, UtcTime from, UtcTime until) {
  std::string out;
  Playlist p{{s}};
  UtcTime t = from;
  for (int i = 0; i < 50; ++i) {
    auto next = resolve(p, z, t).next_change;
    if (!next || *next > until) break;
    t = *next;
    out += (open_at(s, z, t) ? "+" : "-") + format_time(t) + " ";
  }
  return out;
}

TEST(Zone, KnowsNamesAndNothingElse) {
  EXPECT_EQ(zone("Asia/Shanghai").name(), "Asia/Shanghai");
  EXPECT_EQ(zone("Asia/Shanghai").format(at("2026-11-22T00:05:00Z")), "2026-11-22 08:05 CST");
  for (auto* bad : {"Mars/Olympus", "", "../../etc/passwd", "asia/shanghai"})
    EXPECT_EQ(TimeZone::find(bad).error().code, Code::zone_unknown) << bad;
  EXPECT_EQ(tzdata_version().substr(0, 2), "20");
}

TEST(Resolve, WindowDayPartAndWeekdayInTheSitesZone) {
  auto z = zone("Asia/Shanghai");
  // Saturdays and Sundays only; 2026-11-21 is a Saturday.
  auto s = slot("s", {part("07:00", "22:00", 0x60)}, Class::campaign, 1, "2026-11-14", "2026-11-21");
  Playlist p{{s}};
  auto why = [&](std::string_view t) {
    auto r = resolve(p, z, at(t));
    return r.others.empty() ? std::string("plays") : std::string(why_not_name(r.others[0].why));
  };
  EXPECT_EQ(why("2026-11-20T23:00:00Z"), "plays");  // Saturday 07:00
  EXPECT_EQ(why("2026-11-20T22:59:59.999Z"), "outside_daypart");
  EXPECT_EQ(why("2026-11-21T13:59:59.999Z"), "plays");
  EXPECT_EQ(why("2026-11-21T14:00:00Z"), "outside_daypart");
  EXPECT_EQ(why("2026-11-18T04:00:00Z"), "wrong_weekday");
  EXPECT_EQ(why("2026-11-13T15:59:59Z"), "before_window");
  EXPECT_EQ(why("2026-11-21T16:00:00Z"), "after_window");
  auto r = resolve(p, z, at("2026-11-21T14:00:00Z"));
  EXPECT_EQ(r.others[0].zh, "现在不在投放时段内（今天：07:00-22:00）。");
  EXPECT_FALSE(r.next_change);
  EXPECT_EQ(resolve(p, z, at("2020-01-01T00:00:00Z")).next_change, at("2026-11-13T23:00:00Z"));
}

TEST(Resolve, OverMidnightBelongsToTheDayItStartsOn) {
  auto z = zone("Asia/Shanghai");
  auto s = slot("s", {part("22:00", "02:00", 1 << 4)}, Class::campaign, 1, "2026-11-20", "2026-11-20");  // one Friday
  EXPECT_EQ(edges(s, z, at("2026-11-01T00:00:00Z"), at("2027-01-01T00:00:00Z")), "+2026-11-20T14:00:00Z -2026-11-20T18:00:00Z ");
  auto whole = slot("w", {part("08:00", "08:00")}, Class::campaign, 1, "2026-11-20", "2026-11-21");
  EXPECT_EQ(edges(whole, z, at("2026-11-01T00:00:00Z"), at("2027-01-01T00:00:00Z")), "+2026-11-20T00:00:00Z -2026-11-22T00:00:00Z ");
  auto always = slot("a", {part("00:00", "24:00")}, Class::campaign, 1, "2026-11-20", "2036-11-21");
  EXPECT_EQ(edges(always, z, at("2026-11-01T00:00:00Z"), at("2040-01-01T00:00:00Z")), "+2026-11-19T16:00:00Z -2036-11-21T16:00:00Z ");
}

// Berlin goes forward on 2026-03-29 (02:00 -> 03:00 at 01:00Z) and back on 2026-10-25 (03:00 -> 02:00 at 01:00Z).
TEST(Resolve, DaylightSavingInBerlin) {
  auto z = zone("Europe/Berlin");
  auto gap = [&](std::string_view f, std::string_view t) {
    return edges(slot("s", {part(f, t)}, Class::timed, 1, "2026-03-29", "2026-03-29"), z, at("2026-03-01T00:00:00Z"),
                 at("2026-04-30T00:00:00Z"));
  };
  EXPECT_EQ(gap("01:30", "02:30"), "+2026-03-29T00:30:00Z -2026-03-29T01:00:00Z ");  // ends in the gap: closes at the jump
  EXPECT_EQ(gap("02:30", "04:00"), "+2026-03-29T01:00:00Z -2026-03-29T02:00:00Z ");  // starts in it: opens at the jump
  EXPECT_EQ(gap("02:15", "02:45"), "+2026-03-29T01:00:00Z -2026-03-29T01:30:00Z ");  // wholly in it: made up for
  EXPECT_EQ(gap("02:00", "03:00"), "+2026-03-29T01:00:00Z -2026-03-29T02:00:00Z ");
  EXPECT_EQ(gap("01:00", "05:00"), "+2026-03-29T00:00:00Z -2026-03-29T03:00:00Z ");
  auto overlap = [&](std::string_view f, std::string_view t) {
    return edges(slot("s", {part(f, t)}, Class::timed, 1, "2026-10-25", "2026-10-25"), z, at("2026-10-01T00:00:00Z"),
                 at("2026-11-30T00:00:00Z"));
  };
  EXPECT_EQ(overlap("01:00", "04:00"), "+2026-10-24T23:00:00Z -2026-10-25T03:00:00Z ");  // 4 real hours
  EXPECT_EQ(overlap("02:15", "02:45"),
            "+2026-10-25T00:15:00Z -2026-10-25T00:45:00Z +2026-10-25T01:15:00Z -2026-10-25T01:45:00Z ");  // both times
  EXPECT_EQ(overlap("01:30", "02:30"), "+2026-10-24T23:30:00Z -2026-10-25T00:30:00Z +2026-10-25T01:00:00Z -2026-10-25T01:30:00Z ");
}
// New York: 2026-03-08 07:00Z forward, 2026-11-01 06:00Z back.
TEST(Resolve, DaylightSavingInNewYorkAndNoneInShanghai) {
  auto ny = zone("America/New_York");
  auto s = slot("s", {part("02:30", "02:50")}, Class::timed, 1, "2026-03-07", "2026-03-09");
  EXPECT_EQ(edges(s, ny, at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z")),
            "+2026-03-07T07:30:00Z -2026-03-07T07:50:00Z +2026-03-08T07:00:00Z -2026-03-08T07:20:00Z +2026-03-09T06:30:00Z "
            "-2026-03-09T06:50:00Z ");
  auto back = slot("b", {part("01:30", "01:40")}, Class::timed, 1, "2026-11-01", "2026-11-01");
  EXPECT_EQ(edges(back, ny, at("2026-10-01T00:00:00Z"), at("2026-12-01T00:00:00Z")),
            "+2026-11-01T05:30:00Z -2026-11-01T05:40:00Z +2026-11-01T06:30:00Z -2026-11-01T06:40:00Z ");
  auto sh = zone("Asia/Shanghai");
  EXPECT_EQ(edges(s, sh, at("2026-03-01T00:00:00Z"), at("2026-04-01T00:00:00Z")),
            "+2026-03-06T18:30:00Z -2026-03-06T18:50:00Z +2026-03-07T18:30:00Z -2026-03-07T18:50:00Z +2026-03-08T18:30:00Z "
            "-2026-03-08T18:50:00Z ");
}

TEST(Resolve, HighestClassSharesAndReasons) {
  auto z = zone("Asia/Shanghai");
  auto day = part("00:00", "24:00");
  Playlist p{{slot("a", {day}, Class::campaign, 1), slot("b", {day}, Class::campaign, 2), slot("f", {day}, Class::filler),
              slot("boot", {day}, Class::boot), slot("t", {part("08:00", "09:00")}, Class::timed)}};
  auto r = resolve(p, z, at("2026-11-22T04:00:00Z"));
  ASSERT_EQ(r.playing.size(), 2u);
  EXPECT_EQ(r.playing[0].share_permille, 333);
  EXPECT_EQ(r.playing[1].share_permille, 667);
  ASSERT_EQ(r.others.size(), 3u);
  EXPECT_EQ(r.others[0].why, WhyNot::outranked);
  EXPECT_EQ(r.others[0].en, "Content of the higher class \"campaign\" is on.");
  EXPECT_EQ(r.others[1].why, WhyNot::boot_only);
  EXPECT_EQ(r.others[2].why, WhyNot::outside_daypart);
  EXPECT_EQ(r.in_window.size(), 4u);
  EXPECT_EQ(*r.next_change, at("2026-11-23T00:00:00Z"));

  auto timed = resolve(p, z, at("2026-11-22T00:30:00Z"));
  ASSERT_EQ(timed.playing.size(), 1u);
  EXPECT_EQ(timed.playing[0].slot, 4u);
  auto booting = resolve(p, z, at("2026-11-22T04:00:00Z"), true);
  ASSERT_EQ(booting.playing.size(), 1u);
  EXPECT_EQ(booting.playing[0].slot, 3u);
}
TEST(Resolve, EmergencyReplacesEverything) {
  auto z = zone("Asia/Shanghai");
  auto day = part("00:00", "24:00");
  auto ticker = slot("tick", {day});
  ticker.layer = Layer::ticker;
  auto side = slot("side", {day});
  side.layer = Layer::side;
  Playlist p{{slot("a", {day}), ticker, slot("e", {day}, Class::emergency), side}};
  auto r = resolve(p, z, at("2026-11-22T04:00:00Z"));
  ASSERT_EQ(r.playing.size(), 1u);
  EXPECT_EQ(p.slots[r.playing[0].slot].id, "e");
  for (auto& o : r.others) EXPECT_EQ(o.why, WhyNot::emergency);
  // In the ticker it replaces the ticker only.
  p.slots[2].layer = Layer::ticker;
  r = resolve(p, z, at("2026-11-22T04:00:00Z"));
  ASSERT_EQ(r.playing.size(), 3u);
  for (auto& playing : r.playing) EXPECT_EQ(playing.share_permille, 1000) << "each layer by itself";
  EXPECT_EQ(r.others[0].slot, 1u);
}

// next_change is exact: sampled against open_at every few minutes over the weeks around transitions.
TEST(Resolve, NextChangeAgreesWithSampling) {
  std::mt19937 random(7);
  auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (auto* name : {"Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "America/Sao_Paulo"}) {
    auto z = zone(name);
    for (int round = 0; round < 12; ++round) {
      Slot s = slot("s", {}, Class::campaign, 1, "2026-03-05", "2026-04-10");
      for (int k = 0; k <= pick(3); ++k)
        s.dayparts.push_back({static_cast<std::uint8_t>(1 + pick(127)), pick(24) * 60 + pick(4) * 15, pick(25) * 60});
      Playlist p{{s}};
      UtcTime t = at("2026-03-01T00:00:00Z") + std::chrono::hours{pick(24 * 30)}, end = t + std::chrono::days{8};
      auto next = resolve(p, z, t).next_change;
      bool open = open_at(s, z, t);
      for (; t < end; t += std::chrono::minutes{5}) {
        if (next && t >= *next) {
          EXPECT_NE(open_at(s, z, *next), open) << name;
          EXPECT_EQ(open_at(s, z, *next - Millis{1}), open) << name;
          open = !open;
          next = resolve(p, z, t).next_change;
        }
        ASSERT_EQ(open_at(s, z, t), open) << name << " " << format_time(t) << " " << write_playlist(p);
      }
    }
  }
}

struct Table final : ExposesOf {
  std::map<std::string, Exposes, std::less<>> of;
  Exposes operator()(std::string_view a) const override {
    auto it = of.find(a);
    return it == of.end() ? Exposes::neither : it->second;
  }
};
TEST(Mix, MethodFirstCaseSecond) {
  auto day = part("00:00", "24:00");
  Table t;
  t.of = {{"ap-m", Exposes::method}, {"ap-c", Exposes::case_}};
  EXPECT_TRUE(check_mix(Playlist{{slot("m", {day}, Class::campaign, 2), slot("c", {day}, Class::campaign, 2)}}, t).ok);
  auto bad = check_mix(Playlist{{slot("m", {day}, Class::campaign, 1), slot("c", {day}, Class::campaign, 2), slot("n", {day})}}, t);
  EXPECT_FALSE(bad.ok);
  EXPECT_EQ(bad.method_permille, 250);
  EXPECT_EQ(bad.case_permille, 500);
  EXPECT_NE(bad.zh.find("不符合“以揭露手法为主，曝光案例为辅”"), std::string::npos);
  EXPECT_NE(bad.zh.find("50.0%"), std::string::npos);
  EXPECT_TRUE(check_mix(Playlist{}, t).ok);
  // Emergencies and tickers are not part of the mix.
  auto emergency = slot("c", {day}, Class::emergency, 9);
  EXPECT_TRUE(check_mix(Playlist{{slot("m", {day}), emergency}}, t).ok);
}
}  // namespace
}  // namespace fz::schedule
