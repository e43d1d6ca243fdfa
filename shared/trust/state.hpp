// The chain of trust of one screen: the TUF client workflow over bytes, what was accepted, and the freshness ladder.
// No I/O and no clock: the caller fetches, stores and passes the time.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "shared/trust/check.hpp"
#include "shared/trust/clock.hpp"
#include "shared/trust/documents.hpp"
#include "shared/trust/staff.hpp"

namespace fz::trust {

/// What was provisioned on this screen (site package and enrolment), never the server's word.
struct Identity {
  std::string screen;  ///< empty: plain TUF client, x-screen is not asked for
  std::string site, venue, region;
  bool air_gapped = false;  ///< policy.airgapped_timestamp_days applies
};

/// A verified document: its value and the very envelope bytes.
template <class T>
struct Accepted {
  T value;
  std::string envelope;
};

/// An approval whose format and signatures were read. `signers` are keys with a good signature, whoever they are; whether
/// they suffice is asked again at every use, because keys are removed and periods of raised review begin.
struct ApprovalRecord {
  Approval approval;
  std::set<std::string> signers;
  std::string envelope;  ///< read again when the reviewers change, since a new key may have signed too
};

/// An alert as accepted. A cancelled one stays until it would have ended, so that an earlier version brings nothing back.
struct AlertRecord {
  Alert alert;
  std::string envelope;
  UtcTime until;            ///< shown until then: never longer than kMaxAlertLife from the acceptance
  UtcTime kept;             ///< the latest end that any of its versions named
  std::int64_t polled = 0;  ///< the highest version that was polled
};

/// The last staff document of a group: what it took away stands in TrustedState::left() and stays.
struct StaffHeld {
  std::int64_t version = 0;
  std::string payload_sha256;         ///< one number never names two texts
  std::vector<std::string> keyids{};  ///< a later version holds them too
};

/// Where a withdrawals document or an alert came from: an older one is an alarm only when it was polled.
enum class Source { polled, pushed };

/// STALE-2 and DARK differ item by item (offline_days); `stale2` says that some kind of item may still be shown.
enum class Freshness { fresh, stale1, stale2, dark };
std::string_view freshness_name(Freshness freshness);

/// Reads an approval: size, type, format, and the signatures of keys in `reviewers`; refuses `signature` if none is good.
Result<ApprovalRecord> read_approval(std::string_view envelope, const Reviewers& reviewers);
/// May it count at this time and venue: threshold of distinct keys and holders of its group (raised periods included),
/// scope, policy, expired, not_yet, in this order.
Result<void> check_approval(const ApprovalRecord& record, const Reviewers& reviewers, std::string_view venue, UtcTime now);
/// True if two or more different holders' keys in `reviewers` signed: only then its `issued` may raise the clock's floor.
bool signed_by_two(const ApprovalRecord& record, const Reviewers& reviewers);

/// Accepted documents of one screen. Every update_x() takes an envelope's bytes, and either accepts the whole document or
/// changes nothing. Copyable (a test or a trial update works on a copy). One thread at a time.
class TrustedState {
 public:
  /// Starts from the root of the site package: believed as it is, but it must be signed by its own threshold.
  /// Refuses: size, format, type, signature, demo.
  static Result<TrustedState> init(std::string_view root_envelope, Identity identity);
  /// Re-verifies every stored signature. Approvals are not in it: add them again from their files.
  /// Errors: bad_json and the like, any refusal.
  static Result<TrustedState> load(std::string_view json, Identity identity);
  std::string save() const;
  /// Counts accepted changes; save when it moved.
  std::uint64_t revision() const { return revision_; }
  const Identity& identity() const { return identity_; }

  // -- the workflow, in this order in each cycle ------------------------------------------------------------------
  /// Step 4: call with root N+1 until there is none, then check_root(). When online keys change, the stored timestamp and
  /// snapshot are dropped. The caller resets its TrustedClock when `root().value.version` moved.
  /// Refuses: size, format, type, signature (old or new threshold), version (not N+1), demo.
  Result<void> update_root(std::string_view envelope);
  /// Refuses: expired.
  Result<void> check_root(UtcTime now) const;
  /// Step 5. True if it is newer than the stored one; false if it is the same document again.
  /// Refuses: signature, screen, version (lower, or other bytes under the same number), policy, expired.
  Result<bool> update_timestamp(std::string_view envelope, UtcTime now);
  /// What to fetch next: "<version>.snapshot.json" while the timestamp names one that is not accepted yet.
  std::optional<FileMeta> wanted_snapshot() const;
  /// Step 6. Refuses: hash, signature, version, expired. REQUIRES: wanted_snapshot().
  Result<void> update_snapshot(std::string_view envelope, UtcTime now);
  /// "<version>.targets.json" while the snapshot names one that is not accepted yet.
  std::optional<FileMeta> wanted_targets() const;
  /// Step 7. Refuses: hash, signature, version, delegations, expired. REQUIRES: wanted_targets().
  Result<void> update_targets(std::string_view envelope, UtcTime now);
  /// The held snapshot and targets, which may end while the timestamp goes on naming them. Refuses: expired.
  Result<void> check_snapshot(UtcTime now) const;
  Result<void> check_targets(UtcTime now) const;
  /// Step 8. Refuses: signature, version, expired.
  Result<void> update_reviewers(std::string_view envelope, UtcTime now);
  /// A group's staff document. Its keys are retired from then on, under this reviewers list and all later ones: what was taken
  /// away comes back by a new key only. True if it is new. Refuses as read_staff, and with `version` an older one, other bytes
  /// under the same number, or one that leaves out an entry of the one held; with `policy` one that leaves nobody who withdraws.
  Result<bool> update_staff(std::string_view envelope);
  /// Step 9: a withdrawals document or a renewal. Entries are merged: the set only grows, an entry leaves at its own end.
  /// A document that is itself past its date still withdraws. True if an entry is new.
  /// Refuses: signature, version (polled and older; an epoch that reviewers does not name), policy (life; more than 50,000
  /// entries in all). Pushed documents merge but do not move withdrawals_version().
  Result<bool> update_withdrawals(std::string_view envelope, Source source, UtcTime now);
  /// "Show now, here" of the online key. True if it is new or changes what is held; false for the same document again, and
  /// for a polled one that is older than a pushed one. Whether its approvals open the first lock is asked by may_alert().
  /// Refuses: signature, expired, not_yet (issued more than ten minutes ahead), policy (life; more than 64 at once), audience
  /// (not for here), version (older than the last of its kind of source, or other bytes under the same number).
  Result<bool> update_alert(std::string_view envelope, Source source, UtcTime now);
  /// Step 10. An approval whose start is ahead is accepted (the last door keeps it back). Refuses as read_approval and
  /// check_approval, and with `version` one issued before another that is held under the same id. The record stays until
  /// forget_approvals().
  Result<void> add_approval(std::string_view envelope, UtcTime now);
  /// Drops every approval that is not in `keep`.
  void forget_approvals(const std::set<std::string, std::less<>>& keep);

