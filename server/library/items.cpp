// Items and texts.
#include "server/library/rules.hpp"
#include "server/library/tags.hpp"
#include "shared/base/id.hpp"

namespace fz::library {

Result<void> check_tags(std::string_view fraud_kind, std::string_view exposes) {
  if (!fraud_kind.empty()) {
    auto checked = check_title(fraud_kind);
    if (!checked || utf8_length(fraud_kind) > 40) return fail(Code::bad_field, {{"field", "fraud_kind"}, {"what", "1-40 字 (characters)"}});
  }
  if (!exposes.empty() && exposes != "method" && exposes != "case") {
    return fail(Code::bad_field, {{"field", "exposes"}, {"what", "method / case"}});
  }
  return {};
}

Result<Item> get_item(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id) {
  FZ_TRY(auto item, db.item(id));
  if (!item) return fail(Code::not_found, {{"what", std::string(id)}});
  FZ_TRY(const auto unit, units.unit(item->unit));
  FZ_CHECK(accounts::require_branch(who, unit ? unit->path : "", id));
  return *std::move(item);
}

Result<void> start_version(Store& db, const Context& ctx, Item& item, std::string_view existing) {
  if (existing.empty()) {
    item.id = uuid7(ctx.now);
    item.unit = ctx.who.unit;
    item.owner = ctx.who.account;
    item.created = ctx.now;
  } else {
    FZ_TRY(auto old, db.item(existing));
    if (!old || (old->unit != ctx.who.unit && old->owner != ctx.who.account)) {
      return fail(Code::not_found, {{"what", std::string(existing)}});
    }
    if (old->state != State::draft && old->state != State::approved && old->state != State::withdrawn && old->state != State::expired) {
      return fail(Code::item_locked);
    }
    FZ_CHECK(db.remove_jobs(old->id, old->version));
    item.id = old->id;
    item.unit = old->unit;
    item.owner = old->owner;
    item.created = old->created;
    item.tags = old->tags;
    item.version = old->version + 1;
    item.revision = old->revision + 1;
  }
  item.author = ctx.who.account;
  item.updated = ctx.now;
  item.state = State::draft;
  return {};
}

Result<Item> create_text(Store& db, const Context& ctx, const NewText& text) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::contributor));
  if (!is_text_kind(text.kind) && text.kind != Kind::audio)
    return fail(Code::bad_field, {{"field", "kind"}, {"what", "bulletin / slogan / warning / facts / layout / audio"}});
  FZ_TRY(auto tagging, sort_tags(text.tags, text.fraud_kind, text.exposes));
  FZ_CHECK(check_tags(tagging.fraud_kind, tagging.exposes));
  Item item;
  FZ_TRY(item.title, check_title(text.title));
  item.kind = text.kind;
  item.fraud_kind = std::move(tagging.fraud_kind);
  item.exposes = std::move(tagging.exposes);
  item.source = text.digest.sha256;
  item.source_length = text.digest.length;
  item.source_mime = text.mime;
  const bool spoken = text.kind == Kind::audio;
  item.processing = spoken ? Processing::pending : Processing::ready;
  FZ_CHECK(start_version(db, ctx, item, text.item));
  FZ_CHECK(db.put_item(item));
  if (!tagging.others.empty()) {  // else a new version keeps those of the one before
    item.tags = std::move(tagging.others);
    FZ_CHECK(db.put_tags(item.id, item.tags));
  }
  const auto record = [&] {
    return ctx.record(item.version == 1 ? "item.create" : "item.version", item.id,
                      {{"kind", kind_name(item.kind)}, {"sha256", item.source}, {"version", item.version}});
  };
  if (spoken) {
    Job render;
    render.item = item.id;
    render.version = item.version;
    render.kind = JobKind::render;
    render.profile = "audio";
    render.created = render.updated = ctx.now;
    FZ_CHECK(db.add_job(render));
    FZ_CHECK(record());
    return item;
  }
  Rendition r;
  r.item = item.id;
  r.version = item.version;
  r.profile = "text";
  r.sha256 = text.digest.sha256;
  r.length = text.digest.length;
  r.mime = text.mime;
  r.chunks = text.digest.chunks;
  FZ_CHECK(db.put_rendition(r));
  FZ_CHECK(record());
  return item;
}

Result<Item> change_item(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, const ItemChange& change) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::contributor));
  FZ_TRY(Item item, get_item(db, units, ctx.who, id));
  if (change.if_revision && *change.if_revision != item.revision) return fail(Code::conflict, {{"what", item.title}});
  if (item.state != State::draft) return fail(Code::item_locked);
  if (change.title) {
    FZ_TRY(item.title, check_title(*change.title));
  }
  if (change.fraud_kind) item.fraud_kind = *change.fraud_kind;
  if (change.exposes) item.exposes = *change.exposes;
  FZ_CHECK(check_tags(item.fraud_kind, item.exposes));
  item.author = ctx.who.account;  // who wrote what will be signed must not decide on it
  item.updated = ctx.now;
  ++item.revision;
  FZ_CHECK(db.put_item(item));
  FZ_CHECK(ctx.record("item.change", item.id, {{"revision", item.revision}}));
  return item;
}

}  // namespace fz::library
