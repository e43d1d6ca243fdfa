#include "shared/crypto/key.hpp"
#include "tests/integration/http/fixture.hpp"

namespace fz::test {
namespace {

class Session : public ServerTest {};

TEST_F(Session, FirstPasswordMustBeChangedFirst) {
  auto& a = admin[0];
  a.expect(
      201,
      a.post("/v1/accounts",
             {{"login", "new"}, {"name", "新人"}, {"unit", root_unit}, {"roles", json::array{"contributor"}}, {"password", kPassword}}));
  Client c(base);
  const auto answer = c.expect(200, c.post("/v1/session", {{"login", "new"}, {"password", kPassword}}));
  EXPECT_TRUE(answer.at("me").at("must_change").as_bool());
  c.set_token(text_of(answer, "token"));
  EXPECT_EQ(code_of(c.get("/v1/items")), "password_must_change");
  EXPECT_EQ(c.get("/v1/session").status, 200u);
  EXPECT_EQ(
      c.call(net::Method::put, "/v1/session/password", json::write(json::object{{"old", kPassword}, {"new", kPassword + "!"}})).status,
      204u);
  EXPECT_EQ(c.get("/v1/items").status, 200u);
}

TEST_F(Session, WrongPasswordsAreSlowedDown) {
  Client c(base);
  std::string last;
  for (int i = 0; i < 8; ++i) last = code_of(c.post("/v1/session", {{"login", "admin"}, {"password", "guess"}}));
  EXPECT_EQ(last, "login_delayed");
  EXPECT_EQ(c.post("/v1/session", {{"login", "admin"}, {"password", kPassword}}).status, 429u);
  clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(c.post("/v1/session", {{"login", "admin"}, {"password", kPassword}}).status, 200u);
}

TEST_F(Session, CookieNeedsThePagesTokenForChanges) {
  Client c(base);
  const auto r = c.post("/v1/session", {{"login", "admin"}, {"password", kPassword}});
  const auto answer = c.expect(200, r);
  const std::string cookie(r.headers.get("Set-Cookie"));
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  const std::string pair = cookie.substr(0, cookie.find(';'));
  EXPECT_EQ(c.get("/v1/units", {{"Cookie", pair}}).status, 200u);
  const std::string unit = json::write(json::object{{"parent", root_unit}, {"name", "街道"}});
  EXPECT_EQ(code_of(c.call(net::Method::post, "/v1/units", unit, {{"Cookie", pair}})), "csrf_missing");
  EXPECT_EQ(code_of(c.call(net::Method::post, "/v1/units", unit, {{"Cookie", pair}, {"X-CSRF-Token", "guess"}})), "csrf_missing");
  EXPECT_EQ(
      c.call(net::Method::post, "/v1/units", unit, {{"Cookie", "other=1; " + pair}, {"X-CSRF-Token", text_of(answer, "csrf")}}).status,
      201u);
}

class SessionLimits : public ServerTest {
 protected:
  void change(app::Config& c) override {
    c.sessions = {std::chrono::minutes(10), std::chrono::hours(1)};
    c.machines_per_address = 30;
  }
};

TEST_F(SessionLimits, EndASessionAsTheOperatorSaid) {
  clock.advance(std::chrono::minutes(9));
  EXPECT_EQ(admin[0].get("/v1/session").status, 200u);
  clock.advance(std::chrono::minutes(9));
  EXPECT_EQ(admin[0].get("/v1/session").status, 200u) << "each request counts";
  Client idle(base);
  idle.set_token(text_of(idle.expect(200, idle.post("/v1/session", {{"login", "admin"}, {"password", kPassword}})), "token"));
  for (int k = 0; k < 4; ++k) {
    clock.advance(std::chrono::minutes(9));
    EXPECT_EQ(admin[0].get("/v1/session").status, 200u) << k;
  }
  EXPECT_EQ(idle.get("/v1/session").status, 401u) << "ten minutes without a request";
  clock.advance(std::chrono::minutes(8));
  EXPECT_EQ(admin[0].get("/v1/session").status, 401u) << "an hour in any case";
  const auto r = idle.post("/v1/session", {{"login", "admin"}, {"password", kPassword}});
  EXPECT_NE(std::string(r.headers.get("Set-Cookie")).find("Max-Age=3600"), std::string::npos) << r.headers.get("Set-Cookie");
}

TEST_F(SessionLimits, AnOfficeBehindOneAddressMayBeLarge) {
  Client c(base);
  const auto enrolled = [&] {
    const auto device = crypto::PrivateKey::generate();
    const auto proof = to_hex(device.sign(as_bytes("fz-enrol-v1\n" + device.id())));
    return c.post("/v1/enrol", {{"scheme", "ed25519"}, {"public", device.public_key().hex()}, {"proof", proof}}).status;
  };
  for (int k = 0; k < 200; ++k) ASSERT_EQ(enrolled(), 200u) << k;
}

TEST_F(Session, LogoutEndsIt) {
  EXPECT_EQ(admin[0].call(net::Method::del, "/v1/session").status, 204u);
  EXPECT_EQ(admin[0].get("/v1/session").status, 401u);
}

TEST_F(Session, RolesAreNeededAndRefusalsStandInTheTrail) {
  auto c = person("writer", {"contributor"});
  EXPECT_EQ(code_of(c.post("/v1/units", {{"parent", root_unit}, {"name", "x"}})), "forbidden_role");
  EXPECT_EQ(code_of(c.get("/v1/audit")), "forbidden_role");
  const auto trail = admin[0].expect(200, admin[0].get("/v1/audit?limit=50"));
  bool found = false;
  for (const auto& e : trail.at("entries").as_array()) found = found || e.at("refused").as_bool();
  EXPECT_TRUE(found);
}

TEST_F(Session, LanguageOfProblems) {
  Client c(base);
  EXPECT_EQ(c.get("/v1/items", {{"Accept-Language", "en"}}).body.find("\"title\":\"请"), std::string::npos);
  const auto zh = c.expect(401, c.get("/v1/items"));
  EXPECT_EQ(text_of(zh, "title"), text_of(zh, "zh"));
  const auto en = c.expect(401, c.get("/v1/items", {{"Accept-Language", "en-GB, zh;q=0.5"}}));
  EXPECT_EQ(text_of(en, "title"), text_of(en, "en"));
}

}  // namespace
}  // namespace fz::test
