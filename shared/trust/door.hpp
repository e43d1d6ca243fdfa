// The last door: asked before every item and every second while it runs. Pure.
#pragma once
#include <string>

#include "shared/trust/state.hpp"

namespace fz::trust {

/// What is about to be shown.
struct DoorItem {
  std::string approval_id;
  std::string sha256;              ///< of the rendition
  bool descriptor_hashed = false;  ///< the very descriptor that is open was hashed and matched sha256
};

/// Shown only if this succeeds: the descriptor was hashed; an accepted approval names these bytes and its signatures, scope
/// and dates hold now; it is not withdrawn; its audience has the venue and region provisioned here; freshness allows its
/// kind. Refuses: unhashed, unapproved, hash, threshold, scope, policy, expired, not_yet, withdrawn, audience, freshness.
Result<void> may_show(const DoorItem& item, const TrustedState& state, TrustedTime time);

/// The first lock of an urgent take-over: the alert is alive at `now`, and an approval of kind emergency is held under this id.
/// may_show() asks the rest before the item is painted. Refuses: expired, unapproved, scope (another kind).
Result<void> may_alert(const AlertRecord& alert, std::string_view approval_id, const TrustedState& state, UtcTime now);

/// The ladder for one item: loop in every state within offline_days; fallback to STALE-1; bulletin and emergency FRESH.
bool freshness_allows(Freshness freshness, const Approval& approval, UtcTime offline_since, UtcTime now);

}  // namespace fz::trust
