// Timed programmes and the output's levels by the clock, in simulated time. The office's clock begins at 16:00 in Shanghai.
#include <gtest/gtest.h>

#include "shared/base/json.hpp"
#include "tests/unit/agent/simulator.hpp"

namespace fz::test {
namespace {

constexpr Millis kSecond{1000}, kMinute{60000};

UtcTime at(std::string_view utc) {
  return *parse_time(utc);
}

class Timed : public testing::Test {
 protected:
  Timed() : sim(11, Faults::none()) {}
  void programme(std::string_view from, std::string_view to) {
    schedule::Slot slot;
    slot.id = slot.campaign = "news";
    slot.priority = schedule::Class::timed;
    slot.once = true;
    slot.from = *schedule::parse_date("2026-01-01");
    slot.until = *schedule::parse_date("2040-01-01");
    slot.dayparts = {{0x7f, *schedule::parse_minutes(from, false), *schedule::parse_minutes(to, true)}};
    sim.server.set_slot(slot);
    for (auto* n : {"a", "b", "c"})
      sim.server.add({.id = std::string("news-") + n,
                      .bytes = std::string("news ") + n,
                      .mime = "audio/mp4",
                      .duration = 5 * kSecond,
                      .slot = "news"});
  }
  void only_programme() {
    for (int i = 0; i < 6; ++i) sim.server.remove("ap-" + std::to_string(i));
  }
  void publish() {
    sim.server.publish(sim.now());
    sim.boot_agent();
  }
  void run_to(UtcTime t) { sim.run(t - sim.now()); }
  json::value status() { return *json::parse(sim.agent().status_json({Millis{0}, sim.now(), sim.now()})); }
  Simulator sim;
};

TEST_F(Timed, AnIdleEndpointBeginsWithinASecondAndPlaysOnceInOrder) {
  programme("16:10", "16:30");
  only_programme();
  publish();
  const auto due = at("2026-11-22T08:10:00Z");
  run_to(due - Millis{1});
  EXPECT_EQ(sim.on_air(), "");
  ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kMinute));
  EXPECT_LE(sim.now() - due, kSecond);
  EXPECT_EQ(sim.on_air(), "news-a");
  std::vector<std::string> heard;
  for (int i = 0; i < 1200; ++i) {
    if (const auto now = sim.on_air(); !now.empty() && (heard.empty() || heard.back() != now)) heard.push_back(now);
    sim.run(kSecond);
  }
  EXPECT_EQ(heard, (std::vector<std::string>{"news-a", "news-b", "news-c"}));
  sim.run(24 * 60 * kMinute);
  EXPECT_EQ(std::count_if(sim.server.plays.begin(), sim.server.plays.end(), [](auto& p) { return p.approval_id == "news-a"; }), 2)
      << "once a day";
}

TEST_F(Timed, ABusyScreenTurnsToItAtTheItemsEndAndGoesOnAfterwards) {
  programme("16:10", "16:30");
  publish();
  const auto due = at("2026-11-22T08:10:00Z");
  run_to(due);
  EXPECT_TRUE(sim.on_air().starts_with("ap-")) << sim.on_air();
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air().starts_with("news-"); }, kMinute));
  EXPECT_LE(sim.now() - due, 25 * kSecond) << "the longest item has 20 s";
  EXPECT_GE(sim.now(), due);
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air().starts_with("ap-"); }, kMinute));
  sim.run(30 * kMinute);
  for (auto* id : {"news-a", "news-b", "news-c"})
    EXPECT_EQ(std::count_if(sim.server.plays.begin(), sim.server.plays.end(), [&](auto& p) { return p.approval_id == id; }), 1) << id;
  for (const auto& v : sim.violations) ADD_FAILURE() << v;
}

TEST_F(Timed, ARestartInTheMiddleStillComesToTheEnd) {
  programme("16:10", "16:30");
  only_programme();
  publish();
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "news-b"; }, 20 * kMinute));
  sim.kill_agent();
  sim.run(10 * kMinute);
  const auto of = [&](std::string_view id) {
    return std::count_if(sim.server.plays.begin(), sim.server.plays.end(),
                         [&](auto& p) { return p.approval_id == id && p.end == "completed"; });
  };
  EXPECT_GE(of("news-c"), 1);
}

