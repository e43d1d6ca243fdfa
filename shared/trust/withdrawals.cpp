// Step 9: withdrawals and renewals. The set of a screen only grows.
#include <algorithm>

#include "shared/trust/state.hpp"

namespace fz::trust {
namespace {

constexpr std::size_t kMaxSet = 50'000;  // one bad withdraw key must not eat the memory of a screen

/// Threshold of distinct holders of active keys of the role.
Result<void> need(const Envelope& envelope, const Reviewers& reviewers, const Role& role, std::string_view what) {
  KeyMap keys;
  for (auto& id : role.keyids)
    if (auto k = reviewers.keys.find(id); k != reviewers.keys.end() && !k->second.retired) keys.emplace(id, k->second.key);
  std::set<std::string> holders;
  for (auto& id : good_signers(envelope, keys, role.keyids)) holders.insert(reviewers.keys.at(id).holder);
  if (holders.size() >= static_cast<std::size_t>(role.threshold)) return {};
  return refuse(Check::signature, std::string(what) + ", " + std::to_string(holders.size()) + "/" + std::to_string(role.threshold));
}
Result<Withdrawals> open_withdrawals(const Envelope& envelope, const Reviewers& reviewers) {
  FZ_CHECK(need(envelope, reviewers, reviewers.withdraw, "withdrawals"));
  return parse_withdrawals(envelope.payload);
}
/// The embedded original with the renewal's own dates.
Result<Withdrawals> open_renewal(const Envelope& envelope, const Reviewers& reviewers) {
  FZ_CHECK(need(envelope, reviewers, reviewers.renew, "renewal"));
  FZ_TRY(auto renewal, parse_renewal(envelope.payload));
  auto inside = read_envelope(renewal.withdrawals);
  if (!inside || inside->payload_type != kWithdrawalsType) return refuse_signed_format("renewal: withdrawals");
  FZ_TRY(auto original, open_withdrawals(*inside, reviewers));
  original.issued = renewal.issued;
  original.expires = renewal.expires;
  return original;
}
}  // namespace

Result<bool> TrustedState::update_withdrawals(std::string_view bytes, Source source, UtcTime now) {
  if (!reviewers_) return refuse(Check::signature, "withdrawals", "no reviewers yet");
  auto& reviewers = reviewers_->value;
  FZ_TRY(auto envelope, read_envelope(bytes));
  bool renewed = envelope.payload_type == kRenewalType;
  if (!renewed && envelope.payload_type != kWithdrawalsType) return refuse(Check::type, envelope.payload_type);
  FZ_TRY(auto document, renewed ? open_renewal(envelope, reviewers) : open_withdrawals(envelope, reviewers));

  Days life{reviewers.policy.withdrawals_days};
  if (document.expires - document.issued > life) return refuse(Check::policy, "withdrawals, " + format_time(document.expires));
  auto number = std::to_string(document.epoch) + "." + std::to_string(document.version);
  auto held = std::to_string(withdrawals_epoch_) + "." + std::to_string(withdrawals_version_);
  if (document.epoch != reviewers.withdraw_epoch) return refuse(Check::version, "withdrawals, " + number, "epoch");
  bool older = document.epoch == withdrawals_epoch_ && document.version < withdrawals_version_;
  if (source == Source::polled && older) return refuse(Check::version, "withdrawals, " + number + " / " + held);

  auto merged = withdrawals_;
  bool grew = false;
  for (auto& item : document.items) {
    auto [entry, is_new] = merged.try_emplace(item.approval_id, item);
    grew = grew || is_new;
    entry->second.until = std::max(entry->second.until, item.until);
  }
  if (merged.size() > kMaxSet) return refuse(Check::policy, "withdrawals, > " + std::to_string(kMaxSet));
  withdrawals_ = std::move(merged);
  if (source == Source::polled) {
    withdrawals_epoch_ = document.epoch;
    withdrawals_version_ = document.version;
  }
  // Dates are those of one key: credited never ahead of our own clock.
  withdrawals_issued_ = std::max(withdrawals_issued_, std::min(document.issued, now));
  withdrawals_until_ = std::max(withdrawals_until_, std::min(document.expires, now + life));
  drop_dead_withdrawals();
  ++revision_;
  return grew;
}

// By the signed floor, not by the clock: a clock that ran ahead once must not bring anything back.
void TrustedState::drop_dead_withdrawals() {
  std::erase_if(withdrawals_, [&](auto& entry) {
    auto approval = approvals_.find(entry.first);
    bool lives = approval != approvals_.end() && approval->second.approval.valid_until > entry.second.until;
    return entry.second.until < offline_issued_ && !lives;
  });
}
bool TrustedState::is_withdrawn(std::string_view approval_id, UtcTime now) const {
  auto entry = withdrawals_.find(approval_id);
  return entry != withdrawals_.end() && now < entry->second.until;
}
}  // namespace fz::trust
