// reviewers, approval, withdrawals, renewal.
#include <algorithm>

#include "shared/crypto/hash.hpp"
#include "shared/trust/fields.hpp"

namespace fz::trust {
using namespace fields;
namespace {
constexpr std::string_view kStatement = "https://in-toto.io/Statement/v1";
constexpr std::string_view kRenewalName = "renewal";
constexpr std::pair<Kind, std::string_view> kKinds[] = {
    {Kind::loop, "loop"}, {Kind::bulletin, "bulletin"}, {Kind::emergency, "emergency"}, {Kind::fallback, "fallback"}};

Result<ReviewerKey> read_reviewer_key(std::string_view id, const json::value& v) {
  json::Reader r(v, "keys");
  ReviewerKey out;
  out.holder = name(r, "holder");
  auto scheme = r.string("scheme", 32), hex = r.string("public", 512), state = r.string("state", 16);
  out.retired = optional_time(r, "retired");
  FZ_CHECK(finish(r, "reviewers"));
  auto key = crypto::public_key_from_hex(scheme, hex);
  if (!key || crypto::keyid(*key) != id) return bad("reviewers", "keys");
  if ((state == "retired") != out.retired.has_value() || (state != "active" && state != "retired")) return bad("reviewers", "state");
  out.key = *std::move(key);
  return out;
}
Result<RaisedPeriod> read_raised(const json::value& v) {
  json::Reader r(v, "raised");
  RaisedPeriod out{time(r, "from"), time(r, "until"), codes(r, "venues"), static_cast<int>(r.integer("threshold", 1, kMaxKeys))};
  FZ_CHECK(finish(r, "reviewers"));
  return out;
}
Result<ApproverGroup> read_group(const json::value& v, const std::map<std::string, ReviewerKey>& keys) {
  json::Reader r(v, "approve");
  ApproverGroup out;
  out.group = name(r, "group");
  Role members = role(v, keys, r, "approve");
  r.ignore("keyids");
  r.ignore("threshold");
  out.keyids = std::move(members.keyids);
  out.threshold = members.threshold;
  out.regions = codes(r, "regions");
  out.venues = codes(r, "venues");
  out.kinds = codes(r, "kinds");
  if (auto* raised = r.list("raised", 100, false)) {
    for (auto& period : *raised) {
      FZ_TRY(auto p, read_raised(period));
      out.raised.push_back(std::move(p));
    }
  }
  FZ_CHECK(finish(r, "reviewers"));
  return out;
}
Result<Policy> read_policy(const json::value* v) {
  Policy out;
  if (!v) return out;
  json::Reader r(*v, "policy");
  auto days = [&](std::string_view name, int fallback, int max) { return static_cast<int>(r.integer_or(name, fallback, 1, max)); };
  out.withdrawals_days = days("withdrawals_days", out.withdrawals_days, 400);
  out.max_approval_days = days("max_approval_days", out.max_approval_days, 4000);
  out.timestamp_days = days("timestamp_days", out.timestamp_days, 60);
  out.airgapped_timestamp_days = days("airgapped_timestamp_days", out.airgapped_timestamp_days, 400);
  FZ_CHECK(finish(r, "reviewers"));
  return out;
}
}  // namespace

std::string_view kind_name(Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)].second;
}
std::optional<Kind> kind_from_name(std::string_view text) {
  for (auto& [kind, known] : kKinds)
    if (known == text) return kind;
  return std::nullopt;
}

