// What a screen does in particular troubles, in simulated time.
#include <gtest/gtest.h>

#include "shared/base/json.hpp"
#include "tests/unit/agent/simulator.hpp"

namespace fz::test {
namespace {

constexpr Millis kSecond{1000}, kMinute{60000}, kHour{3600000}, kDay{24 * 3600000};

/// A calm screen that plays.
class Scenario : public testing::Test {
 protected:
  Scenario() : sim(7, Faults::none()) {}
  void start() {
    sim.boot_agent();
    ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kMinute));
  }
  bool alarmed(const std::string& code) {
    const auto v = json::parse(sim.agent().status_json({Millis{0}, sim.now(), sim.now()})).value();
    for (const auto& a : v.at("alarms").as_array())
      if (a.at("code").as_string() == code) return true;
    return false;
  }
  std::string status(const char* name) {
    return std::string(json::parse(sim.agent().status_json({Millis{0}, sim.now(), sim.now()})).value().at(name).as_string());
  }
  /// What is seen on the surface within the span.
  std::set<std::string> seen(Millis span) {
    std::set<std::string> all;
    for (Millis t{0}; t < span; t += kSecond) {
      sim.run(kSecond);
      if (!sim.on_air().empty()) all.insert(sim.on_air());
    }
    return all;
  }
  void no_violations() {
    for (const auto& v : sim.violations) ADD_FAILURE() << v;
  }
  /// Withdraws what is on air by a push: off within 200 ms, never seen again, and recorded as interrupted for that reason.
  void withdrawn_at_once(const std::string& victim) {
    const auto begin = sim.now();
    sim.push("{\"m\":\"withdrawals\",\"envelope\":" + sim.server.withdraw(victim, sim.now()) + "}");
    ASSERT_TRUE(sim.run_until([&] { return sim.on_air() != victim; }, kMinute));
    EXPECT_LE(sim.now() - begin, Millis{200});
    EXPECT_FALSE(seen(10 * kMinute).contains(victim));
    sim.settle_and_check();
    no_violations();
    EXPECT_EQ(
        std::count_if(sim.server.plays.begin(), sim.server.plays.end(),
                      [&](const auto& p) { return p.end == "interrupted" && p.reason == "trust_withdrawn" && p.approval_id == victim; }),
        1);
  }
  Simulator sim;
};

TEST_F(Scenario, AWithdrawalPushedTakesTheItemOffAtOnce) {
  start();
  sim.run(kMinute);
  const auto victim = sim.on_air();
  ASSERT_FALSE(victim.empty());
  withdrawn_at_once(victim);
}

// The screen goes on with what it was told by an agent that was killed; the next agent knows it from its ledger alone.
TEST_F(Scenario, AWithdrawalTakesOffWhatAnEarlierRunOfTheAgentLetGo) {
  start();
  sim.run(kMinute);
  sim.kill_agent();
  sim.boot_agent();
  sim.run(2 * kSecond);
  const auto victim = sim.on_air();
  ASSERT_FALSE(victim.empty());
  ASSERT_EQ(sim.agent().director().on_air(), "") << "inherited";
  withdrawn_at_once(victim);
}

// Four films of a minute in the side zone, nothing in the main one; the power goes in the third.
TEST_F(Scenario, TheSideZoneGoesOnWithItsTurnAfterARestart) {
  sim.side_zone = true;
  for (int i = 0; i < 6; ++i) sim.server.remove("ap-" + std::to_string(i));
  schedule::Slot slot;
  slot.id = slot.campaign = "beside";
  slot.layer = schedule::Layer::side;
  slot.from = *schedule::parse_date("2026-01-01");
  slot.until = *schedule::parse_date("2040-01-01");
  slot.dayparts = {schedule::DayPart{}};
  sim.server.set_slot(slot);
  for (const char* id : {"ap-s1", "ap-s2", "ap-s3", "ap-s4"})
    sim.server.add({.id = id, .bytes = std::string("film ") + id, .duration = kMinute, .slot = "beside"});
  sim.server.publish(sim.now());
  start();
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-s3"; }, 4 * kMinute));
  sim.run(45 * kSecond);
  ASSERT_TRUE(sim.disk.files.contains(agent::StateFile::side_rotation));
  sim.power_cut();
  if (!sim.agent_runs()) sim.boot_agent();
  ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, 2 * kMinute));
  EXPECT_NE(sim.on_air(), "ap-s1") << "from the beginning, again and again";
  const auto zones = json::parse(sim.agent().status_json({Millis{0}, sim.now(), sim.now()})).value().at("zones");
  EXPECT_EQ(json::write(zones), "[[1458,992],[462,648]]");
}

