// The first hour, through the API: the root unit, the certificate with TLS on, what office PCs get.
#include <sys/stat.h>

#include "shared/crypto/authority.hpp"
#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class Setup : public Flow {
 protected:
  void change(app::Config& c) override { c.region = "000000"; }
  void SetUp() override {
    ServerTest::SetUp();  // nobody but the administrator
  }
  json::object state() { return boss().expect(200, boss().get("/v1/setup")); }
  static bool done(const json::object& o, const char* step) { return o.at(step).as_object().at("done").as_bool(); }
};

TEST_F(Setup, TheStepsAreDoneOneByOne) {
  ASSERT_EQ(root_unit, "000000");
  auto s = state();
  for (const char* step : {"organisation", "accounts", "keys", "screens"}) EXPECT_FALSE(done(s, step)) << step;
  EXPECT_EQ(s.at("certificate").at("kind").as_string(), "none") << "without TLS";

  const auto name_it = [&](const std::string& code) {
    return boss().call(net::Method::put, "/v1/setup/organisation", json::write(json::object{{"name", "南川区反诈中心"}, {"code", code}}));
  };
  boss().expect(200, name_it("000000"));  // the name alone
  EXPECT_EQ(code_of(name_it("999999")), "division_unknown");
  EXPECT_EQ(code_of(name_it("500")), "bad_field");
  const auto root = boss().expect(200, name_it("500119"));
  EXPECT_EQ(text_of(root, "id"), "500119");
  root_unit = "500119";
  EXPECT_TRUE(done(state(), "organisation"));
  EXPECT_EQ(text_of(boss().expect(200, boss().get("/v1/session")), "unit"), "500119") << "the administrator came along";

  writer.push_back(person("writer", {"contributor"}));
  publisher.push_back(person("publisher", {"publisher"}));
  reviewer.push_back(person("reviewer", {"reviewer"}, "reviewer-1"));
  EXPECT_FALSE(done(state(), "accounts")) << "one reviewer signs nothing";
  person("other", {"reviewer"}, "reviewer-2");
  EXPECT_TRUE(done(state(), "accounts"));
  ceremony();
  s = state();
  EXPECT_TRUE(done(s, "keys"));
  EXPECT_FALSE(text_of(s.at("keys").as_object(), "expires").empty());
  enrol();
  s = state();
  EXPECT_TRUE(done(s, "screens"));
  EXPECT_EQ(s.at("certificate").at("screens").as_int64(), 1);
  // A site hangs on it now: the code stays.
  EXPECT_EQ(code_of(name_it("500118")), "bad_field");
  boss().expect(200, name_it("500119"));
  EXPECT_EQ(code_of(writer[0].get("/v1/setup")), "forbidden_role");
  EXPECT_EQ(boss().call(net::Method::put, "/v1/setup/certificate", R"({"kind":"office_ca","names":["fz.example"]})").status, 501u);
}

class Certificate : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("fz-setup-" + std::to_string(::getpid()) + "-" + random_code(6));
    start();
    auto first = client(fingerprint_);
    const auto password = *server_->started().admin_password;
    token_ = text_of(call(first, net::Method::post, "/v1/session", {{"login", "admin"}, {"password", password}}), "token");
    call(first, net::Method::put, "/v1/session/password", {{"old", password}, {"new", kPassword}});
  }
  void TearDown() override {
    server_.reset();
    std::error_code ec;
    fs::remove_all(folder_, ec);
  }
  void start() {
    app::Config c;
    c.data = folder_;
    c.listen = "127.0.0.1:" + std::to_string(port_);
    c.region = "500119";
    c.second_factor = false;
    auto started = app::Server::start(c, clock_, {});
    ASSERT_TRUE(started) << to_log(started.error());
    server_ = std::move(*started);
    port_ = server_->port();
    fingerprint_ = server_->started().fingerprint;
  }
  static net::ClientOptions client(const std::string& pin, const fs::path& ca = {}) {
    net::ClientOptions o;
    o.pin_sha256 = pin;
    o.ca_file = ca;
    return o;
  }
  Result<net::ClientResponse> send(const net::ClientOptions& o, net::Method m, const std::string& path, const std::string& body = {}) {
    net::Client http(o);
    net::ClientRequest r;
    r.method = m;
    r.url = "https://127.0.0.1:" + std::to_string(port_) + path;
    r.body = body;
    if (!body.empty()) r.headers.set("Content-Type", "application/json");
    if (!token_.empty()) r.headers.set("Authorization", "Bearer " + token_);
    return http.send(r);
  }
  json::object call(const net::ClientOptions& o, net::Method m, const std::string& path, const json::object& body = {}) {
    const auto answer = send(o, m, path, body.empty() ? "" : json::write(body));
    EXPECT_TRUE(answer) << to_log(answer.error());
    if (!answer) return {};
    const auto v = json::parse(answer->body);
    return v && v->is_object() ? v->get_object() : json::object{};
  }
  json::object put(const json::object& draft) { return call(client(fingerprint_), net::Method::put, "/v1/setup/certificate", draft); }

  ManualClock clock_{system_clock().wall()};  // TLS clients ask the real one
  fs::path folder_;
  std::unique_ptr<app::Server> server_;
  std::uint16_t port_ = 0;
  std::string fingerprint_, token_;
};

