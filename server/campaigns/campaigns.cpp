#include "server/campaigns/campaigns.hpp"

#include <algorithm>

#include "shared/base/id.hpp"

namespace fz::campaigns {
namespace {

Error bad(std::string field, std::string what) {
  return fail(Code::bad_field, {{"field", std::move(field)}, {"what", std::move(what)}});
}

Result<void> check_shape(const Campaign& c) {
  if (c.name.empty()) return fail(Code::missing_field, {{"field", "name"}});
  if (utf8_length(c.name) > 80) return bad("name", "> 80");
  if (c.weight < 1 || c.weight > 1000) return bad("weight", "1...1000");
  if (!c.from.ok() || !c.until.ok() || c.until < c.from) return bad("until", "from <= until");
  if (c.items.empty()) return fail(Code::missing_field, {{"field", "items"}});
  if (c.items.size() > schedule::kMaxItemsPerSlot)
    return fail(Code::campaign_items, {{"limit", std::to_string(schedule::kMaxItemsPerSlot)}});
  if (c.dayparts.size() > schedule::kMaxDayParts) return bad("dayparts", "> " + std::to_string(schedule::kMaxDayParts));
  for (auto& p : c.dayparts)
    if ((p.days & 0x7f) == 0 || p.from < 0 || p.from > 1439 || p.to < 0 || p.to > 1440) return bad("dayparts", "07:00-22:00");
  for (auto& i : c.items)
    if (i.duration < Seconds{1} || i.duration > std::chrono::hours{4}) return bad("items.ms", "1000...14400000");
  if (c.max_per_hour && (*c.max_per_hour < 1 || *c.max_per_hour > 3600)) return bad("max_per_hour", "1...3600");
  if (c.min_spacing && (*c.min_spacing < Seconds{1} || *c.min_spacing > Days{7})) return bad("min_spacing_s", "1...604800");
  if (c.once && (c.priority != schedule::Class::timed || c.max_per_hour || c.min_spacing || c.dayparts.empty()))
    return bad("once", "class timed, dayparts; no max_per_hour, min_spacing_s");
  for (auto* list : {&c.target.venues, &c.target.audiences, &c.target.tags})
    if (list->size() > 64 || std::any_of(list->begin(), list->end(), [](auto& t) { return t.empty() || t.size() > 64; }))
      return bad("target", "<= 64");
  return {};
}

// A layout or a table of facts is what its name says.
Result<void> check_document(const Tables& db, const Context& ctx, const std::string& id, std::string_view mime, std::string kind) {
  if (id.empty()) return {};
  FZ_TRY(auto item, library::get_item(db.library, db.accounts, ctx.who, id));
  if (item.source_mime != mime) return fail(Code::wrong_item_kind, {{"title", item.title}, {"kind", std::move(kind)}});
  return {};
}

// The shape, and that target and items are the actor's to use.
Result<void> check(const Tables& db, const Context& ctx, const Campaign& c) {
  FZ_CHECK(check_shape(c));
  FZ_TRY(auto unit, db.accounts.unit(c.target.unit));
  if (!unit) return fail(Code::not_found, {{"what", "unit"}});
  FZ_CHECK(accounts::require_branch(ctx.who, unit->path, "unit"));
  for (auto& i : c.items) FZ_CHECK(library::see_item(db.library, db.accounts, ctx.who, i.item));
  FZ_CHECK(check_document(db, ctx, c.layout, "application/vnd.fz.layout+json", "版面 (layout)"));
  FZ_CHECK(check_document(db, ctx, c.facts, "application/vnd.fz.facts+json", "本地信息表 (facts)"));
  return {};
}

void take(Campaign& into, const Campaign& draft) {
  into.name = draft.name;
  into.priority = draft.priority;
  into.layer = draft.layer;
  into.weight = draft.weight;
  into.from = draft.from;
  into.until = draft.until;
  into.dayparts = draft.dayparts;
  into.max_per_hour = draft.max_per_hour;
  into.min_spacing = draft.min_spacing;
  into.once = draft.once;
  into.items = draft.items;
  into.layout = draft.layout;
  into.facts = draft.facts;
  into.target = draft.target;
}

Result<void> require_approved(const Tables& db, const Campaign& c) {
  std::vector<std::string> needed;
  for (auto& i : c.items) needed.push_back(i.item);
  for (auto* id : {&c.layout, &c.facts})
    if (!id->empty()) needed.push_back(*id);
  for (auto& id : needed) {
    FZ_TRY(auto item, db.library.item(id));
    if (!item || item->state != library::State::approved) return fail(Code::campaign_unapproved, {{"title", item ? item->title : id}});
  }
  return {};
}

}  // namespace

std::string_view state_name(State state) {
  switch (state) {
    case State::draft:
      return "draft";
    case State::active:
      return "active";
    case State::stopped:
      return "stopped";
  }
  return "draft";
}
std::optional<State> state_from_name(std::string_view name) {
  for (auto s : {State::draft, State::active, State::stopped})
    if (state_name(s) == name) return s;
  return std::nullopt;
}

Result<Campaign> create(const Tables& db, const Context& ctx, const Campaign& draft) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::publisher));
  FZ_CHECK(check(db, ctx, draft));
  Campaign c;
  take(c, draft);
  c.id = uuid7(ctx.now);
  c.unit = ctx.who.unit;
  c.author = ctx.who.account;
  c.created = c.updated = ctx.now;
  FZ_CHECK(db.campaigns.put_campaign(c));
  FZ_CHECK(ctx.record("campaign.create", c.id, {{"name", c.name}}));
  return c;
}

Result<Campaign> get(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id) {
  FZ_TRY(auto c, db.campaign(id));
  if (!c) return fail(Code::not_found, {{"what", "campaign"}});
  FZ_TRY(auto unit, units.unit(c->unit));
  FZ_CHECK(accounts::require_branch(who, unit ? unit->path : "", "campaign"));
  return *c;
}

Result<Campaign> change(const Tables& db, const Context& ctx, std::string_view id, const Campaign& draft, std::int64_t if_revision) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::publisher));
  FZ_TRY(auto c, get(db.campaigns, db.accounts, ctx.who, id));
  if (if_revision != 0 && if_revision != c.revision) return fail(Code::conflict, {{"what", c.name}});
  FZ_CHECK(check(db, ctx, draft));
  take(c, draft);
  if (c.state == State::active) FZ_CHECK(require_approved(db, c));
  ++c.revision;
  c.updated = ctx.now;
  FZ_CHECK(db.campaigns.put_campaign(c));
  FZ_CHECK(ctx.record("campaign.change", c.id, {{"revision", c.revision}}));
  return c;
}

Result<Campaign> set_state(const Tables& db, const Context& ctx, std::string_view id, State state) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::publisher));
  FZ_TRY(auto c, get(db.campaigns, db.accounts, ctx.who, id));
  if (state == State::active) FZ_CHECK(require_approved(db, c));
  c.state = state;
  ++c.revision;
  c.updated = ctx.now;
  FZ_CHECK(db.campaigns.put_campaign(c));
  FZ_CHECK(ctx.record("campaign.state", c.id, {{"state", state_name(state)}}));
  return c;
}

}  // namespace fz::campaigns
