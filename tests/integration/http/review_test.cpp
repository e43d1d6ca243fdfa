// The review through the API: people in a case are masked first, and who left a group is believed no more.
#include "shared/base/process.hpp"
#include "shared/trust/staff.hpp"
#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class ReviewApi : public Flow {
 protected:
  json::object bulletin(const std::string& how) {
    return {{"schema", 1},
            {"type", "bulletin"},
            {"title", "刷单被骗"},
            {"fraud_kind", "fake_orders"},
            {"exposes", "case"},
            {"how", json::array{"骗子以高额佣金诱人。", how}},
            {"signs", json::array{"先垫付再返利"}},
            {"loss", nullptr},
            {"law", nullptr},
            {"advice", json::array{"不轻信、不转账"}},
            {"source", "某区反诈中心"},
            {"hotline", "96110"}};
  }
  std::string submitted(const std::string& how) {
    const auto made = writer[0].expect(201, writer[0].post("/v1/items", {{"title", "刷单被骗"}, {"document", bulletin(how)}}));
    const auto id = text_of(made, "id");
    writer[0].expect(200,
                     writer[0].post("/v1/items/" + id + "/submit",
                                    {{"group", "district"}, {"kind", "loop"}, {"regions", json::array{"500119"}}, {"offline_days", 60}}));
    return id;
  }
  net::ClientResponse pass(const std::string& id, json::object more = {}) {
    json::object body{{"act", "pass"}, {"comment", "事实无误"}, {"checked", kChecked}};
    for (const auto& m : more) body[m.key()] = m.value();
    return reviewer[0].post("/v1/items/" + id + "/review", body);
  }
  /// `fz` as the reviewer runs it; its standard output.
  Result<std::string> command(const std::vector<std::string>& words) {
    const auto profile = folder / "profile.json";
    FZ_CHECK(write_atomic(profile, json::write(json::object{{"server", base}, {"pin", ""}, {"token", reviewer[0].token()}}), 0600));
    SpawnOptions o;
    o.argv = {(fs::path(std::getenv("FZ_BIN_DIR")) / "fz").string(), "--json", "--profile", profile.string()};
    o.argv.insert(o.argv.end(), words.begin(), words.end());
    return run_command(o, Seconds{60});
  }
  std::string state(const std::string& id) {
    return text_of(reviewer[0].expect(200, reviewer[0].get("/v1/items/" + id)).at("item").as_object(), "state");
  }
};

TEST_F(ReviewApi, TheFirstStepDoesNotEndWhileSomebodyCanBeRecognised) {
  ceremony();
  const auto id = submitted("受害人张伟向13812345678转账5万元。");
  const auto refused = pass(id);
  EXPECT_EQ(refused.status, 422u);
  EXPECT_EQ(code_of(refused), "privacy_unmasked");
  EXPECT_NE(refused.body.find("张伟"), std::string::npos) << refused.body;
  EXPECT_EQ(state(id), "first") << "nothing was decided";
  // One of two named is not enough, a reason is needed, and both together are recorded.
  EXPECT_EQ(code_of(pass(id, {{"privacy_exceptions", json::array{"张伟"}}})), "privacy_unmasked");
  EXPECT_EQ(code_of(pass(id, {{"privacy_exceptions", json::array{"张伟", "13812345678"}}, {"comment", ""}})), "missing_field");
  EXPECT_EQ(state(id), "first");
  reviewer[0].expect(200, pass(id, {{"privacy_exceptions", json::array{"张伟", "13812345678"}}, {"comment", "判决书已公开"}}));
  EXPECT_EQ(state(id), "final");
  const auto trail = boss().get("/v1/audit?limit=1000");
  EXPECT_NE(trail.body.find("review.privacy_exception"), std::string::npos);
  EXPECT_NE(trail.body.find("privacy_unmasked"), std::string::npos) << "refusals stand in the trail, too";
  const auto masked = submitted("受害人张某向138****5678转账5万元。");
  reviewer[0].expect(200, pass(masked));
  EXPECT_EQ(state(masked), "final");
}

