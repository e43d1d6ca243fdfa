#include "server/http/dispatcher.hpp"

#include "server/http/call.hpp"
#include "server/http/routes.hpp"
#include "shared/base/log.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::http {

using net::Plan;
using net::Request;
using net::Response;

std::string csrf_of(std::string_view session_token) {
  return crypto::sha256_hex("fz-csrf-v1\n" + std::string(session_token));
}
std::string cookie_name(const App& app) {
  return app.settings.tls ? "__Host-fz" : "fz";
}

namespace {

struct Credential {
  std::string token;
  bool cookie = false;
};

Credential credential_of(const App& app, const Request& request) {
  const auto authorization = request.headers.get("Authorization");
  if (authorization.starts_with("Bearer ")) return {std::string(authorization.substr(7)), false};
  const std::string name = cookie_name(app) + "=";
  auto cookies = request.headers.get("Cookie");
  while (!cookies.empty()) {
    const auto end = cookies.find(';');
    auto one = cookies.substr(0, end);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.starts_with(name)) return {std::string(one.substr(name.size())), true};
    if (end == std::string_view::npos) break;
    cookies.remove_prefix(end + 1);
  }
  return {};
}

bool is_safe(net::Method m) {
  return m == net::Method::get || m == net::Method::head || m == net::Method::options;
}
bool is_local(const Request& r) {
  return r.remote == "127.0.0.1" || r.remote == "::1" || r.remote == "::ffff:127.0.0.1";
}

// RFC 9110 leaves most of these to the application; the CSP is for answers that a browser opens by itself.
void add_common(const App& app, Response& r) {
  r.headers.add("X-Content-Type-Options", "nosniff");
  r.headers.add("Referrer-Policy", "no-referrer");
  r.headers.add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  r.headers.add("X-Frame-Options", "DENY");
  if (app.settings.tls) r.headers.add("Strict-Transport-Security", "max-age=31536000");
}

Error limited(Millis wait) {
  return fail(Code::too_many_requests, {{"seconds", std::to_string(1 + wait.count() / 1000)}});
}

Result<void> check_rate(Call& call, const std::string& name, double rate, double burst) {
  const Millis wait = call.app.limiter.take(name, rate, burst, call.app.clock.steady());
  if (wait.count() > 0) return limited(wait);
  return {};
}

Result<void> check_address(Call& call, char what, double rate, double burst) {
  const double machines = call.app.settings.machines_per_address;
  return check_rate(call, what + call.request.remote, rate * machines, burst * machines);
}

/// What the account owes before it may do anything: its own password, a second factor.
Result<void> check_account(const Call& call) {
  const auto path = call.route.path;
  if (call.actor.api_token && path.starts_with("/v1/session/")) return fail(Code::token_only_session);
  if (call.actor.must_change && path != "/v1/session" && path != "/v1/session/password") return fail(Code::password_must_change);
  if (call.app.settings.second_factor && !call.actor.second_factor && accounts::needs_second_factor(call.actor.roles) &&
      path != "/v1/session" && path != "/v1/session/password" && path != "/v1/session/second-factor")
    return fail(Code::second_factor_missing);
  return {};
}

Result<void> identify_person(Call& call, const Credential& credential) {
  App& app = call.app;
  if (credential.token.empty()) return fail(Code::unauthenticated);
  FZ_CHECK(check_rate(call, "p" + crypto::sha256_hex(credential.token), app.settings.person_rate, app.settings.person_burst));
  FZ_TRY(auto who, app.store.read([&](const store::Tx& tx) {
    return accounts::authenticate(tx.accounts(), credential.token, call.now, app.settings.sessions);
  }));
  if (credential.cookie && !is_safe(call.request.method) &&
      !crypto::equal_constant_time(call.request.headers.get("X-CSRF-Token"), csrf_of(credential.token)))
    return fail(Code::csrf_missing);
  if (who.touch) {
    // A session that stays alive although this write failed would end early: no reason to refuse the request.
    auto touched = app.store.write([&](store::Tx& tx) { return accounts::touch_session(tx.accounts(), who.actor.session, call.now); });
    if (!touched) log::warn("session: {}", to_log(touched.error()));
  }
  call.actor = std::move(who.actor);
  call.actor.strict = app.settings.three_administrators;
  call.token = credential.token;
  FZ_CHECK(check_account(call));
  if (call.route.role) FZ_CHECK(accounts::require(call.actor, *call.route.role));
  return {};
}

