// ServerTest with people, signed trust documents and a screen: what it takes to bring an item onto a screen by the API alone.
#pragma once
#include <thread>

#include "shared/trust/state.hpp"
#include "tests/integration/http/fixture.hpp"
#include "tests/support/office.hpp"

namespace fz::test {

template <class F>
bool eventually(F f) {
  for (int i = 0; i < 1000; ++i) {
    if (f()) return true;
    std::this_thread::sleep_for(Millis{10});
  }
  return false;
}

/// Every point of the checklist for a text.
inline const json::array kChecked{"political", "legal", "facts", "privacy", "wording"};

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

  std::string slogan_in_draft(const std::string& text) {
    const auto item = writer[0].expect(
        201, writer[0].post("/v1/items",
                            {{"title", text},
                             {"document",
                              {{"schema", 1}, {"type", "slogan"}, {"text", text}, {"fraud_kind", "fake_orders"}, {"exposes", "method"}}}}));
    return text_of(item, "id");
  }
  // A slogan, made and passed up to the final step; returns the item's id.
  std::string slogan_in_final(const std::string& text, const char* kind = "loop") {
    const auto id = slogan_in_draft(text);
    writer[0].expect(200,
                     writer[0].post("/v1/items/" + id + "/submit",
                                    {{"group", "district"}, {"kind", kind}, {"regions", json::array{"500119"}}, {"offline_days", 60}}));
    const auto passed = reviewer[0].expect(
        200, reviewer[0].post("/v1/items/" + id + "/review", {{"act", "pass"}, {"comment", "事实无误"}, {"checked", kChecked}}));
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

}  // namespace fz::test
