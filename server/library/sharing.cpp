// Items between levels of the tree: handed up, taken over, shared down.
#include <algorithm>

#include "server/library/library.hpp"
#include "shared/base/id.hpp"

namespace fz::library {
namespace {

Error missing(std::string_view what) {
  return fail(Code::not_found, {{"what", std::string(what)}});
}
Result<void> check_note(std::string_view note, std::string_view field) {
  if (!is_utf8(note) || utf8_length(note) > 500) return fail(Code::bad_field, {{"field", std::string(field)}, {"what", "500"}});
  return {};
}
bool in_review(const Item& item) {
  return item.state == State::first || item.state == State::second || item.state == State::final;
}

}  // namespace

std::string_view offer_state_name(OfferState state) {
  switch (state) {
    case OfferState::waiting:
      return "waiting";
    case OfferState::accepted:
      return "accepted";
    case OfferState::declined:
      return "declined";
  }
  return "";
}

std::vector<std::string> units_on(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    const auto slash = path.find('/');
    out.emplace_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return out;
}

Result<Item> see_item(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id) {
  auto own = get_item(db, units, who, id);
  if (own || own.error().code != Code::not_found) return own;
  FZ_TRY(const auto shares, db.shares(id));
  const auto above = units_on(who.unit_path);
  for (const Share& s : shares) {
    if (std::find(above.begin(), above.end(), s.unit) == above.end()) continue;
    FZ_TRY(auto item, db.item(id));
    if (item) return *std::move(item);
  }
  return own;
}

Result<Offer> offer_item(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, std::string_view to,
                         std::string_view note) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::contributor));
  FZ_TRY(const Item item, get_item(db, units, ctx.who, id));
  FZ_CHECK(check_note(note, "note"));
  FZ_TRY(const auto own, units.unit(item.unit));
  FZ_TRY(const auto upper, units.unit(to));
  // A stranger's unit and one below are the same answer: only the way up is known from here.
  if (!own || !upper || upper->id == own->id || !own->path.starts_with(upper->path)) return missing(to);
  FZ_TRY(const auto waiting, db.waiting_offer(item.id));
  if (waiting) return fail(Code::conflict, {{"what", item.title}}, "an offer waits");
  Offer o;
  o.id = uuid7(ctx.now);
  o.item = item.id;
  o.from_unit = item.unit;
  o.to_unit = upper->id;
  o.note = note;
  o.offered_by = ctx.who.account;
  o.offered = ctx.now;
  FZ_CHECK(db.put_offer(o));
  FZ_CHECK(ctx.record("item.offer", item.id, {{"offer", o.id}, {"to", o.to_unit}}));
  return o;
}

Result<Offer> decide_offer(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, bool accept,
                           std::string_view answer) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::publisher));
  FZ_TRY(auto o, db.offer(id));
  if (!o) return missing(id);
  FZ_TRY(const auto upper, units.unit(o->to_unit));
  FZ_CHECK(accounts::require_branch(ctx.who, upper ? upper->path : "", id));
  FZ_CHECK(check_note(answer, "answer"));
  if (o->state != OfferState::waiting) return fail(Code::offer_state, {{"item", o->item}});
  FZ_TRY(auto item, db.item(o->item));
  if (!item) return missing(o->item);
  if (accept) {
    if (in_review(*item)) return fail(Code::item_locked);
    item->unit = o->to_unit;
    item->updated = ctx.now;
    ++item->revision;
    FZ_CHECK(db.put_item(*item));
    FZ_CHECK(db.put_share({item->id, o->from_unit, ctx.who.account, ctx.now}));
  }
  o->state = accept ? OfferState::accepted : OfferState::declined;
  o->decided_by = ctx.who.account;
  o->decided = ctx.now;
  o->answer = answer;
  FZ_CHECK(db.put_offer(*o));
  FZ_CHECK(ctx.record(accept ? "item.taken_over" : "item.offer_declined", o->item,
                      {{"from", o->from_unit}, {"offer", o->id}, {"to", o->to_unit}}));
  return *o;
}

Result<void> share_item(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, std::string_view to) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::publisher));
  FZ_TRY(const Item item, get_item(db, units, ctx.who, id));
  FZ_TRY(const auto own, units.unit(item.unit));
  FZ_TRY(const auto lower, units.unit(to));
  if (!own || !lower || !lower->path.starts_with(own->path)) return missing(to);
  FZ_CHECK(db.put_share({item.id, lower->id, ctx.who.account, ctx.now}));
  return ctx.record("item.share", item.id, {{"to", lower->id}});
}

Result<void> unshare_item(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, std::string_view to) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::publisher));
  FZ_TRY(const Item item, get_item(db, units, ctx.who, id));
  FZ_TRY(const bool there, db.remove_share(item.id, to));
  if (!there) return missing(to);
  return ctx.record("item.unshare", item.id, {{"to", to}});
}

}  // namespace fz::library
