// Variants of an item for other shapes of screens, and what their jobs make of the item.
#include <algorithm>

#include "server/library/rules.hpp"
#include "shared/layout/layout.hpp"

namespace fz::library {
namespace {

Result<void> touch_item(Store& db, Item& item, UtcTime now) {
  item.updated = now;
  ++item.revision;
  return db.put_item(item);
}

/// The job that says why the item has failed: one of its own picture before one of a variant.
const Job* failed_job(const std::vector<Job>& jobs) {
  const Job* found = nullptr;
  for (const Job& j : jobs) {
    if (j.state != JobState::failed) continue;
    if (!found || (shape_of_job(j).empty() && !shape_of_job(*found).empty())) found = &j;
  }
  return found;
}

Error exists(const Item& item, std::string_view shape) {
  return fail(Code::variant_exists, {{"item", item.title}, {"shape", std::string(shape)}});
}

}  // namespace

std::string_view shape_of_job(const Job& job) {
  if (job.kind == JobKind::probe) return job.profile;
  const auto shape = layout::shape_of_profile(job.profile);
  return shape ? layout::shape_name(*shape) : std::string_view();
}

Processing processing_of(const std::vector<Job>& jobs, std::string_view shape) {
  auto out = Processing::ready;
  for (const Job& j : jobs) {
    if (shape_of_job(j) != shape) continue;
    if (j.state == JobState::failed) return Processing::failed;
    if (j.state != JobState::done) out = Processing::pending;
  }
  return out;
}

Item with_source_of(Item item, const Variant& v) {
  item.source = v.source;
  item.source_length = v.source_length;
  item.source_name = v.source_name;
  item.source_mime = v.source_mime;
  return item;
}

Result<void> settle(Store& db, const Context& ctx, Item& item) {
  FZ_TRY(const auto jobs, db.jobs(item.id, item.version));
  const Processing before = item.processing;
  item.failure.clear();
  item.failure_params.clear();
  if (const Job* failed = failed_job(jobs)) {
    item.processing = Processing::failed;
    item.failure = failed->failure;
    item.failure_params = failed->failure_params;
  } else {
    const bool open = std::any_of(jobs.begin(), jobs.end(), [](const Job& j) { return j.state != JobState::done; });
    item.processing = open ? Processing::pending : Processing::ready;
  }
  FZ_CHECK(touch_item(db, item, ctx.now));
  if (item.processing != Processing::ready || before == Processing::ready) return {};
  return ctx.record("item.ready", item.id, {{"version", item.version}});
}

Result<Item> check_variant(const Store& db, const Actor& who, std::string_view id, std::string_view shape) {
  if (!layout::shape_named(shape)) return fail(Code::variant_shape, {{"shape", std::string(shape.substr(0, 40))}});
  FZ_TRY(auto item, db.item(id));
  if (!item || (item->unit != who.unit && item->owner != who.account)) return fail(Code::not_found, {{"what", std::string(id)}});
  if (item->kind != Kind::poster && item->kind != Kind::video) {
    return fail(Code::bad_field, {{"field", "variant_of"}, {"what", std::string(kind_name(item->kind))}});
  }
  if (item->state != State::draft) return fail(Code::item_locked);
  FZ_TRY(const auto variants, db.variants(item->id, item->version));
  if (std::any_of(variants.begin(), variants.end(), [&](const Variant& v) { return v.shape == shape; })) return exists(*item, shape);
  FZ_TRY(const auto renditions, db.renditions(item->id, item->version));
  const auto own = std::find_if(renditions.begin(), renditions.end(),
                                [](const Rendition& r) { return r.width > 0 && !layout::shape_of_profile(r.profile); });
  if (own == renditions.end() || item->processing == Processing::failed) return fail(Code::item_not_ready);
  // The item's own picture is what screens of its shape show: two of one shape would leave open which.
  if (layout::shape_name(layout::shape_of(own->width, own->height)) == shape) return exists(*item, shape);
  return *std::move(item);
}

Result<Item> add_variant(Store& db, const Context& ctx, const Upload& upload, const crypto::ChunkedDigest& digest) {
  FZ_TRY(Item item, check_variant(db, ctx.who, upload.item, upload.shape));
  Variant v;
  v.item = item.id;
  v.version = item.version;
  v.shape = upload.shape;
  v.author = ctx.who.account;
  v.source = digest.sha256;
  v.source_length = digest.length;
  v.source_name = upload.file_name;
  v.created = ctx.now;
  FZ_CHECK(db.put_variant(v));
  Job probe;
  probe.item = item.id;
  probe.version = item.version;
  probe.profile = upload.shape;
  probe.created = probe.updated = ctx.now;
  FZ_CHECK(db.add_job(probe));
  FZ_CHECK(settle(db, ctx, item));
  FZ_CHECK(ctx.record("item.variant", item.id, {{"shape", v.shape}, {"sha256", v.source}, {"version", item.version}}));
  return item;
}

Result<Item> remove_variant(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, std::string_view shape,
                            std::optional<std::int64_t> if_revision) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::contributor));
  FZ_TRY(Item item, get_item(db, units, ctx.who, id));
  if (if_revision && *if_revision != item.revision) return fail(Code::conflict, {{"what", item.title}});
  if (item.state != State::draft) return fail(Code::item_locked);
  FZ_TRY(const auto variants, db.variants(item.id, item.version));
  if (std::none_of(variants.begin(), variants.end(), [&](const Variant& v) { return v.shape == shape; }))
    return fail(Code::not_found, {{"what", std::string(shape)}});
  FZ_CHECK(db.remove_variant(item.id, item.version, shape));
  FZ_CHECK(settle(db, ctx, item));
  FZ_CHECK(ctx.record("item.variant_removed", item.id, {{"shape", shape}, {"version", item.version}}));
  return item;
}

}  // namespace fz::library