// What plays beside the main picture has the form of its own zone.
TEST_F(Scenario, AnItemHasTheVariantForTheZoneItPlaysIn) {
  sim.side_zone = true;
  schedule::Slot slot;
  slot.id = slot.campaign = "beside";
  slot.layer = schedule::Layer::side;
  slot.from = *schedule::parse_date("2026-01-01");
  slot.until = *schedule::parse_date("2040-01-01");
  slot.dayparts = {schedule::DayPart{}};
  sim.server.set_slot(slot);
  const auto with_variant = [&](const std::string& id, const std::string& where) {
    sim.server.add({.id = id, .bytes = "wide " + id, .slot = where});
    const std::string tall = "tall " + id;
    const auto sha = crypto::sha256_hex(tall);
    sim.server.blobs[sha] = tall;
    sim.server.approvals.at(id).renditions.push_back({sha, tall.size(), "video/mp4", "portrait-1080p", {sha}});
    return sha;
  };
  const auto beside = with_variant("ap-beside", "beside"), main = with_variant("ap-main", "main");
  sim.server.publish(sim.now());
  start();
  ASSERT_TRUE(sim.run_until([&] { return sim.agent().updater()->set().items.contains("ap-beside"); }, 5 * kMinute));
  sim.run(2 * kMinute);  // the side zone is known from the first connection on; a cycle later the forms are
  const auto& items = sim.agent().updater()->set().items;
  EXPECT_EQ(items.at("ap-beside").sha256, beside);
  EXPECT_EQ(items.at("ap-main").sha256, crypto::sha256_hex("wide ap-main"));
}

TEST_F(Scenario, AWithdrawalReachesAScreenWithoutAChannelByThePoll) {
  start();
  const auto victim = sim.on_air();
  sim.server.withdraw(victim, sim.now());
  sim.server.publish(sim.now());
  sim.run(75 * kSecond);
  EXPECT_FALSE(seen(5 * kMinute).contains(victim));
}

TEST_F(Scenario, AForgedWithdrawalChangesNothing) {
  start();
  const auto item = sim.on_air();
  Office other;
  sim.push("{\"m\":\"withdrawals\",\"envelope\":" + other.withdrawals_bytes(other.withdrawals(9, {item}, sim.now())) + "}");
  sim.run(kSecond);
  EXPECT_EQ(sim.on_air(), item);
  EXPECT_TRUE(alarmed("trust_signature"));
}

TEST_F(Scenario, WhoLeftByTheGroupsWordCountsNoMoreAndAForgedWordChangesNothing) {
  start();
  const auto item = sim.on_air();
  const auto& o = sim.server.office;
  trust::Staff staff;  // as if the person had left before anything here was approved
  staff.group = "district";
  staff.issued = sim.now();
  for (const auto* key : {&o.reviewer2, &o.reviewer2b}) staff.left.push_back({key->id(), "reviewer-2", staff.issued - Days{300}});
  const auto publish = [&](std::initializer_list<const crypto::PrivateKey*> keys) {
    sim.server.staff = Office::bytes(trust::kStaffType, trust::write_staff(staff), keys);
    sim.server.publish(sim.now());
    sim.run(3 * kMinute);
  };
  publish({&o.online});
  EXPECT_TRUE(alarmed("trust_signature"));
  publish({&o.online, &o.reviewer3});
  EXPECT_TRUE(alarmed("trust_threshold"));
  EXPECT_TRUE(seen(5 * kMinute).contains(item));
  publish({&o.reviewer1, &o.reviewer3});
  EXPECT_TRUE(seen(5 * kMinute).empty()) << "nothing here has two signatures that count";
}