Result<void> identify_screen(Call& call, const Credential& credential) {
  App& app = call.app;
  if (credential.token.empty() || credential.cookie) return fail(Code::unauthenticated);
  const auto steady = app.clock.steady();
  call.screen = app.tokens.find(credential.token, steady);
  if (!call.screen) {
    FZ_CHECK(check_address(call, 'a', app.settings.person_rate, app.settings.person_burst));
    FZ_TRY(auto screen,
           app.store.read([&](const store::Tx& tx) { return screens::authenticate(tx.screens(), credential.token, call.now); }));
    call.screen = app.tokens.remember(credential.token, std::move(screen), steady);
  }
  call.token = credential.token;
  return check_rate(call, "s" + call.screen->id, app.settings.screen_rate, app.settings.screen_burst);
}

Result<void> identify(Call& call) {
  App& app = call.app;
  switch (call.route.auth) {
    case Auth::open:
      if (call.route.ration == Ration::login) return check_address(call, 'l', app.settings.login_rate, app.settings.login_burst);
      if (call.route.ration == Ration::stranger) return check_address(call, 'o', app.settings.stranger_rate, app.settings.stranger_burst);
      return {};
    case Auth::person:
      return identify_person(call, credential_of(app, call.request));
    case Auth::screen:
      return identify_screen(call, credential_of(app, call.request));
    case Auth::local:
      if (app.settings.open_metrics || is_local(call.request)) return {};
      return fail(Code::not_found, {{"what", call.request.path}});
  }
  return fail(Code::internal);
}

/// Somebody tried what they may not: a role they lack, another's branch, a signature that does not count.
bool is_refusal(const Error& why) {
  if (http_status(why.code) == 403 || why.detail.starts_with("outside the branch")) return true;
  const auto name = code_name(why.code);
  return name.starts_with("approval_") || name.starts_with("trust_") || why.code == Code::roles_separate ||
         why.code == Code::last_administrator || why.code == Code::review_moved || why.code == Code::privacy_unmasked ||
         why.code == Code::login_code_wrong;
}

// Refusals are worth an entry in the trail: who tried what.
void record_refusal(const Call& call, const Error& why) {
  if (call.actor.account.empty() || !is_refusal(why)) return;
  call.app.store.record_refusal(call.actor, std::string(net::method_name(call.route.method)) + " " + std::string(call.route.path),
                                call.args.empty() ? "" : call.args[0], why, call.now);
}

Response finish(const App& app, Response r) {
  add_common(app, r);
  return r;
}

Response refused(const Call& call, const Error& error) {
  record_refusal(call, error);
  return finish(call.app, problem(error, call.id, language_of(call.request)));
}

Response answer(Call& call) {
  try {
    if (auto ok = identify(call); !ok) return refused(call, ok.error());
    auto response = call.route.handle(call);
    if (!response) return refused(call, response.error());
    return finish(call.app, std::move(*response));
  } catch (const std::exception& e) {
    return refused(call, fail(Code::internal, {}, e.what()));  // a bug: that request fails, with a number to find it by
  }
}

// The proxy appends the address it saw; whatever stands before that, the client may have invented.
void take_forwarded_address(Request& request) {
  auto list = request.headers.get("X-Forwarded-For");
  if (const auto comma = list.rfind(','); comma != std::string_view::npos) list.remove_prefix(comma + 1);
  while (list.starts_with(' ')) list.remove_prefix(1);
  if (!list.empty()) request.remote = list.substr(0, 64);
}

Call make_call(App& app, const Match& match, Request& request) {
  if (app.settings.behind_proxy) take_forwarded_address(request);
  return Call{app, *match.route, request, match.args, app.clock.wall(), request_id()};
}

