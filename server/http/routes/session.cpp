// Logging in and out.
#include "server/http/dispatcher.hpp"
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "shared/crypto/password.hpp"

namespace fz::http {
namespace {

Result<json::object> me_json(const App& app, const accounts::Account& a) {
  struct Factor {
    bool there = false;
    int codes_left = 0;
  };
  FZ_TRY(const auto factor, app.store.read([&](const store::Tx& tx) -> Result<Factor> {
    FZ_TRY(const auto f, tx.accounts().second_factor(a.id));
    FZ_TRY(const int left, tx.accounts().recovery_codes_left(a.id));
    return Factor{f && f->confirmed, left};
  }));
  return json::object{{"account", a.id},
                      {"login", a.login},
                      {"name", a.name},
                      {"unit", a.unit},
                      {"roles", role_names(a.roles)},
                      {"holder", a.holder},
                      {"must_change", a.must_change},
                      {"second_factor", factor.there},
                      {"second_factor_needed", app.settings.second_factor && !factor.there && accounts::needs_second_factor(a.roles)},
                      {"recovery_codes", factor.codes_left}};
}

std::string cookie(const App& app, const std::string& value, std::int64_t max_age) {
  return cookie_name(app) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(max_age) +
         (app.settings.tls ? "; Secure" : "");
}

/// One's password again, for what a stolen session must not do. Guessing it is slowed like a login.
Result<void> check_own_password(Call& call, const accounts::Account& account, const std::string& password) {
  auto& store = call.app.store;
  FZ_TRY(const auto c, store.read([&](const store::Tx& tx) {
    return accounts::credentials(tx.accounts(), account.login, call.request.remote, call.now);
  }));
  if (crypto::verify_password(c.hash, password)) return {};
  FZ_TRY(const auto failed, store.write([&](store::Tx& tx) {
    return accounts::finish_login(tx.accounts(), tx.audit(), c, false, call.request.remote, "password check", call.now);
  }));
  (void)failed;
  return fail(Code::login_failed);
}

Result<accounts::Account> own_account(const Call& call) {
  return call.app.store.read([&](const store::Tx& tx) -> Result<accounts::Account> {
    FZ_TRY(auto found, tx.accounts().account(call.actor.account));
    if (!found) return fail(Code::unauthenticated);
    return *found;
  });
}

}  // namespace

Result<net::Response> login(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "login");
  const auto name = in.string("login", 100);
  const auto password = in.string("password", 1024);
  const auto code = in.string_or("code", "", 64);
  FZ_CHECK(in.finish());
  auto& store = call.app.store;
  FZ_TRY(const auto c,
         store.read([&](const store::Tx& tx) { return accounts::credentials(tx.accounts(), name, call.request.remote, call.now); }));
  const bool good = crypto::verify_password(c.hash, password);
  FZ_TRY(const auto done, store.write([&](store::Tx& tx) {
    return accounts::finish_login(tx.accounts(), tx.audit(), c, good, call.request.remote,
                                  call.request.headers.get("User-Agent").substr(0, 200), call.now, code);
  }));
  if (!done.ok) {
    if (done.why != Code::login_code_needed) call.app.metrics.add("fz_login_failures_total");
    return fail(done.why);
  }
  FZ_TRY(auto me, me_json(call.app, done.account));
  auto r = reply({{"token", done.token}, {"csrf", csrf_of(done.token)}, {"me", std::move(me)}});
  r.headers.add("Set-Cookie", cookie(call.app, done.token, std::chrono::duration_cast<Seconds>(call.app.settings.sessions.life).count()));
  return r;
}

Result<net::Response> get_session(Call& call) {
  FZ_TRY(const auto account, own_account(call));
  FZ_TRY(auto me, me_json(call.app, account));
  me["csrf"] = csrf_of(call.token);
  return reply(me);
}

Result<net::Response> logout(Call& call) {
  FZ_CHECK(call.app.store.write([&](store::Tx& tx) { return accounts::logout(tx.accounts(), tx.context(call.actor, call.now)); }));
  auto r = no_content();
  r.headers.add("Set-Cookie", cookie(call.app, "", 0));
  return r;
}

Result<net::Response> change_password(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "password");
  const auto old_password = in.string("old", 1024);
  const auto new_password = in.string("new", 1024);
  FZ_CHECK(in.finish());
  auto& store = call.app.store;
  FZ_TRY(const auto account, own_account(call));
  FZ_CHECK(check_own_password(call, account, old_password));
  FZ_CHECK(accounts::check_password(new_password, account.login));
  if (old_password == new_password) return fail(Code::password_weak, {{"what", "与原密码相同 (the same as before)"}});
  FZ_TRY(const auto hash, crypto::hash_password(new_password));
  FZ_CHECK(store.write(
      [&](store::Tx& tx) { return accounts::set_password(tx.accounts(), tx.context(call.actor, call.now), account.id, hash, false); }));
  return no_content();
}