TEST_F(Certificate, AnOfficeCaWithoutARestartAndAfterOne) {
  EXPECT_EQ(send(client(fingerprint_), net::Method::get, "/v1/setup/office-ca/ca.crt")->status, 404u);
  net::Client open_since_before{client(fingerprint_)};
  const auto alive = [&] {
    net::ClientRequest r;
    r.url = "https://127.0.0.1:" + std::to_string(port_) + "/healthz";
    const auto answer = open_since_before.send(r);
    return answer && answer->status == 200;
  };
  EXPECT_TRUE(alive());
  EXPECT_EQ(text_of(put({{"kind", "office_ca"}, {"names", json::array{"bad name!"}}}), "code"), "bad_field");
  const auto made = put({{"kind", "office_ca"}, {"names", json::array{"fz.example.gov.cn", "127.0.0.1"}}});
  ASSERT_EQ(text_of(made, "kind"), "office_ca") << json::write(made);
  const auto pin = text_of(made, "fingerprint");
  EXPECT_NE(pin, fingerprint_);
  EXPECT_TRUE(alive()) << "a connection that is open keeps its certificate";

  // Whoever trusts the authority is let in, by the host's name; whoever pins the old certificate is not.
  const auto ca = send(client(pin), net::Method::get, "/v1/setup/office-ca/ca.crt");
  ASSERT_TRUE(ca) << to_log(ca.error());
  EXPECT_NE(ca->headers.get("Content-Disposition").find("fanzha-office-ca.crt"), std::string_view::npos);
  ASSERT_TRUE(write_atomic(folder_ / "trusted.crt", ca->body));
  EXPECT_TRUE(send(client("", folder_ / "trusted.crt"), net::Method::get, "/healthz"));
  EXPECT_FALSE(send(client(fingerprint_), net::Method::get, "/healthz"));
  struct stat st {};
  for (const char* secret : {"ca.key", "key.pem"}) {
    ASSERT_EQ(::stat((folder_ / "tls" / secret).c_str(), &st), 0) << secret;
    EXPECT_EQ(st.st_mode & 0777, 0600u) << secret;
  }
  EXPECT_FALSE(fs::exists(folder_ / "tls/next"));

  // A second certificate comes from the same authority.
  fingerprint_ = pin;
  const auto again = put({{"kind", "office_ca"}, {"names", json::array{"127.0.0.1"}}});
  EXPECT_EQ(text_of(again, "ca_fingerprint"), text_of(made, "ca_fingerprint"));
  server_->stop(Millis{0});
  server_.reset();
  start();
  EXPECT_EQ(fingerprint_, text_of(again, "fingerprint"));
  EXPECT_TRUE(send(client("", folder_ / "trusted.crt"), net::Method::get, "/healthz"));
  EXPECT_EQ(text_of(call(client(fingerprint_), net::Method::get, "/v1/setup").at("certificate").as_object(), "kind"), "office_ca");
}

TEST_F(Certificate, AChangeThatACrashInterruptedIsFinishedAtTheNextStart) {
  put({{"kind", "office_ca"}, {"names", json::array{"127.0.0.1"}}});
  server_->stop(Millis{0});
  server_.reset();
  // As a crash between the two files leaves it: the announced pair, the new key, the old certificate.
  const auto fresh = crypto::make_self_signed({"127.0.0.1"}, clock_.wall() - Days{1}, clock_.wall() + Days{30});
  ASSERT_TRUE(fresh);
  ASSERT_TRUE(write_atomic(folder_ / "tls/next", fresh->certificate_pem + "-----FANZHA KEY-----\n" + fresh->key_pem, 0600));
  ASSERT_TRUE(write_atomic(folder_ / "tls/key.pem", fresh->key_pem, 0600));
  start();
  EXPECT_EQ(fingerprint_, fresh->sha256);
  EXPECT_TRUE(send(client(fingerprint_), net::Method::get, "/healthz"));
  EXPECT_FALSE(fs::exists(folder_ / "tls/next"));
}

