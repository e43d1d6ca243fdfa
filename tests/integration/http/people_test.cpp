// Second factor, sessions, tokens, tables and the three administrators, through the API.
#include "shared/crypto/totp.hpp"
#include "tests/integration/http/fixture.hpp"

namespace fz::test {
namespace {

class People : public ServerTest {
 protected:
  void change(app::Config& c) override {
    c.second_factor = factor;
    c.three_administrators = three;
  }
  void with(bool second_factor, bool three_administrators = false) {
    factor = second_factor;
    three = three_administrators;
    restart();
  }
  std::string code(const std::string& secret) { return crypto::totp_code(*crypto::from_base32(secret), crypto::totp_step(clock.wall())); }
  static std::string object(const json::object& o) { return json::write(o); }
  bool factor = false, three = false;
};

TEST_F(People, WhoReviewsOrAdministersNeedsASecondFactorFirst) {
  auto writer = person("writer", {"contributor"});
  with(true);
  auto& a = admin[0];
  writer = Client(base, writer.token());
  EXPECT_EQ(writer.get("/v1/items").status, 200u);  // a contributor does not
  EXPECT_EQ(code_of(a.get("/v1/items")), "second_factor_missing");
  EXPECT_TRUE(a.expect(200, a.get("/v1/session")).at("second_factor_needed").as_bool());
  EXPECT_EQ(a.post("/v1/session/second-factor", {{"password", "guess"}}).status, 401u);
  const auto secret = text_of(a.expect(201, a.post("/v1/session/second-factor", {{"password", kPassword}})), "secret");
  EXPECT_EQ(code_of(a.call(net::Method::put, "/v1/session/second-factor", object({{"code", "000000"}}))), "login_code_wrong");
  const auto codes = a.expect(200, a.call(net::Method::put, "/v1/session/second-factor", object({{"code", code(secret)}})));
  ASSERT_EQ(codes.at("recovery_codes").as_array().size(), 10u);
  EXPECT_EQ(a.get("/v1/items").status, 200u);

  Client c(base);
  EXPECT_EQ(code_of(c.post("/v1/session", {{"login", "admin"}, {"password", kPassword}})), "login_code_needed");
  EXPECT_EQ(code_of(c.post("/v1/session", {{"login", "admin"}, {"password", kPassword}, {"code", code(secret)}})), "login_code_wrong");
  const auto recovery = std::string(codes.at("recovery_codes").as_array().at(0).as_string());
  const auto in = c.expect(200, c.post("/v1/session", {{"login", "admin"}, {"password", kPassword}, {"code", recovery}}));
  EXPECT_EQ(in.at("me").at("recovery_codes").as_int64(), 9);
  clock.advance(Seconds{30});
  EXPECT_EQ(c.post("/v1/session", {{"login", "admin"}, {"password", kPassword}, {"code", code(secret)}}).status, 200u);

  // Away with it: only by password and code; then nothing goes without a new one.
  clock.advance(Seconds{30});
  EXPECT_EQ(code_of(a.call(net::Method::del, "/v1/session/second-factor", object({{"password", kPassword}, {"code", "000000"}}))),
            "login_code_wrong");
  EXPECT_EQ(a.call(net::Method::del, "/v1/session/second-factor", object({{"password", kPassword}, {"code", code(secret)}})).status, 204u);
  EXPECT_EQ(code_of(a.get("/v1/items")), "second_factor_missing");
  with(false);
  EXPECT_EQ(admin[0].get("/v1/items").status, 200u);
}

TEST_F(People, SessionsAreListedAndEnded) {
  auto one = person("lin", {"contributor"});
  Client two(base);
  two.set_token(text_of(two.expect(200, two.post("/v1/session", {{"login", "lin"}, {"password", kPassword}})), "token"));
  const auto list = one.expect(200, one.get("/v1/session/sessions")).at("sessions").as_array();
  ASSERT_EQ(list.size(), 2u);
  std::string other;
  for (const auto& s : list)
    if (!s.at("current").as_bool()) other = std::string(s.at("id").as_string());
  EXPECT_EQ(one.call(net::Method::del, "/v1/session/sessions/" + other).status, 204u);
  EXPECT_EQ(one.call(net::Method::del, "/v1/session/sessions/" + other).status, 404u);
  EXPECT_EQ(two.get("/v1/session").status, 401u);
  const auto id = text_of(one.expect(200, one.get("/v1/session")), "account");
  EXPECT_EQ(admin[0].call(net::Method::del, "/v1/accounts/" + id + "/sessions").status, 204u);
  EXPECT_EQ(one.get("/v1/session").status, 401u);
}

TEST_F(People, ATokenHasItsScopeAndItsEndAndMakesNoOther) {
  auto lin = person("lin", {"contributor", "publisher"});
  const auto until = format_time(clock.wall() + Days{2});
  EXPECT_EQ(code_of(lin.post("/v1/session/tokens", {{"name", "n"}, {"roles", json::array{"administrator"}}, {"expires", until}})),
            "forbidden_role");
  const auto made =
      lin.expect(201, lin.post("/v1/session/tokens", {{"name", "导入程序"}, {"roles", json::array{"contributor"}}, {"expires", until}}));
  Client program(base, text_of(made, "secret"));
  EXPECT_EQ(program.get("/v1/items").status, 200u);
  EXPECT_EQ(code_of(program.call(net::Method::post, "/v1/publish")), "forbidden_role");  // the account may, the token may not
  EXPECT_EQ(code_of(program.post("/v1/session/tokens", {{"name", "n"}, {"roles", json::array{"contributor"}}, {"expires", until}})),
            "token_only_session");
  EXPECT_EQ(code_of(program.call(net::Method::put, "/v1/session/password", object({{"old", kPassword}, {"new", kPassword + "1"}}))),
            "token_only_session");
  EXPECT_EQ(lin.expect(200, lin.get("/v1/session/tokens")).at("tokens").as_array().size(), 1u);
  EXPECT_EQ(lin.call(net::Method::del, "/v1/session/tokens/" + text_of(made, "id")).status, 204u);
  EXPECT_EQ(program.get("/v1/items").status, 401u);
}

TEST_F(People, TablesAndPasswordsOfOthers) {
  auto& a = admin[0];
  const auto send = [&](const std::string& path, const std::string& csv) {
    return a.call(net::Method::post, path, csv, {{"Content-Type", "text/csv"}});
  };
  EXPECT_EQ(a.expect(201, send("/v1/units/import", "名称,上级,编号\n东城街道," + root_unit + ",d\n一社区,d,\n")).at("rows").as_int64(), 2);
  EXPECT_EQ(a.expect(201, send("/v1/sites/import",
                               "单位,名称,区划代码,场所类型,负责人,电话\n" + root_unit + ",大厅,500119,1001,老林,13900000000\n"))
                .at("rows")
                .as_int64(),
            1);
  EXPECT_EQ(code_of(send("/v1/sites/import", "单位,名称,区划代码,场所类型,负责人,电话\n" + root_unit + ",大厅,509900,1001,老林,139\n")),
            "table_row");
  const auto made = a.expect(201, send("/v1/accounts/import", "login,name,unit,roles\nchen,小陈," + root_unit + ",contributor\n"));
  const auto first = std::string(made.at("accounts").as_array().at(0).at("password").as_string());
  Client c(base);
  const auto in = c.expect(200, c.post("/v1/session", {{"login", "chen"}, {"password", first}}));
  EXPECT_TRUE(in.at("me").at("must_change").as_bool());
  c.set_token(text_of(in, "token"));
  EXPECT_EQ(code_of(c.get("/v1/items")), "password_must_change");
  EXPECT_EQ(code_of(c.call(net::Method::put, "/v1/session/password", object({{"old", first}, {"new", first}}))), "password_weak");
  EXPECT_EQ(c.call(net::Method::put, "/v1/session/password", object({{"old", first}, {"new", kPassword}})).status, 204u);
  const auto id = text_of(in.at("me").as_object(), "account");
  EXPECT_EQ(a.call(net::Method::put, "/v1/accounts/" + id + "/password", object({{"password", kPassword + "2"}})).status, 204u);
  EXPECT_EQ(c.get("/v1/session").status, 401u);
}

TEST_F(People, ThreeAdministratorsApart) {
  with(false, true);
  auto& a = admin[0];
  EXPECT_EQ(code_of(a.get("/v1/accounts")), "forbidden_role");
  EXPECT_EQ(code_of(a.get("/v1/audit")), "forbidden_role");
  EXPECT_EQ(a.post("/v1/units", {{"parent", root_unit}, {"name", "街道"}}).status, 201u);
  const auto log_in = [&](const std::string& who) {
    const auto password = *read_file(folder / (who + "-password"), 100);
    const auto first = password.substr(0, password.find('\n'));
    Client c(base);
    c.set_token(text_of(c.expect(200, c.post("/v1/session", {{"login", who}, {"password", first}})), "token"));
    EXPECT_EQ(c.call(net::Method::put, "/v1/session/password", object({{"old", first}, {"new", kPassword}})).status, 204u);
    return c;
  };
  auto security = log_in("security"), auditor = log_in("auditor");
  EXPECT_EQ(security.get("/v1/accounts").status, 200u);
  EXPECT_EQ(code_of(security.get("/v1/audit")), "forbidden_role");
  EXPECT_EQ(code_of(security.post("/v1/units", {{"parent", root_unit}, {"name", "x"}})), "forbidden_role");
  EXPECT_EQ(auditor.get("/v1/audit").status, 200u);
  EXPECT_EQ(code_of(auditor.get("/v1/accounts")), "forbidden_role");
  EXPECT_EQ(code_of(security.post("/v1/accounts", {{"login", "both"},
                                                   {"name", "x"},
                                                   {"unit", root_unit},
                                                   {"roles", json::array{"administrator", "auditor"}},
                                                   {"password", kPassword}})),
            "roles_separate");
}

}  // namespace
}  // namespace fz::test