Result<net::Response> begin_second_factor(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "second factor");
  const auto password = in.string("password", 1024);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto account, own_account(call));
  FZ_CHECK(check_own_password(call, account, password));
  FZ_TRY(const auto f, call.app.store.write(
                           [&](store::Tx& tx) { return accounts::begin_second_factor(tx.accounts(), tx.context(call.actor, call.now)); }));
  return reply({{"secret", f.secret}, {"uri", accounts::second_factor_uri(account.login, f.secret)}}, 201);
}

Result<net::Response> confirm_second_factor(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "second factor");
  const auto code = in.string("code", 64);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto codes, call.app.store.write([&](store::Tx& tx) {
    return accounts::confirm_second_factor(tx.accounts(), tx.context(call.actor, call.now), code);
  }));
  if (!codes) return fail(Code::login_code_wrong);
  return reply({{"recovery_codes", strings(*codes)}});
}

Result<net::Response> remove_second_factor(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "second factor");
  const auto password = in.string("password", 1024);
  const auto code = in.string("code", 64);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto account, own_account(call));
  FZ_CHECK(check_own_password(call, account, password));
  FZ_TRY(const bool good, call.app.store.write([&](store::Tx& tx) -> Result<bool> {
    FZ_TRY(const bool right, accounts::take_code(tx.accounts(), account.id, code, call.now));
    if (right) FZ_CHECK(accounts::remove_second_factor(tx.accounts(), tx.context(call.actor, call.now), account.id));
    return right;
  }));
  if (!good) return fail(Code::login_code_wrong);
  return no_content();
}

namespace {
json::array sessions_json(const std::vector<accounts::Session>& all, const std::string& current) {
  json::array out;
  for (const auto& s : all)
    out.emplace_back(json::object{{"id", accounts::session_id(s)},
                                  {"created", format_time(s.created)},
                                  {"seen", format_time(s.seen)},
                                  {"address", s.address},
                                  {"agent", s.agent},
                                  {"current", s.token_hash == current}});
  return out;
}
Result<net::Response> list_of(Call& call, const std::string& account) {
  FZ_TRY(const auto all,
         call.app.store.read([&](const store::Tx& tx) { return accounts::list_sessions(tx.accounts(), call.actor, account); }));
  return reply({{"sessions", sessions_json(all, call.actor.session)}});
}
Result<net::Response> end_of(Call& call, const std::string& account, const std::string& id) {
  FZ_CHECK(call.app.store.write(
      [&](store::Tx& tx) { return accounts::end_sessions(tx.accounts(), tx.context(call.actor, call.now), account, id); }));
  return no_content();
}
json::object json_of(const accounts::ApiToken& t) {
  return {{"id", t.id},
          {"name", t.name},
          {"roles", role_names(t.roles)},
          {"created", format_time(t.created)},
          {"expires", format_time(t.expires)}};
}
}  // namespace

Result<net::Response> list_sessions(Call& call) {
  return list_of(call, call.actor.account);
}
Result<net::Response> end_other_sessions(Call& call) {
  return end_of(call, call.actor.account, "");
}
Result<net::Response> end_session(Call& call) {
  return end_of(call, call.actor.account, call.arg(0));
}
Result<net::Response> list_account_sessions(Call& call) {
  return list_of(call, call.arg(0));
}
Result<net::Response> end_account_sessions(Call& call) {
  return end_of(call, call.arg(0), "");
}

Result<net::Response> list_api_tokens(Call& call) {
  FZ_TRY(const auto all, call.app.store.read([&](const store::Tx& tx) { return tx.accounts().api_tokens(call.actor.account); }));
  json::array out;
  for (const auto& t : all) out.emplace_back(json_of(t));
  return reply({{"tokens", std::move(out)}});
}

Result<net::Response> create_api_token(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "token");
  const auto name = in.string("name", 300);
  const auto names = in.strings("roles", 10, 40);
  const auto until = in.string("expires", 40);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto roles, parse_roles(names));
  const auto expires = parse_time(until);
  if (!expires) return fail(Code::bad_field, {{"field", "expires"}, {"what", "2026-11-22T08:00:00Z"}});
  FZ_TRY(const auto made, call.app.store.write([&](store::Tx& tx) {
    return accounts::create_api_token(tx.accounts(), tx.context(call.actor, call.now), name, roles, *expires);
  }));
  auto out = json_of(made.token);
  out["secret"] = made.secret;
  return reply(out, 201);
}

Result<net::Response> end_api_token(Call& call) {
  FZ_CHECK(call.app.store.write(
      [&](store::Tx& tx) { return accounts::remove_api_token(tx.accounts(), tx.context(call.actor, call.now), call.arg(0)); }));
  return no_content();
}

}  // namespace fz::http