  /// The nonce's signed answer -> server time. Refuses: signature, format, hash (another nonce).
  Result<UtcTime> read_time_answer(std::string_view envelope, std::string_view nonce) const;
  /// Refuses: signature, format, screen.
  Result<Receipt> read_receipt(std::string_view envelope) const;

  // -- what is known -----------------------------------------------------------------------------------------------
  const Accepted<Root>& root() const { return root_; }
  const std::optional<Accepted<Reviewers>>& reviewers() const { return reviewers_; }
  /// Keys that staff documents retired; `reviewers()` has them applied.
  const StaffLeft& left() const { return left_; }
  const std::map<std::string, StaffHeld, std::less<>>& staff() const { return staff_; }  ///< by group
  const std::optional<Accepted<Timestamp>>& timestamp() const { return timestamp_; }
  const std::optional<Accepted<Snapshot>>& snapshot() const { return snapshot_; }
  /// The last accepted list; stays while a newer timestamp's list is still on its way.
  const std::optional<Accepted<Targets>>& targets() const { return targets_; }
  const std::map<std::string, ApprovalRecord, std::less<>>& approvals() const { return approvals_; }
  const std::map<std::string, Withdrawal, std::less<>>& withdrawals() const { return withdrawals_; }
  bool is_withdrawn(std::string_view approval_id, UtcTime now) const;
  /// By alert id; cancelled and ended ones too, see AlertRecord.
  const std::map<std::string, AlertRecord, std::less<>>& alerts() const { return alerts_; }
  /// The last polled (epoch, version), 0 before the first.
  std::int64_t withdrawals_version() const { return withdrawals_version_; }
  /// End of the life of the withdrawals document and of the timestamp, as credited here: never longer than policy allows
  /// counted from the moment of acceptance, whatever date they carry.
  UtcTime withdrawals_until() const { return withdrawals_until_; }
  UtcTime timestamp_until() const { return timestamp_until_; }
  /// From when an item's offline_days are counted: the latest `issued` of a withdrawals document or renewal.
  UtcTime offline_since() const { return withdrawals_issued_; }
  /// The latest `issued` signed by two or more offline keys: feeds TrustedClock::raise_floor().
  UtcTime offline_issued() const { return offline_issued_; }

  /// The ladder. fresh: timestamp and withdrawals alive, clock attested or continued; stale1: withdrawals alive; stale2:
  /// neither; dark: no withdrawals or reviewers at all, or the clock is not credible. Expired reviewers cap it at stale2.
  Freshness freshness(TrustedTime time) const;

 private:
  TrustedState() = default;
  /// A read envelope of the right type, signed by the threshold of a role of the current root.
  Result<Envelope> open(std::string_view bytes, std::size_t cap, std::string_view type, const Role& role, std::string_view what) const;
  Result<void> take_root(std::string_view envelope);
  Result<void> take_reviewers(std::string_view envelope);
  void drop_dead_withdrawals();
  Result<AlertRecord> read_alert(std::string_view envelope) const;
  void note_offline_issued(UtcTime issued);
  Days timestamp_life() const;

  Identity identity_;
  Accepted<Root> root_;
  std::optional<Accepted<Reviewers>> reviewers_;  ///< the value has `left_` applied, the envelope is as it came
  StaffLeft left_;
  std::map<std::string, StaffHeld, std::less<>> staff_;
  std::optional<Accepted<Timestamp>> timestamp_;
  std::optional<Accepted<Snapshot>> snapshot_;
  std::optional<Accepted<Targets>> targets_;
  std::map<std::string, ApprovalRecord, std::less<>> approvals_;
  std::map<std::string, Withdrawal, std::less<>> withdrawals_;
  std::map<std::string, AlertRecord, std::less<>> alerts_;
  std::int64_t withdrawals_epoch_ = 0, withdrawals_version_ = 0;
  UtcTime withdrawals_issued_, withdrawals_until_, timestamp_until_, offline_issued_;
  std::uint64_t revision_ = 0;
};

}  // namespace fz::trust
