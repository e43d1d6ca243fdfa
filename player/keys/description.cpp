#include "player/keys/description.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <set>
#include <sstream>

#include "shared/base/json.hpp"

namespace fz::keys {
namespace {

constexpr std::size_t kMaxText = 256 * 1024, kMaxHolders = 500;

Error bad(std::string field, std::string what) {
  return fail(Code::bad_field, {{"field", std::move(field)}, {"what", std::move(what)}});
}
Result<json::value> to_json(std::string_view text) {
  if (text.substr(0, text.find_first_not_of(" \t\r\n") + 1).ends_with('{')) return json::parse(text, {kMaxText, 8});
  if (text.size() > kMaxText) return fail(Code::too_large, {{"limit", "256 KiB"}});
  try {
    auto table = toml::parse(text);
    std::ostringstream out;
    out << toml::json_formatter{table};
    return json::parse(out.str(), {kMaxText * 4, 8});
  } catch (const toml::parse_error& e) {
    return fail(Code::bad_json, {{"what", std::string(e.description()) + ", line " + std::to_string(e.source().begin.line)}});
  }
}
std::vector<std::string> names(json::Reader& r, std::string_view name, bool required = true) {
  return r.strings(name, kMaxHolders, 128, required);
}
Result<trust::RaisedPeriod> read_raised(const json::value& v) {
  json::Reader r(v, "raised");
  auto from = r.string("from", 32), until = r.string("until", 32);
  trust::RaisedPeriod out;
  out.venues = names(r, "venues");
  out.threshold = static_cast<int>(r.integer("threshold", 1, 100));
  FZ_CHECK(r.finish());
  FZ_TRY(out.from, parse_time(from));
  FZ_TRY(out.until, parse_time(until));
  return out;
}
Result<GroupPlan> read_group(const json::value& v) {
  json::Reader r(v, "group");
  GroupPlan out;
  out.name = r.string("name", 128);
  out.threshold = static_cast<int>(r.integer_or("threshold", 2, 1, 100));
  out.holders = names(r, "holders");
  out.regions = names(r, "regions");
  out.venues = names(r, "venues");
  out.kinds = names(r, "kinds");
  if (auto* raised = r.list("raised", 100, false)) {
    for (auto& p : *raised) {
      FZ_TRY(auto period, read_raised(p));
      out.raised.push_back(std::move(period));
    }
  }
  FZ_CHECK(r.finish());
  return out;
}
Result<trust::Policy> read_policy(const json::value& v) {
  json::Reader r(v, "policy");
  trust::Policy p;
  auto days = [&](std::string_view name, int fallback, int max) { return static_cast<int>(r.integer_or(name, fallback, 1, max)); };
  p.withdrawals_days = days("withdrawals_days", p.withdrawals_days, 400);
  p.max_approval_days = days("max_approval_days", p.max_approval_days, 4000);
  p.timestamp_days = days("timestamp_days", p.timestamp_days, 60);
  p.airgapped_timestamp_days = days("airgapped_timestamp_days", p.airgapped_timestamp_days, 400);
  FZ_CHECK(r.finish());
  return p;
}
Result<void> read_known_keys(const json::array& list, Description& out) {
  for (auto& item : list) {
    json::Reader k(item, "key");
    auto holder = k.string("holder", 128), scheme = k.string_or("scheme", "ed25519", 32), hex = k.string("public", 512);
    FZ_CHECK(k.finish());
    FZ_TRY(auto key, crypto::public_key_from_hex(scheme, hex));
    out.known_keys.emplace_back(std::move(holder), std::move(key));
  }
  return {};
}
}  // namespace

Result<Description> parse_description(std::string_view text) {
  FZ_TRY(auto document, to_json(text));
  json::Reader r(document, "");
  Description out;
  out.root_days = static_cast<int>(r.integer_or("root_days", out.root_days, 30, 3650));
  out.reviewers_days = static_cast<int>(r.integer_or("reviewers_days", out.reviewers_days, 1, 3650));
  out.root_holders = names(r, "root_holders");
  out.root_threshold = static_cast<int>(r.integer_or("root_threshold", 2, 1, 16));
  out.withdraw_holders = names(r, "withdraw_holders");
  out.renew_holders = names(r, "renew_holders");
  if (auto* groups = r.list("group", 500)) {
    for (auto& g : *groups) {
      FZ_TRY(auto group, read_group(g));
      out.groups.push_back(std::move(group));
    }
  }
  if (auto* policy = r.object_member("policy", false)) {
    FZ_TRY(out.policy, read_policy(*policy));
  }
  if (auto* keys = r.list("key", kMaxHolders, false)) FZ_CHECK(read_known_keys(*keys, out));
  FZ_CHECK(r.finish());
  FZ_CHECK(check_description(out));
  return out;
}

Description default_description(const std::string& region) {
  Description out;
  out.root_holders = {"root-1", "root-2", "root-3"};
  GroupPlan district;
  district.name = "district";
  district.holders = {"reviewer-1", "reviewer-2"};
  district.regions = {region};
  district.venues = district.kinds = {"*"};
  out.groups = {district};
  out.withdraw_holders = {"duty-1"};
  out.renew_holders = {"renew"};
  return out;
}

Result<void> check_description(const Description& d) {
  auto distinct = [](const std::vector<std::string>& list) {
    return std::set<std::string>(list.begin(), list.end()).size() == list.size();
  };
  auto file_name = [](const std::string& name) {
    return !name.empty() && name.size() <= 64 && name.find('/') == name.npos && name[0] != '.';
  };
  if (!distinct(d.root_holders) || d.root_holders.size() < static_cast<std::size_t>(d.root_threshold))
    return bad("root_holders", "root_threshold");
  if (d.groups.empty()) return fail(Code::missing_field, {{"field", "group"}});
  if (d.withdraw_holders.empty()) return fail(Code::missing_field, {{"field", "withdraw_holders"}});
  if (d.renew_holders.empty()) return fail(Code::missing_field, {{"field", "renew_holders"}});
  std::set<std::string> groups, all;
  auto note = [&](const std::vector<std::string>& list) {
    all.insert(list.begin(), list.end());
    return distinct(list) && std::all_of(list.begin(), list.end(), file_name);
  };
  for (auto& g : d.groups) {
    if (!groups.insert(g.name).second || g.name.empty()) return bad("group.name", g.name);
    if (!note(g.holders) || g.holders.size() < static_cast<std::size_t>(g.threshold)) return bad("group.holders", g.name);
    if (g.regions.empty() || g.venues.empty() || g.kinds.empty()) return bad("group", g.name);
  }
  if (!note(d.withdraw_holders)) return bad("withdraw_holders", "holder");
  if (!note(d.renew_holders)) return bad("renew_holders", "holder");
  // A root officer may well be a reviewer too, but then with another key: the file names must differ.
  if (!std::all_of(d.root_holders.begin(), d.root_holders.end(), [&](auto& h) { return file_name(h) && !all.contains(h); }))
    return bad("root_holders", "holder");
  all.insert(d.root_holders.begin(), d.root_holders.end());
  std::set<std::string> brought;
  for (auto& [holder, key] : d.known_keys)
    if (!all.contains(holder) || !brought.insert(holder).second) return bad("key.holder", holder);
  return {};
}
}  // namespace fz::keys
