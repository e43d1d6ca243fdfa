#include "player/keys/documents.hpp"

#include <algorithm>
#include <set>

namespace fz::keys {
namespace {

Result<std::string> canonical(std::string_view draft, std::string_view type) {
  if (type == trust::kReviewersType) {
    FZ_TRY(auto r, trust::parse_reviewers(draft));
    return trust::write_reviewers(r);
  }
  if (type == trust::kStaffType) {
    FZ_TRY(auto s, trust::parse_staff(draft));
    return trust::write_staff(s);
  }
  FZ_TRY(auto r, trust::parse_root(draft));
  return trust::write_root(r);
}
/// The signed original inside, whether it was renewed or not.
Result<std::string> original_of(std::string_view envelope_bytes) {
  FZ_TRY(auto envelope, trust::read_envelope(envelope_bytes));
  if (envelope.payload_type == trust::kWithdrawalsType) return std::string(envelope_bytes);
  if (envelope.payload_type != trust::kRenewalType) return trust::refuse(trust::Check::type, envelope.payload_type);
  FZ_TRY(auto renewal, trust::parse_renewal(envelope.payload));
  return renewal.withdrawals;
}
}  // namespace

Result<std::string> add_signature_to(std::string_view text, std::string_view type, const crypto::PrivateKey& key) {
  trust::Envelope envelope{std::string(type), {}, {}};
  if (auto signed_before = trust::read_envelope(text)) {
    envelope = *std::move(signed_before);
    if (envelope.payload_type != type) return trust::refuse(trust::Check::type, envelope.payload_type);
    FZ_CHECK(canonical(envelope.payload, type));  // nobody signs what no screen could read
  } else {
    FZ_TRY(envelope.payload, canonical(text, type));
  }
  bool again = std::any_of(envelope.signatures.begin(), envelope.signatures.end(), [&](auto& s) { return s.keyid == key.id(); });
  if (!again && envelope.signatures.size() >= trust::kMaxSignatures) return trust::refuse(trust::Check::format, "DSSE", "16 signatures");
  trust::add_signature(envelope, key);
  return trust::write_envelope(envelope);
}

Result<std::string> next_root(const trust::Root& current, const RootChange& change, UtcTime now) {
  auto root = current;
  root.version += 1;
  root.issued = now;
  root.expires = now + Days{change.days};
  for (auto& id : change.remove) {
    if (std::erase(root.root.keyids, id) == 0) return fail(Code::not_found, {{"what", id}});
    root.keys.erase(id);
  }
  for (auto& key : change.add) {
    auto id = crypto::keyid(key);
    root.keys.emplace(id, key);
    if (std::find(root.root.keyids.begin(), root.root.keyids.end(), id) == root.root.keyids.end()) root.root.keyids.push_back(id);
  }
  if (change.online) {
    for (auto* role : {&root.timestamp, &root.snapshot, &root.targets}) {
      for (auto& id : role->keyids) root.keys.erase(id);
      *role = {{crypto::keyid(*change.online)}, 1};
    }
    root.keys.emplace(crypto::keyid(*change.online), *change.online);
  }
  if (change.threshold) root.root.threshold = *change.threshold;
  if (root.root.threshold < 1 || static_cast<std::size_t>(root.root.threshold) > root.root.keyids.size())
    return fail(Code::bad_field, {{"field", "threshold"}, {"what", std::to_string(root.root.keyids.size()) + " keys"}});
  return trust::write_root(root);
}

namespace {
void replace_in(std::vector<std::string>& keyids, const std::string& old, bool keep_old, const std::string& fresh) {
  auto at = std::find(keyids.begin(), keyids.end(), old);
  if (at == keyids.end()) return;
  if (!keep_old) at = keyids.erase(at);
  if (!fresh.empty() && std::find(keyids.begin(), keyids.end(), fresh) == keyids.end()) keyids.push_back(fresh);
}
/// Different people who can still sign for the group.
int active_holders(const trust::Reviewers& list, const trust::ApproverGroup& group) {
  std::set<std::string> people;
  for (auto& id : group.keyids)
    if (auto& key = list.keys.at(id); !key.retired) people.insert(key.holder);
  return static_cast<int>(people.size());
}
}  // namespace

Result<std::string> next_reviewers(const trust::Reviewers& current, const StaffChange& change, UtcTime now) {
  auto list = current;
  list.version += 1;
  list.issued = now;
  list.expires = now + Days{change.days};
  if (change.new_epoch) list.withdraw_epoch += 1;
  std::string fresh;
  if (change.replacement) {
    fresh = crypto::keyid(*change.replacement);
    if (list.keys.contains(fresh)) return fail(Code::bad_field, {{"field", "replacement"}, {"what", fresh}});
    list.keys.emplace(fresh, trust::ReviewerKey{change.holder, *change.replacement, {}});
  }
  bool any = false;
  for (auto& [id, key] : current.keys) {
    // A thief's signature carries whatever date he likes, so that a retired key of his is removed too.
    if (change.loss == Loss::none || key.holder != change.holder || (key.retired && change.loss != Loss::stolen)) continue;
    any = true;
    bool keep = change.loss != Loss::stolen;
    for (auto& group : list.approve) replace_in(group.keyids, id, keep, fresh);
    for (auto* role : {&list.withdraw, &list.renew}) replace_in(role->keyids, id, false, fresh);
    if (keep)
      list.keys.at(id).retired = now;
    else
      list.keys.erase(id);
  }
  if (!any && change.loss != Loss::none) return fail(Code::not_found, {{"what", change.holder}});
  for (auto& group : list.approve)
    if (active_holders(list, group) < group.threshold)
      return fail(Code::bad_field, {{"field", group.group},
                                    {"what", std::to_string(active_holders(list, group)) + " < " + std::to_string(group.threshold)}});
  if (list.withdraw.keyids.empty() || list.renew.keyids.empty())
    return fail(Code::bad_field, {{"field", "withdraw, renew"}, {"what", "0"}});
  return trust::write_reviewers(list);
}

namespace {
Result<const trust::ApproverGroup*> group_of(const trust::Reviewers& list, const std::string& name) {
  if (name.empty() && list.approve.size() == 1) return list.approve.data();
  for (auto& g : list.approve)
    if (g.group == name) return &g;
  std::string names;
  for (auto& g : list.approve) names += (names.empty() ? "" : ", ") + g.group;
  return fail(Code::bad_field, {{"field", "--group"}, {"what", names}});
}
/// Every group that lists the key is this one or below it, and there is one.
bool may_retire(const trust::Reviewers& list, const trust::ApproverGroup& group, const std::string& keyid) {
  bool some = false;
  for (auto& g : list.approve) {
    if (std::find(g.keyids.begin(), g.keyids.end(), keyid) == g.keyids.end()) continue;
    if (g.group != group.group && !trust::governs(group, g)) return false;
    some = true;
  }
  return some;
}
}  // namespace

Result<NextStaff> next_staff(const trust::TrustedState& screen, const std::optional<trust::Staff>& before, const Departure& who,
                             UtcTime now) {
  auto& list = screen.reviewers()->value;
  FZ_TRY(auto* group, group_of(list, who.group));
  trust::Staff staff;
  staff.group = group->group;
  if (before) {
    if (before->group != staff.group) return fail(Code::bad_field, {{"field", "--staff"}, {"what", before->group}});
    staff = *before;
    ++staff.version;
  }
  staff.reviewers = list.version;
  staff.issued = now;
  NextStaff out;
  bool any = false;
  for (auto& [id, key] : list.keys) {
    if (key.holder != who.holder || key.retired) continue;
    if (!may_retire(list, *group, id)) {
      out.others.push_back(id);
      continue;
    }
    staff.left.push_back({id, key.holder, std::min(who.at, now)});
    any = true;
  }
  if (!any) return fail(Code::not_found, {{"what", who.holder}});
  trust::StaffLeft left = screen.left();
  trust::note_staff(left, staff);
  out.after = list;
  trust::apply_staff(out.after, left);
  FZ_CHECK(trust::staff_suffices(out.after, now));
  out.payload = trust::write_staff(staff);
  return out;
}

Result<std::string> reissue(std::string_view previous, const trust::Reviewers& reviewers, UtcTime now, const crypto::PrivateKey& key) {
  FZ_TRY(auto original, original_of(previous));
  FZ_TRY(auto envelope, trust::read_envelope(original));
  FZ_TRY(auto document, trust::parse_withdrawals(envelope.payload));
  document.version = document.epoch == reviewers.withdraw_epoch ? document.version + 1 : 1;
  document.epoch = reviewers.withdraw_epoch;
  document.issued = now;
  document.expires = now + Days{reviewers.policy.withdrawals_days};
  return trust::write_envelope(trust::sign(trust::kWithdrawalsType, trust::write_withdrawals(document), {&key}));
}

Result<std::string> withdraw(std::string_view previous, const trust::Withdrawal& entry, int life_days, UtcTime now,
                             const crypto::PrivateKey& key) {
  FZ_TRY(auto original, original_of(previous));
  FZ_TRY(auto envelope, trust::read_envelope(original));
  FZ_TRY(auto document, trust::parse_withdrawals(envelope.payload));
  document.version += 1;
  document.issued = now;
  document.expires = now + Days{life_days};
  auto known = std::find_if(document.items.begin(), document.items.end(), [&](auto& i) { return i.approval_id == entry.approval_id; });
  if (known == document.items.end())
    document.items.push_back(entry);
  else
    known->until = std::max(known->until, entry.until);
  return trust::write_envelope(trust::sign(trust::kWithdrawalsType, trust::write_withdrawals(document), {&key}));
}

Result<std::string> renew(std::string_view previous, int life_days, UtcTime now, const crypto::PrivateKey& key) {
  FZ_TRY(auto original, original_of(previous));
  auto payload = trust::write_renewal({now, now + Days{life_days}, original});
  return trust::write_envelope(trust::sign(trust::kRenewalType, std::move(payload), {&key}));
}
}  // namespace fz::keys
