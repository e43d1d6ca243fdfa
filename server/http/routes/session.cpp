// Logging in and out.
#include "server/http/dispatcher.hpp"
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "shared/crypto/password.hpp"

namespace fz::http {
namespace {

json::object me_json(const accounts::Account& a) {
  return {{"account", a.id},
          {"login", a.login},
          {"name", a.name},
          {"unit", a.unit},
          {"roles", role_names(a.roles)},
          {"holder", a.holder},
          {"must_change", a.must_change}};
}

std::string cookie(const App& app, const std::string& value, std::int64_t max_age) {
  return cookie_name(app) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(max_age) +
         (app.settings.tls ? "; Secure" : "");
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
  FZ_CHECK(in.finish());
  auto& store = call.app.store;
  FZ_TRY(const auto c,
         store.read([&](const store::Tx& tx) { return accounts::credentials(tx.accounts(), name, call.request.remote, call.now); }));
  const bool good = crypto::verify_password(c.hash, password);
  FZ_TRY(const auto done, store.write([&](store::Tx& tx) {
    return accounts::finish_login(tx.accounts(), tx.audit(), c, good, call.request.remote,
                                  call.request.headers.get("User-Agent").substr(0, 200), call.now);
  }));
  if (!done.ok) {
    call.app.metrics.add("fz_login_failures_total");
    return fail(Code::login_failed);
  }
  auto r = reply({{"token", done.token}, {"csrf", csrf_of(done.token)}, {"me", me_json(done.account)}});
  r.headers.add("Set-Cookie", cookie(call.app, done.token, std::chrono::duration_cast<Seconds>(accounts::kSessionLife).count()));
  return r;
}

Result<net::Response> get_session(Call& call) {
  FZ_TRY(const auto account, own_account(call));
  auto me = me_json(account);
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
  // Guessing the old password through a stolen session is slowed like a login.
  FZ_TRY(const auto c, store.read([&](const store::Tx& tx) {
    return accounts::credentials(tx.accounts(), account.login, call.request.remote, call.now);
  }));
  if (!crypto::verify_password(c.hash, old_password)) {
    FZ_TRY(const auto failed, store.write([&](store::Tx& tx) {
      return accounts::finish_login(tx.accounts(), tx.audit(), c, false, call.request.remote, "password change", call.now);
    }));
    (void)failed;
    return fail(Code::login_failed);
  }
  FZ_CHECK(accounts::check_password(new_password, account.login));
  FZ_TRY(const auto hash, crypto::hash_password(new_password));
  FZ_CHECK(store.write(
      [&](store::Tx& tx) { return accounts::set_password(tx.accounts(), tx.context(call.actor, call.now), account.id, hash, false); }));
  return no_content();
}

}  // namespace fz::http
