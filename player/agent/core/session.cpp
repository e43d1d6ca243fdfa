#include "player/agent/core/session.hpp"

#include <algorithm>

#include "shared/base/json.hpp"

namespace fz::agent {
namespace {

constexpr Millis kCodePoll{2000};
constexpr Millis kTokenUse = std::chrono::minutes(45);  // a token lives one hour
constexpr Millis kTimeEvery = std::chrono::hours(6);
constexpr std::size_t kSmall = 64 * 1024;

std::optional<json::value> parse_object(std::string_view body) {
  auto v = json::parse(body, {.max_bytes = kSmall});
  if (!v || !v->is_object()) return std::nullopt;
  return std::move(*v);
}

std::string text_of(const json::value& v, std::string_view name) {
  const auto* member = v.as_object().if_contains(name);
  const auto* text = member ? member->if_string() : nullptr;
  return text ? std::string(*text) : std::string{};
}

bool is_true(const json::value& v, std::string_view name) {
  const auto* member = v.as_object().if_contains(name);
  return member && member->is_bool() && member->as_bool();
}

}  // namespace

std::string write_provision(const Provision& p) {
  return json::write(json::object{{"air_gapped", p.air_gapped},
                                  {"region", p.region},
                                  {"schema", 1},
                                  {"screen", p.screen},
                                  {"site", p.site},
                                  {"site_name", p.site_name},
                                  {"venue", p.venue},
                                  {"zone", p.zone}});
}

Result<Provision> read_provision(std::string_view text) {
  FZ_TRY(const auto v, json::parse(text));
  json::Reader r(v, "identity");
  Provision p;
  r.integer("schema", 1, 1);
  p.screen = r.string("screen", 128);
  p.site = r.string("site", 256);
  p.site_name = r.string_or("site_name", {}, 256);
  p.venue = r.string("venue", 64);
  p.region = r.string("region", 32);
  p.zone = r.string("zone", 64);
  p.air_gapped = r.boolean_or("air_gapped", false);
  FZ_CHECK(r.finish());
  if (p.screen.empty()) return fail(Code::missing_field, {{"field", "screen"}});
  return p;
}

std::string problem_code(std::string_view body) {
  const auto v = parse_object(body);
  return v ? text_of(*v, "code") : std::string{};
}

std::string problem_param(std::string_view body, std::string_view name) {
  const auto v = parse_object(body);
  if (!v) return {};
  const auto* params = v->as_object().if_contains("params");
  if (!params || !params->is_object()) return {};
  const auto* p = params->as_object().if_contains(name);
  if (!p) return {};
  if (const auto* n = p->if_int64()) return std::to_string(*n);
  return p->if_string() ? std::string(*p->if_string()) : std::string{};
}

std::string enrolment_request(const crypto::PrivateKey& key, std::string_view model, std::string_view version) {
  const json::object info{{"model", model}, {"version", version}};
  const std::string text = "fz-enrol-v1\n" + key.id();
  return json::write(json::object{{"info", info},
                                  {"proof", to_hex(key.sign(as_bytes(text)))},
                                  {"public", key.public_key().hex()},
                                  {"scheme", key.public_key().scheme}});
}

std::string Session::proof(std::string_view text) const {
  return to_hex(key_->sign(as_bytes(text)));
}

void Session::call(At at, bool post, std::string path, std::string body, Actions& out) {
  at_ = at;
  call_ = call_ == 0 ? kCalls : call_ + 1;
  Call c;
  c.id = call_;
  c.method = post ? Call::Method::post : Call::Method::get;
  c.path = std::move(path);
  c.body = std::move(body);
  c.max_bytes = kSmall;
  c.timeout = Millis{20000};
  out.emplace_back(std::move(c));
}

Millis Session::wake_at() const {
  Millis next = Millis::max();
  if (at_ == At::rest) next = token_.empty() || renewing_ ? due_ : token_until_;
  if (!token_.empty() && !time_running_) next = std::min(next, time_due_);
  return next;
}

void Session::unauthorised(const Now& now) {
  if (token_.empty()) return;
  token_.clear();
  renewing_ = false;
  due_ = now.boot;
}

void Session::advance(const Now& now, Chance& chance, Actions& out) {
  if (!token_.empty() && !time_running_ && now.boot >= time_due_) ask_time(now, chance, out);
  if (at_ != At::rest) return;
  // The old token is good for a while yet. Once only: where the server is away the tries that follow have their waits.
  if (!token_.empty() && now.boot >= token_until_ && !std::exchange(renewing_, true)) due_ = now.boot;
  if ((!token_.empty() && !renewing_) || now.boot < due_) return;
  const std::string& id = key_->id();
  if (provision_) return call(At::challenge, true, "/v1/challenge", json::write(json::object{{"device", id}}), out);
  if (!code_.empty()) return call(At::enrol_state, false, "/v1/enrol/" + code_ + "?device=" + id, {}, out);
  call(At::enrol, true, "/v1/enrol", enrolment_request(*key_, config_.model, config_.version), out);
}

void Session::ask_time(const Now&, Chance&, Actions& out) {
  time_running_ = true;
  time_reply_.reset();
  nonce_ = config_.random_hex(32);
  Call c;
  c.id = time_call_ = time_call_ == 0 ? kTimeCalls : time_call_ + 1;
  c.method = Call::Method::post;
  c.path = "/v1/time";
  c.body = json::write(json::object{{"nonce", nonce_}});
  c.token = token_;
  c.max_bytes = kSmall;
  c.timeout = Millis{10000};
  out.emplace_back(std::move(c));
}

void Session::answered(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  if (e.id == time_call_ && time_running_) {
    time_running_ = false;
    time_asked_ = true;
    if (!e.error && e.status == 200) {
      time_reply_ = TimeReply{e.body, nonce_, e.took};
      time_retry_.reset();
      time_due_ = now.boot + kTimeEvery;
    } else {
      if (e.status == 401) unauthorised(now);
      time_due_ = now.boot + time_retry_.fail(chance);
    }
    return;
  }
  if (e.id != call_ || at_ == At::rest) return;
  const At was = std::exchange(at_, At::rest);
  if (was == At::enrol) return got_enrol(e, now, chance, out);
  if (was == At::enrol_state) return got_enrol_state(e, now, chance, out);
  if (was == At::challenge) return got_challenge(e, now, chance, out);
  got_token(e, now, chance, out);
}

void Session::failed(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  due_ = now.boot + retry_.fail(chance);
  const std::string code = problem_code(e.body);
  out.emplace_back(Alarm{e.error ? *e.error : fail(Code::http_status, {{"status", std::to_string(e.status)}, {"url", "session"}}, code)});
}

void Session::got_enrol(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  const auto v = e.error || (e.status != 200 && e.status != 201) ? std::nullopt : parse_object(e.body);
  if (!v || text_of(*v, "code").empty()) return failed(e, now, chance, out);
  retry_.reset();
  code_ = text_of(*v, "code");
  due_ = now.boot + kCodePoll;
}

void Session::got_enrol_state(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  const auto v = e.error || e.status != 200 ? std::nullopt : parse_object(e.body);
  if (!v) {
    if (!e.error && e.status >= 400 && e.status < 500 && e.status != 429) code_.clear();  // it ended: ask for a new one
    return failed(e, now, chance, out);
  }
  retry_.reset();
  due_ = now.boot + kCodePoll;
  const std::string state = text_of(*v, "state");
  if (state == "expired") code_.clear();
  if (state != "enrolled") return;
  Provision p{text_of(*v, "screen"), text_of(*v, "site"), text_of(*v, "site_name"), text_of(*v, "venue"),
              text_of(*v, "region"), text_of(*v, "zone"), is_true(*v, "air_gapped")};
  if (p.screen.empty()) return failed(e, now, chance, out);
  provide(std::move(p), out);
  due_ = now.boot;
}

void Session::provide(Provision provision, Actions& out) {
  provision_ = std::move(provision);
  code_.clear();
  enrolled_ = true;
  out.emplace_back(SaveState{StateFile::identity, write_provision(*provision_)});
}

void Session::got_challenge(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  const auto v = e.error || (e.status != 200 && e.status != 201) ? std::nullopt : parse_object(e.body);
  const std::string nonce = v ? text_of(*v, "nonce") : std::string{};
  if (nonce.empty()) return failed(e, now, chance, out);
  const std::string& id = key_->id();
  const json::object body{{"boot", config_.boot},
                          {"device", id},
                          {"nonce", nonce},
                          {"signature", proof("fz-token-v1\n" + nonce + "\n" + config_.boot + "\n" + id)}};
  call(At::token, true, "/v1/token", json::write(body), out);
}

void Session::got_token(const Answered& e, const Now& now, Chance& chance, Actions& out) {
  const auto v = e.error || (e.status != 200 && e.status != 201) ? std::nullopt : parse_object(e.body);
  const std::string token = v ? text_of(*v, "token") : std::string{};
  if (token.empty()) return failed(e, now, chance, out);
  retry_.reset();
  token_ = token;
  token_until_ = now.boot + kTokenUse;
  renewing_ = false;
}

}  // namespace fz::agent