TEST_F(Scenario, AnOlderTimestampIsRefusedWithAnAlarmAndTheSetPlaysOn) {
  start();
  const auto old = sim.server.timestamp;
  sim.server.add({.id = "ap-new", .bytes = "new film"});
  sim.server.publish(sim.now());
  sim.run(3 * kMinute);
  ASSERT_TRUE(seen(5 * kMinute).contains("ap-new"));
  sim.server.timestamp = old;
  sim.run(3 * kMinute);
  EXPECT_TRUE(alarmed("trust_version"));
  EXPECT_TRUE(seen(5 * kMinute).contains("ap-new"));
}

TEST_F(Scenario, ATimestampOfAnotherScreenIsRefused) {
  start();
  sim.server.screen = "scr-2";
  sim.server.renew_timestamp(sim.now());
  sim.run(3 * kMinute);
  EXPECT_TRUE(alarmed("trust_screen"));
  EXPECT_FALSE(sim.on_air().empty());
}

TEST_F(Scenario, TheFreshnessLadderStepByStep) {
  sim.server.add({.id = "ap-bulletin", .bytes = "bulletin", .kind = trust::Kind::bulletin});
  sim.server.add({.id = "ap-short", .bytes = "five days", .offline_days = 5});
  sim.server.publish(sim.now());
  start();
  sim.run(5 * kMinute);
  EXPECT_TRUE(seen(10 * kMinute).contains("ap-bulletin"));
  sim.set_server_up(false);
  sim.sleep(23 * kHour);
  sim.run(kMinute);
  EXPECT_EQ(status("freshness"), "fresh");
  sim.sleep(2 * kHour);
  sim.run(kMinute);
  EXPECT_EQ(status("freshness"), "stale1");
  auto shown = seen(10 * kMinute);
  EXPECT_FALSE(shown.contains("ap-bulletin"));
  EXPECT_TRUE(shown.contains("ap-short"));
  sim.sleep(46 * kDay);
  sim.run(kMinute);
  EXPECT_EQ(status("freshness"), "stale2");
  shown = seen(10 * kMinute);
  EXPECT_FALSE(shown.contains("ap-short"));
  EXPECT_TRUE(shown.contains("ap-0"));
  sim.sleep(14 * kDay);  // 61 days without a word: beyond every item's offline_days
  sim.run(kMinute);
  EXPECT_TRUE(seen(10 * kMinute).empty());
  sim.set_server_up(true);
  sim.server.renew_withdrawals(sim.now());
  sim.server.publish(sim.now());
  sim.run(10 * kMinute);
  EXPECT_EQ(status("freshness"), "fresh");
  EXPECT_TRUE(seen(10 * kMinute).contains("ap-bulletin"));
  sim.settle_and_check();
  no_violations();
}

TEST_F(Scenario, JumpsOfTheWallClockWhilePlayingChangeNothing) {
  start();
  for (const int years : {-10, 10, -50, 3}) {
    sim.wall_offset = Millis{std::int64_t{years} * 365 * 24 * 3600000};
    sim.run(5 * kMinute);
    EXPECT_EQ(status("freshness"), "fresh");
    EXPECT_FALSE(sim.on_air().empty());
  }
  sim.settle_and_check();
  no_violations();
  for (const auto& p : sim.server.plays) EXPECT_LT(std::chrono::abs(p.started - sim.now()), kHour * 2);
}

TEST_F(Scenario, AfterAPowerCutWithTheClockIn1970LoopItemsPlayAndTheServersTimeRepairsIt) {
  start();
  sim.run(kHour);
  sim.set_server_up(false);
  sim.wall_offset = -(sim.now() - UtcTime{});
  sim.power_cut();
  sim.run(kMinute);
  EXPECT_FALSE(sim.on_air().empty());
  EXPECT_NE(status("freshness"), "fresh");
  sim.set_server_up(true);
  sim.run(3 * kMinute);
  EXPECT_EQ(status("clock"), "attested");
  EXPECT_EQ(status("freshness"), "fresh");
}

TEST_F(Scenario, AServerThatStopsTheClockIsRefused) {
  start();
  sim.run(kMinute);
  sim.server.lie = sim.now();
  sim.run(7 * kHour);
  EXPECT_TRUE(alarmed("trust_clock"));
  EXPECT_LT(std::chrono::abs(sim.agent().time(sim.now() - kOfficeNow).now - sim.now()), kMinute);
}

