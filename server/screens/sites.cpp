#include <algorithm>
#include <array>

#include "server/accounts/divisions.hpp"
#include "server/screens/screens.hpp"
#include "shared/base/id.hpp"
#include "shared/schedule/resolve.hpp"

namespace fz::screens {
namespace {

Error bad(std::string field, std::string what) {
  return fail(Code::bad_field, {{"field", std::move(field)}, {"what", std::move(what)}});
}

bool digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}
// An OpenOOH id is a number; kinds of place that it lacks are "x." and a name.
bool venue_ok(std::string_view v) {
  if (v.starts_with("x."))
    return v.size() > 2 && v.size() <= 40 && std::all_of(v.begin() + 2, v.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return digits(v) && v.size() <= 9;
}

Result<void> check(const NewSite& s) {
  auto line = [](const std::string& field, const std::string& text, std::size_t most, bool required) -> Result<void> {
    if (required && text.empty()) return fail(Code::missing_field, {{"field", field}});
    if (utf8_length(text) > most) return bad(field, "> " + std::to_string(most));
    if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
      return bad(field, "control character");
    return {};
  };
  FZ_CHECK(line("name", s.name, 60, true));
  FZ_CHECK(line("keeper", s.keeper, 30, false));
  FZ_CHECK(line("keeper_phone", s.keeper_phone, 30, false));
  FZ_CHECK(line("address", s.address, 120, false));
  FZ_CHECK(accounts::check_division(s.region));
  if (!venue_ok(s.venue)) return bad("venue", "OpenOOH");
  if (s.audiences.size() > 32) return bad("audiences", "> 32");
  FZ_CHECK(schedule::TimeZone::find(s.zone));
  return {};
}

Site filled(Site site, const NewSite& s) {
  site.unit = s.unit;
  site.name = s.name;
  site.region = s.region;
  site.venue = s.venue;
  site.zone = s.zone;
  site.keeper = s.keeper;
  site.keeper_phone = s.keeper_phone;
  site.address = s.address;
  site.audiences = s.audiences;
  return site;
}

Result<void> require_unit(const accounts::Store& units, const accounts::Actor& who, std::string_view id) {
  FZ_TRY(auto unit, units.unit(id));
  if (!unit) return fail(Code::not_found, {{"what", "unit"}});
  return accounts::require_branch(who, unit->path, "unit");
}

}  // namespace

Result<Site> create_site(Store& db, const accounts::Store& units, const Context& ctx, const NewSite& s) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::administrator));
  NewSite fresh = s;
  if (fresh.zone.empty()) fresh.zone = Site{}.zone;
  FZ_CHECK(check(fresh));
  FZ_CHECK(require_unit(units, ctx.who, fresh.unit));
  Site site = filled(Site{}, fresh);
  site.id = uuid7(ctx.now);
  site.created = ctx.now;
  FZ_CHECK(db.put_site(site));
  FZ_CHECK(ctx.record("site.create", site.id, {{"name", site.name}, {"unit", site.unit}}));
  return site;
}

Result<Site> change_site(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, const NewSite& s) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::administrator));
  FZ_TRY(auto old, db.site(id));
  if (!old) return fail(Code::not_found, {{"what", "site"}});
  FZ_CHECK(require_unit(units, ctx.who, old->unit));
  NewSite fresh = s;
  if (fresh.zone.empty()) fresh.zone = old->zone;
  FZ_CHECK(check(fresh));
  FZ_CHECK(require_unit(units, ctx.who, fresh.unit));
  Site site = filled(*old, fresh);
  FZ_CHECK(db.put_site(site));
  FZ_CHECK(ctx.record("site.change", site.id, {{"name", site.name}, {"unit", site.unit}}));
  return site;
}

Result<std::string> set_output(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, std::string_view text) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::administrator));
  FZ_TRY(const auto site, db.site(id));
  if (!site) return fail(Code::not_found, {{"what", "site"}});
  FZ_CHECK(require_unit(units, ctx.who, site->unit));
  FZ_TRY(const auto rules, schedule::parse_output_rules(text));
  std::string kept = schedule::write_output_rules(rules);
  FZ_CHECK(db.put_site_output(site->id, rules == schedule::OutputRules{} ? "" : kept));
  FZ_CHECK(ctx.record("site.output", site->id, {{"rules", kept}}));
  return kept;
}

Result<std::string> output_of(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id) {
  FZ_TRY(const auto site, db.site(id));
  if (!site) return fail(Code::not_found, {{"what", "site"}});
  FZ_CHECK(require_unit(units, who, site->unit));
  FZ_TRY(auto rules, db.site_output(site->id));
  return rules.empty() ? std::string("{}") : rules;
}

namespace {
constexpr std::array<accounts::Column, 8> kSiteColumns{{{"unit", "单位"},
                                                        {"name", "名称"},
                                                        {"region", "区划代码"},
                                                        {"venue", "场所类型"},
                                                        {"keeper", "负责人"},
                                                        {"phone", "电话"},
                                                        {"address", "地址", false},
                                                        {"zone", "时区", false}}};
}  // namespace

std::span<const accounts::Column> site_columns() {
  return kSiteColumns;
}

Result<accounts::Table> read_site_table(std::string_view bytes) {
  return accounts::read_table(bytes, kSiteColumns, kMaxSiteRows);
}

Result<int> import_sites(Store& db, const accounts::Store& units, const Context& ctx, const accounts::Table& table) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::administrator));
  for (const auto& r : table.rows) {
    NewSite s{r.cells[0], r.cells[1], r.cells[2], r.cells[3], r.cells[7], r.cells[4], r.cells[5], r.cells[6], {}};
    auto made = create_site(db, units, ctx, s);
    if (!made) return accounts::in_row(r.number, made.error());
  }
  return static_cast<int>(table.rows.size());
}

}  // namespace fz::screens