TEST_F(Timed, LevelsFollowTheRulesWithinASecond) {
  sim.server.rules = *schedule::parse_output_rules(
      R"({"output":[{"days":[1,2,3,4,5,6,7],"from":"16:05","to":"20:00","volume_percent":30,"brightness_percent":50}],)"
      R"("silent":[{"days":[1,2,3,4,5,6,7],"from":"16:10","to":"16:20"}]})");
  publish();
  run_to(at("2026-11-22T08:04:59Z"));
  EXPECT_EQ(sim.output, wire::Output{});
  run_to(at("2026-11-22T08:05:01.100Z"));
  EXPECT_EQ(sim.output, (wire::Output{50, 30, false, true}));
  run_to(at("2026-11-22T08:10:01.100Z"));
  EXPECT_TRUE(sim.output.muted);
  EXPECT_TRUE(status().at("output").at("muted").as_bool());
  run_to(at("2026-11-22T08:20:01.100Z"));
  EXPECT_EQ(sim.output, (wire::Output{50, 30, false, true}));
  // An operator's word is taken of what the schedule says.
  sim.push(R"({"m":"command","id":"c1","command":"volume","value":50})");
  sim.run(kSecond);
  EXPECT_EQ(sim.output.volume_percent, 15);
  sim.crash_screen();
  sim.output = {};
  sim.run(kMinute);
  EXPECT_EQ(sim.output, (wire::Output{50, 15, false, true})) << "a new screen is told again";
}

TEST_F(Timed, OffByScheduleShowsNothingRecordsNothingAndWakesForAnEmergency) {
  sim.server.rules = *schedule::parse_output_rules(R"({"output":[{"days":[1,2,3,4,5,6,7],"from":"16:10","to":"16:40","on":false}]})");
  publish();
  run_to(at("2026-11-22T08:09:59Z"));
  EXPECT_FALSE(sim.on_air().empty());
  run_to(at("2026-11-22T08:10:05Z"));
  EXPECT_FALSE(sim.output.on);
  EXPECT_EQ(sim.on_air(), "");
  EXPECT_FALSE(status().at("output").at("on").as_bool());
  const auto plays = sim.disk.plays.size();
  sim.run(5 * kMinute);
  EXPECT_EQ(sim.on_air(), "");
  EXPECT_EQ(sim.disk.plays.size(), plays);
  schedule::Slot slot;
  slot.id = slot.campaign = "alert";
  slot.priority = schedule::Class::emergency;
  slot.from = *schedule::parse_date("2026-01-01");
  slot.until = *schedule::parse_date("2040-01-01");
  slot.dayparts = {schedule::DayPart{}};
  sim.server.set_slot(slot);
  sim.server.add({.id = "ap-alert", .bytes = "alert", .kind = trust::Kind::emergency, .duration = 20 * kSecond, .slot = "alert"});
  sim.server.publish(sim.now());
  sim.push(R"({"m":"changed"})");
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-alert"; }, kMinute));
  EXPECT_TRUE(sim.output.on);
  sim.server.remove("ap-alert");
  sim.server.publish(sim.now());
  sim.push(R"({"m":"changed"})");
  sim.run(2 * kMinute);
  EXPECT_FALSE(sim.output.on);
  run_to(at("2026-11-22T08:40:05Z"));
  EXPECT_TRUE(sim.output.on);
  EXPECT_FALSE(sim.on_air().empty());
}

TEST_F(Timed, ALostSoundDeviceIsInTheStatus) {
  publish();
  sim.run(kMinute);
  EXPECT_FALSE(status().as_object().contains("sound_lost"));
  sim.sound_lost = true;
  sim.run(3 * kSecond);
  EXPECT_TRUE(status().as_object().contains("sound_lost"));
  EXPECT_NE(sim.server.last_status.find("sound_lost"), std::string::npos) << "told within seconds";
}

}  // namespace
}  // namespace fz::test
