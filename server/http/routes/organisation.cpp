// Units and accounts.
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "shared/crypto/password.hpp"

namespace fz::http {

Result<net::Response> list_units(Call& call) {
  FZ_TRY(const auto units, call.app.store.read([&](const store::Tx& tx) { return tx.accounts().units(call.actor.unit_path); }));
  return reply({{"units", list_json(units)}});
}

Result<net::Response> create_unit(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "unit");
  accounts::NewUnit unit;
  unit.parent = in.string("parent", 64);
  unit.code = in.string_or("code", "", 12);
  unit.name = in.string("name", 300);
  unit.review_steps = static_cast<int>(in.integer_or("review_steps", 2, 1, 3));
  FZ_CHECK(in.finish());
  FZ_TRY(const auto made,
         call.app.store.write([&](store::Tx& tx) { return accounts::create_unit(tx.accounts(), tx.context(call.actor, call.now), unit); }));
  return reply(json_of(made), 201);
}

Result<net::Response> list_accounts(Call& call) {
  FZ_TRY(const auto found, call.app.store.read([&](const store::Tx& tx) { return tx.accounts().accounts(call.actor.unit_path); }));
  return reply({{"accounts", list_json(found)}});
}

Result<net::Response> create_account(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "account");
  accounts::NewAccount account;
  account.login = in.string("login", 40);
  account.name = in.string("name", 300);
  account.unit = in.string("unit", 64);
  const auto roles = in.strings("roles", 10, 40);
  account.holder = in.string_or("holder", "", 100);
  const auto password = in.string("password", 1024);
  account.must_change = in.boolean_or("must_change", true);
  FZ_CHECK(in.finish());
  FZ_TRY(account.roles, parse_roles(roles));
  FZ_CHECK(accounts::check_password(password, account.login));
  FZ_TRY(account.password_hash, crypto::hash_password(password));  // slow: before the transaction
  FZ_TRY(const auto made, call.app.store.write([&](store::Tx& tx) {
    return accounts::create_account(tx.accounts(), tx.context(call.actor, call.now), account);
  }));
  return reply(json_of(made), 201);
}

Result<net::Response> change_account(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "account");
  accounts::AccountChange change;
  change.name = in.optional_string("name", 300);
  change.unit = in.optional_string("unit", 64);
  change.holder = in.optional_string("holder", 100);
  const bool has_roles = in.any("roles", false) != nullptr;
  const auto roles = in.strings("roles", 10, 40, false);
  const bool has_enabled = in.any("enabled", false) != nullptr;
  const bool enabled = in.boolean_or("enabled", true);
  FZ_CHECK(in.finish());
  if (has_roles) {
    FZ_TRY(change.roles, parse_roles(roles));
  }
  if (has_enabled) change.enabled = enabled;
  FZ_TRY(const auto changed, call.app.store.write([&](store::Tx& tx) {
    return accounts::change_account(tx.accounts(), tx.context(call.actor, call.now), call.arg(0), change);
  }));
  return reply(json_of(changed));
}

}  // namespace fz::http
