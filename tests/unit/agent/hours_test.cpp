// Hours for downloads: what waits for them, and what never does.
#include <gtest/gtest.h>

#include "tests/unit/agent/simulator.hpp"

namespace fz::test {
namespace {

constexpr Millis kMinute{60000}, kHour{3600000};

// The office's day begins at 16:00 by the wall of the screen's zone.
class Hours : public testing::Test {
 protected:
  Hours() : sim(11, Faults::none()) { sim.download_hours = std::pair(22 * 60, 6 * 60); }
  void start() {
    sim.boot_agent();
    ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kMinute));
  }
  void add(const std::string& id, const std::string& bytes, const std::string& mime = "video/mp4") {
    sim.server.add({.id = id, .bytes = bytes, .mime = mime, .duration = Millis{5000}});
  }
  void publish() {
    sim.server.publish(sim.now());
    sim.push(R"({"m":"changed"})");
  }
  bool stored(const std::string& bytes) const { return sim.disk.blobs.contains(crypto::sha256_hex(std::string_view(bytes))); }
  void check() {
    sim.settle_and_check();
    for (const auto& v : sim.violations) ADD_FAILURE() << v;
  }
  Simulator sim;
};

TEST_F(Hours, MediaWaitForTheNightAndTextsAndWithdrawalsDoNot) {
  start();  // the first set is fetched at once: else there would be nothing to show until ten at night
  sim.run(5 * kMinute);
  const std::string film = "film of the night", text = R"({"schema":1,"type":"slogan","text":"不转账"})";
  add("ap-film", film);
  add("ap-text", text, "application/vnd.fz.slogan+json");
  publish();
  sim.run(30 * kMinute);
  EXPECT_FALSE(stored(film));
  EXPECT_TRUE(stored(text));
  EXPECT_TRUE(sim.agent().updater()->set().items.contains("ap-text"));
  EXPECT_FALSE(sim.agent().updater()->set().items.contains("ap-film"));
  EXPECT_FALSE(sim.on_air().empty());
  const auto victim = sim.on_air();
  const auto begin = sim.now();
  sim.push("{\"m\":\"withdrawals\",\"envelope\":" + sim.server.withdraw(victim, sim.now()) + "}");
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() != victim; }, kMinute));
  EXPECT_LE(sim.now() - begin, Millis{200});
  publish();
  sim.sleep(4 * kHour);
  sim.run(kHour);  // 21:35
  EXPECT_FALSE(stored(film));
  sim.run(40 * kMinute);  // 22:15
  EXPECT_TRUE(stored(film));
  EXPECT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-film"; }, 10 * kMinute));
  check();
}

TEST_F(Hours, WhatWaitsIsNotForgottenOverARestart) {
  start();
  const std::string film = "film of the night";
  add("ap-film", film);
  publish();
  sim.run(30 * kMinute);
  ASSERT_FALSE(stored(film));
  sim.kill_agent();
  sim.run(kMinute);
  sim.sleep(5 * kHour);
  sim.run(kHour);
  EXPECT_TRUE(stored(film));
  check();
}

TEST_F(Hours, TheEndOfTheHoursPutsADownloadAside) {
  sim.download_hours = std::pair(15 * 60, 16 * 60 + 10);
  start();
  sim.run(9 * kMinute + Millis{40000} - std::chrono::duration_cast<Millis>(sim.now() - kOfficeNow));            // 16:09:40
  for (int i = 0; i < 30; ++i) add("ap-night-" + std::to_string(i), "film of the night " + std::to_string(i));  // up to five seconds each
  publish();
  sim.run(10 * kMinute);
  int there = 0;
  for (int i = 0; i < 30; ++i) there += stored("film of the night " + std::to_string(i));
  EXPECT_GT(there, 0);
  EXPECT_LT(there, 30);
  EXPECT_FALSE(sim.on_air().empty());
  sim.sleep(22 * kHour);
  sim.run(2 * kHour);
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(stored("film of the night " + std::to_string(i))) << i;
  check();
}

}  // namespace
}  // namespace fz::test
