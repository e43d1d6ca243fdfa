// Accounts and passwords.
#include <algorithm>
#include <array>

#include "server/accounts/accounts.hpp"
#include "shared/base/id.hpp"

namespace fz::accounts {
namespace {

Result<void> check_login(std::string_view s) {
  const bool good = s.size() >= 2 && s.size() <= 40 && std::all_of(s.begin(), s.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
                    });
  if (!good)
    return fail(Code::bad_field, {{"field", "login"}, {"what", "2-40 个小写字母、数字或 . _ - (lower-case letters, digits, . _ -)"}});
  return {};
}

Result<void> check_person(std::string_view name, std::string_view holder) {
  if (name.empty() || !is_utf8(name) || utf8_length(name) > 60) {
    return fail(Code::bad_field, {{"field", "name"}, {"what", "1-60 字 (characters)"}});
  }
  if (!is_utf8(holder) || holder.size() > 100) return fail(Code::bad_field, {{"field", "holder"}, {"what", "100"}});
  return {};
}

json::array role_names(const Roles& roles) {
  json::array out;
  for (Role r : roles) out.emplace_back(role_name(r));
  return out;
}

/// The unit, if it is in the actor's branch.
Result<Unit> unit_in_branch(const Store& db, const Actor& who, std::string_view id) {
  FZ_TRY(auto unit, db.unit(id));
  if (!unit) return fail(Code::not_found, {{"what", std::string(id)}});
  FZ_CHECK(require_branch(who, unit->path, id));
  return *std::move(unit);
}

/// Somebody else of the whole tree who holds the role.
Result<bool> another(const Store& db, Role role, std::string_view except) {
  FZ_TRY(const auto all, db.accounts(""));
  return std::any_of(all.begin(), all.end(), [&](const Account& a) { return a.enabled && a.roles.contains(role) && a.id != except; });
}

}  // namespace

Result<void> check_separation(const Actor& who, const Roles& roles) {
  if (!who.strict) return {};
  const int keepers = static_cast<int>(roles.contains(Role::administrator)) + static_cast<int>(roles.contains(Role::security)) +
                      static_cast<int>(roles.contains(Role::auditor));
  if (keepers == 0 || roles.size() == 1) return {};
  std::string what;
  for (Role r : roles) what += (what.empty() ? "" : " + ") + std::string(role_name(r));
  return fail(Code::roles_separate, {{"what", what}});
}

Result<Account> create_account(Store& db, const Context& ctx, const NewAccount& n) {
  FZ_CHECK(require(ctx.who, Role::security));
  FZ_CHECK(check_separation(ctx.who, n.roles));
  FZ_CHECK(check_login(n.login));
  FZ_CHECK(check_person(n.name, n.holder));
  FZ_TRY(const Unit unit, unit_in_branch(db, ctx.who, n.unit));
  FZ_TRY(const auto taken, db.account_by_login(n.login));
  if (taken) return fail(Code::conflict, {{"what", n.login}}, "login is taken");
  Account a{uuid7(ctx.now), n.login, n.name, unit.id, n.roles, n.holder, true, n.must_change, ctx.now};
  FZ_CHECK(db.put_account(a));
  FZ_CHECK(db.set_password_hash(a.id, n.password_hash));
  FZ_CHECK(ctx.record("account.create", a.id, {{"login", a.login}, {"roles", role_names(a.roles)}, {"unit", a.unit}}));
  return a;
}

Result<Account> change_account(Store& db, const Context& ctx, std::string_view id, const AccountChange& c) {
  FZ_CHECK(require(ctx.who, Role::security));
  FZ_TRY(auto found, db.account(id));
  if (!found) return fail(Code::not_found, {{"what", std::string(id)}});
  Account& a = *found;
  FZ_TRY(const Unit old_unit, unit_in_branch(db, ctx.who, a.unit));
  const Account before = a;
  if (c.name) a.name = *c.name;
  if (c.holder) a.holder = *c.holder;
  if (c.unit) {
    FZ_TRY(const Unit unit, unit_in_branch(db, ctx.who, *c.unit));
    a.unit = unit.id;
  }
  if (c.roles) a.roles = *c.roles;
  if (c.enabled) a.enabled = *c.enabled;
  FZ_CHECK(check_person(a.name, a.holder));
  FZ_CHECK(check_separation(ctx.who, a.roles));
  for (Role role : {Role::administrator, Role::security, Role::auditor}) {
    if (!(before.enabled && before.roles.contains(role)) || (a.enabled && a.roles.contains(role))) continue;
    if (role != Role::administrator && !ctx.who.strict) continue;  // an administrator can do it, too
    FZ_TRY(const bool other, another(db, role, a.id));
    if (!other) return fail(Code::last_administrator);
  }
  FZ_CHECK(db.put_account(a));
  if (c.roles || c.enabled || c.unit) FZ_CHECK(db.remove_sessions(a.id));
  json::object details{{"enabled", a.enabled}, {"roles", role_names(a.roles)}, {"unit", a.unit}};
  if (before.unit != a.unit) details["unit_before"] = before.unit;
  FZ_CHECK(ctx.record("account.change", a.id, std::move(details)));
  return a;
}

