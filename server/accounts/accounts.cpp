// Roles, branches and the tree.
#include "server/accounts/accounts.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "server/accounts/divisions.hpp"
#include "shared/base/id.hpp"

namespace fz::accounts {
namespace {
constexpr std::array<std::pair<Role, std::string_view>, 9> kRoles{{{Role::contributor, "contributor"},
                                                                   {Role::reviewer, "reviewer"},
                                                                   {Role::publisher, "publisher"},
                                                                   {Role::administrator, "administrator"},
                                                                   {Role::duty, "duty"},
                                                                   {Role::operate, "operate"},
                                                                   {Role::inspect, "inspect"},
                                                                   {Role::security, "security"},
                                                                   {Role::auditor, "auditor"}}};

Result<void> check_policy(const Unit& u) {
  if (u.name.empty() || utf8_length(u.name) > 60 || !is_utf8(u.name))
    return fail(Code::bad_field, {{"field", "name"}, {"what", "1-60 字 (characters)"}});
  if (u.review_steps < 1 || u.review_steps > 3) return fail(Code::bad_field, {{"field", "review_steps"}, {"what", "1-3"}});
  if (u.review_hours < 0 || u.review_hours > 8760) return fail(Code::bad_field, {{"field", "review_hours"}, {"what", "0-8760"}});
  return {};
}

/// A code below another one begins like it, shorter levels' trailing zeros aside ("500000" holds "500119").
Result<void> check_inside(const Unit& parent, std::string_view code) {
  if (!code.empty() && !parent.code.empty() && !division_holds(parent.code, code))
    return fail(Code::division_outside, {{"code", std::string(code)}, {"parent", parent.code}});
  return {};
}
}  // namespace

bool needs_second_factor(const Roles& roles) {
  return std::any_of(roles.begin(), roles.end(), [](Role r) {
    return r == Role::reviewer || r == Role::publisher || r == Role::duty || r == Role::administrator || r == Role::security ||
           r == Role::auditor;
  });
}

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
  if (!n.code.empty() && !is_division_code(n.code)) {
    return fail(Code::bad_field, {{"field", "code"}, {"what", "6、9 或 12 位行政区划代码 (division code of 6, 9 or 12 digits)"}});
  }
  Unit u;
  u.id = n.code.empty() ? uuid7(ctx.now) : n.code;
  u.name = n.name;
  u.review_steps = n.review_steps;
  FZ_CHECK(check_policy(u));
  if (n.parent.empty()) {
    FZ_TRY(const auto roots, db.units(""));
    if (!roots.empty()) return fail(Code::missing_field, {{"field", "parent"}});
    u.code = n.code;
    u.path = u.id + "/";
  } else {
    FZ_TRY(const auto parent, db.unit(n.parent));
    if (!parent) return fail(Code::not_found, {{"what", n.parent}});
    FZ_CHECK(require_branch(ctx.who, parent->path, n.parent));
    u.parent = parent->id;
    u.code = n.code.empty() ? parent->code : n.code;
    u.path = parent->path + u.id + "/";
    if (u.path.size() > 1000) return fail(Code::bad_field, {{"field", "parent"}, {"what", "层级太深 (too deep)"}});
    FZ_TRY(const auto there, db.unit(u.id));
    if (there) return fail(Code::conflict, {{"what", u.id}}, "unit exists");
    FZ_CHECK(check_inside(*parent, n.code));
  }
  if (!n.code.empty()) FZ_CHECK(check_division(n.code));
  FZ_CHECK(db.put_unit(u));
  FZ_CHECK(ctx.record("unit.create", u.id, {{"name", u.name}, {"parent", u.parent}}));
  return u;
}

