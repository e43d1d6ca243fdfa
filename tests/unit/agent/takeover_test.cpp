// Urgent take-over, from the message to the surface and back to the schedule, in simulated time.
#include <gtest/gtest.h>

#include "shared/base/json.hpp"
#include "tests/unit/agent/simulator.hpp"

namespace fz::test {
namespace {

constexpr Millis kSecond{1000}, kMinute{60000}, kHour{3600000};
constexpr const char* kText = R"({"schema":1,"type":"slogan","text":"冒充公检法诈骗高发，请勿转账"})";

class TakeOver : public testing::Test {
 protected:
  TakeOver() : sim(11, Faults::none()) {}
  void start() {
    sim.boot_agent();
    ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kMinute));
    sim.run(kMinute);
  }
  bool alarmed(const std::string& code) {
    const auto v = json::parse(sim.agent().status_json({Millis{0}, sim.now(), sim.now()})).value();
    for (const auto& a : v.at("alarms").as_array())
      if (a.at("code").as_string() == code) return true;
    return false;
  }
  std::set<std::string> seen(Millis span) {
    std::set<std::string> all;
    for (Millis t{0}; t < span; t += kSecond) {
      sim.run(kSecond);
      all.insert(sim.on_air());
    }
    return all;
  }
  bool answered(const std::string& state) {
    return std::any_of(sim.alert_answers.begin(), sim.alert_answers.end(),
                       [&](const auto& t) { return t.find("\"state\":\"" + state + "\"") != std::string::npos; });
  }
  void push(const Publisher::Urgent& u) { sim.push(u.message(sim.server.office)); }
  std::string cancelled(Publisher::Urgent& u) {
    u.alert.cancelled = true;
    ++u.alert.version;
    return "{\"m\":\"alert\",\"alert\":" + sim.server.office.alert_bytes(u.alert) + "}";
  }
  void settle() {
    sim.settle_and_check();
    for (const auto& v : sim.violations) ADD_FAILURE() << v;
  }
  Simulator sim;
};

TEST_F(TakeOver, ACardIsOnTheSurfaceAtOnceAndNothingElseUntilItsEnd) {
  start();
  const auto u = sim.server.urgent("ap-u", kText, sim.now());
  const auto begin = sim.now();
  push(u);
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, kMinute));
  EXPECT_LE(sim.now() - begin, Millis{200});
  EXPECT_EQ(seen(kHour - 10 * kSecond), std::set<std::string>{"ap-u"}) << "never in turn with anything else";
  EXPECT_TRUE(answered("shown"));
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() != "ap-u"; }, 15 * kSecond)) << "it ends at its expiry";
  ASSERT_TRUE(sim.run_until([&] { return !sim.on_air().empty(); }, kSecond)) << "while its last frame is held";
  EXPECT_FALSE(seen(10 * kMinute).contains("ap-u"));
  settle();
}

TEST_F(TakeOver, TheTextIsNeverFetchedAndTheIntentIsDurableFirst) {
  start();
  const auto u = sim.server.urgent("ap-u", kText, sim.now());
  push(u);
  sim.set_server_up(false);
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, kSecond));
  EXPECT_TRUE(std::any_of(sim.disk.intents.begin(), sim.disk.intents.end(), [](const auto& i) { return i.approval == "ap-u"; }));
}

TEST_F(TakeOver, CancellingGivesTheScreenBackAndAReplayIsAnAlarm) {
  start();
  auto u = sim.server.urgent("ap-u", kText, sim.now());
  const auto first = u.message(sim.server.office);
  push(u);
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, kSecond));
  sim.push(cancelled(u));
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() != "ap-u"; }, 3 * kSecond));
  EXPECT_FALSE(sim.on_air().empty());
  EXPECT_TRUE(answered("cancelled"));
  EXPECT_FALSE(alarmed("trust_version"));
  sim.push(first);
  EXPECT_FALSE(seen(kMinute).contains("ap-u"));
  EXPECT_TRUE(alarmed("trust_version"));
  sim.kill_agent();
  start();
  sim.push(first);
  EXPECT_FALSE(seen(kMinute).contains("ap-u")) << "not after a restart either";
  settle();
}

TEST_F(TakeOver, AWithdrawalEndsItToo) {
  start();
  push(sim.server.urgent("ap-u", kText, sim.now()));
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, kSecond));
  sim.push("{\"m\":\"withdrawals\",\"envelope\":" + sim.server.withdraw("ap-u", sim.now()) + "}");
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() != "ap-u"; }, kSecond));
  EXPECT_FALSE(seen(5 * kMinute).contains("ap-u"));
  settle();
}

TEST_F(TakeOver, AScreenWithoutAChannelGetsItByThePollAndKeepsItOverARestart) {
  start();
  auto u = sim.server.urgent("ap-u", kText, sim.now());
  sim.server.list(u);
  sim.server.publish(sim.now());
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, 75 * kSecond));
  sim.kill_agent();
  sim.set_server_up(false);
  sim.boot_agent();
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, kMinute));
  sim.set_server_up(true);
  (void)cancelled(u);
  sim.server.list(u);
  sim.server.publish(sim.now());
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() != "ap-u"; }, 2 * kMinute));
  EXPECT_FALSE(seen(5 * kMinute).contains("ap-u"));
  settle();
}