Result<void> check_password(std::string_view password, std::string_view login) {
  const auto weak = [](std::string what) { return fail(Code::password_weak, {{"what", std::move(what)}}); };
  if (!is_utf8(password)) return weak("UTF-8");
  if (utf8_length(password) < 10) return weak("至少 10 个字符 (at least 10 characters)");
  if (password.size() > 256) return weak("太长 (too long)");
  std::string lower(password);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (!login.empty() && lower.find(login) != std::string::npos) return weak("含有用户名 (contains the user name)");
  if (std::set<char>(lower.begin(), lower.end()).size() < 5) return weak("重复字符太多 (too few different characters)");
  static constexpr std::array<std::string_view, 12> kCommon{"password", "12345678", "qwertyui", "iloveyou", "admin123", "11111111",
                                                            "abc12345", "1qaz2wsx", "woaini",   "5201314",  "87654321", "asdfghjk"};
  for (std::string_view word : kCommon) {
    if (lower.find(word) != std::string::npos && lower.size() < word.size() + 6) return weak("太常见 (too common)");
  }
  return {};
}

Result<void> set_password(Store& db, const Context& ctx, std::string_view account, std::string_view new_hash, bool must_change) {
  FZ_TRY(auto found, db.account(account));
  if (!found) return fail(Code::not_found, {{"what", std::string(account)}});
  if (found->id != ctx.who.account) {
    FZ_CHECK(require(ctx.who, Role::security));
    FZ_TRY(const Unit unit, unit_in_branch(db, ctx.who, found->unit));
  }
  found->must_change = must_change;
  FZ_CHECK(db.set_password_hash(found->id, new_hash));
  FZ_CHECK(db.put_account(*found));
  FZ_TRY(const auto sessions, db.sessions(found->id));
  for (const Session& s : sessions) {
    if (s.token_hash != ctx.who.session) FZ_CHECK(db.remove_session(s.token_hash));
  }
  return ctx.record("account.password", found->id);
}

Result<Account> add_keeper(Store& db, audit::Trail& trail, std::string_view login, Role role, std::string_view password_hash, UtcTime now) {
  const Actor system = system_actor();
  FZ_TRY(const auto units, db.units(""));
  if (units.empty()) return fail(Code::internal, {}, "no root unit");
  const auto root = std::find_if(units.begin(), units.end(), [](const Unit& u) { return u.parent.empty(); });
  NewAccount n;
  n.login = login;
  n.name = role == Role::security ? "安全管理员" : role == Role::auditor ? "审计管理员" : "系统管理员";
  n.unit = root == units.end() ? units.front().id : root->id;
  n.roles = {role};
  n.password_hash = password_hash;
  return create_account(db, Context{system, trail, now}, n);
}

Result<std::optional<Account>> bootstrap(Store& db, audit::Trail& trail, std::string_view root_code, std::string_view root_name,
                                         std::string_view login, std::string_view password_hash, UtcTime now) {
  FZ_TRY(const std::int64_t count, db.count_accounts());
  if (count > 0) return std::optional<Account>{};
  const Actor system = system_actor();
  const Context ctx{system, trail, now};
  FZ_TRY(const auto units, db.units(""));
  Unit root;
  if (units.empty()) {
    FZ_TRY(root, create_unit(db, ctx, {"", std::string(root_code), std::string(root_name), 2}));
  } else {
    root = units.front();
  }
  NewAccount n;
  n.login = login;
  n.name = "系统管理员";
  n.unit = root.id;
  n.roles = {Role::administrator};
  n.password_hash = password_hash;
  FZ_TRY(Account a, create_account(db, ctx, n));
  return std::optional<Account>(std::move(a));
}

}  // namespace fz::accounts
