#include "shared/trust/door.hpp"

#include <algorithm>

namespace fz::trust {

bool freshness_allows(Freshness freshness, const Approval& a, UtcTime offline_since, UtcTime now) {
  switch (freshness) {
    case Freshness::fresh:
      return true;
    case Freshness::stale1:
      return a.kind == Kind::loop || a.kind == Kind::fallback;
    case Freshness::stale2:
      return a.kind == Kind::loop && now < offline_since + Days{a.offline_days};
    case Freshness::dark:
      return false;
  }
  return false;
}

Result<void> may_alert(const AlertRecord& alert, std::string_view approval_id, const TrustedState& state, UtcTime now) {
  if (alert.alert.cancelled || now >= alert.until) return refuse(Check::expired, "alert, " + alert.alert.alert_id);
  const auto found = state.approvals().find(approval_id);
  if (found == state.approvals().end()) return refuse(Check::unapproved, std::string(approval_id));
  const auto kind = found->second.approval.kind;
  if (kind != Kind::emergency) return refuse(Check::scope, std::string(approval_id) + ", " + std::string(kind_name(kind)));
  return {};
}

Result<void> may_show(const DoorItem& item, const TrustedState& state, TrustedTime time) {
  if (!item.descriptor_hashed) return refuse(Check::unhashed, item.sha256);
  auto found = state.approvals().find(item.approval_id);
  if (found == state.approvals().end() || !state.reviewers()) return refuse(Check::unapproved, item.approval_id);
  auto& a = found->second.approval;
  bool named = std::any_of(a.renditions.begin(), a.renditions.end(), [&](auto& r) { return r.sha256 == item.sha256; });
  if (!named) return refuse(Check::hash, item.approval_id + ", " + item.sha256);
  // An entry whose end was set too early by mistake still holds for as long as the approval lives.
  auto entry = state.withdrawals().find(a.approval_id);
  if (entry != state.withdrawals().end() && (time.now < entry->second.until || entry->second.until < a.valid_until))
    return refuse(Check::withdrawn, a.approval_id);
  auto& here = state.identity();
  FZ_CHECK(check_approval(found->second, state.reviewers()->value, here.venue, time.now));
  if (!covers_venue(a.audience.venues, here.venue) || !covers_region(a.audience.regions, here.region))
    return refuse(Check::audience, a.approval_id + ", " + here.venue + ", " + here.region);
  auto freshness = state.freshness(time);
  if (!freshness_allows(freshness, a, state.offline_since(), time.now))
    return refuse(Check::freshness, a.approval_id + ", " + std::string(kind_name(a.kind)) + ", " + std::string(freshness_name(freshness)));
  return {};
}
}  // namespace fz::trust
