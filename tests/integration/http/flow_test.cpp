// From an empty server to a screen that plays and reports, all through the API; the screen believes only shared/trust.
#include <thread>

#include "shared/net/ws_client.hpp"
#include "shared/trust/state.hpp"
#include "tests/integration/http/fixture.hpp"
#include "tests/support/office.hpp"

namespace fz::test {
namespace {

template <class F>
bool eventually(F f) {
  for (int i = 0; i < 1000; ++i) {
    if (f()) return true;
    std::this_thread::sleep_for(Millis{10});
  }
  return false;
}

class Flow : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    writer.push_back(person("writer", {"contributor"}));
    reviewer.push_back(person("reviewer", {"reviewer"}, "reviewer-1"));
    publisher.push_back(person("publisher", {"publisher"}));
  }
  Client& boss() { return admin[0]; }

  void ceremony() {
    const auto key = boss().expect(200, boss().get("/v1/trust/online-key"));
    const auto online = crypto::public_key_from_hex(text_of(key, "scheme"), text_of(key, "public"));
    ASSERT_TRUE(online);
    EXPECT_EQ(crypto::keyid(*online), text_of(key, "keyid"));
    office.root.keys.emplace(text_of(key, "keyid"), *online);
    office.root.timestamp = office.root.snapshot = office.root.targets = {{text_of(key, "keyid")}, 1};
    put("/v1/trust/root", office.root_bytes(), 200);
    put("/v1/trust/reviewers", office.reviewers_bytes(), 200);
    send("/v1/withdrawals", office.withdrawals_bytes(office.withdrawals(1, {})), 200);
  }
  json::object put(const std::string& path, const std::string& body, unsigned status) {
    return boss().expect(status, boss().call(net::Method::put, path, body));
  }
  json::object send(const std::string& path, const std::string& body, unsigned status) {
    return boss().expect(status, boss().call(net::Method::post, path, body));
  }