TEST_F(TakeOver, AnotherAlertDoesNotWaitForTheCardBeforeIt) {
  start();
  push(sim.server.urgent("ap-u", kText, sim.now()));
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, kSecond));
  sim.run(3 * kSecond);
  push(sim.server.urgent("ap-v", R"({"schema":1,"type":"slogan","text":"另一起"})", sim.now()));
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-v"; }, kSecond));
  const std::set<std::string> both{"ap-u", "ap-v"};
  EXPECT_EQ(seen(5 * kMinute), both) << "two at once take turns";
}

TEST_F(TakeOver, ItsVideoFollowsTheCardOnceItIsThere) {
  start();
  auto u = sim.server.urgent("ap-u", kText, sim.now());
  u.alert.then = {{"ap-film", Millis{30000}}};
  push(u);
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, kSecond));
  EXPECT_EQ(seen(kMinute), std::set<std::string>{"ap-u"});
  sim.server.list(u);
  sim.server.add({.id = "ap-film", .bytes = "film of the alert", .kind = trust::Kind::emergency});
  sim.server.publish(sim.now());
  const std::set<std::string> both{"ap-u", "ap-film"};
  sim.run(2 * kMinute);
  EXPECT_EQ(seen(5 * kMinute), both);
  settle();
}

TEST_F(TakeOver, ADrillIsConfirmedAndNotShown) {
  start();
  auto u = sim.server.urgent("ap-u", kText, sim.now());
  u.alert.drill = true;
  push(u);
  EXPECT_FALSE(seen(kMinute).contains("ap-u"));
  EXPECT_TRUE(answered("drill"));
}

TEST_F(TakeOver, AForgedAlertShowsNothingAndAlarms) {
  using U = Publisher::Urgent;
  Office other;
  const struct {
    const char* what;
    const char* alarm;
    std::function<std::string(U&)> message;
  } cases[] = {
      {"online key only", "trust_signature",
       [&](U& u) {
         auto a = sim.server.approvals.at(u.alert.approval_id);
         u.approval = Office::bytes(trust::kApprovalType, trust::write_approval(a), {&sim.server.office.online});
         return u.message(sim.server.office);
       }},
      {"one reviewer", "trust_threshold",
       [&](U& u) {
         auto a = sim.server.approvals.at(u.alert.approval_id);
         u.approval = Office::bytes(trust::kApprovalType, trust::write_approval(a), {&sim.server.office.reviewer1});
         return u.message(sim.server.office);
       }},
      {"no approval at all", "trust_unapproved",
       [&](U& u) { return "{\"m\":\"alert\",\"alert\":" + sim.server.office.alert_bytes(u.alert) + "}"; }},
      {"unapproved text", "trust_hash",
       [&](U& u) {
         u.text += " ";
         return u.message(sim.server.office);
       }},
      {"another office's key", "trust_signature", [&](U& u) { return u.message(other); }},
      {"wrong audience", "trust_audience",
       [&](U& u) {
         u.alert.regions = {"500120"};
         return u.message(sim.server.office);
       }},
      {"expired", "trust_expired",
       [&](U& u) {
         u.alert.issued -= std::chrono::hours{2};
         u.alert.expires -= std::chrono::hours{2};
         return u.message(sim.server.office);
       }},
      {"longer than twelve hours", "trust_policy",
       [&](U& u) {
         u.alert.expires += std::chrono::hours{12};
         return u.message(sim.server.office);
       }},
      {"not JSON of ours", "missing_field", [&](U&) { return std::string("{\"m\":\"alert\"}"); }},
  };
  start();
  int n = 0;
  for (const auto& c : cases) {
    const auto id = "ap-forged-" + std::to_string(++n);
    auto u = sim.server.urgent(id, std::string(kText) + std::string(static_cast<std::size_t>(n), ' '), sim.now());
    sim.push(c.message(u));
    EXPECT_FALSE(seen(30 * kSecond).contains(id)) << c.what;
    EXPECT_TRUE(alarmed(c.alarm)) << c.what;
  }
  push(sim.server.urgent("ap-loop", kText, sim.now(), trust::Kind::loop));
  EXPECT_FALSE(seen(kMinute).contains("ap-loop")) << "an approval of another kind";
  EXPECT_TRUE(alarmed("trust_scope"));
  settle();
}

TEST_F(TakeOver, OnlyAFreshScreenTakesAnEmergency) {
  start();
  push(sim.server.urgent("ap-u", kText, sim.now()));
  ASSERT_TRUE(sim.run_until([&] { return sim.on_air() == "ap-u"; }, kSecond));
  sim.set_server_up(false);
  sim.sleep(25 * kHour);
  sim.run(kMinute);
  auto u = sim.server.urgent("ap-w", R"({"schema":1,"type":"slogan","text":"旧屏"})", sim.now());
  sim.push(u.message(sim.server.office));
  EXPECT_FALSE(seen(kMinute).contains("ap-w"));
}

}  // namespace
}  // namespace fz::test
