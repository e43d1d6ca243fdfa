// Whether an approval counts: who signed, and whether that suffices here and now.
#include <algorithm>

#include "shared/trust/state.hpp"

namespace fz::trust {
namespace {

const ApproverGroup* find_group(const Reviewers& reviewers, std::string_view name) {
  for (auto& g : reviewers.approve)
    if (g.group == name) return &g;
  return nullptr;
}
/// Distinct holders among the signers that are in `keyids` and whose key still counted when the approval was issued.
/// Signers are distinct public keys already, because ids are recomputed; a holder with two keys is one person.
std::set<std::string> counting_holders(const ApprovalRecord& record, const Reviewers& reviewers, const std::vector<std::string>* keyids) {
  std::set<std::string> holders;
  for (auto& id : record.signers) {
    auto key = reviewers.keys.find(id);
    if (key == reviewers.keys.end()) continue;
    if (keyids && std::find(keyids->begin(), keyids->end(), id) == keyids->end()) continue;
    if (key->second.retired && record.approval.issued >= *key->second.retired) continue;
    holders.insert(key->second.holder);
  }
  return holders;
}
int needed(const ApproverGroup& group, std::string_view venue, UtcTime now) {
  int n = group.threshold;
  for (auto& p : group.raised)
    if (p.from <= now && now < p.until && covers_venue(p.venues, venue)) n = std::max(n, p.threshold);
  return n;
}
/// Every code of the audience must be one that the group may approve for.
bool in_scope(const Approval& a, const ApproverGroup& group) {
  auto all = [](const std::vector<std::string>& list, auto covers) { return std::all_of(list.begin(), list.end(), covers); };
  return all(a.audience.venues, [&](auto& v) { return covers_venue(group.venues, v); }) &&
         all(a.audience.regions, [&](auto& r) { return covers_region(group.regions, r); }) && covers_venue(group.kinds, kind_name(a.kind));
}
}  // namespace

Result<ApprovalRecord> read_approval(std::string_view bytes, const Reviewers& reviewers) {
  FZ_TRY(auto envelope, read_envelope(bytes));
  if (envelope.payload_type != kApprovalType) return refuse(Check::type, envelope.payload_type);
  KeyMap keys;
  std::vector<std::string> ids;
  for (auto& [id, k] : reviewers.keys) {
    keys.emplace(id, k.key);
    ids.push_back(id);
  }
  ApprovalRecord out;
  out.signers = good_signers(envelope, keys, ids);
  if (out.signers.empty()) return refuse(Check::signature, "approval");
  FZ_TRY(out.approval, parse_approval(envelope.payload));
  out.envelope = bytes;
  return out;
}

Result<void> check_approval(const ApprovalRecord& record, const Reviewers& reviewers, std::string_view venue, UtcTime now) {
  auto& a = record.approval;
  auto* group = find_group(reviewers, a.group);
  if (!group) return refuse(Check::threshold, a.approval_id, "no group " + a.group);
  int have = static_cast<int>(counting_holders(record, reviewers, &group->keyids).size()), want = needed(*group, venue, now);
  if (have < want) return refuse(Check::threshold, a.approval_id + ", " + std::to_string(have) + "/" + std::to_string(want));
  if (!in_scope(a, *group)) return refuse(Check::scope, a.approval_id + ", " + a.group);
  if (a.valid_until - std::min(a.issued, a.valid_from) > Days{reviewers.policy.max_approval_days})
    return refuse(Check::policy, a.approval_id + ", > " + std::to_string(reviewers.policy.max_approval_days) + " d");
  if (now >= a.valid_until) return refuse(Check::expired, a.approval_id + ", " + format_time(a.valid_until));
  if (now < a.valid_from) return refuse(Check::not_yet, a.approval_id + ", " + format_time(a.valid_from));
  return {};
}

bool signed_by_two(const ApprovalRecord& record, const Reviewers& reviewers) {
  return counting_holders(record, reviewers, nullptr).size() >= 2;
}
}  // namespace fz::trust