  // A slogan, made and passed up to the final step; returns the item's id.
  std::string slogan_in_final(const std::string& text) {
    const auto item = writer[0].expect(
        201, writer[0].post("/v1/items",
                            {{"title", text},
                             {"document",
                              {{"schema", 1}, {"type", "slogan"}, {"text", text}, {"fraud_kind", "fake_orders"}, {"exposes", "method"}}}}));
    const auto id = text_of(item, "id");
    writer[0].expect(200, writer[0].post("/v1/items/" + id + "/submit",
                                         {{"group", "district"}, {"regions", json::array{"500119"}}, {"offline_days", 60}}));
    const auto passed =
        reviewer[0].expect(200, reviewer[0].post("/v1/items/" + id + "/review", {{"act", "pass"}, {"comment", "事实无误"}}));
    EXPECT_EQ(text_of(passed, "state"), "final");
    return id;
  }
  std::string signed_statement(const std::string& item, const crypto::PrivateKey& key) {
    const auto package = reviewer[0].expect(200, reviewer[0].get("/v1/items/" + item + "/package"));
    const auto payload = from_base64(text_of(package, "statement"));
    return Office::bytes(trust::kApprovalType, std::string(as_text(*payload)), {&key});
  }
  std::string approve(const std::string& item) {
    auto first = send("/v1/approvals", signed_statement(item, office.reviewer1), 200);
    EXPECT_FALSE(first.at("complete").as_bool());
    auto second = send("/v1/approvals", signed_statement(item, office.reviewer2), 200);
    EXPECT_TRUE(second.at("complete").as_bool());
    EXPECT_EQ(text_of(second.at("item").as_object(), "state"), "approved");
    return text_of(second, "approval_id");
  }
  void campaign(const std::vector<std::string>& items) {
    json::array list;
    for (const auto& i : items) list.emplace_back(json::object{{"item", i}, {"ms", 5000}});
    const json::object draft{
        {"name", "全民反诈"}, {"from", "2026-11-01"}, {"until", "2026-12-31"}, {"items", list}, {"target", {{"unit", root_unit}}}};
    auto& p = publisher[0];
    const auto made = p.expect(201, p.post("/v1/campaigns", draft));
    p.expect(200, p.call(net::Method::put, "/v1/campaigns/" + text_of(made, "id") + "/state", "{\"state\":\"active\"}"));
  }
  void enrol() {
    const auto site =
        boss().expect(201, boss().post("/v1/sites", {{"unit", root_unit}, {"name", "大厅"}, {"region", "500119"}, {"venue", "1001"}}));
    Client anybody(base);
    const auto sign_hex = [&](const std::string& text) { return to_hex(office.device.sign(as_bytes(text))); };
    const auto asked = anybody.expect(200, anybody.post("/v1/enrol", {{"scheme", "ed25519"},
                                                                      {"public", office.device.public_key().hex()},
                                                                      {"proof", sign_hex("fz-enrol-v1\n" + office.device.id())}}));
    const auto code = text_of(asked, "code");
    const std::string poll = "/v1/enrol/" + code + "?device=" + office.device.id();
    EXPECT_EQ(text_of(anybody.expect(200, anybody.get(poll)), "state"), "pending");
    const auto screen_json = boss().expect(201, boss().post("/v1/enrolments/" + code, {{"site", text_of(site, "id")}, {"name", "一号屏"}}));
    screen_id = text_of(screen_json, "id");
    const auto state = anybody.expect(200, anybody.get(poll));
    EXPECT_EQ(text_of(state, "state"), "enrolled");
    EXPECT_EQ(text_of(state, "screen"), screen_id);
    const auto nonce = text_of(anybody.expect(200, anybody.post("/v1/challenge", {{"device", office.device.id()}})), "nonce");
    const std::string boot(32, 'a');
    const auto granted = anybody.expect(
        200, anybody.post("/v1/token", {{"device", office.device.id()},
                                        {"nonce", nonce},
                                        {"boot", boot},
                                        {"signature", sign_hex("fz-token-v1\n" + nonce + "\n" + boot + "\n" + office.device.id())}}));
    screen.emplace_back(base, text_of(granted, "token"));
    identity = {screen_id, text_of(state, "site"), text_of(state, "venue"), text_of(state, "region"), false};
  }
  // One cycle of the screen's update, checked by shared/trust; returns the fetched targets by name.
  std::map<std::string, std::string> update(trust::TrustedState& state) {
    std::map<std::string, std::string> files;
    const auto now = clock.wall();
    auto& s = screen[0];
    const auto stamp = s.get("/v1/timestamp");
    EXPECT_EQ(stamp.status, 200u);
    const auto fresh = state.update_timestamp(stamp.body, now);
    EXPECT_TRUE(fresh) << to_log(fresh.error());
    if (const auto want = state.wanted_snapshot()) {
      const auto ok = state.update_snapshot(s.get("/v1/metadata/" + std::to_string(want->version) + ".snapshot.json").body, now);
      EXPECT_TRUE(ok) << to_log(ok.error());
    }
    if (const auto want = state.wanted_targets()) {
      const auto ok = state.update_targets(s.get("/v1/metadata/" + std::to_string(want->version) + ".targets.json").body, now);
      EXPECT_TRUE(ok) << to_log(ok.error());
    }
    for (const auto& [name, target] : state.targets()->value.targets) {
      const auto blob = s.get("/v1/blobs/" + target.sha256);
      EXPECT_EQ(blob.status, 200u) << name;
      EXPECT_EQ(crypto::sha256_hex(blob.body), target.sha256) << name;
      files[name] = blob.body;
    }
    return files;
  }

  Office office;
  std::vector<Client> writer, reviewer, publisher, screen;
  std::string screen_id;
  trust::Identity identity;
};

TEST_F(Flow, NothingIsPublishedBeforeTheCeremony) {
  EXPECT_EQ(code_of(publisher[0].call(net::Method::post, "/v1/publish")), "root_missing");
}

