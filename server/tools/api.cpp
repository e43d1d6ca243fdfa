#include "server/tools/api.hpp"

#include <cstdlib>

namespace fz::tools {
namespace {
net::ClientOptions options_for(const Profile& p) {
  net::ClientOptions o;
  o.pin_sha256 = p.pin;
  return o;
}
}  // namespace

fs::path default_profile_path() {
  if (const char* p = std::getenv("FZ_PROFILE")) return p;
  const char* home = std::getenv("HOME");
  return fs::path(home ? home : ".") / ".config" / "fanzha" / "profile.json";
}
Result<Profile> load_profile(const fs::path& path) {
  auto text = read_file(path, 64 * 1024);
  if (!text) return fail(Code::not_logged_in, {}, text.error().detail);
  FZ_TRY(auto v, json::parse(*text));
  json::Reader r(v, "profile");
  Profile p{r.string("server"), r.string_or("pin", ""), r.string_or("token", "")};
  FZ_CHECK(r.finish());
  return p;
}
Result<void> save_profile(const fs::path& path, const Profile& p) {
  if (path.has_parent_path()) FZ_CHECK(make_dirs(path.parent_path(), 0700));
  return write_atomic(path, json::write(json::object{{"server", p.server}, {"pin", p.pin}, {"token", p.token}}), 0600);
}

Error error_from_problem(unsigned status, std::string_view body) {
  auto v = json::parse(body, {.max_bytes = 1 << 20, .max_depth = 32});
  if (v && v->is_object()) {
    json::Reader r(*v, "problem");
    auto name = r.string_or("code", "");
    bool found = false;
    Error e{code_from_name(name, found), {}, r.string_or("en", "", 64 * 1024)};
    if (auto* params = r.object_member("params", false))
      for (auto& m : params->get_object())
        if (auto* s = m.value().if_string()) e.params.emplace_back(std::string(m.key()), std::string(*s));
    if (found) return e;
  }
  return fail(Code::bad_response, {{"host", "fz-server"}, {"what", "HTTP " + std::to_string(status)}}, std::string(body.substr(0, 400)));
}

Api::Api(Profile profile) : profile_(std::move(profile)), client_(options_for(profile_)) {}

Result<net::ClientResponse> Api::raw(net::ClientRequest request) {
  if (request.url.starts_with('/')) request.url = profile_.server + request.url;
  if (!profile_.token.empty()) request.headers.set("Authorization", "Bearer " + profile_.token);
  FZ_TRY(auto answer, client_.send(request));
  if (answer.status >= 400) return error_from_problem(answer.status, answer.body);
  return answer;
}
Result<json::value> Api::send_text(net::Method method, std::string_view path, std::string text) {
  net::ClientRequest request;
  request.method = method;
  request.url = std::string(path);
  request.max_response = 16 << 20;
  request.headers.set("Accept", "application/json");
  if (!text.empty()) {
    request.headers.set("Content-Type", "application/json");
    request.body = std::move(text);
  }
  FZ_TRY(auto answer, raw(std::move(request)));
  if (answer.body.empty()) return json::value(nullptr);
  return json::parse(answer.body, {.max_bytes = 16 << 20, .max_depth = 32});
}
Result<json::value> Api::call(net::Method method, std::string_view path, const json::value& body) {
  return send_text(method, path, body.is_null() ? std::string() : json::write(body));
}
}  // namespace fz::tools
