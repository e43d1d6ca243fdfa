// root, timestamp, snapshot, targets: TUF 1.0.34, with x- members of our own.
#include "shared/trust/fields.hpp"

namespace fz::trust {
namespace {
using namespace fields;
constexpr std::string_view kSpec = "1.0.34";

// TUF: a reader takes any 1.x.
void read_common(json::Reader& r, std::int64_t& version, UtcTime& expires) {
  r.ignore("_type");
  auto spec = r.string("spec_version", 32);
  if (r.ok() && spec != "1" && !spec.starts_with("1.")) r.reject(bad("TUF", "spec_version"));
  version = r.integer("version", 1, kMaxVersion);
  expires = time(r, "expires");
}
json::object common(std::string_view type, std::int64_t version, UtcTime expires) {
  return {{"_type", type}, {"spec_version", kSpec}, {"version", version}, {"expires", format_time(expires)}};
}

Result<KeyMap> read_keys(const json::value& v) {
  KeyMap out;
  if (v.get_object().size() > kMaxKeys) return bad("root", "keys");
  for (auto& member : v.get_object()) {
    json::Reader r(member.value(), "keys");
    auto type = r.string("keytype", 32), scheme = r.string("scheme", 32);
    auto* value = r.object_member("keyval");
    std::string hex;
    if (value) {
      json::Reader inner(*value, "keyval");
      hex = inner.string("public", 512);
      if (auto done = inner.finish(true); !done) r.reject(done.error());
    }
    FZ_CHECK(finish(r, "root"));
    auto key = crypto::public_key_from_hex(scheme, hex);
    std::string id(member.key());
    if (!key || type.empty() || crypto::keyid(*key) != id) return bad("root", "keys");
    out.emplace(std::move(id), *std::move(key));
  }
  return out;
}
json::object write_keys(const KeyMap& keys) {
  json::object out;
  for (auto& [id, key] : keys) {
    auto type = key.scheme == crypto::kSm2Sm3 ? std::string("sm2") : key.scheme;
    out[id] = json::object{{"keytype", type}, {"scheme", key.scheme}, {"keyval", json::object{{"public", key.hex()}}}};
  }
  return out;
}

std::string read_hash(json::Reader& parent, const json::value& v) {
  json::Reader r(v, "hashes");
  auto hash = sha256(r, "sha256");
  if (auto done = r.finish(true); !done) parent.reject(done.error());
  return hash;
}
FileMeta read_meta(json::Reader& parent, std::string_view name) {
  FileMeta out;
  auto* meta = parent.object_member("meta");
  auto* entry = meta ? meta->get_object().if_contains(name) : nullptr;
  if (!entry) {
    if (parent.ok()) parent.reject(bad(name, "meta"));
    return out;
  }
  json::Reader r(*entry, std::string(name));
  out.version = r.integer("version", 1, kMaxVersion);
  if (r.any("length", false)) out.length = static_cast<std::uint64_t>(r.integer("length", 0, static_cast<std::int64_t>(kMaxTargets)));
  if (auto* hashes = r.object_member("hashes", false)) out.sha256 = read_hash(r, *hashes);
  if (auto done = r.finish(true); !done) parent.reject(done.error());
  return out;
}
json::object write_meta(std::string_view name, const FileMeta& meta) {
  json::object entry{{"version", meta.version}};
  if (meta.length) entry["length"] = *meta.length;
  if (!meta.sha256.empty()) entry["hashes"] = json::object{{"sha256", meta.sha256}};
  return {{name, std::move(entry)}};
}
}  // namespace

Result<Root> parse_root(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "root", "root"));
  json::Reader r(v, "root");
  Root out;
  read_common(r, out.version, out.expires);
  out.issued = optional_time(r, "x-issued");
  out.demo = r.boolean_or("x-demo", false);
  if (r.ok() && !r.boolean_or("consistent_snapshot", false)) r.reject(bad("root", "consistent_snapshot"));
  auto* keys = r.object_member("keys");
  auto* roles = r.object_member("roles");
  if (keys && roles) {
    FZ_TRY(out.keys, read_keys(*keys));
    auto& all = roles->get_object();
    if (all.size() != 4) r.reject(bad("root", "roles"));
    for (auto& [name, role] :
         {std::pair{"root", &out.root}, {"timestamp", &out.timestamp}, {"snapshot", &out.snapshot}, {"targets", &out.targets}}) {
      if (auto* entry = all.if_contains(name))
        *role = fields::role(*entry, out.keys, r, name);
      else
        r.reject(bad("root", name));
    }
  }
  FZ_CHECK(finish(r, "root"));
  return out;
}
std::string write_root(const Root& root) {
  auto out = common("root", root.version, root.expires);
  out["consistent_snapshot"] = true;
  out["keys"] = write_keys(root.keys);
  out["roles"] = json::object{
      {"root", role(root.root)}, {"timestamp", role(root.timestamp)}, {"snapshot", role(root.snapshot)}, {"targets", role(root.targets)}};
  if (root.issued) out["x-issued"] = format_time(*root.issued);
  if (root.demo) out["x-demo"] = true;
  return json::write(out);
}

