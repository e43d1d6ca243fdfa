#include "player/agent/core/set.hpp"

#include "shared/base/bytes.hpp"
#include "shared/base/json.hpp"

namespace fz::agent {
namespace {

constexpr std::int64_t kSchema = 1;
constexpr std::size_t kMaxText = 4 << 20;
constexpr std::int64_t kMaxInteger = (std::int64_t{1} << 53) - 1;

Result<Item> read_item(const std::string& approval, const json::value& v) {
  json::Reader r(v, "set.items");
  Item item;
  item.approval = approval;
  item.title = r.string("title");
  item.sha256 = r.string("sha256", 64);
  item.length = static_cast<std::uint64_t>(r.integer("length", 0, kMaxInteger));
  item.mime = r.string("mime", 128);
  item.kind = is_text(item.mime) ? wire::CueKind::text : wire::CueKind::media;
  if (!is_sha256_hex(item.sha256)) r.reject(fail(Code::bad_field, {{"field", "sha256"}, {"what", item.sha256}}));
  FZ_CHECK(r.finish());
  return item;
}

}  // namespace

std::string write_set(const PlaySet& set) {
  json::object approvals, items;
  for (const auto& [id, sha] : set.approvals) approvals[id] = sha;
  for (const auto& [id, item] : set.items)
    items[id] = json::object{
        {"length", static_cast<std::int64_t>(item.length)}, {"mime", item.mime}, {"sha256", item.sha256}, {"title", item.title}};
  return json::write(json::object{{"approvals", approvals},
                                  {"items", items},
                                  {"playlist", set.playlist_sha256},
                                  {"playlist_text", set.playlist},
                                  {"schema", kSchema},
                                  {"targets", set.targets_sha256},
                                  {"targets_version", set.targets_version}});
}

Result<PlaySet> read_set(std::string_view text) {
  FZ_TRY(const auto v, json::parse(text, {.max_bytes = 8 << 20}));
  json::Reader r(v, "set");
  PlaySet set;
  r.integer("schema", kSchema, kSchema);
  set.targets_version = r.integer("targets_version", 1, kMaxInteger);
  set.targets_sha256 = r.string("targets", 64);
  set.playlist_sha256 = r.string("playlist", 64);
  set.playlist = r.string_or("playlist_text", "", kMaxText);  // older files have none
  const auto* approvals = r.object_member("approvals");
  const auto* items = r.object_member("items");
  FZ_CHECK(r.finish());
  for (const auto& member : approvals->as_object()) {
    const auto* sha = member.value().if_string();
    if (!sha || !is_sha256_hex(*sha)) return fail(Code::bad_field, {{"field", "approvals"}, {"what", std::string(member.key())}});
    set.approvals.emplace(member.key(), *sha);
  }
  for (const auto& member : items->as_object()) {
    FZ_TRY(auto item, read_item(std::string(member.key()), member.value()));
    set.items.emplace(member.key(), std::move(item));
  }
  return set;
}

std::vector<std::string> documents_of(const PlaySet& set) {
  std::vector<std::string> names{set.playlist_sha256};
  for (const auto& [id, sha] : set.approvals) names.push_back(sha);
  return names;
}

std::set<std::string, std::less<>> blobs_of(const PlaySet& set) {
  std::set<std::string, std::less<>> blobs;
  if (set.targets_version == 0) return blobs;
  for (auto& name : documents_of(set)) blobs.insert(std::move(name));
  for (const auto& [id, item] : set.items) blobs.insert(item.sha256);
  return blobs;
}

}  // namespace fz::agent
