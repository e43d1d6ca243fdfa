#include "tests/unit/agent/simulator.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

namespace fz::test {
namespace {

constexpr Millis kMinute{60000}, kHour{3600000};

std::string join(const std::vector<std::string>& lines) {
  std::string all;
  for (const auto& l : lines) all += l + "\n";
  return all;
}
int env_or(const char* name, int fallback) {
  const char* value = std::getenv(name);
  return value ? std::atoi(value) : fallback;
}

TEST(Simulator, CalmDayShowsEveryItemAndRecordsEveryPlay) {
  Simulator sim(1, Faults::none());
  sim.boot_agent();
  ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kMinute));
  EXPECT_LT(sim.now() - kOfficeNow, Millis{40000});  // six files at up to five seconds each
  sim.run(2 * kHour);
  sim.settle_and_check();
  EXPECT_EQ(join(sim.violations), "");
  EXPECT_GT(sim.presented, 300);
  std::set<std::string> seen;
  for (const auto& p : sim.server.plays) seen.insert(p.approval_id);
  EXPECT_EQ(seen.size(), 6u);
  for (const auto& p : sim.server.plays) EXPECT_EQ(p.end, "completed");
}

TEST(Simulator, ASeedGivesTheSameRunEveryTime) {
  const auto run = [](std::uint64_t seed) {
    Simulator sim(seed, Faults::rough());
    sim.boot_agent();
    sim.run(2 * kHour);
    return sim.trace + " " + std::to_string(sim.steps);
  };
  const auto first = run(5);
  EXPECT_EQ(run(5), first);
  EXPECT_NE(run(6), first);
}

// FZ_SIM_SEED, FZ_SIM_RUNS and FZ_SIM_HOURS make it longer or repeat a failure.
TEST(Simulator, RoughDaysKeepEveryPromise) {
  const int first = env_or("FZ_SIM_SEED", 1), runs = env_or("FZ_SIM_RUNS", 3), hours = env_or("FZ_SIM_HOURS", 10);
  for (int seed = first; seed < first + runs; ++seed) {
    Simulator sim(static_cast<std::uint64_t>(seed), Faults::rough());
    sim.boot_agent();
    sim.run(hours * kHour);
    sim.settle_and_check();
    EXPECT_EQ(join(sim.violations), "") << "seed " << seed;
    EXPECT_GT(sim.presented, 100) << "seed " << seed;
    std::cout << "seed " << seed << ": " << sim.presented << " plays, " << sim.kills << " kills, " << sim.disk.plays.size() << " records, "
              << sim.steps << " steps\n";
  }
}

}  // namespace
}  // namespace fz::test