TEST_F(ReviewApi, WhoLeftByTheGroupsWordIsBelievedNoMoreByServerAndScreen) {
  // Nobody of the group is a stranger: three people, threshold two.
  ceremony();
  enrol();
  const auto before = slogan_in_final("不轻信");
  approve(before);
  campaign({before});
  trust::Staff staff;
  staff.group = "district";
  staff.issued = clock.wall();
  staff.left = {{office.reviewer3.id(), "reviewer-3", staff.issued}};
  const auto signed_by = [&](std::initializer_list<const crypto::PrivateKey*> keys) {
    return Office::bytes(trust::kStaffType, trust::write_staff(staff), keys);
  };
  EXPECT_EQ(text_of(put("/v1/trust/staff", signed_by({&office.reviewer1, &office.online}), 422), "code"), "trust_threshold");
  EXPECT_EQ(reviewer[0].call(net::Method::put, "/v1/trust/staff", signed_by({&office.reviewer1, &office.reviewer2})).status, 403u);
  const auto good = signed_by({&office.reviewer1, &office.reviewer2});
  EXPECT_EQ(put("/v1/trust/staff", good, 200).at("version").to_number<int>(), 1);
  const auto listed = boss().expect(200, boss().get("/v1/trust/staff")).at("documents").as_array();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].at("group").as_string(), "district");
  EXPECT_EQ(json::write(listed[0].at("envelope")), good);
  publisher[0].expect(200, publisher[0].call(net::Method::post, "/v1/publish"));

  auto state = trust::TrustedState::init(office.root_bytes(), identity).value();
  const auto files = update(state);
  const auto name = trust::staff_target("district");
  ASSERT_TRUE(files.contains(name));
  ASSERT_TRUE(state.update_reviewers(files.at("trust/reviewers.json"), clock.wall()));
  EXPECT_TRUE(state.update_staff(files.at(name)).value());
  EXPECT_TRUE(state.reviewers()->value.keys.at(office.reviewer3.id()).retired);
  staff.version = 3;
  EXPECT_EQ(text_of(put("/v1/trust/staff", signed_by({&office.reviewer1, &office.reviewer2}), 422), "code"), "staff_order");
  restart();
  EXPECT_EQ(boss().expect(200, boss().get("/v1/trust/staff")).at("documents").as_array().size(), 1u);
}

TEST_F(ReviewApi, TheTextOfTheSigningPagesCodeIsTakenByTheCommandLine) {
  ceremony();
  const auto id = slogan_in_final("不轻信");
  const auto fz = [&](const std::string& code) { return command({"approve-code", code}); };
  const auto code_by = [&](const crypto::PrivateKey& key) {
    const auto envelope = trust::read_envelope(signed_statement(id, key)).value();
    const auto package = reviewer[0].expect(200, reviewer[0].get("/v1/items/" + id + "/package"));
    return "FZ-APPROVAL-1 " + id + " " + text_of(package, "approval_id") + " " + key.id() + " " + to_base64(envelope.signatures[0].sig);
  };
  const auto good = code_by(office.reviewer1);
  auto changed = good;
  changed[good.size() - 10] = good[good.size() - 10] == 'A' ? 'B' : 'A';
  for (const auto& bad : {std::string("FZ-APPROVAL-1"), "FZ-APPROVAL-2" + good.substr(13), changed, code_by(office.stranger)})
    EXPECT_FALSE(fz(bad)) << bad;
  EXPECT_EQ(state(id), "final");
  // A scanner sends it as one line, whatever it does to the blanks between.
  const auto one = fz("  " + good + "\n");
  ASSERT_TRUE(one) << to_log(one.error());
  EXPECT_NE(one->find("\"complete\":false"), std::string::npos) << *one;
  const auto two = fz(code_by(office.reviewer2));
  ASSERT_TRUE(two) << to_log(two.error());
  EXPECT_NE(two->find("\"complete\":true"), std::string::npos) << *two;
  EXPECT_EQ(state(id), "approved");
}

class WithoutConsole : public ReviewApi {
 protected:
  void change(app::Config& c) override { c.console = folder / "no console here"; }
};

TEST_F(WithoutConsole, AWithdrawalIsTakenByTheCommandLineAndSomethingUnknownIsKept) {
  ceremony();
  const auto id = slogan_in_final("不轻信");
  const auto approval = approve(id);
  EXPECT_EQ(Client(base).get("/").status, 404u);
  const auto file = folder / "withdrawals.json";
  ASSERT_TRUE(write_atomic(file, office.withdrawals_bytes(office.withdrawals(2, {approval, "ap-of-nobody"}, clock.wall()))));
  const auto done = command({"withdraw-import", file.string()});
  ASSERT_TRUE(done) << to_log(done.error());
  EXPECT_NE(done->find("ap-of-nobody"), std::string::npos) << *done;
  EXPECT_EQ(state(id), "withdrawn");
  const auto kept = trust::read_envelope(boss().get("/v1/withdrawals").body).value();
  EXPECT_NE(kept.payload.find("ap-of-nobody"), std::string::npos);
  EXPECT_TRUE(command({"withdraw-import", file.string()})) << "again: nothing happens";
  ASSERT_TRUE(write_atomic(file, Office::bytes(trust::kWithdrawalsType,
                                               trust::write_withdrawals(office.withdrawals(3, {"ap-1"}, clock.wall())), {&office.online})));
  EXPECT_FALSE(command({"withdraw-import", file.string()})) << "a forged one";
}

}  // namespace
}  // namespace fz::test
