#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>

#include "tests/unit/plays/fixture.hpp"

namespace fz::plays {
namespace {

/// Counts transactions and can be held.
struct Gate final : Store {
  Store& under;
  std::mutex mutex;
  std::condition_variable changed;
  bool open = true;
  int transactions = 0, checkpoints = 0;
  bool inside = false;

  explicit Gate(Store& s) : under(s) {}
  std::vector<Result<Ack>> ingest(const std::vector<const Batch*>& batches, UtcTime now) override {
    std::unique_lock lock(mutex);
    ++transactions;
    inside = true;
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    inside = false;
    lock.unlock();
    return under.ingest(batches, now);
  }
  void set(bool to) {
    const std::lock_guard lock(mutex);
    open = to;
    changed.notify_all();
  }
  void wait_inside() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return inside; });
  }
  Result<PlayPage> plays(const PlayFilter& f) const override { return under.plays(f); }
  Result<std::vector<Rollup>> rollups(const RollupFilter& f) const override { return under.rollups(f); }
  Result<std::optional<DeviceState>> device(std::string_view id) const override { return under.device(id); }
  Result<std::vector<std::string>> evidence(std::string_view id, std::int64_t c) const override { return under.evidence(id, c); }
  Result<Totals> totals() const override { return under.totals(); }
  Result<void> checkpoint() override {
    const std::lock_guard lock(mutex);
    ++checkpoints;
    changed.notify_all();
    return under.checkpoint();
  }
};

struct PlayLog : ::testing::Test {
  test::TempDir dir;
  std::unique_ptr<Store> store = open_store(dir / "plays.db");
  Gate gate{*store};
  ManualClock clock{kNow};
};

TEST_F(PlayLog, WhatQueuesUpIsOneTransaction) {
  std::vector<Device> devices(50);
  std::vector<std::future<Result<Ack>>> answers;
  {
    Log log(gate, clock);
    gate.set(false);
    answers.push_back(log.submit(devices[0].plays(2).batch(1, 2)));
    gate.wait_inside();
    for (std::size_t i = 1; i < devices.size(); ++i) answers.push_back(log.submit(devices[i].plays(2).batch(1, 2)));
    gate.set(true);
    for (auto& a : answers) EXPECT_EQ(a.get().value().through, 2);
  }
  EXPECT_EQ(gate.transactions, 2);
  EXPECT_EQ(store->totals().value().plays, 100);
}

TEST_F(PlayLog, AFullQueueSaysSoAtOnceAndTheDestructorWritesTheRest) {
  std::vector<Device> devices(4);
  std::vector<std::future<Result<Ack>>> answers;
  {
    Log log(gate, clock, 2);
    gate.set(false);
    answers.push_back(log.submit(devices[0].plays(1).batch(1, 1)));
    gate.wait_inside();
    for (std::size_t i = 1; i < 4; ++i) answers.push_back(log.submit(devices[i].plays(1).batch(1, 1)));
    ASSERT_EQ(answers[3].wait_for(Seconds{0}), std::future_status::ready);
    EXPECT_EQ(answers[3].get().error().code, Code::unavailable);
    gate.set(true);
  }
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(answers[i].get().value().added, 1);
}

TEST_F(PlayLog, ABatchOfOneDeviceKeepsItsPlace) {
  Device d;
  d.plays(200);
  std::vector<std::future<Result<Ack>>> answers;
  Log log(gate, clock);
  for (int i = 0; i < 100; ++i) answers.push_back(log.submit(d.batch(2 * i + 1, 2 * i + 2)));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get().value().through, 2 * i + 2);
}

TEST_F(PlayLog, ManyThreadsMaySubmitAndItChecksPointsWhenItRests) {
  std::vector<Device> devices(8);
  for (auto& d : devices) d.plays(100);
  Log log(gate, clock);
  std::vector<std::thread> threads;
  for (auto& d : devices)
    threads.emplace_back([&log, &d] {
      for (int i = 0; i < 10; ++i) EXPECT_EQ(log.submit(d.batch(10 * i + 1, 10 * i + 10)).get().value().through, 10 * i + 10);
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(store->totals().value().plays, 800);
  std::unique_lock lock(gate.mutex);
  EXPECT_TRUE(gate.changed.wait_for(lock, Seconds{20}, [&] { return gate.checkpoints > 0; }));
}

}  // namespace
}  // namespace fz::plays
