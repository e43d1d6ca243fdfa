// Changing what is signed: one more signature, a next root, a withdrawal, a renewal. Bytes in, bytes out.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/crypto/key.hpp"
#include "shared/trust/state.hpp"

namespace fz::keys {

/// Adds a signature. `text` is an envelope of this type, or the bare payload (JSON) as a draft, which is written
/// deterministically first. `type`: kTufType for root, kReviewersType, kStaffType. Refuses: format, type.
Result<std::string> add_signature_to(std::string_view text, std::string_view type, const crypto::PrivateKey& key);

struct RootChange {
  std::vector<crypto::PublicKey> add;       ///< root keys
  std::vector<std::string> remove;          ///< keyids of root keys
  std::optional<crypto::PublicKey> online;  ///< a new online key replaces the old one in all three roles
  std::optional<int> threshold;
  int days = 730;
};
/// The payload of the next root, not signed. Errors: not_found (a keyid), bad_field (threshold out of reach).
Result<std::string> next_root(const trust::Root& current, const RootChange& change, UtcTime now);

/// What happened to a person's keys.
enum class Loss {
  lost,    ///< nobody has it: what it approved before counts until its end
  left,    ///< the person left; as lost, and nothing takes its place
  stolen,  ///< somebody else may have it: what leans on it goes off screen
  none,    ///< nothing: the list gets a later end
};
struct StaffChange {
  std::string holder;  ///< not for `none`
  Loss loss = Loss::lost;
  std::optional<crypto::PublicKey> replacement;  ///< stands where the old key stood; not for `left`
  bool new_epoch = false;                        ///< a thief used the withdrawals' version numbers up
  int days = 365;
};
/// The payload of the next reviewers list, not signed. Errors: not_found (no valid key of the holder), bad_field (a group or
/// role that could not sign any more, a replacement that is listed already).
Result<std::string> next_reviewers(const trust::Reviewers& current, const StaffChange& change, UtcTime now);

/// A person of a group leaves, by the group's own word.
struct Departure {
  std::string holder;
  std::string group;  ///< who signs; empty: the only group of the list
  UtcTime at;         ///< from when on
};
struct NextStaff {
  std::string payload;              ///< not signed
  trust::Reviewers after;           ///< the list with everything applied
  std::vector<std::string> others;  ///< keyids of the person that the group cannot retire: the root officers have to
};
/// The group's next staff document: `screen` holds the list and the staff documents in force, `before` the group's last one.
/// Errors: not_found (no active key of the holder that the group may retire), bad_field (the group; somebody would be missing).
Result<NextStaff> next_staff(const trust::TrustedState& screen, const std::optional<trust::Staff>& before, const Departure& who,
                             UtcTime now);

/// The same entries with the next version and the epoch of the list, for when who signed it last may sign no more.
Result<std::string> reissue(std::string_view previous, const trust::Reviewers& reviewers, UtcTime now, const crypto::PrivateKey& key);

/// The latest withdrawals document with one more entry and the next version, signed. `previous` is a withdrawals envelope
/// or a renewal of one; both keep every earlier entry.
Result<std::string> withdraw(std::string_view previous, const trust::Withdrawal& entry, int life_days, UtcTime now,
                             const crypto::PrivateKey& key);
/// The same document with a later date, its signed original embedded whole.
Result<std::string> renew(std::string_view previous, int life_days, UtcTime now, const crypto::PrivateKey& key);

}  // namespace fz::keys
