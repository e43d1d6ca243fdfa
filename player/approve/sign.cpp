#include "player/approve/sign.hpp"

#include <algorithm>

namespace fz::approve {
namespace {

const trust::ApproverGroup* group_of(const trust::Approval& a, const trust::Reviewers& reviewers) {
  for (auto& g : reviewers.approve)
    if (g.group == a.group) return &g;
  return nullptr;
}

// Each signature is good, by a key of the group, and no two (nor mine) are by one person.
Result<void> check_others(const Package& package, const trust::Envelope& envelope, const std::string& keyid, const std::string& holder,
                          const trust::Reviewers& reviewers) {
  auto* group = group_of(package.approval, reviewers);
  trust::KeyMap keys;
  if (group)
    for (auto& id : group->keyids)
      if (auto k = reviewers.keys.find(id); k != reviewers.keys.end()) keys.emplace(id, k->second.key);
  auto good = group ? trust::good_signers(envelope, keys, group->keyids) : std::set<std::string>{};
  for (auto& s : envelope.signatures) {
    if (!good.contains(s.keyid))
      return fail(Code::approve_bad_signature, {{"keyid", s.keyid.substr(0, 16)}, {"group", package.approval.group}});
    auto& other = reviewers.keys.at(s.keyid).holder;
    auto mine = reviewers.keys.find(keyid);
    if (s.keyid == keyid || other == holder || (mine != reviewers.keys.end() && mine->second.holder == other))
      return fail(Code::approve_already, {{"holder", other}});
  }
  return {};
}

}  // namespace

Result<void> expect_group(const Package& package, std::string_view group) {
  if (package.approval.group == group) return {};
  return fail(Code::approve_group, {{"group", printable(package.approval.group)}, {"expected", std::string(group)}});
}

Result<void> check_key(const trust::Approval& approval, const std::string& keyid, const trust::Reviewers& reviewers) {
  auto* group = group_of(approval, reviewers);
  auto key = reviewers.keys.find(keyid);
  bool member = group && std::find(group->keyids.begin(), group->keyids.end(), keyid) != group->keyids.end();
  if (member && key != reviewers.keys.end() && !(key->second.retired && approval.issued >= *key->second.retired)) return {};
  return fail(Code::approval_useless, {{"group", printable(approval.group)}});
}

Result<trust::Envelope> sign(const Package& package, const crypto::PrivateKey& key, const std::string& holder,
                             const trust::Reviewers* reviewers) {
  if (reviewers) FZ_CHECK(check_key(package.approval, key.id(), *reviewers));
  if (!package.envelope) return trust::sign(trust::kApprovalType, package.payload, {&key});
  if (!reviewers) return fail(Code::approve_reviewers_needed);
  FZ_CHECK(check_others(package, *package.envelope, key.id(), holder, *reviewers));
  if (package.envelope->signatures.size() >= trust::kMaxSignatures) return fail(Code::approve_package, {{"what", "> 16 signatures"}});
  trust::Envelope out = *package.envelope;
  trust::add_signature(out, key);
  return out;
}

}  // namespace fz::approve