TEST_F(Flow, ApprovedItemReachesTheScreenAndAWithdrawalTakesItAway) {
  ceremony();
  const auto shown = slogan_in_final("不轻信、不透露、不转账");
  const auto draft = text_of(
      writer[0].expect(
          201,
          writer[0].post(
              "/v1/items",
              {{"title", "草稿"},
               {"document", {{"schema", 1}, {"type", "slogan"}, {"text", "草稿"}, {"fraud_kind", "fake_orders"}, {"exposes", "method"}}}})),
      "id");
  const auto approval = approve(shown);
  campaign({shown});
  enrol();
  const auto published = publisher[0].expect(200, publisher[0].call(net::Method::post, "/v1/publish"));
  EXPECT_GE(published.at("version").as_int64(), 1);

  auto state = trust::TrustedState::init(office.root_bytes(), identity);
  ASSERT_TRUE(state) << to_log(state.error());
  const auto files = update(*state);
  const auto detail = writer[0].expect(200, writer[0].get("/v1/items/" + shown));
  const auto sha = text_of(detail.at("renditions").as_array().at(0).as_object(), "sha256");
  EXPECT_TRUE(files.contains("media/" + sha));
  EXPECT_EQ(text_of(detail, "approval_id"), approval);

  // The same again costs nothing.
  const auto stamp = screen[0].get("/v1/timestamp");
  EXPECT_EQ(screen[0].get("/v1/timestamp", {{"If-None-Match", std::string(stamp.headers.get("ETag"))}}).status, 304u);
  const auto part = screen[0].get("/v1/blobs/" + sha, {{"Range", "bytes=2-"}});
  EXPECT_EQ(part.status, 206u);
  EXPECT_EQ(part.body, files.at("media/" + sha).substr(2));
  // What nobody published does not leave, whatever its hash.
  const auto draft_detail = writer[0].expect(200, writer[0].get("/v1/items/" + draft));
  EXPECT_EQ(screen[0].get("/v1/blobs/" + text_of(draft_detail.at("renditions").as_array().at(0).as_object(), "sha256")).status, 404u);

  // The channel: a withdrawal is pushed whole.
  std::mutex mutex;
  std::vector<std::string> heard;
  std::atomic<bool> open{false};
  net::WsClientOptions o;
  o.url = base + "/v1/channel";
  o.headers.add("Authorization", "Bearer " + screen[0].token());
  net::WsClientCallbacks callbacks;
  callbacks.on_open = [&] { open = true; };
  callbacks.on_message = [&](std::string_view text) {
    const std::lock_guard lock(mutex);
    heard.emplace_back(text);
  };
  auto channel = net::WsClient::connect(o, callbacks);
  ASSERT_TRUE(eventually([&] { return open.load(); }));
  ASSERT_TRUE(eventually([&] { return boss().expect(200, boss().get("/v1/screens/" + screen_id)).at("online").as_bool(); }));
  EXPECT_TRUE(boss().expect(202, boss().post("/v1/screens/" + screen_id + "/command", {{"command", "identify"}})).at("sent").as_bool());
  const auto envelope = office.withdrawals_bytes(office.withdrawals(2, {approval}));
  const auto done = send("/v1/withdrawals", envelope, 200);
  EXPECT_EQ(done.at("approvals").as_array().size(), 1u);
  const auto heard_of = [&](std::string_view what) {
    return eventually([&] {
      const std::lock_guard lock(mutex);
      for (const auto& h : heard)
        if (h.find(what) != std::string::npos) return true;
      return false;
    });
  };
  EXPECT_TRUE(heard_of("\"m\":\"withdrawals\""));
  EXPECT_TRUE(heard_of("\"m\":\"command\""));
  EXPECT_TRUE(heard_of("\"m\":\"changed\""));
  EXPECT_EQ(text_of(writer[0].expect(200, writer[0].get("/v1/items/" + shown)).at("item").as_object(), "state"), "withdrawn");
  EXPECT_FALSE(update(*state).contains("media/" + sha));

  // Status by the channel, seen by staff.
  channel->send("{\"m\":\"status\",\"status\":{\"version\":\"0.1.0\",\"freshness\":\"fresh\"}}");
  EXPECT_TRUE(eventually([&] {
    const auto s = boss().expect(200, boss().get("/v1/screens/" + screen_id));
    return s.contains("status") && text_of(s.at("status").as_object(), "freshness") == "fresh";
  }));
}

