// A whole server in this process, on a folder of its own, with a clock that tests move; and clients whose every answer
// is compared with the description of the API.
#pragma once
#include <unistd.h>

#include "server/app/server.hpp"
#include "shared/base/id.hpp"
#include "shared/net/client.hpp"
#include "tests/integration/http/openapi.hpp"

namespace fz::test {

inline const std::string kPassword = "correct horse battery 96110";

class Client {
 public:
  Client(std::string base, std::string token = {}) : base_(std::move(base)), token_(std::move(token)) {}

  net::ClientResponse send(net::ClientRequest r) {
    const std::string path = r.url.substr(0, r.url.find('?'));
    std::string method;
    for (const char c : net::method_name(r.method)) method += static_cast<char>(std::tolower(c));
    r.url = base_ + r.url;
    r.max_response = 16 << 20;
    if (!token_.empty() && !r.headers.has("Authorization")) r.headers.set("Authorization", "Bearer " + token_);
    auto answer = http_.send(r);
    EXPECT_TRUE(answer) << to_log(answer.error()) << " " << r.url;
    if (!answer) return {};
    // An answer to HEAD has no body to look at.
    if (r.method != net::Method::head) {
      EXPECT_EQ(OpenApi::get().check(method, path, answer->status, answer->headers.get("Content-Type"), answer->body), "")
          << method << " " << path << "\n"
          << answer->body.substr(0, 500);
    }
    return std::move(*answer);
  }
  net::ClientResponse call(net::Method method, const std::string& path, const std::string& body = {}, net::Headers headers = {}) {
    net::ClientRequest r;
    r.method = method;
    r.url = path;
    r.headers = std::move(headers);
    r.body = body;
    if (!body.empty() && !r.headers.has("Content-Type")) r.headers.set("Content-Type", "application/json");
    return send(std::move(r));
  }
  net::ClientResponse get(const std::string& path, net::Headers headers = {}) {
    return call(net::Method::get, path, {}, std::move(headers));
  }
  net::ClientResponse post(const std::string& path, const json::value& body) { return call(net::Method::post, path, json::write(body)); }
  /// The JSON of an answer that must have this status.
  json::object expect(unsigned status, const net::ClientResponse& r) {
    EXPECT_EQ(r.status, status) << r.body.substr(0, 600);
    const auto v = json::parse(r.body, {8 << 20, 32});
    return v && v->is_object() ? v->get_object() : json::object{};
  }
  void set_token(std::string token) { token_ = std::move(token); }
  const std::string& token() const { return token_; }
  const std::string& base() const { return base_; }

 private:
  std::string base_, token_;
  net::Client http_{net::ClientOptions{}};
};

inline std::string code_of(const net::ClientResponse& r) {
  const auto v = json::parse(r.body);
  const auto* code = v && v->is_object() ? v->get_object().if_contains("code") : nullptr;
  return code ? std::string(code->as_string()) : "";
}
inline std::string text_of(const json::object& o, std::string_view name) {
  const auto* v = o.if_contains(name);
  return v && v->is_string() ? std::string(v->get_string()) : "";
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    folder = fs::temp_directory_path() / ("fz-http-" + std::to_string(::getpid()) + "-" + random_code(6));
    start();
    login_first();
  }
  void TearDown() override {
    server.reset();
    set_disk_hook({});
    std::error_code ec;
    fs::remove_all(folder, ec);
  }

  void start() {
    app::Config c;
    c.data = folder;
    c.listen = "127.0.0.1:0";
    c.tls = false;  // TLS is proven in the tests of shared/net; here it would only cost time
    c.region = "500119";
    c.second_factor = false;  // proven in people_test.cpp; here it would only cost time
    c.quota.max_file = 4 << 20;
    c.quota.max_unit = 6 << 20;
    change(c);
    auto started = app::Server::start(c, clock, tools());
    ASSERT_TRUE(started) << to_log(started.error());
    server = std::move(*started);
    base = "http://127.0.0.1:" + std::to_string(server->port());
    if (server->started().admin_password) first_password = *server->started().admin_password;
    if (!admin.empty()) admin[0] = Client(base, admin[0].token());
  }
  void restart() {
    server->stop(Millis{1000});
    server.reset();
    start();
  }
  virtual void change(app::Config&) {}
  virtual app::Server::MakeTools tools() { return {}; }  ///< none: jobs wait

  void login_first() {
    admin.emplace_back(base);
    auto& a = admin[0];
    auto answer = a.expect(200, a.post("/v1/session", {{"login", "admin"}, {"password", first_password}}));
    a.set_token(text_of(answer, "token"));
    EXPECT_EQ(
        a.call(net::Method::put, "/v1/session/password", json::write(json::object{{"old", first_password}, {"new", kPassword}})).status,
        204u);
    const auto units = a.expect(200, a.get("/v1/units"));
    root_unit = text_of(units.at("units").as_array().at(0).as_object(), "id");
  }
  Client person(const std::string& login, std::initializer_list<const char*> roles, const std::string& holder = {}) {
    json::array names;
    for (const char* r : roles) names.emplace_back(r);
    json::object account{{"login", login}, {"name", login},         {"unit", root_unit},
                         {"roles", names}, {"password", kPassword}, {"must_change", false}};
    if (!holder.empty()) account["holder"] = holder;
    auto& a = admin[0];
    a.expect(201, a.post("/v1/accounts", account));
    Client c(base);
    c.set_token(text_of(c.expect(200, c.post("/v1/session", {{"login", login}, {"password", kPassword}})), "token"));
    return c;
  }

  fs::path folder;
  ManualClock clock{*parse_time("2026-11-22T08:00:00Z")};
  std::unique_ptr<app::Server> server;
  std::string base, first_password, root_unit;
  std::vector<Client> admin;  ///< one; a vector so that it can be made late
};

}  // namespace fz::test