TEST_F(Scenario, ADamagedFileIsMendedAndMeanwhileTheOthersPlay) {
  start();
  sim.run(kMinute);
  std::string sha;
  for (const auto& [id, a] : sim.server.approvals)
    if (id == "ap-3") sha = a.renditions[0].sha256;
  sim.damage_blob(sha);
  const auto shown = seen(10 * kMinute);
  EXPECT_EQ(shown.size(), 6u);
  EXPECT_EQ(crypto::sha256_hex(std::string_view(sim.disk.blobs.at(sha))), sha);
  sim.settle_and_check();
  no_violations();
}

TEST_F(Scenario, AMissingFileHoldsNothingUpAndIsAskedForAgain) {
  sim.server.add({.id = "ap-gone", .bytes = "not there"});
  const auto sha = sim.server.approvals.at("ap-gone").renditions[0].sha256;
  sim.server.missing.insert(sha);
  sim.server.publish(sim.now());
  start();
  EXPECT_FALSE(seen(5 * kMinute).contains("ap-gone"));
  EXPECT_TRUE(alarmed("http_status"));
  EXPECT_NE(sim.agent().status_json({Millis{0}, sim.now(), sim.now()}).find(R"("params":{"status":"404")"), std::string::npos)
      << "what fills the sentence is told, too";
  sim.server.missing.clear();
  EXPECT_TRUE(seen(20 * kMinute).contains("ap-gone"));
}

TEST_F(Scenario, ANewOnlineKeyIsTakenFromTheRootChain) {
  start();
  sim.server.replace_online_key(sim.now());
  sim.server.add({.id = "ap-new", .bytes = "signed by the new key"});
  sim.server.publish(sim.now());
  sim.run(3 * kMinute);
  EXPECT_EQ(sim.agent().trusted()->root().value.version, 2);
  EXPECT_TRUE(seen(5 * kMinute).contains("ap-new"));
  EXPECT_EQ(status("freshness"), "fresh");
}

TEST_F(Scenario, AnUnapprovedItemOfAnOwnedServerIsNeverShown) {
  start();
  // The attacker has the online key: he lists his own film, with an approval that only the server signed.
  auto a = sim.server.office.approval("ap-evil");
  const std::string film = "evil film";
  a.renditions = {
      {crypto::sha256_hex(std::string_view(film)), film.size(), "video/mp4", "1080p", {crypto::sha256_hex(std::string_view(film))}}};
  sim.server.add({.id = "ap-evil", .bytes = film});
  auto& keys = sim.server.office;
  std::swap(keys.reviewer1, keys.stranger);  // approvals are signed by a key that no root ever named
  std::swap(keys.reviewer2, keys.online);
  std::swap(keys.reviewer2, keys.online);
  sim.server.publish(sim.now());
  std::swap(keys.reviewer1, keys.stranger);
  EXPECT_FALSE(seen(10 * kMinute).contains("ap-evil"));
  EXPECT_TRUE(alarmed("trust_threshold"));
}

TEST_F(Scenario, BeforeEnrolmentTheCodeIsShownAndThenItPlays) {
  sim.server.enrolled = false;
  sim.boot_agent();
  sim.run(kMinute);
  EXPECT_EQ(sim.agent().session().code(), "ABCD2345");
  EXPECT_EQ(sim.slate.code, "ABCD2345");
  EXPECT_EQ(sim.slate.device, "");
  EXPECT_TRUE(sim.on_air().empty());
  sim.server.enrolled = true;
  EXPECT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kMinute));
}

TEST_F(Scenario, WithoutANetworkTheSlateShowsHowTheDevicesIdBegins) {
  sim.server.enrolled = false;
  sim.set_server_up(false);
  sim.boot_agent();
  sim.run(kMinute);
  EXPECT_EQ(sim.slate.state, "enrol");
  EXPECT_EQ(sim.slate.code, "");
  EXPECT_EQ(sim.slate.device, sim.agent().session().device().substr(0, 8));
  EXPECT_EQ(sim.slate.device.size(), 8u);
}

TEST_F(Scenario, AServerRestoredFromABackupGetsThePlaysAgainAndCountsThemOnce) {
  start();
  sim.run(kHour);
  const auto before = sim.server.plays.size();
  ASSERT_GT(before, 100u);
  sim.server.plays.resize(before / 2);
  sim.run(kHour);
  sim.settle_and_check();
  no_violations();
  EXPECT_GE(sim.server.plays.size(), before);
  EXPECT_NEAR(static_cast<double>(sim.server.plays.size()), static_cast<double>(sim.disk.plays.size()), 3);
}

