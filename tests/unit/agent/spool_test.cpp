#include "player/agent/spool.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace fz::agent {
namespace {

using test::TempDir;
const UtcTime kNow = parse_time("2026-11-22T08:00:00Z").value();

trust::Play play(std::int64_t counter, const std::string& previous, UtcTime started = kNow) {
  trust::Play p;
  p.id = "01930000-0000-7000-8000-" + std::string(11, '0') + std::to_string(counter % 10);
  p.counter = counter;
  p.approval_id = "ap-1";
  p.sha256 = std::string(64, 'a');
  p.campaign = "c";
  p.slot = "s";
  p.zone = "main";
  p.started = started;
  p.ended = started + Millis{5000};
  p.end = "completed";
  p.presented_ms = 5000;
  p.frames = 150;
  p.clock = "attested";
  p.previous = previous;
  return p;
}

TEST(Spool, KeepsIntentsAndRecordsOverARestart) {
  TempDir dir;
  Intent intent{"play-1", "main", "ap-1", std::string(64, 'a'), "c", "s", Millis{5000}, kNow, {}, "attested", "run-1"};
  const auto first = play(1, std::string(64, '0'));
  {
    auto spool = Spool::open(dir / "plays.db").value();
    const auto empty = spool->load().value();
    EXPECT_EQ(empty.last_counter, 0);
    EXPECT_EQ(empty.last_hash, std::string(64, '0'));
    spool->store(StoreIntent{intent}).value();
    spool->store(StoreIntent{intent}).value();  // again is no error
    spool->store(StoreStarted{"play-1", kNow + Millis{10}, "continued"}).value();
    intent.play = first.id;
    spool->store(StoreIntent{intent}).value();
    spool->store(StoreRecord{first}).value();
    spool->store(StoreRecord{first}).value();
  }
  auto spool = Spool::open(dir / "plays.db").value();
  const auto state = spool->load().value();
  EXPECT_EQ(state.last_counter, 1);
  EXPECT_EQ(state.last_hash, trust::play_hash(first));
  ASSERT_EQ(state.open.size(), 1u);
  EXPECT_EQ(state.open[0].play, "play-1");
  EXPECT_EQ(state.open[0].started, kNow + Millis{10});
  EXPECT_EQ(state.open[0].clock, "continued");
  EXPECT_EQ(state.open[0].screen, "run-1");
  const auto back = spool->plays_after(0, 10).value();
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(trust::play_hash(back[0]), trust::play_hash(first));
}

TEST(Spool, AcknowledgedRecordsStayThirtyDaysAndTheNewestForEver) {
  TempDir dir;
  auto spool = Spool::open(dir / "plays.db").value();
  std::string previous(64, '0');
  for (int i = 1; i <= 4; ++i) {
    const auto p = play(i, previous, kNow - Days{50 - 10 * i});  // 40, 30, 20, 10 days old
    previous = trust::play_hash(p);
    spool->store(StoreRecord{p}).value();
  }
  spool->store(PlaysAcknowledged{2, kNow + Days{1}}).value();
  auto kept = spool->plays_after(0, 10).value();
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[0].counter, 2);
  spool->store(PlaysAcknowledged{4, kNow + Days{400}}).value();
  kept = spool->plays_after(0, 10).value();
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].counter, 4);
  EXPECT_EQ(spool->load().value().acknowledged, 4);
}

TEST(Spool, ADamagedDatabaseIsPutAsideAndANewOneBegun) {
  TempDir dir;
  write_atomic(dir / "plays.db", std::string(8192, 'z')).value();
  auto spool = Spool::open(dir / "plays.db");
  ASSERT_TRUE(spool);
  EXPECT_EQ((*spool)->load().value().last_counter, 0);
  EXPECT_TRUE(fs::exists(dir / "plays.db.damaged"));
}

TEST(Spool, ProbeResultsAreKept) {
  TempDir dir;
  auto spool = Spool::open(dir / "plays.db").value();
  EXPECT_FALSE(spool->probe_result("x").value());
  spool->store_probe_result("x", "media_corrupt").value();
  spool->store_probe_result("y", "").value();
  EXPECT_EQ(spool->probe_result("x").value(), "media_corrupt");
  EXPECT_EQ(spool->probe_result("y").value(), "");
}

}  // namespace
}  // namespace fz::agent
