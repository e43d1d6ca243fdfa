// Units and accounts.
#include "server/accounts/import.hpp"
#include "server/http/json_out.hpp"
#include "server/http/routes.hpp"
#include "shared/base/id.hpp"
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

Result<net::Response> change_unit(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "unit");
  accounts::UnitChange change;
  change.name = in.optional_string("name", 300);
  change.parent = in.optional_string("parent", 64);
  if (in.any("review_steps", false)) change.review_steps = static_cast<int>(in.integer("review_steps", 1, 3));
  if (in.any("review_hours", false)) change.review_hours = static_cast<int>(in.integer("review_hours", 0, 8760));
  if (in.any("checklist", false)) change.checklist = in.boolean_or("checklist", true);
  FZ_CHECK(in.finish());
  FZ_TRY(const auto changed, call.app.store.write([&](store::Tx& tx) {
    return accounts::change_unit(tx.accounts(), tx.context(call.actor, call.now), call.arg(0), change);
  }));
  if (change.parent) publish_quietly(call.app, "a unit moved");  // its screens belong to other campaigns now
  return reply(json_of(changed));
}

Result<net::Response> import_units(Call& call) {
  FZ_TRY(const auto table, accounts::read_unit_table(call.request.body));
  FZ_TRY(const int rows, call.app.store.write([&](store::Tx& tx) {
    return accounts::import_units(tx.accounts(), tx.context(call.actor, call.now), table);
  }));
  return reply({{"rows", rows}}, 201);
}

Result<net::Response> import_accounts(Call& call) {
  FZ_TRY(auto rows, accounts::read_account_table(call.request.body));
  json::array made;
  for (auto& row : rows) {  // slow: before the transaction
    const std::string password = random_code(16);
    FZ_TRY(row.account.password_hash, crypto::hash_password(password));
    made.emplace_back(json::object{{"login", row.account.login}, {"password", password}});
  }
  FZ_CHECK(call.app.store.write(
      [&](store::Tx& tx) { return accounts::import_accounts(tx.accounts(), tx.context(call.actor, call.now), rows); }));
  return reply({{"accounts", std::move(made)}}, 201);
}

Result<net::Response> set_account_password(Call& call) {
  FZ_TRY(const auto body, call.body());
  json::Reader in(body, "password");
  const auto password = in.string("password", 1024);
  FZ_CHECK(in.finish());
  FZ_CHECK(accounts::require(call.actor, accounts::Role::security));
  FZ_CHECK(accounts::check_password(password, ""));
  FZ_TRY(const auto hash, crypto::hash_password(password));
  FZ_CHECK(call.app.store.write(
      [&](store::Tx& tx) { return accounts::set_password(tx.accounts(), tx.context(call.actor, call.now), call.arg(0), hash, true); }));
  return no_content();
}

Result<net::Response> reset_second_factor(Call& call) {
  // One's own only with password and code: DELETE /v1/session/second-factor.
  if (call.arg(0) == call.actor.account) return fail(Code::second_factor_there);
  FZ_CHECK(call.app.store.write(
      [&](store::Tx& tx) { return accounts::remove_second_factor(tx.accounts(), tx.context(call.actor, call.now), call.arg(0)); }));
  return no_content();
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