Result<Timestamp> parse_timestamp(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "timestamp", "timestamp"));
  json::Reader r(v, "timestamp");
  Timestamp out;
  read_common(r, out.version, out.expires);
  out.snapshot = read_meta(r, "snapshot.json");
  out.issued = optional_time(r, "x-issued");
  out.screen = r.string_or("x-screen", "", kMaxName);
  if (auto* where = r.object_member("x-assignment", false)) {
    json::Reader a(*where, "x-assignment");
    out.assignment = {a.string("site", kMaxName), a.string("venue", kMaxName), a.string("region", kMaxName), a.string("zone", kMaxName)};
    if (auto done = a.finish(true); !done) r.reject(done.error());
  }
  FZ_CHECK(finish(r, "timestamp"));
  return out;
}
std::string write_timestamp(const Timestamp& t) {
  auto out = common("timestamp", t.version, t.expires);
  out["meta"] = write_meta("snapshot.json", t.snapshot);
  if (t.issued) out["x-issued"] = format_time(*t.issued);
  if (!t.screen.empty()) {
    auto& a = t.assignment;
    out["x-screen"] = t.screen;
    out["x-assignment"] = json::object{{"site", a.site}, {"venue", a.venue}, {"region", a.region}, {"zone", a.zone}};
  }
  return json::write(out);
}

Result<Snapshot> parse_snapshot(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "snapshot", "snapshot"));
  json::Reader r(v, "snapshot");
  Snapshot out;
  read_common(r, out.version, out.expires);
  out.targets = read_meta(r, "targets.json");
  FZ_CHECK(finish(r, "snapshot"));
  return out;
}
std::string write_snapshot(const Snapshot& s) {
  auto out = common("snapshot", s.version, s.expires);
  out["meta"] = write_meta("targets.json", s.targets);
  return json::write(out);
}

namespace {
/// A relative path without empty, "." or ".." parts, so that a name can never leave a folder.
bool safe_target_name(std::string_view name) {
  if (name.empty() || name.size() > 512 || name.find('\\') != name.npos || name.find('\0') != name.npos) return false;
  while (true) {
    auto slash = name.find('/');
    auto part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}
}  // namespace
Result<Targets> parse_targets(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "targets", "targets"));
  if (v.get_object().if_contains("delegations")) return refuse(Check::delegations, "targets");
  json::Reader r(v, "targets");
  Targets out;
  read_common(r, out.version, out.expires);
  if (r.any("x-playlist", false)) out.playlist = sha256(r, "x-playlist");
  if (auto* all = r.object_member("targets")) {
    if (all->get_object().size() > kMaxTargetEntries) return bad("targets", "> " + std::to_string(kMaxTargetEntries));
    for (auto& member : all->get_object()) {
      json::Reader e(member.value(), "targets");
      TargetFile file;
      file.length = static_cast<std::uint64_t>(e.integer("length", 0, kMaxFile));
      if (auto* hashes = e.object_member("hashes")) file.sha256 = read_hash(e, *hashes);
      if (auto done = e.finish(true); !done) r.reject(done.error());
      if (!safe_target_name(std::string_view(member.key()))) r.reject(bad("targets", "name"));
      out.targets.emplace(std::string(member.key()), std::move(file));
    }
  }
  FZ_CHECK(finish(r, "targets"));
  return out;
}
std::string write_targets(const Targets& t) {
  auto out = common("targets", t.version, t.expires);
  json::object all;
  for (auto& [name, file] : t.targets) all[name] = json::object{{"length", file.length}, {"hashes", json::object{{"sha256", file.sha256}}}};
  out["targets"] = std::move(all);
  if (!t.playlist.empty()) out["x-playlist"] = t.playlist;
  return json::write(out);
}
}  // namespace fz::trust