TEST_F(Flow, ApprovalsThatMustBeRefused) {
  ceremony();
  const auto item = slogan_in_final("转账前先打 96110");
  // One holder with two keys, a stranger, other bytes.
  send("/v1/approvals", signed_statement(item, office.reviewer2), 200);
  const auto twice = boss().call(net::Method::post, "/v1/approvals", signed_statement(item, office.reviewer2b));
  EXPECT_TRUE(twice.status >= 400 || !boss().expect(200, twice).at("complete").as_bool()) << twice.body;
  EXPECT_GE(boss().call(net::Method::post, "/v1/approvals", signed_statement(item, office.stranger)).status, 400u);
  auto other = office.approval("ap-other");
  EXPECT_GE(boss().call(net::Method::post, "/v1/approvals", office.approval_bytes(other)).status, 400u);
  EXPECT_EQ(text_of(writer[0].expect(200, writer[0].get("/v1/items/" + item)).at("item").as_object(), "state"), "final");
}

TEST_F(Flow, PlaysAreTakenOnceAndReceiptedAndForgeriesAreNot) {
  ceremony();
  enrol();
  trust::PlayBatch batch;
  batch.screen = screen_id;
  std::string previous(64, '0');
  for (int i = 1; i <= 3; ++i) {
    trust::Play p;
    p.id = uuid7(clock.wall());
    p.counter = i;
    p.approval_id = "ap-1";
    p.sha256 = std::string(64, 'c');
    p.campaign = "c";
    p.slot = "s";
    p.zone = "main";
    p.started = clock.wall() - Seconds{60};
    p.ended = clock.wall() - Seconds{50};
    p.end = "completed";
    p.presented_ms = 10000;
    p.frames = 300;
    p.clock = "attested";
    p.previous = previous;
    previous = trust::play_hash(p);
    batch.plays.push_back(p);
  }
  const auto envelope = Office::bytes(trust::kPlaysType, trust::write_play_batch(batch), {&office.device});
  auto& s = screen[0];
  auto state = trust::TrustedState::init(office.root_bytes(), identity);
  ASSERT_TRUE(state);
  for (int i = 0; i < 2; ++i) {
    const auto answer = s.call(net::Method::post, "/v1/plays", envelope);
    ASSERT_EQ(answer.status, 200u) << answer.body;
    const auto receipt = state->read_receipt(answer.body);
    ASSERT_TRUE(receipt) << to_log(receipt.error());
    EXPECT_EQ(receipt->through, 3);
    EXPECT_EQ(receipt->head, previous);
  }
  const auto forged = Office::bytes(trust::kPlaysType, trust::write_play_batch(batch), {&office.stranger});
  EXPECT_EQ(s.call(net::Method::post, "/v1/plays", forged).status, 422u);
  EXPECT_EQ(boss().expect(200, boss().get("/v1/plays?screen=" + screen_id)).at("plays").as_array().size(), 3u);
  const auto rollups = boss().expect(200, boss().get("/v1/plays/rollups?screen=" + screen_id));
  EXPECT_EQ(rollups.at("rollups").as_array().at(0).at("plays").as_int64(), 3);
  EXPECT_EQ(boss().get("/v1/plays?limit=0").status, 422u);
  EXPECT_EQ(boss().get("/v1/plays?from=yesterday").status, 422u);
}

TEST_F(Flow, AttestedTimeIsSignedOverTheNonce) {
  ceremony();
  Client anybody(base);
  const std::string nonce(64, '7');
  const auto answer = anybody.post("/v1/time", {{"nonce", nonce}});
  auto state = trust::TrustedState::init(office.root_bytes(), {"scr", "site", "1001", "500119", false});
  ASSERT_TRUE(state);
  const auto time = state->read_time_answer(answer.body, nonce);
  ASSERT_TRUE(time) << to_log(time.error());
  EXPECT_EQ(*time, clock.wall());
  EXPECT_EQ(anybody.post("/v1/time", {{"nonce", "short"}}).status, 422u);
}

TEST_F(Flow, MetricsAndHealth) {
  Client anybody(base);
  EXPECT_EQ(anybody.get("/healthz").body, "ok\n");
  EXPECT_EQ(anybody.get("/readyz").status, 200u);
  const auto metrics = anybody.get("/metrics");
  EXPECT_NE(metrics.body.find("fz_http_requests_total{route=\"/v1/session\",status=\"2xx\"}"), std::string::npos);
  EXPECT_EQ(metrics.body.find(root_unit), std::string::npos);
  const auto errors = anybody.expect(200, anybody.get("/v1/errors"));
  EXPECT_EQ(errors.at("errors").as_array().size(), all_codes().size());
}

}  // namespace
}  // namespace fz::test