TEST_F(Certificate, AGivenOneIsLookedAtBeforeItIsTaken) {
  const auto now = clock_.wall();
  const auto ca = crypto::make_authority("别的机构", now - Days{1}, now + Days{100});
  ASSERT_TRUE(ca);
  const auto good = crypto::issue(ca->certificate_pem, ca->key_pem, {"127.0.0.1", "*.example.gov.cn", "other.example.gov.cn"},
                                  now - Days{1}, now + Days{90});
  // A star is no name that we issue for ourselves.
  EXPECT_FALSE(good);
  const auto leaf = crypto::issue(ca->certificate_pem, ca->key_pem, {"127.0.0.1", "fz.example.gov.cn"}, now - Days{1}, now + Days{90});
  const auto ended = crypto::issue(ca->certificate_pem, ca->key_pem, {"127.0.0.1"}, now - Days{9}, now - Days{2});
  ASSERT_TRUE(leaf && ended);
  const auto given = [&](const std::string& certificate, const std::string& key, json::array names = {"fz.example.gov.cn"}) {
    return put({{"kind", "given"}, {"names", std::move(names)}, {"certificate", certificate}, {"key", key}});
  };
  EXPECT_EQ(text_of(given("nonsense", leaf->key_pem), "code"), "key_invalid");
  EXPECT_EQ(text_of(given(leaf->certificate_pem, "nonsense"), "code"), "key_invalid");
  EXPECT_EQ(text_of(given(leaf->certificate_pem, ended->key_pem), "code"), "certificate_key");
  EXPECT_EQ(text_of(given(ended->certificate_pem, ended->key_pem, {}), "code"), "bad_field");
  const auto other = given(leaf->certificate_pem, leaf->key_pem, {"fz.other.cn"});
  EXPECT_EQ(text_of(other, "code"), "certificate_host");
  EXPECT_NE(text_of(other, "zh").find("fz.example.gov.cn"), std::string::npos) << text_of(other, "zh");
  EXPECT_TRUE(send(client(fingerprint_), net::Method::get, "/healthz")) << "nothing has changed";
  const auto taken = given(leaf->certificate_pem + ca->certificate_pem, leaf->key_pem);
  EXPECT_EQ(text_of(taken, "kind"), "given") << json::write(taken);
  EXPECT_EQ(text_of(taken, "fingerprint"), leaf->sha256);
  EXPECT_TRUE(send(client(leaf->sha256), net::Method::get, "/healthz"));
}

TEST_F(Certificate, ScreensAreNotCutOffSilently) {
  const auto key = crypto::PrivateKey::generate();
  const auto sign_hex = [&](const std::string& text) { return to_hex(key.sign(as_bytes(text))); };
  const auto pinned = client(fingerprint_);
  const auto site =
      call(pinned, net::Method::post, "/v1/sites", {{"unit", "500119"}, {"name", "大厅"}, {"region", "500119"}, {"venue", "1001"}});
  const auto asked = call(pinned, net::Method::post, "/v1/enrol",
                          {{"scheme", "ed25519"}, {"public", key.public_key().hex()}, {"proof", sign_hex("fz-enrol-v1\n" + key.id())}});
  const auto enrolled =
      call(pinned, net::Method::post, "/v1/enrolments/" + text_of(asked, "code"), {{"site", text_of(site, "id")}, {"name", "一号屏"}});
  ASSERT_FALSE(text_of(enrolled, "id").empty()) << json::write(enrolled);
  json::object draft{{"kind", "office_ca"}, {"names", json::array{"127.0.0.1"}}};
  const auto refused = put(draft);
  EXPECT_EQ(text_of(refused, "code"), "bad_field");
  EXPECT_EQ(text_of(refused.at("params").as_object(), "field"), "confirm_screens");
  EXPECT_TRUE(send(client(fingerprint_), net::Method::get, "/healthz"));
  draft["confirm_screens"] = 1;
  EXPECT_EQ(text_of(put(draft), "kind"), "office_ca");
}

TEST_F(Certificate, InstallersCarryTheAuthority) {
  const auto made = put({{"kind", "office_ca"}, {"names", json::array{"127.0.0.1"}}});
  fingerprint_ = text_of(made, "fingerprint");
  const auto ca = send(client(fingerprint_), net::Method::get, "/v1/setup/office-ca/ca.crt")->body;
  const auto windows = send(client(fingerprint_), net::Method::get, "/v1/setup/office-ca/install-windows.cmd")->body;
  const auto linux_file = send(client(fingerprint_), net::Method::get, "/v1/setup/office-ca/install-linux.sh")->body;
  // Windows: every line ends with CR LF, what comes before chcp is ASCII, and the certificate is in it.
  std::string without_cr;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    if (windows[i] == '\n') {
      ASSERT_TRUE(i > 0 && windows[i - 1] == '\r') << i;
    }
    if (windows[i] != '\r') without_cr += windows[i];
  }
  EXPECT_NE(without_cr.find(ca), std::string::npos);
  const auto chcp = windows.find("chcp 65001");
  ASSERT_NE(chcp, std::string::npos);
  for (const char c : windows.substr(0, chcp)) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
  EXPECT_NE(windows.find("certutil -f -addstore Root"), std::string::npos);
  EXPECT_NE(windows.find(text_of(made, "ca_fingerprint")), std::string::npos);
  // Linux: a shell reads it to its end, and what it would write is the certificate.
  EXPECT_NE(linux_file.find(ca), std::string::npos);
  ASSERT_TRUE(write_atomic(folder_ / "install.sh", linux_file));
  SpawnOptions check;
  check.argv = {"/bin/sh", "-n", (folder_ / "install.sh").string()};
  EXPECT_TRUE(run_command(check, Millis{10'000}, 4096));
  EXPECT_EQ(send(client(fingerprint_), net::Method::get, "/v1/setup/office-ca/ca.key")->status, 404u);
}

}  // namespace
}  // namespace fz::test
