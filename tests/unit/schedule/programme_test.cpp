// Programmes: slots whose items play once, in order, from each day-part's start.
#include <gtest/gtest.h>

#include "shared/schedule/rotation.hpp"

namespace fz::schedule {
namespace {

UtcTime at(std::string_view text) {
  return *parse_time(text);
}
TimeZone zone(std::string_view name) {
  return *TimeZone::find(name);
}
DayPart part(std::string_view from, std::string_view to) {
  return {0x7f, *parse_minutes(from, false), *parse_minutes(to, true)};
}
Slot programme(std::vector<DayPart> parts, int items = 3, std::string_view from = "2026-01-01", std::string_view until = "2027-12-31") {
  Slot s;
  s.id = s.campaign = "p";
  s.priority = Class::timed;
  s.once = true;
  s.from = *parse_date(from);
  s.until = *parse_date(until);
  s.dayparts = std::move(parts);
  for (int i = 0; i < items; ++i) s.items.push_back({"p" + std::to_string(i), Millis{60000}});
  return s;
}
Slot campaign() {
  Slot s = programme({part("00:00", "24:00")}, 1);
  s.id = s.campaign = "c";
  s.priority = Class::campaign;
  s.once = false;
  s.items[0].approval = "c0";
  return s;
}
/// Everything a screen plays between two instants that asks every minute.
std::string play(Rotation& r, const Playlist& p, const TimeZone& z, UtcTime from, UtcTime to) {
  std::string out;
  for (auto t = from; t < to; t += Millis{60000})
    if (auto pick = r.next(p, z, t, {}); pick && pick->priority == Class::timed)
      out += pick->approval + "@" + format_time(t).substr(11, 5) + " ";
  return out;
}

TEST(Programme, PlaysEachItemOnceInOrderFromEachStart) {
  Playlist p{{campaign(), programme({part("07:00", "07:30"), part("12:00", "12:30")})}};
  Rotation r;
  auto z = zone("Asia/Shanghai");
  EXPECT_EQ(play(r, p, z, at("2026-11-21T22:50:00Z"), at("2026-11-22T06:00:00Z")),
            "p0@23:00 p1@23:01 p2@23:02 p0@04:00 p1@04:01 p2@04:02 ");
  // Campaigns go on around it, and a restart in the middle goes on where it was.
  Rotation first;
  EXPECT_EQ(first.next(p, z, at("2026-11-22T04:00:00Z"), {})->approval, "p0");
  auto second = *Rotation::read(first.write());
  EXPECT_EQ(second.next(p, z, at("2026-11-22T04:01:00Z"), {})->approval, "p1");
  EXPECT_EQ(second.next(p, z, at("2026-11-22T04:02:00Z"), {})->approval, "p2");
  EXPECT_EQ(second.next(p, z, at("2026-11-22T04:03:00Z"), {})->approval, "c0");
}

TEST(Programme, WhatIsMissingIsPassedOverAndWhatWasNotShownComesBack) {
  Playlist p{{programme({part("12:00", "12:30")})}};
  auto z = zone("Asia/Shanghai");
  auto t = at("2026-11-22T04:00:00Z");
  Rotation r;
  auto missing = [](const Slot&, const Item& i) { return i.approval == "p1"; };
  auto p0 = r.next(p, z, t, missing);
  ASSERT_TRUE(p0);
  EXPECT_EQ(p0->opened, t);
  auto p2 = r.next(p, z, t, missing);
  EXPECT_EQ(p2->approval, "p2");
  EXPECT_FALSE(r.next(p, z, t, missing));
  r.cancel(*p2);
  EXPECT_EQ(r.next(p, z, t, {})->approval, "p2");
  r.cancel(*p0);  // nothing was shown: the whole programme again
  EXPECT_EQ(r.next(p, z, t, {})->approval, "p0");
}

// Berlin 2026-03-29: 02:00 -> 03:00 at 01:00Z; 2026-10-25: 03:00 -> 02:00 at 01:00Z.
TEST(Programme, ComesOnceInAGapAndOnceInAnOverlap) {
  auto z = zone("Europe/Berlin");
  Playlist p{{programme({part("02:15", "02:45")}, 2)}};
  Rotation r;
  EXPECT_EQ(play(r, p, z, at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), "p0@01:00 p1@01:01 ");  // wholly in the gap: at the jump
  EXPECT_EQ(play(r, p, z, at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), "p0@00:15 p1@00:16 ");  // the first 02:15
  Rotation fresh;  // a machine that was switched on between the two
  EXPECT_EQ(play(fresh, p, z, at("2026-10-25T00:50:00Z"), at("2026-10-25T12:00:00Z")), "");
  Playlist over{{programme({part("01:50", "02:30")}, 2)}};
  Rotation s;
  EXPECT_EQ(play(s, over, z, at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), "p0@23:50 p1@23:51 ");
  EXPECT_EQ(play(s, over, z, at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), "p0@00:50 p1@00:51 ");
  Playlist begins{{programme({part("02:30", "03:30")}, 2)}};  // begins in the gap, ends after it
  Rotation t;
  EXPECT_EQ(play(t, begins, z, at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), "p0@01:00 p1@01:01 ");
}

TEST(Programme, OpensExactlyOnceADayInEveryZone) {
  for (auto* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "America/Sao_Paulo"}) {
    auto z = zone(name);
    for (auto* from : {"00:00", "00:30", "01:30", "01:45", "02:00", "02:15", "02:59", "03:00", "23:50"}) {
      auto s =
          programme({DayPart{0x7f, *parse_minutes(from, false), (*parse_minutes(from, false) + 5) % 1440}}, 1, "2026-01-01", "2026-12-31");
      Playlist p{{s}};
      // The weeks around the changes of the clocks, forward and back.
      for (auto [first, days] : {std::pair{at("2026-03-01T12:00:00Z"), 40}, std::pair{at("2026-09-25T12:00:00Z"), 45}}) {
        int openings = 0;
        for (auto t = first; t < first + std::chrono::days{days};) {
          auto next = resolve(p, z, t).next_change;
          ASSERT_TRUE(next) << name << " " << from;
          t = *next;
          openings += open_at(s, z, t) && !open_at(s, z, t - Millis{1}) && t < first + std::chrono::days{days};
        }
        EXPECT_EQ(openings, days) << name << " " << from;
      }
    }
  }
}

TEST(Programme, ResolveSaysWhenItIsOver) {
  auto z = zone("Asia/Shanghai");
  Playlist p{{campaign(), programme({part("12:00", "12:30")})}};
  auto before = resolve(p, z, at("2026-11-22T03:59:00Z"));
  EXPECT_EQ(*before.next_change, at("2026-11-22T04:00:00Z"));
  auto in = resolve(p, z, at("2026-11-22T04:02:59Z"));
  ASSERT_EQ(in.playing.size(), 1u);
  EXPECT_EQ(p.slots[in.playing[0].slot].id, "p");
  EXPECT_EQ(*in.next_change, at("2026-11-22T04:03:00Z"));
  auto over = resolve(p, z, at("2026-11-22T04:03:00Z"));
  ASSERT_EQ(over.playing.size(), 1u);
  EXPECT_EQ(p.slots[over.playing[0].slot].id, "c");
  ASSERT_EQ(over.others.size(), 1u);
  EXPECT_EQ(over.others[0].why, WhyNot::programme_over);
  EXPECT_EQ(why_not_name(WhyNot::programme_over), "programme_over");
  EXPECT_EQ(*over.next_change, at("2026-11-22T04:30:00Z"));
}

TEST(Programme, IsAnnouncedAheadSoThatItCanBeMadeReady) {
  auto z = zone("Asia/Shanghai");
  Playlist p{{campaign(), programme({part("12:00", "12:30")})}};
  auto start = at("2026-11-22T04:00:00Z");
  EXPECT_FALSE(next_programme(p, z, start - Seconds{9}, Seconds{8}));
  EXPECT_EQ(*next_programme(p, z, start - Seconds{8}, Seconds{8}), start);
  EXPECT_EQ(*next_programme(p, z, start - Millis{1}, Seconds{8}), start);
  EXPECT_FALSE(next_programme(p, z, start, Seconds{8}));
}

}  // namespace
}  // namespace fz::schedule
