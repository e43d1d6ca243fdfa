#include "shared/schedule/rotation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace fz::schedule {
namespace {

const UtcTime kStart = *parse_time("2026-11-22T04:00:00Z");

Slot slot(std::string id, int weight, int items = 1, Class c = Class::campaign) {
  Slot s;
  s.id = id;
  s.campaign = "c-" + id;
  s.priority = c;
  s.weight = weight;
  s.from = *parse_date("2026-01-01");
  s.until = *parse_date("2027-12-31");
  s.dayparts = {{0x7f, 0, 1440}};
  for (int i = 0; i < items; ++i) s.items.push_back({id + std::to_string(i), Millis{10000}});
  return s;
}
const TimeZone& shanghai() {
  static const TimeZone z = *TimeZone::find("Asia/Shanghai");
  return z;
}
// Plays back to back and returns the approvals in order.
std::string play(Rotation& r, const Playlist& p, UtcTime t, int n, const Rotation::Skip& skip = {}) {
  std::string out;
  for (int i = 0; i < n; ++i, t += Millis{10000}) {
    auto pick = r.next(p, shanghai(), t, skip);
    out += (pick ? pick->approval : "-") + " ";
  }
  return out;
}

TEST(Rotation, IsSmoothAndPlaysItemsInTurn) {
  Rotation r;
  Playlist p{{slot("a", 3, 2), slot("b", 1)}};
  EXPECT_EQ(play(r, p, kStart, 8), "a0 a1 b0 a0 a1 a0 b0 a1 ");
}
TEST(Rotation, SharesConvergeToTheWeights) {
  std::mt19937 random(11);
  for (int round = 0; round < 20; ++round) {
    Playlist p;
    int total = 0;
    for (unsigned i = 0; i < 2 + random() % 6; ++i) {
      p.slots.push_back(slot("s" + std::to_string(i), static_cast<int>(1 + random() % 50)));
      total += p.slots.back().weight;
    }
    Rotation r;
    std::map<std::string, int> plays;
    constexpr int kPlays = 2000;
    for (int i = 0; i < kPlays; ++i) ++plays[r.next(p, shanghai(), kStart + Millis{1000 * i}, {})->slot];
    for (auto& s : p.slots) EXPECT_NEAR(plays[s.id], double(kPlays) * s.weight / total, 2.0) << s.id;
  }
}
TEST(Rotation, NeverPicksWhatIsNotOpenOrSkipped) {
  std::mt19937 random(5);
  for (int round = 0; round < 10; ++round) {
    Playlist p;
    for (int i = 0; i < 8; ++i) {
      auto s = slot("s" + std::to_string(i), 1 + i, 3, static_cast<Class>(random() % 5));
      int from = static_cast<int>(random() % 1440);
      s.dayparts = {{static_cast<std::uint8_t>(1 + random() % 127), from, static_cast<int>(random() % 1441)}};
      if (random() % 2) s.max_per_hour = static_cast<int>(1 + random() % 20);
      if (random() % 2) s.min_spacing = Seconds{1 + random() % 600};
      p.slots.push_back(std::move(s));
    }
    Rotation r;
    std::map<std::string, std::vector<UtcTime>> starts;
    UtcTime t = kStart;
    auto skip = [&](const Slot&, const Item& item) { return item.approval.back() == '1'; };
    for (int i = 0; i < 3000; ++i, t += Seconds{37}) {
      auto pick = r.next(p, shanghai(), t, skip);
      if (!pick) continue;
      EXPECT_NE(pick->approval.back(), '1');
      auto& s = *std::find_if(p.slots.begin(), p.slots.end(), [&](auto& x) { return x.id == pick->slot; });
      EXPECT_TRUE(open_at(s, shanghai(), t));
      EXPECT_NE(s.priority, Class::boot);
      for (auto& other : p.slots)
        if (other.priority == Class::emergency && open_at(other, shanghai(), t)) {
          EXPECT_EQ(s.priority, Class::emergency);
        }
      auto& mine = starts[s.id];
      if (s.priority != Class::emergency) {
        if (s.min_spacing && !mine.empty()) {
          EXPECT_GE(t - mine.back(), *s.min_spacing);
        }
        if (s.max_per_hour && mine.size() >= static_cast<std::size_t>(*s.max_per_hour)) {
          EXPECT_GE(t - mine[mine.size() - static_cast<std::size_t>(*s.max_per_hour)], Seconds{3600});
        }
      }
      mine.push_back(t);
    }
  }
}
TEST(Rotation, LimitsLeaveTheRestToTheNextClass) {
  Playlist p{{slot("t", 1, 1, Class::timed), slot("c", 1)}};
  p.slots[0].max_per_hour = 2;
  p.slots[0].min_spacing = Seconds{30};
  Rotation r;
  EXPECT_EQ(play(r, p, kStart, 6), "t0 c0 c0 t0 c0 c0 ");
  EXPECT_EQ(play(r, p, kStart + Seconds{3590}, 3), "c0 t0 c0 ");
}
TEST(Rotation, SaysWhenToAskAgain) {
  Playlist p{{slot("t", 1)}};
  p.slots[0].min_spacing = Seconds{60};
  Rotation r;
  ASSERT_TRUE(r.next(p, shanghai(), kStart, {}));
  NoPick none;
  EXPECT_FALSE(r.next(p, shanghai(), kStart + Seconds{10}, {}, &none));
  EXPECT_EQ(none.retry_at, kStart + Seconds{60});
  EXPECT_TRUE(r.next(p, shanghai(), kStart + Seconds{60}, {}, &none));
  EXPECT_FALSE(r.next(Playlist{}, shanghai(), kStart, {}, &none));
  EXPECT_FALSE(none.retry_at);
}
TEST(Rotation, EmergencyReplacesEverythingAndTheScheduleGoesOn) {
  Playlist p{{slot("a", 1, 3)}};
  Rotation r;
  EXPECT_EQ(play(r, p, kStart, 2), "a0 a1 ");
  auto emergency = slot("e", 1, 1, Class::emergency);
  emergency.max_per_hour = 1;  // limits do not hold back an emergency
  p.slots.push_back(emergency);
  EXPECT_EQ(play(r, p, kStart + Seconds{60}, 3), "e0 e0 e0 ");
  p.slots.pop_back();
  EXPECT_EQ(play(r, p, kStart + Seconds{120}, 1), "a2 ");

  auto ticker = slot("k", 1);
  ticker.layer = Layer::ticker;
  Rotation tick(Layer::ticker);
  Playlist both{{slot("a", 1), ticker}};
  EXPECT_EQ(play(tick, both, kStart, 1), "k0 ");
  both.slots.push_back(emergency);
  EXPECT_EQ(play(tick, both, kStart, 1), "- ");
}
TEST(Rotation, SkipsGoToTheNextItemSlotAndClass) {
  Playlist p{{slot("a", 1, 2), slot("f", 1, 1, Class::filler)}};
  Rotation r;
  std::string bad = "a0";
  auto skip = [&](const Slot&, const Item& i) { return bad.find(i.approval) != bad.npos; };
  EXPECT_EQ(play(r, p, kStart, 2, skip), "a1 a1 ");
  bad = "a0 a1";
  EXPECT_EQ(play(r, p, kStart, 1, skip), "f0 ");
  bad = "a0 a1 f0";
  EXPECT_EQ(play(r, p, kStart, 1, skip), "- ");
}
TEST(Rotation, CancelGivesThePlayBack) {
  Playlist p{{slot("a", 1, 3)}};
  p.slots[0].max_per_hour = 2;
  Rotation r;
  auto first = r.next(p, shanghai(), kStart, {});
  auto second = r.next(p, shanghai(), kStart + Seconds{10}, {});
  EXPECT_FALSE(r.next(p, shanghai(), kStart + Seconds{20}, {}));
  r.cancel(*second);
  auto again = r.next(p, shanghai(), kStart + Seconds{20}, {});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->approval, "a1");
  r.cancel(*again);
  r.cancel(*first);
}
TEST(Rotation, StateSurvivesRestartsAndClockJumps) {
  Playlist p{{slot("a", 3, 2), slot("b", 1)}};
  p.slots[1].min_spacing = Seconds{25};
  Rotation whole, parts;
  std::string expected = play(whole, p, kStart, 9), got;
  for (int i = 0; i < 9; ++i) {
    got += play(parts, p, kStart + Seconds{10 * i}, 1);
    auto text = parts.write();
    auto back = Rotation::read(text);
    ASSERT_TRUE(back) << to_log(back.error());
    EXPECT_EQ(back->write(), text);
    parts = *back;
  }
  EXPECT_EQ(got, expected);
  for (auto* bad : {"", "{}", R"({"schema":2,"slots":{}})", R"({"schema":1,"slots":{"a":{}}})",
                    R"({"schema":1,"slots":{"a":{"credit":9000000,"index":0,"last":"","plays":[]}}})",
                    R"({"schema":1,"slots":{"a":{"credit":0,"index":0,"last":"","plays":[-1]}}})"})
    EXPECT_FALSE(Rotation::read(bad)) << bad;
  // The clock goes back a day: spacing must not block until it has caught up.
  Playlist one{{slot("x", 1)}};
  one.slots[0].min_spacing = Seconds{60};
  Rotation r;
  ASSERT_TRUE(r.next(one, shanghai(), kStart, {}));
  EXPECT_TRUE(r.next(one, shanghai(), kStart - std::chrono::days{1}, {}));
}
TEST(Rotation, StateStaysBounded) {
  Playlist p{{slot("a", 1)}};
  p.slots[0].max_per_hour = 3600;
  Rotation r;
  for (int i = 0; i < 6000; ++i) r.next(p, shanghai(), kStart + Seconds{i}, {});
  EXPECT_LT(r.write().size(), 3600u * 15 + 200);
  for (int i = 0; i < 300; ++i) {
    Playlist other{{slot("n" + std::to_string(i), 1)}};
    r.next(other, shanghai(), kStart, {});
  }
  EXPECT_LT(r.write().size(), 400u);
}
}  // namespace
}  // namespace fz::schedule