Result<Reviewers> parse_reviewers(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "reviewers", "reviewers"));
  json::Reader r(v, "reviewers");
  Reviewers out;
  out.version = r.integer("version", 1, kMaxVersion);
  out.withdraw_epoch = r.integer("withdraw_epoch", 1, kMaxVersion);
  out.issued = time(r, "issued");
  out.expires = time(r, "expires");
  auto* keys = r.object_member("keys");
  if (keys) {
    if (keys->get_object().size() > kMaxKeys) return bad("reviewers", "keys");
    for (auto& member : keys->get_object()) {
      FZ_TRY(auto key, read_reviewer_key(std::string_view(member.key()), member.value()));
      out.keys.emplace(std::string(member.key()), std::move(key));
    }
  }
  if (auto* groups = r.list("approve", 500)) {
    std::set<std::string> names;
    for (auto& g : *groups) {
      FZ_TRY(auto group, read_group(g, out.keys));
      if (!names.insert(group.group).second) return bad("reviewers", "group");
      out.approve.push_back(std::move(group));
    }
  }
  if (auto* withdraw = r.object_member("withdraw")) out.withdraw = role(*withdraw, out.keys, r, "withdraw");
  if (auto* renew = r.object_member("renew")) out.renew = role(*renew, out.keys, r, "renew");
  FZ_TRY(out.policy, read_policy(r.object_member("policy", false)));
  FZ_CHECK(finish(r, "reviewers"));
  return out;
}
std::string write_reviewers(const Reviewers& rv) {
  json::object keys;
  for (auto& [id, k] : rv.keys) {
    json::object key{{"holder", k.holder}, {"public", k.key.hex()}, {"scheme", k.key.scheme}, {"state", k.retired ? "retired" : "active"}};
    if (k.retired) key["retired"] = format_time(*k.retired);
    keys[id] = std::move(key);
  }
  json::array groups;
  for (auto& g : rv.approve) {
    json::array raised;
    for (auto& p : g.raised)
      raised.push_back(json::object{
          {"from", format_time(p.from)}, {"until", format_time(p.until)}, {"venues", strings(p.venues)}, {"threshold", p.threshold}});
    groups.push_back(json::object{{"group", g.group},
                                  {"keyids", strings(g.keyids)},
                                  {"threshold", g.threshold},
                                  {"regions", strings(g.regions)},
                                  {"venues", strings(g.venues)},
                                  {"kinds", strings(g.kinds)},
                                  {"raised", std::move(raised)}});
  }
  json::object policy{{"withdrawals_days", rv.policy.withdrawals_days},
                      {"max_approval_days", rv.policy.max_approval_days},
                      {"timestamp_days", rv.policy.timestamp_days},
                      {"airgapped_timestamp_days", rv.policy.airgapped_timestamp_days}};
  return json::write(json::object{{"_type", "reviewers"},
                                  {"version", rv.version},
                                  {"withdraw_epoch", rv.withdraw_epoch},
                                  {"issued", format_time(rv.issued)},
                                  {"expires", format_time(rv.expires)},
                                  {"keys", std::move(keys)},
                                  {"approve", std::move(groups)},
                                  {"withdraw", role(rv.withdraw)},
                                  {"renew", role(rv.renew)},
                                  {"policy", std::move(policy)}});
}

namespace {
Result<Rendition> read_rendition(const json::value& v) {
  json::Reader r(v, "renditions");
  Rendition out;
  out.sha256 = sha256(r, "sha256");
  out.length = static_cast<std::uint64_t>(r.integer("length", 1, kMaxFile));
  out.mime = name(r, "mime");
  out.profile = name(r, "profile");
  out.chunks = r.strings("chunks", 20000, 64);
  FZ_CHECK(finish(r, "approval"));
  bool hex = std::all_of(out.chunks.begin(), out.chunks.end(), [](auto& c) { return is_sha256_hex(c); });
  if (!hex || out.chunks.size() != (out.length + crypto::kChunkSize - 1) / crypto::kChunkSize) return bad("approval", "chunks");
  if (out.chunks.size() == 1 && out.chunks[0] != out.sha256) return bad("approval", "chunks");
  return out;
}
Result<void> read_predicate(const json::value& v, Approval& out) {
  json::Reader r(v, "predicate");
  out.approval_id = name(r, "approval_id");
  out.group = name(r, "group");
  out.title = r.string("title", 1024);
  out.exposes = r.string_or("exposes", "", 16);
  out.issued = time(r, "issued");
  out.valid_from = time(r, "valid_from");
  out.valid_until = time(r, "valid_until");
  out.offline_days = static_cast<int>(r.integer("offline_days", 0, 4000));
  auto kind = kind_from_name(r.string("kind", 16));
  if (auto* audience = r.object_member("audience")) {
    json::Reader a(*audience, "audience");
    out.audience = {codes(a, "venues"), codes(a, "regions")};
    FZ_CHECK(finish(a, "approval"));
  }
  if (auto* list = r.list("renditions", kMaxRenditions)) {
    for (auto& item : *list) {
      FZ_TRY(auto rendition, read_rendition(item));
      out.renditions.push_back(std::move(rendition));
    }
  }
  if (auto* steps = r.list("review", 20, false)) {
    for (auto& item : *steps) {
      json::Reader s(item, "review");
      out.review.push_back({name(s, "step"), name(s, "holder")});
      FZ_CHECK(finish(s, "approval"));
    }
  }
  FZ_CHECK(finish(r, "approval"));
  if (!kind) return bad("approval", "kind");
  out.kind = *kind;
  if (out.valid_from >= out.valid_until) return bad("approval", "valid_until");
  return {};
}
/// The (name, sha256) pairs that the in-toto statement is about.
Result<std::set<std::pair<std::string, std::string>>> read_subjects(const json::array& list) {
  std::set<std::pair<std::string, std::string>> out;
  for (auto& item : list) {
    json::Reader r(item, "subject");
    std::string profile = name(r, "name"), digest;
    if (auto* d = r.object_member("digest")) {
      json::Reader inner(*d, "digest");
      digest = sha256(inner, "sha256");
      FZ_CHECK(finish(inner, "approval"));
    }
    FZ_CHECK(finish(r, "approval"));
    if (!out.emplace(profile, digest).second) return bad("approval", "subject");
  }
  return out;
}
}  // namespace

