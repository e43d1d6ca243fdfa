#include <chrono>
#include <iostream>
#include <random>

#include "tests/unit/plays/fixture.hpp"

namespace fz::plays {
namespace {

struct PlayStore : ::testing::Test {
  test::TempDir dir;
  std::unique_ptr<Store> store = open_store(dir / "plays.db");
};

TEST_F(PlayStore, GivesBackEveryField) {
  Device d;
  d.play("ap-1", kNow, "completed");
  d.play("ap-2", kNow + Seconds{10}, "skipped");
  d.play("ap-3", kNow + Seconds{11}, "interrupted").reason = "withdrawn";
  d.play("ap-4", kNow + Seconds{20}, "unknown");
  ASSERT_TRUE(send(*store, d, 1, 4));
  const auto rows = store->plays({}).value().rows;
  ASSERT_EQ(rows.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    auto expected = d.all[i];
    expected.previous.clear();
    auto got = rows[i].play;
    EXPECT_EQ(rows[i].device, d.id());
    EXPECT_EQ(rows[i].screen, "scr-1");
    EXPECT_EQ(trust::play_hash(got), trust::play_hash(expected)) << got.id;  // every field of the wire form
  }
}

TEST_F(PlayStore, SendingTwiceChangesNothing) {
  Device d;
  d.plays(20);
  const auto first = send(*store, d, 1, 12).value();
  EXPECT_EQ(first.added, 12);
  EXPECT_EQ(first.through, 12);
  const auto again = send(*store, d, 1, 12).value();
  EXPECT_EQ(again.added, 0);
  EXPECT_EQ(again.through, 12);
  EXPECT_EQ(again.head, first.head);
  EXPECT_EQ(send(*store, d, 3, 7).value().added, 0) << "a part of what is there";
  const auto overlap = send(*store, d, 5, 20).value();
  EXPECT_EQ(overlap.added, 8) << "only what is new";
  EXPECT_EQ(overlap.head, d.head());
  EXPECT_EQ(store->totals().value().plays, 20);
  EXPECT_EQ(store->totals().value().batches, 2);
  expect_consistent(*store, {d.id()});
}

TEST_F(PlayStore, OneTransactionHoldsGoodBatchesWhenOthersAreRefused) {
  Device a, b;
  a.plays(4);
  b.screen = "scr-2";
  b.plays(4);
  const auto a1 = a.batch(1, 2), gap = b.batch(3, 4), a2 = a.batch(3, 4), b1 = b.batch(1, 2);
  const auto results = store->ingest({&a1, &gap, &a2, &b1, &a1}, kNow);
  EXPECT_EQ(results[0].value().through, 2);
  EXPECT_EQ(results[1].error().code, Code::plays_gap);
  EXPECT_EQ(results[2].value().through, 4);
  EXPECT_EQ(results[3].value().through, 2);
  EXPECT_EQ(results[4].value().added, 0) << "the same batch twice in one transaction";
  expect_consistent(*store, {a.id(), b.id()});
}

TEST_F(PlayStore, RollupsAreExact) {
  Device d;
  const auto hour = parse_time("2026-11-22T08:00:00Z").value();
  d.play("ap-1", hour, "completed");
  d.play("ap-1", hour + Millis{3'599'999}, "interrupted");
  d.play("ap-1", hour + Millis{3'600'000}, "completed");
  d.play("ap-2", hour + Millis{3'600'001}, "skipped");
  d.play("ap-2", hour + Millis{3'600'002}, "unknown");
  ASSERT_TRUE(send(*store, d, 1, 2));
  ASSERT_TRUE(send(*store, d, 1, 5));
  ASSERT_TRUE(send(*store, d, 2, 4));
  const auto r = store->rollups({}).value();
  ASSERT_EQ(r.size(), 3u);
  EXPECT_EQ(r[0].hour, hour);
  EXPECT_EQ(r[0].plays, 2);
  EXPECT_EQ(r[0].completed, 1);
  EXPECT_EQ(r[0].presented_ms, 20'000);
  EXPECT_EQ(r[0].frames, 500);
  EXPECT_EQ(r[1].plays, 1);
  EXPECT_EQ(r[2].approval, "ap-2");
  EXPECT_EQ(r[2].plays, 1) << "a skipped play is none";
  EXPECT_EQ(r[2].completed, 0);
  RollupFilter f;
  f.until = hour + std::chrono::hours{1};
  EXPECT_EQ(store->rollups(f).value().size(), 1u);
  f = {};
  f.from = hour + std::chrono::hours{1};
  f.approval = "ap-1";
  f.screen = "scr-1";
  EXPECT_EQ(store->rollups(f).value().size(), 1u);
  f.screen = "scr-9";
  EXPECT_TRUE(store->rollups(f).value().empty());
}

TEST_F(PlayStore, PagesInOrderOfArrivalAndFilters) {
  Device a, b;
  a.plays(30, "ap-1");
  b.screen = "scr-2";
  b.plays(30, "ap-2");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(send(*store, a, 10 * i + 1, 10 * i + 10));
    ASSERT_TRUE(send(*store, b, i == 0 ? 1 : 10 * i - 3, 10 * i + 10));  // overlapping
  }
  std::vector<std::string> seen;
  PlayFilter f;
  f.limit = 7;
  for (int page = 0; page < 20; ++page) {
    const auto p = store->plays(f).value();
    for (const auto& row : p.rows) seen.push_back(row.screen + "/" + std::to_string(row.play.counter));
    f.after_row = p.next_row;
    if (p.next_row == 0) break;
  }
  ASSERT_EQ(seen.size(), 60u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 60u);
  EXPECT_EQ(seen[9], "scr-1/10");
  EXPECT_EQ(seen[10], "scr-2/1");
  EXPECT_EQ(seen[59], "scr-2/30");

  PlayFilter screen;
  screen.screen = "scr-2";
  screen.limit = 1000;
  EXPECT_EQ(store->plays(screen).value().rows.size(), 30u);
  PlayFilter approval;
  approval.approval = "ap-1";
  approval.limit = 1000;
  EXPECT_EQ(store->plays(approval).value().rows.size(), 30u);
  PlayFilter time = approval;
  time.from = kNow + Seconds{100};
  time.until = kNow + Seconds{200};
  EXPECT_EQ(store->plays(time).value().rows.size(), 10u);
  PlayFilter unknown;
  unknown.campaign = "nobody's";
  EXPECT_TRUE(store->plays(unknown).value().rows.empty());
}

TEST_F(PlayStore, EvidenceProvesAPlay) {
  Device d;
  d.plays(10);
  ASSERT_TRUE(send(*store, d, 1, 6));
  ASSERT_TRUE(send(*store, d, 4, 10));
  EXPECT_EQ(store->evidence(d.id(), 2).value(), std::vector{d.envelope(1, 6)});
  EXPECT_EQ(store->evidence(d.id(), 5).value(), (std::vector{d.envelope(1, 6), d.envelope(4, 10)}));
  EXPECT_TRUE(store->evidence(d.id(), 11).value().empty());
  EXPECT_TRUE(store->evidence("nobody", 1).value().empty());
}

TEST_F(PlayStore, TwoThousandBatchesOfManyDevicesInAnyGrouping) {
  std::mt19937 chance(7);
  std::vector<Device> devices(40);
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    devices[i].screen = "scr-" + std::to_string(i);
    devices[i].plays(100, "ap-" + std::to_string(i % 7));
  }
  for (int round = 0; round < 50; ++round)
    for (auto& d : devices) batches.push_back(d.batch(2 * round + 1, 2 * round + 2));
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t at = 0; at < batches.size();) {
    const std::size_t n = std::min<std::size_t>(1 + chance() % 200, batches.size() - at);
    std::vector<const Batch*> group;
    for (std::size_t i = at; i < at + n; ++i) group.push_back(&batches[i]);
    for (const auto& r : store->ingest(group, kNow)) ASSERT_TRUE(r) << to_log(r.error());
    at += n;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::cout << "2,000 batches, 4,000 plays: " << took.count() << " s\n";
  std::vector<std::string> ids;
  for (auto& d : devices) ids.push_back(d.id());
  expect_consistent(*store, ids);
  EXPECT_EQ(store->totals().value().plays, 4000);
  EXPECT_EQ(store->totals().value().devices, 40);
  EXPECT_EQ(store->totals().value().batches, 2000);
  EXPECT_TRUE(store->checkpoint());
  store = open_store(dir / "plays.db");
  expect_consistent(*store, ids);
}

}  // namespace
}  // namespace fz::plays
