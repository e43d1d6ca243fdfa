// Every route against what should never arrive: no token, a wrong one, an ended one; bodies that are not JSON, or endless.
#include "server/http/routes.hpp"
#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class BadInput : public Flow {
 protected:
  static std::string real_path(const http::Route& r) {
    std::string out;
    for (std::size_t i = 0; i < r.path.size(); ++i) {
      if (r.path[i] == '{') {
        out += r.path.substr(i).starts_with("{document}") ? "root" : "x";
        i = r.path.find('}', i);
      } else {
        out += r.path[i];
      }
    }
    return out;
  }
  // Headers that get a tus or WebSocket request as far as the check of who asks.
  static net::Headers headers_for(const http::Route& r) {
    if (r.run == http::Run::channel)
      return {{"Upgrade", "websocket"},
              {"Connection", "Upgrade"},
              {"Sec-WebSocket-Version", "13"},
              {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    if (r.path.starts_with("/v1/uploads"))
      return {{"Tus-Resumable", "1.0.0"}, {"Upload-Offset", "0"}, {"Content-Type", "application/offset+octet-stream"}};
    return {};
  }
  static bool guarded(const http::Route& r) { return r.auth == http::Auth::person || r.auth == http::Auth::screen; }
};

TEST_F(BadInput, NoTokenOrAWrongOneOnEveryRoute) {
  for (const auto& r : http::routes()) {
    if (!guarded(r)) continue;
    for (const char* token : {"", "wrong", "fz_wrong", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
      Client c(base, token);
      const auto answer = c.call(r.method, real_path(r), r.max_body ? "{}" : "", headers_for(r));
      EXPECT_EQ(answer.status, 401u) << net::method_name(r.method) << " " << r.path << " " << token << answer.body;
    }
  }
}

TEST_F(BadInput, EndedTokenOnEveryRoute) {
  clock.advance(std::chrono::hours(13));
  for (const auto& r : http::routes()) {
    if (!guarded(r)) continue;
    EXPECT_EQ(admin[0].call(r.method, real_path(r), r.max_body ? "{}" : "", headers_for(r)).status, 401u) << r.path;
  }
}

TEST_F(BadInput, PersonsTokenOpensNoScreenRouteAndTheOtherWayRound) {
  for (const auto& r : http::routes())
    if (r.auth == http::Auth::screen) {
      EXPECT_EQ(admin[0].call(r.method, real_path(r), r.max_body ? "{}" : "", headers_for(r)).status, 401u) << r.path;
    }
}

TEST_F(BadInput, MalformedJsonOnEveryRouteWithABody) {
  ceremony();
  enrol();
  int routes = 0;
  for (const auto& r : http::routes()) {
    if (r.max_body == 0) continue;
    ++routes;
    auto& who = r.auth == http::Auth::screen ? screen[0] : admin[0];
    for (const char* body : {"{", "nonsense", "[1,2", "{\"a\":1,\"a\":2}", "{\"a\":1.5}", "\"\xff\"", "[]", "null", "{\"unheard_of\":1}"}) {
      // A status is a screen's own business: any object is one.
      if (r.path == "/v1/status" && std::string_view(body) == "{\"unheard_of\":1}") continue;
      const auto answer = who.call(r.method, real_path(r), body);
      EXPECT_GE(answer.status, 400u) << r.path << " " << body;
      EXPECT_LT(answer.status, 500u) << r.path << " " << body << " " << answer.body;
      EXPECT_FALSE(code_of(answer).empty()) << r.path;
      const auto problem = json::parse(answer.body);
      ASSERT_TRUE(problem && problem->is_object()) << r.path;
      EXPECT_FALSE(text_of(problem->get_object(), "zh").empty() || text_of(problem->get_object(), "en").empty()) << r.path;
      clock.advance(Seconds{5});  // refills the ration of the open routes
    }
  }
  EXPECT_GE(routes, 20);
}

TEST_F(BadInput, OversizedBodiesOnEveryRoute) {
  ceremony();
  enrol();
  const std::string huge(2 << 20, ' ');
  for (const auto& r : http::routes()) {
    // Uploads: Upload.WrongOffsetNamesTheRightOne. Routes on the event loop read no body: Hostile.UnreadBodyOfAnInlineRoute...
    if (r.run != http::Run::pooled) continue;
    auto& who = r.auth == http::Auth::screen ? screen[0] : admin[0];
    const auto answer = who.call(r.method, real_path(r), huge);
    EXPECT_EQ(answer.status, 413u) << net::method_name(r.method) << " " << r.path << " " << answer.body.substr(0, 200);
    if (r.method != net::Method::head) {
      EXPECT_EQ(code_of(answer), "too_large") << r.path;
    }
    clock.advance(Seconds{5});
  }
}

TEST_F(BadInput, UnknownPathsAndMethods) {
  Client c(base);
  EXPECT_EQ(c.get("/nowhere").status, 404u);
  const auto wrong = c.call(net::Method::del, "/v1/errors");
  EXPECT_EQ(wrong.status, 405u);
  EXPECT_EQ(wrong.headers.get("Allow"), "GET");
}

TEST_F(BadInput, EveryAnswerCarriesTheSafetyHeaders) {
  Client c(base);
  for (const char* path : {"/healthz", "/nowhere", "/v1/items", "/v1/errors"}) {
    const auto r = c.get(path);
    EXPECT_EQ(r.headers.get("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_NE(r.headers.get("Content-Security-Policy").find("default-src 'none'"), std::string::npos) << path;
  }
}

TEST_F(BadInput, OpenRoutesAreRationed) {
  Client c(base);
  unsigned last = 0;
  std::string retry;
  for (int i = 0; i < 200 && last != 429; ++i) {
    const auto r = c.post("/v1/challenge", {{"device", "x"}});
    last = r.status;
    retry = r.headers.get("Retry-After");
  }
  EXPECT_EQ(last, 429u);
  EXPECT_FALSE(retry.empty());
  clock.advance(Seconds{60});
  EXPECT_NE(c.post("/v1/challenge", {{"device", "x"}}).status, 429u);
}

TEST_F(BadInput, RestartKeepsTheSession) {
  restart();
  EXPECT_EQ(admin[0].get("/v1/session").status, 200u);
  EXPECT_FALSE(server->started().admin_password);
}

}  // namespace
}  // namespace fz::test