Result<Approval> parse_approval(std::string_view payload) {
  FZ_TRY(auto v, document(payload, kStatement, "approval"));
  json::Reader r(v, "approval");
  Approval out;
  auto type = r.string("predicateType", 128);
  auto* predicate = r.object_member("predicate");
  auto* subjects = r.list("subject", kMaxRenditions);
  FZ_CHECK(finish(r, "approval"));
  if (type != kApprovalPredicate) return bad("approval", "predicateType");
  FZ_CHECK(read_predicate(*predicate, out));
  FZ_TRY(auto about, read_subjects(*subjects));
  std::set<std::pair<std::string, std::string>> renditions;
  std::set<std::string> profiles;
  for (auto& x : out.renditions) {
    renditions.emplace(x.profile, x.sha256);
    profiles.insert(x.profile);
  }
  if (about.empty() || about != renditions || profiles.size() != out.renditions.size()) return bad("approval", "subject");
  return out;
}
std::string write_approval(const Approval& a) {
  json::array renditions, subjects, review;
  for (auto& x : a.renditions) {
    renditions.push_back(
        json::object{{"sha256", x.sha256}, {"length", x.length}, {"mime", x.mime}, {"profile", x.profile}, {"chunks", strings(x.chunks)}});
    subjects.push_back(json::object{{"name", x.profile}, {"digest", json::object{{"sha256", x.sha256}}}});
  }
  for (auto& s : a.review) review.push_back(json::object{{"step", s.step}, {"holder", s.holder}});
  json::object predicate{{"approval_id", a.approval_id},
                         {"group", a.group},
                         {"title", a.title},
                         {"kind", kind_name(a.kind)},
                         {"audience", json::object{{"venues", strings(a.audience.venues)}, {"regions", strings(a.audience.regions)}}},
                         {"issued", format_time(a.issued)},
                         {"valid_from", format_time(a.valid_from)},
                         {"valid_until", format_time(a.valid_until)},
                         {"offline_days", a.offline_days},
                         {"renditions", std::move(renditions)},
                         {"review", std::move(review)}};
  if (!a.exposes.empty()) predicate["exposes"] = a.exposes;
  return json::write(json::object{
      {"_type", kStatement}, {"predicateType", kApprovalPredicate}, {"predicate", std::move(predicate)}, {"subject", std::move(subjects)}});
}

Result<Withdrawals> parse_withdrawals(std::string_view payload) {
  FZ_TRY(auto v, document(payload, "withdrawals", "withdrawals"));
  json::Reader r(v, "withdrawals");
  Withdrawals out;
  out.epoch = r.integer("epoch", 1, kMaxVersion);
  out.version = r.integer("version", 1, kMaxVersion);
  out.issued = time(r, "issued");
  out.expires = time(r, "expires");
  if (auto* items = r.list("items", kMaxWithdrawals)) {
    for (auto& item : *items) {
      json::Reader i(item, "items");
      out.items.push_back({name(i, "approval_id"), time(i, "at"), time(i, "until"), name(i, "by"), i.string_or("reason", "", 256)});
      FZ_CHECK(finish(i, "withdrawals"));
    }
  }
  FZ_CHECK(finish(r, "withdrawals"));
  return out;
}
std::string write_withdrawals(const Withdrawals& w) {
  json::array items;
  for (auto& i : w.items)
    items.push_back(json::object{
        {"approval_id", i.approval_id}, {"at", format_time(i.at)}, {"until", format_time(i.until)}, {"by", i.by}, {"reason", i.reason}});
  return json::write(json::object{{"_type", "withdrawals"},
                                  {"epoch", w.epoch},
                                  {"version", w.version},
                                  {"issued", format_time(w.issued)},
                                  {"expires", format_time(w.expires)},
                                  {"items", std::move(items)}});
}

Result<Renewal> parse_renewal(std::string_view payload) {
  FZ_TRY(auto v, document(payload, kRenewalName, "renewal"));
  json::Reader r(v, "renewal");
  Renewal out;
  out.issued = time(r, "issued");
  out.expires = time(r, "expires");
  auto inside = from_base64(r.string("withdrawals", kMaxDocument));
  FZ_CHECK(finish(r, "renewal"));
  if (!inside) return bad("renewal", "withdrawals");
  out.withdrawals.assign(inside->begin(), inside->end());
  return out;
}
std::string write_renewal(const Renewal& renewal) {
  return json::write(json::object{{"_type", kRenewalName},
                                  {"issued", format_time(renewal.issued)},
                                  {"expires", format_time(renewal.expires)},
                                  {"withdrawals", to_base64(as_bytes(renewal.withdrawals))}});
}
}  // namespace fz::trust