Plan refuse_plan(App& app, Error error, std::string allow = {}) {
  Plan p;
  p.kind = Plan::Kind::inline_;
  p.handler = [&app, error = std::move(error), allow = std::move(allow)](Request& r) {
    Response out = problem(error, request_id(), language_of(r));
    if (!allow.empty()) out.headers.add("Allow", allow);
    return finish(app, std::move(out));
  };
  return p;
}

// Polls of screens that are known are answered on the event loop: no trip to the pool, no database.
bool can_answer_at_once(App& app, const Route& route, const Match& match, const Request& request) {
  const auto credential = credential_of(app, request);
  if (credential.cookie || !app.tokens.find(credential.token, app.clock.steady())) return false;
  return route.handle != get_blob || app.files.find(match.args[0]).has_value();
}

// The console's files are not routes of the API: they stand beside it.
std::optional<Plan> console_plan(App& app, const Request& head) {
  if (head.path.starts_with("/v1/")) return std::nullopt;
  auto file = app.console.answer(head);
  if (!file) return std::nullopt;
  const std::string policy(file->headers.get("Content-Security-Policy"));
  add_common(app, *file);
  file->headers.set("Content-Security-Policy", policy);
  Plan p;
  p.kind = Plan::Kind::inline_;
  p.handler = [answer = std::move(*file)](Request&) { return answer; };
  return p;
}

Plan plan_for(App& app, const Request& head) {
  if (auto file = console_plan(app, head)) return std::move(*file);
  auto match = std::make_shared<const Match>(find_route(head.method, head.path));
  if (!match->route) {
    if (!match->allowed.empty()) return refuse_plan(app, fail(Code::method_not_allowed, {{"method", head.method_text}}), match->allowed);
    return refuse_plan(app, fail(Code::not_found, {{"what", head.path.substr(0, 100)}}));
  }
  const Route& route = *match->route;
  Plan p;
  p.max_body = route.max_body;
  const auto handler = [&app, match](Request& request) {
    Call call = make_call(app, *match, request);
    return answer(call);
  };
  switch (route.run) {
    case Run::light:
      p.kind = Plan::Kind::inline_;
      p.handler = handler;
      break;
    case Run::pooled:
      p.kind = Plan::Kind::pooled;
      p.handler = handler;
      break;
    case Run::poll:
      p.kind = can_answer_at_once(app, route, *match, head) ? Plan::Kind::inline_ : Plan::Kind::pooled;
      p.handler = handler;
      break;
    case Run::upload:
      p.kind = Plan::Kind::sink;
      p.open_sink = [&app, match](Request& request) -> std::variant<Response, std::unique_ptr<net::BodySink>> {
        Call call = make_call(app, *match, request);
        if (auto ok = identify(call); !ok) return refused(call, ok.error());
        auto opened = open_upload_sink(call);
        if (auto* early = std::get_if<Response>(&opened)) return finish(app, std::move(*early));
        return opened;
      };
      break;
    case Run::channel:
      p.kind = Plan::Kind::websocket;
      p.open_ws = [&app, match](Request& request) -> std::variant<Response, std::shared_ptr<net::WsHandler>> {
        Call call = make_call(app, *match, request);
        if (auto ok = identify(call); !ok) return refused(call, ok.error());
        if (match->route->auth == Auth::screen) return make_channel(app, call.screen);
        auto console = make_events(call);
        if (!console) return refused(call, console.error());
        return *std::move(console);
      };
      break;
  }
  return p;
}

}  // namespace

net::Dispatch make_dispatch(App& app) {
  return [&app](const Request& head) { return plan_for(app, head); };
}

net::ErrorPage make_error_page(App& app) {
  return [&app](const Error& error, const Request* request) {
    auto r = problem(error, request_id(), request ? language_of(*request) : Lang::zh);
    if (request && request->path.starts_with("/v1/uploads")) r.headers.add("Tus-Resumable", "1.0.0");
    return finish(app, std::move(r));
  };
}

net::Observer make_observer(App& app) {
  return [&app](const Request& request, unsigned status, Millis took) {
    const auto match = find_route(request.method, request.path);
    app.metrics.request(match.route ? match.route->path : std::string_view("other"), status, took);
  };
}

}  // namespace fz::http
