// Roles, branches and the tree.
#include "server/accounts/accounts.hpp"

#include <algorithm>
#include <array>

#include "shared/base/id.hpp"

namespace fz::accounts {
namespace {
constexpr std::array<std::pair<Role, std::string_view>, 7> kRoles{{{Role::contributor, "contributor"},
                                                                   {Role::reviewer, "reviewer"},
                                                                   {Role::publisher, "publisher"},
                                                                   {Role::administrator, "administrator"},
                                                                   {Role::duty, "duty"},
                                                                   {Role::operate, "operate"},
                                                                   {Role::inspect, "inspect"}}};

/// GB/T 2260 (6 digits), with the statistical extension for towns (9) and villages (12).
bool is_division_code(std::string_view s) {
  return (s.size() == 6 || s.size() == 9 || s.size() == 12) && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}
}  // namespace

std::string_view role_name(Role role) {
  for (const auto& [r, name] : kRoles) {
    if (r == role) return name;
  }
  return "";
}
std::optional<Role> role_from_name(std::string_view name) {
  for (const auto& [r, n] : kRoles) {
    if (n == name) return r;
  }
  return std::nullopt;
}

Actor system_actor() {
  Actor a;
  a.account = a.name = "system";
  for (const auto& [role, name] : kRoles) a.roles.insert(role);
  return a;
}

Result<void> Context::record(std::string action, std::string object, json::object details) const {
  audit::Event e;
  e.actor = who.account;
  e.unit = who.unit;
  e.action = std::move(action);
  e.object = std::move(object);
  e.details = std::move(details);
  return trail.append(e, now);
}

Result<void> require(const Actor& who, Role role) {
  if (!who.has(role)) return fail(Code::forbidden_role, {{"role", std::string(role_name(role))}});
  return {};
}
Result<void> require_branch(const Actor& who, std::string_view unit_path, std::string_view what) {
  if (!who.covers(unit_path)) return fail(Code::not_found, {{"what", std::string(what)}}, "outside the branch of " + who.account);
  return {};
}

Result<Unit> create_unit(Store& db, const Context& ctx, const NewUnit& n) {
  FZ_CHECK(require(ctx.who, Role::administrator));
  if (n.name.empty() || utf8_length(n.name) > 60 || !is_utf8(n.name)) {
    return fail(Code::bad_field, {{"field", "name"}, {"what", "1-60 字 (characters)"}});
  }
  if (!n.code.empty() && !is_division_code(n.code)) {
    return fail(Code::bad_field, {{"field", "code"}, {"what", "6、9 或 12 位行政区划代码 (division code of 6, 9 or 12 digits)"}});
  }
  if (n.review_steps < 1 || n.review_steps > 3) return fail(Code::bad_field, {{"field", "review_steps"}, {"what", "1-3"}});
  Unit u;
  u.id = n.code.empty() ? uuid7(ctx.now) : n.code;
  u.name = n.name;
  u.review_steps = n.review_steps;
  if (n.parent.empty()) {
    FZ_TRY(const auto roots, db.units(""));
    if (!roots.empty()) return fail(Code::missing_field, {{"field", "parent"}});
    u.code = n.code;
    u.path = u.id + "/";
  } else {
    FZ_TRY(const auto parent, db.unit(n.parent));
    if (!parent) return fail(Code::not_found, {{"what", n.parent}});
    FZ_CHECK(require_branch(ctx.who, parent->path, n.parent));
    // A code below another one begins like it, shorter levels' trailing zeros aside ("500000" holds "500119").
    u.parent = parent->id;
    u.code = n.code.empty() ? parent->code : n.code;
    u.path = parent->path + u.id + "/";
    if (u.path.size() > 1000) return fail(Code::bad_field, {{"field", "parent"}, {"what", "层级太深 (too deep)"}});
  }
  FZ_TRY(const auto there, db.unit(u.id));
  if (there) return fail(Code::conflict, {{"what", u.id}}, "unit exists");
  FZ_CHECK(db.put_unit(u));
  FZ_CHECK(ctx.record("unit.create", u.id, {{"name", u.name}, {"parent", u.parent}}));
  return u;
}

}  // namespace fz::accounts
