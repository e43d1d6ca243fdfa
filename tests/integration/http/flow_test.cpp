// From an empty server to a screen that plays and reports, all through the API; the screen believes only shared/trust.
#include "tests/integration/http/flow.hpp"
#include "shared/net/ws_client.hpp"
#include "shared/trust/door.hpp"

namespace fz::test {
namespace {

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
  enrol();
  campaign({shown});
  const auto before = publisher[0].expect(200, publisher[0].get("/v1/publish"));
  EXPECT_EQ(before.at("screens"), 1);
  const auto& change = before.at("changes").as_array().at(0).as_object();
  EXPECT_EQ(change.at("names").as_array().size(), 1u);
  EXPECT_EQ(change.at("added"), (json::array{"不轻信、不透露、不转账"}));
  EXPECT_TRUE(change.at("removed").as_array().empty());
  EXPECT_EQ(writer[0].get("/v1/publish").status, 403u);
  const auto published = publisher[0].expect(200, publisher[0].call(net::Method::post, "/v1/publish"));
  EXPECT_GE(published.at("version").as_int64(), 1);
  const auto after = publisher[0].expect(200, publisher[0].get("/v1/publish"));
  EXPECT_EQ(after.at("screens"), 0);
  EXPECT_EQ(after.at("unchanged"), 1);

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

TEST_F(Flow, TextsOfEveryKindAreTakenAndOnesThatNoFontCanShowAreNot) {
  const auto post = [&](const json::object& document, unsigned status) {
    return writer[0].expect(status, writer[0].post("/v1/items", {{"title", "文本"}, {"document", document}}));
  };
  json::object warning{{"schema", 1},
                       {"type", "warning"},
                       {"title", "客服退款骗局"},
                       {"fraud_kind", "fake_customer_service"},
                       {"place", "某区"},
                       {"text", json::array{"索要验证码 🚨"}},
                       {"advice", json::array{"立即挂断"}},
                       {"until", "2026-11-25T12:00:00Z"},
                       {"source", "反诈中心"},
                       {"hotline", "96110"}};
  EXPECT_EQ(text_of(post(warning, 201), "kind"), "warning");
  const json::object row{{"region", "500119"}, {"station", "龙桥派出所"}, {"phone", "000-1234"}};
  const json::object facts{{"schema", 1}, {"type", "facts"}, {"title", "本地信息"}, {"rows", json::array{row}}};
  EXPECT_EQ(text_of(post(facts, 201), "kind"), "facts");
  EXPECT_EQ(text_of(post({{"schema", 1}, {"type", "facts"}, {"title", "本地信息"}, {"rows", json::array{row, row}}}, 422), "code"),
            "facts_duplicate");
  warning["text"] = json::array{"索要验证码\U000F1234"};
  const auto refused = post(warning, 422);
  EXPECT_EQ(text_of(refused, "code"), "unknown_glyphs");
  EXPECT_NE(text_of(refused, "zh").find("\U000F1234"), std::string::npos);
  warning["text"] = json::array{"مرحبا بالعالم", "ᠮᠣᠩᠭᠣᠯ བོད་ཡིག"};  // other scripts have their fonts
  post(warning, 201);
}
TEST_F(Flow, AnAlertIsPushedWholePublishedAnsweredAndCancelled) {
  ceremony();
  const auto loop = slogan_in_final("不轻信、不透露、不转账"), card = slogan_in_final("冒充公检法诈骗高发，请勿转账", "emergency");
  auto duty = person("duty", {"duty"});
  const auto code_for = [&](const std::string& item) { return code_of(duty.post("/v1/alerts", {{"item", item}})); };
  EXPECT_EQ(code_for(card), "campaign_unapproved");
  approve(loop);
  const auto approval = approve(card);
  EXPECT_EQ(code_for(loop), "bad_field");
  EXPECT_EQ(code_for(card), "not_found");
  EXPECT_EQ(code_of(writer[0].post("/v1/alerts", {{"item", card}})), "forbidden_role");
  enrol();
  EXPECT_EQ(code_of(duty.post("/v1/alerts", {{"item", card}, {"target", {{"regions", json::array{"500120"}}}}})), "not_found");
  EXPECT_EQ(code_of(duty.post("/v1/alerts", {{"item", card}, {"minutes", 721}})), "bad_field");
  publisher[0].expect(200, publisher[0].call(net::Method::post, "/v1/publish"));

  std::mutex mutex;
  std::vector<std::string> heard;
  net::WsClientOptions o;
  o.url = base + "/v1/channel";
  o.headers.add("Authorization", "Bearer " + screen[0].token());
  net::WsClientCallbacks callbacks;
  callbacks.on_message = [&](std::string_view text) {
    const std::lock_guard lock(mutex);
    if (text.find("\"m\":\"alert\"") != std::string_view::npos) heard.emplace_back(text);
  };
  auto channel = net::WsClient::connect(o, callbacks);
  ASSERT_TRUE(eventually([&] { return boss().expect(200, boss().get("/v1/screens/" + screen_id)).at("online").as_bool(); }));
  const auto sent = duty.expect(201, duty.post("/v1/alerts", {{"item", card}, {"minutes", 30}}));
  const auto id = text_of(sent, "id");
  EXPECT_EQ(sent.at("targets").as_int64(), 1);
  EXPECT_EQ(sent.at("pushed").as_int64(), 1);
  const auto wait_for = [&](std::size_t n) {
    return eventually([&] {
      const std::lock_guard lock(mutex);
      return heard.size() >= n;
    });
  };
  ASSERT_TRUE(wait_for(1));

  // A screen believes it by shared/trust alone, with nothing fetched.
  auto state = trust::TrustedState::init(office.root_bytes(), identity).value();
  state.update_reviewers(office.reviewers_bytes(), clock.wall()).value();
  const auto message = json::parse(heard[0]).value();
  ASSERT_TRUE(state.add_approval(json::write(message.at("approval")), clock.wall()));
  const auto taken = state.update_alert(json::write(message.at("alert")), trust::Source::pushed, clock.wall());
  ASSERT_TRUE(taken) << to_log(taken.error());
  EXPECT_TRUE(trust::may_alert(state.alerts().at(id), approval, state, clock.wall()));
  const auto sha = crypto::sha256_hex(std::string_view(message.at("text").as_string()));
  EXPECT_EQ(state.approvals().at(approval).approval.renditions[0].sha256, sha);
  // The poll brings the same document, the approval and the text.
  const auto files = update(state);
  EXPECT_EQ(state.update_alert(files.at("trust/alerts/" + id + ".json"), trust::Source::polled, clock.wall()).value(), false);
  EXPECT_TRUE(files.contains("media/" + sha));
  EXPECT_TRUE(files.contains("trust/approvals/" + approval + ".json"));

  // Who has it and who has not.
  const auto line = [&] { return duty.expect(200, duty.get("/v1/alerts/" + id)).at("screens").as_array().at(0).as_object(); };
  EXPECT_EQ(text_of(line(), "state"), "none");
  channel->send(R"({"m":"alert","alert_id":")" + id + R"(","version":1,"state":"shown"})");
  EXPECT_TRUE(eventually([&] { return text_of(line(), "state") == "shown"; }));
  EXPECT_EQ(
      screen[0]
          .call(net::Method::put, "/v1/status", R"({"alerts":[{"alert_id":")" + id + R"(","version":1,"state":"refused","code":"x"}]})")
          .status,
      204u);
  EXPECT_TRUE(eventually([&] { return text_of(line(), "state") == "refused"; })) << "by the status too";

  const auto cancelled = duty.expect(200, duty.call(net::Method::post, "/v1/alerts/" + id + "/cancel"));
  EXPECT_EQ(text_of(cancelled, "state"), "cancelled");
  EXPECT_EQ(code_of(duty.call(net::Method::post, "/v1/alerts/" + id + "/cancel")), "conflict");
  ASSERT_TRUE(wait_for(2));
  ASSERT_TRUE(state.update_alert(json::write(json::parse(heard[1]).value().at("alert")), trust::Source::pushed, clock.wall()).value());
  EXPECT_FALSE(trust::may_alert(state.alerts().at(id), approval, state, clock.wall()));
  EXPECT_EQ(text_of(line(), "state"), "none") << "the answer to the version before is none to this one";
  EXPECT_FALSE(update(state).contains("media/" + sha));

  // A restarted server tells a screen whose channel opens.
  restart();
  heard.clear();
  o.url = base + "/v1/channel";
  channel = net::WsClient::connect(o, callbacks);
  EXPECT_TRUE(wait_for(1));
}

TEST_F(Flow, ApprovalsThatMustBeRefused) {
  ceremony();
  const auto item = slogan_in_final("转账前先打 96110");
  // One holder with two keys, a stranger, other bytes.
  send("/v1/approvals", signed_statement(item, office.reviewer2), 200);
  const auto twice = boss().call(net::Method::post, "/v1/approvals", signed_statement(item, office.reviewer2b));
  EXPECT_FALSE(boss().expect(200, twice).at("complete").as_bool()) << twice.body;
  const auto refusal = [&](const std::string& envelope) { return code_of(boss().call(net::Method::post, "/v1/approvals", envelope)); };
  EXPECT_EQ(refusal(signed_statement(item, office.stranger)), "trust_signature");
  EXPECT_EQ(refusal(office.approval_bytes(office.approval("ap-other"))), "approval_unknown");
  // The very statement with one more region, well signed by two reviewers: other bytes than were asked for.
  const auto package = reviewer[0].expect(200, reviewer[0].get("/v1/items/" + item + "/package"));
  auto wider = trust::parse_approval(as_text(*from_base64(text_of(package, "statement"))));
  ASSERT_TRUE(wider);
  wider->audience.regions.push_back("500118");
  EXPECT_EQ(refusal(Office::bytes(trust::kApprovalType, trust::write_approval(*wider), {&office.reviewer1, &office.reviewer2})),
            "approval_other_bytes");
  // And nobody is asked to sign outside of the group's scope in the first place.
  EXPECT_GE(writer[0]
                .post("/v1/items/" + slogan_in_draft("不透露") + "/submit",
                      {{"group", "district"}, {"regions", json::array{"110101"}}, {"offline_days", 60}})
                .status,
            400u);
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

TEST_F(Flow, AScreenIsListedUntilItHasCarriedOutTheWithdrawals) {
  ceremony();
  enrol();
  const auto waiting = [&] { return boss().expect(200, boss().get("/v1/withdrawals/unconfirmed")); };
  const auto version = waiting().at("version").as_int64();
  EXPECT_GE(version, 1);
  const auto report = [&](std::int64_t done) {
    const auto status = json::write(json::object{{"version", "0.1.0"}, {"withdrawals", done}});
    EXPECT_EQ(screen[0].call(net::Method::put, "/v1/status", status).status, 204u);
  };
  const auto listed = [&](std::size_t n) {
    for (int i = 0; i < 500 && waiting().at("screens").as_array().size() != n; ++i) std::this_thread::sleep_for(Millis{20});
    return waiting().at("screens").as_array().size() == n;
  };
  EXPECT_TRUE(listed(1)) << "it has said nothing yet";
  report(version - 1);
  std::this_thread::sleep_for(Millis{1500});  // a status is stored within a second
  EXPECT_TRUE(listed(1));
  report(version);
  EXPECT_TRUE(listed(0));
}

TEST_F(Flow, TheLastPictureOfAScreenIsKept) {
  ceremony();
  enrol();
  auto& s = screen[0];
  const auto send_shot = [&](const std::string& bytes) {
    return s.call(net::Method::put, "/v1/shot", bytes, {{"Content-Type", "image/jpeg"}});
  };
  const std::string path = "/v1/screens/" + screen_id + "/shot";
  EXPECT_EQ(boss().get(path).status, 404u);
  std::string jpeg = "\xff\xd8\xff" + std::string(1000, 'a') + "\xff\xd9";
  EXPECT_EQ(send_shot(jpeg).status, 204u);
  const auto first = boss().get(path);
  EXPECT_EQ(first.body, jpeg);
  EXPECT_EQ(send_shot(jpeg).status, 204u);
  EXPECT_NE(boss().get(path).headers.get("ETag"), first.headers.get("ETag")) << "the same picture, taken again";
  EXPECT_EQ(send_shot("no picture").status, 422u);
  EXPECT_EQ(send_shot("\xff\xd8\xff" + std::string(201'000, 'a') + "\xff\xd9").status, 413u);
  EXPECT_EQ(boss().get(path).body, jpeg) << "what was refused took no place";
  restart();
  EXPECT_EQ(boss().get(path).body, jpeg);
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