namespace {

/// What the units below `moved` are called from now on: those without a code of their own take their parent's; one with a code of its
/// own keeps it, and must lie where it comes to. Errors: division_outside.
Result<std::map<std::string, std::string>> codes_below(const Unit& moved, const std::vector<Unit>& branch) {
  std::map<std::string, std::string> codes{{moved.id, moved.code}};
  for (const Unit& one : branch) {  // by path: parents first
    if (one.id == moved.id) continue;
    const auto parent = codes.find(one.parent);
    const std::string& above = parent == codes.end() ? moved.code : parent->second;
    if (one.id == one.code && !above.empty() && !division_holds(above, one.code))
      return fail(Code::division_outside, {{"code", one.code}, {"parent", above}});
    codes[one.id] = one.id == one.code ? one.code : above;
  }
  codes.erase(moved.id);
  return codes;
}

/// The whole branch of `u` under another parent.
Result<void> move_unit(Store& db, const Context& ctx, Unit& u, const std::string& to) {
  FZ_TRY(const auto parent, db.unit(to));
  if (!parent) return fail(Code::not_found, {{"what", to}});
  FZ_CHECK(require_branch(ctx.who, parent->path, to));
  if (u.parent.empty() || parent->path.starts_with(u.path)) return fail(Code::unit_loop, {{"unit", u.name}, {"parent", parent->name}});
  FZ_CHECK(check_inside(*parent, u.id == u.code ? u.code : ""));
  const std::string path = parent->path + u.id + "/";
  FZ_TRY(const auto branch, db.units(u.path));
  for (const Unit& one : branch) {
    if (one.path.size() - u.path.size() + path.size() > 1000)
      return fail(Code::bad_field, {{"field", "parent"}, {"what", "层级太深 (too deep)"}});
  }
  if (u.id != u.code) u.code = parent->code;  // it had its old parent's
  FZ_TRY(const auto codes, codes_below(u, branch));
  FZ_CHECK(db.move_paths(u.path, path));
  for (const auto& [id, code] : codes) {
    FZ_TRY(auto one, db.unit(id));
    one->code = code;
    FZ_CHECK(db.put_unit(*one));
  }
  u.parent = parent->id;
  u.path = path;
  return {};
}

}  // namespace

Result<Unit> change_unit(Store& db, const Context& ctx, std::string_view id, const UnitChange& c) {
  FZ_CHECK(require(ctx.who, Role::administrator));
  FZ_TRY(auto found, db.unit(id));
  if (!found) return fail(Code::not_found, {{"what", std::string(id)}});
  Unit& u = *found;
  FZ_CHECK(require_branch(ctx.who, u.path, id));
  const std::string old_parent = u.parent;
  if (c.name) u.name = *c.name;
  if (c.review_steps) u.review_steps = *c.review_steps;
  if (c.review_hours) u.review_hours = *c.review_hours;
  if (c.checklist) u.checklist = *c.checklist;
  FZ_CHECK(check_policy(u));
  if (c.parent && *c.parent != u.parent) {
    // Nobody moves the node they stand on: it would leave or enlarge their own branch.
    if (u.id == ctx.who.unit) return fail(Code::unit_loop, {{"unit", u.name}, {"parent", *c.parent}});
    FZ_CHECK(move_unit(db, ctx, u, *c.parent));
  }
  FZ_CHECK(db.put_unit(u));
  json::object details{{"checklist", u.checklist}, {"hours", u.review_hours}, {"name", u.name}, {"steps", u.review_steps}};
  if (old_parent != u.parent) {
    details["parent"] = u.parent;
    details["parent_before"] = old_parent;
  }
  FZ_CHECK(ctx.record("unit.change", u.id, std::move(details)));
  return u;
}

Result<Unit> set_root(Store& db, const Context& ctx, std::string_view name, std::string_view code, int steps) {
  FZ_CHECK(require(ctx.who, Role::administrator));
  FZ_TRY(const auto units, db.units(""));
  const auto root = std::find_if(units.begin(), units.end(), [](const Unit& u) { return u.parent.empty(); });
  if (root == units.end()) return fail(Code::internal, {}, "no root unit");
  FZ_CHECK(require_branch(ctx.who, root->path, root->id));
  Unit u = *root;
  u.name = name;
  if (steps > 0) u.review_steps = steps;
  FZ_CHECK(check_policy(u));
  if (code != u.id) {
    if (code.size() != 6 || !is_division_code(code) || code == "000000")
      return fail(Code::bad_field, {{"field", "code"}, {"what", "6 位行政区划代码 (division code of 6 digits)"}});
    FZ_CHECK(check_division(code));
    FZ_TRY(const bool used, db.unit_is_used(u.id));
    if (used || units.size() > 1)
      return fail(Code::bad_field,
                  {{"field", "code"}, {"what", "已有下级单位或内容，区划代码不能再改 (units or content hang on it already)"}});
    FZ_CHECK(db.rename_root(u.id, code));
    u.id = u.code = code;
    u.path = u.id + "/";
  }
  FZ_CHECK(db.put_unit(u));
  FZ_CHECK(ctx.record("unit.change", u.id, {{"name", u.name}, {"code", u.code}, {"steps", u.review_steps}}));
  return u;
}

}  // namespace fz::accounts
