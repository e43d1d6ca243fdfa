#include "server/alerts/alerts.hpp"

#include <algorithm>

#include "shared/base/id.hpp"

namespace fz::alerts {
namespace {

constexpr std::size_t kMostNamed = 500;  // screens by name in the document; for more, regions and venues say it

bool is_text(std::string_view mime) {
  return mime == "text/plain" || (mime.starts_with("application/vnd.fz.") && mime.ends_with("+json"));
}

bool meets(const std::vector<std::string>& wanted, const std::vector<std::string>& have) {
  return wanted.empty() ||
         std::any_of(wanted.begin(), wanted.end(), [&](const auto& w) { return std::find(have.begin(), have.end(), w) != have.end(); });
}

Error bad_item(std::string what) {
  return fail(Code::bad_field, {{"field", "item"}, {"what", std::move(what)}});
}

Result<void> require_sender(const Actor& who) {
  if (who.has(accounts::Role::duty)) return {};
  return accounts::require(who, accounts::Role::publisher);
}

// The live approval of an item, which must be one of kind emergency.
Result<trust::Approval> emergency_of(const Tables& db, const Context& ctx, const std::string& id) {
  FZ_TRY(const auto item, library::get_item(db.library, db.accounts, ctx.who, id));
  if (item.state != library::State::approved) return fail(Code::campaign_unapproved, {{"title", item.title}});
  FZ_TRY(const auto stored, db.review.approval_of(item.id, item.version));
  if (!stored || !stored->complete) return fail(Code::campaign_unapproved, {{"title", item.title}});
  FZ_TRY(const auto envelope, trust::read_envelope(stored->envelope));
  FZ_TRY(auto approval, trust::parse_approval(envelope.payload));
  if (approval.kind != trust::Kind::emergency) return bad_item(item.title + ": emergency");
  return approval;
}

json::array words(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

}  // namespace

bool is_ack_state(std::string_view state) {
  constexpr std::string_view kStates[] = {"ready", "shown", "drill", "cancelled", "refused"};
  return std::find(std::begin(kStates), std::end(kStates), state) != std::end(kStates);
}

bool targets(const Alert& alert, const std::string& unit_path, const screens::Place& place) {
  const auto& t = alert.what.target;
  const auto& d = alert.document;
  return !unit_path.empty() && place.unit_path.starts_with(unit_path) && meets(t.tags, place.tags) && meets(t.screens, {place.screen}) &&
         trust::covers_venue(d.venues, place.venue) && trust::covers_region(d.regions, place.region) && meets(d.screens, {place.screen});
}

Result<std::vector<std::string>> screens_of(const Alert& alert, const screens::Store& screens, const accounts::Store& units) {
  FZ_TRY(const auto unit, units.unit(alert.what.target.unit));
  FZ_TRY(const auto places, screens.places());
  std::vector<std::string> out;
  for (const auto& p : places)
    if (unit && targets(alert, unit->path, p)) out.push_back(p.screen);
  return out;
}

Result<Alert> create(const Tables& db, const Context& ctx, const Draft& draft) {
  FZ_CHECK(require_sender(ctx.who));
  Alert a;
  a.what = draft;
  if (a.what.target.unit.empty()) a.what.target.unit = ctx.who.unit;
  FZ_TRY(const auto unit, db.accounts.unit(a.what.target.unit));
  if (!unit) return fail(Code::not_found, {{"what", "unit"}});
  FZ_CHECK(accounts::require_branch(ctx.who, unit->path, "unit"));

  FZ_TRY(const auto card, emergency_of(db, ctx, draft.item));
  if (!std::all_of(card.renditions.begin(), card.renditions.end(), [](const auto& r) { return is_text(r.mime); }))
    return bad_item(card.title + ": text");
  a.id = a.document.alert_id = uuid7(ctx.now);
  a.unit = ctx.who.unit;
  a.author = ctx.who.account;
  a.title = card.title;
  a.created = ctx.now;
  auto& d = a.document;
  d.approval_id = card.approval_id;
  for (const auto& part : draft.then) {
    FZ_TRY(const auto more, emergency_of(db, ctx, part.item));
    d.then.push_back({more.approval_id, part.duration});
  }
  d.regions = draft.target.regions.empty() ? card.audience.regions : draft.target.regions;
  d.venues = draft.target.venues.empty() ? card.audience.venues : draft.target.venues;
  d.issued = std::chrono::floor<Seconds>(ctx.now);
  d.expires = std::min(d.issued + std::chrono::minutes{draft.minutes}, card.valid_until);
  d.drill = draft.drill;

  FZ_TRY(const auto places, db.screens.places());
  std::vector<std::string> named;
  for (const auto& p : places) {
    const bool approved = trust::covers_venue(card.audience.venues, p.venue) && trust::covers_region(card.audience.regions, p.region);
    if (approved && targets(a, unit->path, p)) named.push_back(p.screen);
  }
  if (named.empty()) return fail(Code::not_found, {{"what", "screen"}});
  if (named.size() <= kMostNamed) d.screens = named;
  FZ_CHECK(db.alerts.put_alert(a));
  FZ_CHECK(ctx.record("alert.send", a.id, {{"title", a.title}, {"drill", d.drill}, {"screens", static_cast<std::int64_t>(named.size())}}));
  return a;
}

Result<Alert> get(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id) {
  FZ_TRY(auto a, db.alert(id));
  if (!a) return fail(Code::not_found, {{"what", "alert"}});
  FZ_TRY(const auto unit, units.unit(a->unit));
  FZ_CHECK(accounts::require_branch(who, unit ? unit->path : "", "alert"));
  return *std::move(a);
}

Result<Alert> cancel(const Tables& db, const Context& ctx, std::string_view id) {
  FZ_CHECK(require_sender(ctx.who));
  FZ_TRY(auto a, get(db.alerts, db.accounts, ctx.who, id));
  if (!a.alive(ctx.now)) return fail(Code::conflict, {{"what", a.title}});
  a.document.cancelled = true;
  ++a.document.version;
  FZ_CHECK(db.alerts.put_alert(a));
  FZ_CHECK(ctx.record("alert.cancel", a.id, {{"title", a.title}}));
  return a;
}

Result<Draft> draft_from_json(const json::value& v) {
  json::Reader r(v, "alert");
  Draft d;
  d.item = r.string("item", 64);
  if (const auto* then = r.list("then", trust::kMaxAlertParts, false)) {
    for (const auto& one : *then) {
      json::Reader p(one, "then");
      Part part{p.string("item", 64), Millis{p.integer_or("ms", 30000, 1000, 14'400'000)}};
      FZ_CHECK(p.finish());
      d.then.push_back(std::move(part));
    }
  }
  if (const auto* target = r.object_member("target", false)) {
    json::Reader t(*target, "target");
    d.target = {t.string_or("unit", "", 64), t.strings("regions", 64, 12, false), t.strings("venues", 64, 64, false),
                t.strings("tags", 64, 64, false), t.strings("screens", 500, 64, false)};
    FZ_CHECK(t.finish());
  }
  d.minutes = static_cast<int>(r.integer_or("minutes", 60, 1, 720));
  d.drill = r.boolean_or("drill", false);
  FZ_CHECK(r.finish());
  return d;
}

json::object to_json(const Draft& d) {
  json::array then;
  for (const auto& part : d.then) then.push_back(json::object{{"item", part.item}, {"ms", part.duration.count()}});
  const auto& t = d.target;
  return {{"item", d.item},
          {"then", std::move(then)},
          {"target", json::object{{"unit", t.unit},
                                  {"regions", words(t.regions)},
                                  {"venues", words(t.venues)},
                                  {"tags", words(t.tags)},
                                  {"screens", words(t.screens)}}},
          {"minutes", d.minutes},
          {"drill", d.drill}};
}

}  // namespace fz::alerts