TEST_F(Scenario, AnEmergencyCutsInAndTheRestGoesOnAfterwards) {
  start();
  sim.run(kMinute);
  schedule::Slot slot;
  slot.id = slot.campaign = "alert";
  slot.priority = schedule::Class::emergency;
  slot.from = *schedule::parse_date("2026-01-01");
  slot.until = *schedule::parse_date("2040-01-01");
  slot.dayparts = {schedule::DayPart{}};
  sim.server.set_slot(slot);
  sim.server.add({.id = "ap-alert", .bytes = "alert", .kind = trust::Kind::emergency, .duration = kMinute, .slot = "alert"});
  sim.server.publish(sim.now());
  const auto begin = sim.now();
  sim.push(R"({"m":"changed"})");
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-alert"; }, kMinute));
  EXPECT_LT(sim.now() - begin, 8 * kSecond);
  EXPECT_EQ(seen(2 * kMinute), std::set<std::string>{"ap-alert"});
  sim.server.remove("ap-alert");
  sim.server.publish(sim.now());
  sim.push(R"({"m":"changed"})");
  sim.run(2 * kMinute);
  EXPECT_FALSE(seen(3 * kMinute).contains("ap-alert"));
  sim.settle_and_check();
  no_violations();
}

TEST_F(Scenario, AScreenThatDoesNotStartWhatItWasToldIsRestarted) {
  start();
  sim.run(kMinute);
  sim.drop_go = true;
  const int before = sim.kills;
  sim.run(2 * kMinute);
  sim.drop_go = false;
  EXPECT_GT(sim.kills, before);
  EXPECT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kMinute));
  sim.run(kMinute);
  sim.violations.clear();
  sim.settle_and_check();
  no_violations();
}

TEST_F(Scenario, APowerCutAtAnyStepOfAnUpdateLeavesAWholeSet) {
  start();
  for (int step = 0; step < 60; ++step) {
    const auto id = "ap-cut-" + std::to_string(step);
    sim.server.add({.id = id, .bytes = "film of step " + std::to_string(step)});
    sim.server.remove("ap-cut-" + std::to_string(step - 2));
    sim.server.publish(sim.now());
    sim.push(R"({"m":"changed"})");
    const auto until = sim.steps + step;
    sim.run_until([&] { return sim.steps >= until; }, kMinute);
    sim.set_server_up(false);  // what is on the disk now must do
    sim.power_cut();
    ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, 10 * kSecond)) << "step " << step;
    const auto set = agent::read_set(sim.disk.files.at(agent::StateFile::set)).value();
    for (const auto& sha : agent::blobs_of(set)) EXPECT_TRUE(sim.disk.blobs.contains(sha)) << "step " << step;
    sim.set_server_up(true);
    sim.run(3 * kMinute);
  }
  sim.settle_and_check();
  no_violations();
}

TEST_F(Scenario, ADiskThatRefusesTheSetKeepsTheOldOneAndItPlaysOn) {
  start();
  sim.disk.full = true;
  sim.server.add({.id = "ap-new", .bytes = "new film"});
  sim.server.publish(sim.now());
  EXPECT_FALSE(seen(3 * kMinute).contains("ap-new"));
  EXPECT_FALSE(sim.on_air().empty());
  sim.disk.full = false;
  EXPECT_TRUE(seen(6 * kMinute).contains("ap-new"));
}

TEST_F(Scenario, IdentifyRunsTheSitesNameForTenSeconds) {
  start();
  sim.run(kMinute);
  sim.push(R"({"m":"command","id":"c1","command":"identify"})");
  sim.run(kSecond);
  ASSERT_EQ(sim.ticker.size(), 1u);
  EXPECT_NE(sim.ticker[0].find("测试点位"), std::string::npos);
  EXPECT_NE(sim.ticker[0].find("scr-1"), std::string::npos);
  sim.run(8 * kSecond);
  EXPECT_EQ(sim.ticker.size(), 1u);
  sim.run(4 * kSecond);
  EXPECT_TRUE(sim.ticker.empty());
}

}  // namespace
}  // namespace fz::test
