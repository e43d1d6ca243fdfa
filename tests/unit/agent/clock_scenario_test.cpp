// Wrong clocks and long absences, on the core in simulated time. What a clock may be believed is proven in tests/unit/trust.
#include <gtest/gtest.h>

#include "shared/base/json.hpp"
#include "tests/unit/agent/simulator.hpp"

namespace fz::test {
namespace {

constexpr Millis kSecond{1000}, kMinute{60000}, kHour{3600000}, kDay{24 * 3600000};

class Clocks : public testing::Test {
 protected:
  Clocks() : sim(13, Faults::none()) {}
  void start() {
    sim.boot_agent();
    ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kMinute));
  }
  void reboot(Millis wrong_by) {
    sim.power_cut();
    sim.wall_offset = wrong_by;
  }
  bool alarmed(const std::string& code) {
    const auto v = json::parse(sim.agent().status_json({Millis{0}, sim.now(), sim.now()})).value();
    for (const auto& a : v.at("alarms").as_array())
      if (a.at("code").as_string() == code) return true;
    return false;
  }
  void check() {
    sim.settle_and_check();
    for (const auto& v : sim.violations) ADD_FAILURE() << v;
  }
  Simulator sim;
};

// The battery of the clock is dead, or somebody set the year by hand: with the server's word the screen plays within a minute.
TEST_F(Clocks, HoursToTenYearsOffEitherWayTheServersWordCounts) {
  start();
  for (const auto wrong : {-3650 * kDay, 3650 * kDay, 365 * kDay, 20 * kDay, 2 * kDay, 8 * kHour, -8 * kHour}) {
    reboot(Millis{0});  // it agrees with the server, until the next power cut
    sim.run(2 * kMinute);
    reboot(wrong);
    ASSERT_TRUE(sim.run_until([&] { return sim.agent_runs() && !sim.on_air().empty(); }, 2 * kMinute)) << wrong.count();
    sim.run(kMinute);
    const auto off = sim.agent().time(sim.since_boot()).now - sim.now();
    EXPECT_LT(std::chrono::abs(off), kMinute) << wrong.count();
  }
  check();
}

// Ten years ahead and nobody to ask: what has ended by that clock is not shown, and the slate stands.
TEST_F(Clocks, TenYearsAheadWithoutANetworkShowsTheSlateUntilTheServerIsBack) {
  start();
  sim.set_server_up(false);
  reboot(3650 * kDay);
  sim.run(10 * kMinute);
  EXPECT_EQ(sim.on_air(), "");
  sim.set_server_up(true);
  EXPECT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, 5 * kMinute));
  check();
}

// And ten years behind: the last time that was known holds, so loops go on.
TEST_F(Clocks, TenYearsBehindWithoutANetworkLoopsGoOn) {
  start();
  sim.run(kHour);
  sim.set_server_up(false);
  reboot(-3650 * kDay);
  EXPECT_TRUE(sim.run_until([&] { return sim.agent_runs() && !sim.on_air().empty(); }, 2 * kMinute));
  sim.set_server_up(true);
  check();
}

// 60 days is what these items may do without a word from the offices.
TEST_F(Clocks, SixtyDaysOfflineLoopsPlayToTheirLastDayAndComeBackAtOnce) {
  start();
  sim.set_server_up(false);
  for (int day = 0; day < 59; ++day) {
    sim.sleep(kDay - kMinute);
    sim.run(kMinute);
    ASSERT_FALSE(sim.on_air().empty()) << "day " << day;
  }
  sim.sleep(3 * kDay);
  sim.run(kMinute);
  EXPECT_EQ(sim.on_air(), "");
  sim.set_server_up(true);
  EXPECT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, 5 * kMinute));
}

// Its token ended meanwhile: that is no reason to ask without a pause.
TEST_F(Clocks, AServerThatIsAwayForHoursIsNotAskedWithoutAPause) {
  start();
  sim.run(40 * kMinute);
  sim.set_server_up(false);
  sim.calls = 0;
  sim.run(2 * kHour);
  EXPECT_GT(sim.calls, 50);
  EXPECT_LT(sim.calls, 2 * 60 * 10);  // a status at each change of the picture among them
  sim.set_server_up(true);
  check();
}

// One key's document from 2099 (a duty desk's PC with a wrong clock) moves nobody's clock.
TEST_F(Clocks, AWithdrawalsDocumentOf2099ThrowsNoClockAhead) {
  start();
  const auto future = parse_time("2099-01-01T00:00:00Z").value();
  sim.server.withdraw("ap-0", future);
  sim.server.publish(sim.now());
  sim.push(R"({"m":"changed"})");
  sim.run(kHour);
  EXPECT_LT(std::chrono::abs(sim.agent().time(Millis{0}).now - sim.now()), 2 * kHour);
  EXPECT_FALSE(sim.on_air().empty());
  EXPECT_NE(sim.on_air(), "ap-0");
  // The office's next word, with the right date again, is taken.
  sim.server.withdraw("ap-1", sim.now());
  sim.server.publish(sim.now());
  sim.push(R"({"m":"changed"})");
  sim.run(10 * kMinute);
  EXPECT_TRUE(sim.agent().trusted()->is_withdrawn("ap-1", sim.now()));
  EXPECT_FALSE(sim.on_air().empty());
}

// The wall goes from 02:00 to 03:00, and half a year later from 03:00 to 02:00: it plays on, and the records stand in order.
TEST_F(Clocks, TheNightsOfSummerTimeAreNightsLikeAny) {
  sim.server.zone = "Europe/Berlin";
  sim.server.publish(sim.now());
  start();
  sim.set_server_up(true);
  const auto to = [&](const char* when) {
    sim.sleep(parse_time(when).value() - sim.now() - 10 * kMinute);
    sim.server.renew_withdrawals(sim.now());
    sim.server.publish(sim.now());
    sim.run(parse_time(when).value() - sim.now());
  };
  for (const char* before : {"2027-03-28T00:55:00Z", "2027-10-31T00:55:00Z"}) {
    to(before);
    const auto count = sim.presented;
    for (int i = 0; i < 20; ++i) {
      sim.run(kMinute);
      EXPECT_FALSE(sim.on_air().empty()) << before << " + " << i;
    }
    EXPECT_GT(sim.presented, count + 20) << before;
  }
  UtcTime last{};
  for (const auto& p : sim.disk.plays) {
    EXPECT_GE(p.started, last);
    last = p.started;
  }
}

// Whatever makes the screen fall again and again: the slate, an alarm, and another try later.
TEST_F(Clocks, AScreenThatFallsAgainAndAgainIsLeftWithTheSlateAndSomebodyIsTold) {
  start();
  for (int i = 0; i < 8; ++i) {
    sim.crash_screen();
    sim.run(Millis{2500});
  }
  EXPECT_TRUE(alarmed("process_failed"));
  EXPECT_EQ(sim.on_air(), "");
  sim.run(10 * kSecond);
  EXPECT_EQ(sim.on_air(), "");
  EXPECT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, 3 * kMinute));
  sim.run(5 * kMinute);
  EXPECT_FALSE(sim.on_air().empty());
}

}  // namespace
}  // namespace fz::test
