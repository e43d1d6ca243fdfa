// Uploads: what was announced, what it may cost, and what becomes of it.
#include <algorithm>

#include "server/library/rules.hpp"
#include "server/library/tags.hpp"
#include "shared/base/id.hpp"

namespace fz::library {
namespace {

std::string gib(std::uint64_t bytes) {
  return bytes >= (1u << 30) ? std::to_string(bytes >> 30) + " GiB" : std::to_string(bytes >> 20) + " MiB";
}

Error gone() {
  return fail(Code::upload_gone);
}

/// A first guess for the list, by the name's end; the probe decides.
Kind guess_kind(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  std::string end(dot == std::string_view::npos ? "" : file_name.substr(dot + 1));
  std::transform(end.begin(), end.end(), end.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::string_view sound : {"mp3", "wav", "m4a", "aac", "flac", "ogg", "oga", "opus"})
    if (end == sound) return Kind::audio;
  return end == "png" || end == "jpg" || end == "jpeg" || end == "webp" || end == "pdf" ? Kind::poster : Kind::video;
}

Result<void> end_upload(Store& db, Upload& upload, const std::string& item, const std::string& sha256) {
  upload.state = UploadState::done;
  upload.item = item;
  upload.sha256 = sha256;
  return db.put_upload(upload);
}

/// The name without its end, for people who gave no title.
std::string title_from(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  return std::string(dot == std::string_view::npos || dot == 0 ? file_name : file_name.substr(0, dot));
}

}  // namespace

Result<Upload> create_upload(Store& db, const Context& ctx, const NewUpload& n, const Quota& quota) {
  FZ_CHECK(accounts::require(ctx.who, accounts::Role::contributor));
  Upload u;
  FZ_TRY(u.file_name, check_file_name(n.file_name));
  const std::string title = n.title.empty() ? title_from(u.file_name) : n.title;
  FZ_TRY(u.title, check_title(title));
  FZ_TRY(auto tagging, sort_tags(n.tags, n.fraud_kind, n.exposes));
  FZ_CHECK(check_tags(tagging.fraud_kind, tagging.exposes));
  if (n.length == 0) return fail(Code::upload_empty);
  if (n.length > quota.max_file) return fail(Code::too_large, {{"limit", gib(quota.max_file)}});
  FZ_TRY(const std::uint64_t used, db.bytes_of_unit(ctx.who.unit));
  if (used > quota.max_unit || n.length > quota.max_unit - used) return fail(Code::quota_exceeded, {{"limit", gib(quota.max_unit)}});
  FZ_TRY(const auto open, db.uploads(UploadState::receiving, ctx.who.account));
  const auto alive = std::count_if(open.begin(), open.end(), [&](const Upload& o) { return o.expires > ctx.now; });
  if (alive >= quota.max_open) return fail(Code::too_many_uploads, {{"limit", std::to_string(quota.max_open)}});
  if (!n.variant_of.empty() || !n.shape.empty()) {
    if (!n.item.empty()) return fail(Code::bad_field, {{"field", "variant_of"}, {"what", "item"}});
    FZ_TRY(const Item item, check_variant(db, ctx.who, n.variant_of, n.shape));
    (void)item;
  }
  if (!n.item.empty()) {
    FZ_TRY(const auto item, db.item(n.item));
    if (!item || (item->unit != ctx.who.unit && item->owner != ctx.who.account)) return fail(Code::not_found, {{"what", n.item}});
    if (item->state == State::first || item->state == State::second || item->state == State::final) return fail(Code::item_locked);
  }
  u.id = uuid7(ctx.now);
  u.owner = ctx.who.account;
  u.unit = ctx.who.unit;
  u.length = n.length;
  u.fraud_kind = std::move(tagging.fraud_kind);
  u.exposes = std::move(tagging.exposes);
  u.tags = std::move(tagging.others);
  u.item = n.variant_of.empty() ? n.item : n.variant_of;
  u.shape = n.shape;
  u.created = ctx.now;
  u.expires = ctx.now + quota.life;
  FZ_CHECK(db.put_upload(u));
  FZ_CHECK(ctx.record("upload.create", u.id, {{"length", static_cast<std::int64_t>(u.length)}}));
  return u;
}

Result<Upload> open_upload(const Store& db, const Actor& who, std::string_view id, UtcTime now) {
  FZ_TRY(auto u, db.upload(id));
  if (!u || u->owner != who.account) return fail(Code::not_found, {{"what", std::string(id)}});
  if (u->state == UploadState::failed || (u->state == UploadState::receiving && now >= u->expires)) return gone();
  return *std::move(u);
}

Result<Upload> touch_upload(Store& db, const Context& ctx, std::string_view id, const Quota& quota) {
  FZ_TRY(Upload u, open_upload(db, ctx.who, id, ctx.now));
  if (u.state == UploadState::receiving) {
    u.expires = ctx.now + quota.life;
    FZ_CHECK(db.put_upload(u));
  }
  return u;
}

Result<Finished> finish_upload(Store& db, const Context& ctx, std::string_view id, const crypto::ChunkedDigest& digest) {
  Finished out;
  FZ_TRY(auto found, db.upload(id));
  const bool system = ctx.who.account == accounts::system_actor().account;  // recovery at start
  if (!found || (found->owner != ctx.who.account && !system)) return fail(Code::not_found, {{"what", std::string(id)}});
  out.upload = *found;
  if (out.upload.state == UploadState::failed) return gone();
  if (out.upload.state == UploadState::done) {
    FZ_TRY(auto item, db.item(out.upload.item));
    if (!item) return gone();
    out.item = *std::move(item);
    return out;
  }
  if (digest.length != out.upload.length) {
    return fail(Code::blob_mismatch, {{"what", std::to_string(digest.length) + " / " + std::to_string(out.upload.length) + " B"}});
  }
  // After a restart the server finishes what the owner had sent: it stays the owner's work.
  accounts::Actor owner = ctx.who;
  owner.account = out.upload.owner;
  owner.unit = out.upload.unit;
  const Context own{owner, ctx.trail, ctx.now};
  if (!out.upload.shape.empty()) {
    FZ_TRY(out.item, add_variant(db, own, out.upload, digest));
    FZ_CHECK(end_upload(db, out.upload, out.item.id, digest.sha256));
    return out;
  }
  Item item;
  item.kind = guess_kind(out.upload.file_name);
  item.title = out.upload.title;
  item.fraud_kind = out.upload.fraud_kind;
  item.exposes = out.upload.exposes;
  item.source = digest.sha256;
  item.source_length = digest.length;
  item.source_name = out.upload.file_name;
  FZ_CHECK(start_version(db, own, item, out.upload.item));
  FZ_TRY(const auto same, db.items_by_source(digest.sha256, item.unit));
  for (const Item& other : same) {
    if (other.id != item.id) out.duplicates.push_back(other.id);
  }
  FZ_CHECK(db.put_item(item));
  if (!out.upload.tags.empty()) {  // else a new version keeps those of the one before
    item.tags = out.upload.tags;
    FZ_CHECK(db.put_tags(item.id, item.tags));
  }
  Job probe;
  probe.item = item.id;
  probe.version = item.version;
  probe.created = probe.updated = ctx.now;
  FZ_TRY(probe, db.add_job(probe));
  FZ_CHECK(end_upload(db, out.upload, item.id, digest.sha256));
  FZ_CHECK(own.record(item.version == 1 ? "item.create" : "item.version", item.id, {{"sha256", item.source}, {"version", item.version}}));
  out.item = std::move(item);
  return out;
}

Result<void> cancel_upload(Store& db, const Context& ctx, std::string_view id) {
  FZ_TRY(const Upload u, open_upload(db, ctx.who, id, ctx.now));
  FZ_CHECK(db.remove_upload(u.id));
  return ctx.record("upload.cancel", u.id);
}

}  // namespace fz::library
