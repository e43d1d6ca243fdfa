// Gaps, forks, restored copies: which history of a device is believed.
#include "tests/unit/plays/fixture.hpp"

namespace fz::plays {
namespace {

struct PlayRules : ::testing::Test {
  test::TempDir dir;
  std::unique_ptr<Store> store = open_store(dir / "plays.db");

  void expect_fork(const Result<Ack>& r) {
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Code::plays_fork);
  }
  void expect_gap(const Result<Ack>& r, const std::string& expected) {
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code, Code::plays_gap);
    EXPECT_EQ(r.error().params, (Params{{"expected", expected}}));
  }
};

TEST_F(PlayRules, AGapNamesWhatIsExpected) {
  Device d;
  d.plays(10);
  expect_gap(send(*store, d, 2, 3), "1");
  ASSERT_TRUE(send(*store, d, 1, 4));
  expect_gap(send(*store, d, 6, 10), "5");
  EXPECT_EQ(store->totals().value().plays, 4);
  ASSERT_TRUE(send(*store, d, 5, 10));
  expect_consistent(*store, {d.id()});
}

TEST_F(PlayRules, ACloneIsAForkWhereverItsHistoryParts) {
  Device d;
  d.plays(5);
  auto clone = d;
  d.plays(10);
  ASSERT_TRUE(send(*store, d, 1, 15));
  clone.plays(3);
  expect_fork(send(*store, clone, 6, 8));  // wholly below: other plays under counters that are known
  expect_fork(send(*store, clone, 1, 7));
  clone.plays(7);
  expect_fork(send(*store, clone, 9, 15));  // ends at the head
  clone.plays(5);
  expect_fork(send(*store, clone, 14, 20));
  expect_fork(send(*store, clone, 16, 20));  // goes on from another head
  EXPECT_EQ(store->totals().value().plays, 15);
  ASSERT_TRUE(send(*store, d.plays(1), 16, 16)) << "the true one goes on";
  expect_consistent(*store, {d.id()});
}

TEST_F(PlayRules, TheFirstPlayBeginsTheChain) {
  Device d;
  d.play().previous = std::string(64, 'f');
  expect_fork(send(*store, d, 1, 1));
}

TEST_F(PlayRules, AServerRestoredFromABackupAsksForWhatItLost) {
  Device d;
  d.plays(10);
  ASSERT_TRUE(send(*store, d, 1, 10));
  ASSERT_TRUE(store->checkpoint());
  store.reset();
  fs::copy_file(dir / "plays.db", dir / "backup.db");
  store = open_store(dir / "plays.db");
  d.plays(10);
  ASSERT_TRUE(send(*store, d, 11, 20));
  store = open_store(dir / "backup.db");
  d.plays(5);
  expect_gap(send(*store, d, 21, 25), "11");
  EXPECT_EQ(send(*store, d, 11, 25).value().added, 15);
  expect_consistent(*store, {d.id()});
}

TEST_F(PlayRules, ADeviceThatHasThePlaysNoMoreGoesOnAtLast) {
  Device d;
  d.plays(20);
  auto now = kNow;
  for (int i = 0; i < kGapAsks; ++i) expect_gap(send(*store, d, 11, 15, now), "1");
  expect_gap(send(*store, d, 11, 15, now), "1");  // often enough, but not for long enough
  now += kGapPatience;
  expect_gap(send(*store, d, 12, 15, now), "1");  // another beginning: it is still looking
  for (int i = 0; i < kGapAsks; ++i) expect_gap(send(*store, d, 11, 15, now), "1");
  now += kGapPatience;
  const auto ack = send(*store, d, 11, 15, now).value();
  EXPECT_EQ(ack.through, 15);
  EXPECT_EQ(ack.added, 5);
  EXPECT_EQ(store->device(d.id()).value()->gaps, 10);
  expect_gap(send(*store, d, 17, 20, now), "16");  // the next gap begins anew
  EXPECT_EQ(send(*store, d, 16, 20, now).value().added, 5);
  EXPECT_EQ(send(*store, d, 3, 9, now).value().added, 0) << "found after all: too late, but no fork";
}

TEST_F(PlayRules, AnOldBatchOfTheSameHistoryIsAcknowledgedWithTheHeadOfNow) {
  Device d;
  d.plays(30);
  ASSERT_TRUE(send(*store, d, 1, 10));
  ASSERT_TRUE(send(*store, d, 11, 30));
  for (const auto& [first, last] : {std::pair{1, 10}, {2, 9}, {5, 15}, {11, 29}}) {
    const auto ack = send(*store, d, first, last).value();
    EXPECT_EQ(ack.added, 0);
    EXPECT_EQ(ack.through, 30);
    EXPECT_EQ(ack.head, d.head());
    EXPECT_EQ(ack.batch, d.batch(first, last).payload_sha256);
  }
  expect_consistent(*store, {d.id()});
}

}  // namespace
}  // namespace fz::plays
