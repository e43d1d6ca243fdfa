#include "shared/trust/state.hpp"

#include <algorithm>

#include "shared/crypto/hash.hpp"

namespace fz::trust {
namespace {

bool same_role(const Role& a, const Role& b) {
  return std::set<std::string>(a.keyids.begin(), a.keyids.end()) == std::set<std::string>(b.keyids.begin(), b.keyids.end()) &&
         a.threshold == b.threshold;
}
Result<void> need(const Envelope& envelope, const KeyMap& keys, const Role& role, std::string_view what) {
  auto have = good_signers(envelope, keys, role.keyids).size();
  if (have >= static_cast<std::size_t>(role.threshold)) return {};
  return refuse(Check::signature, std::string(what) + ", " + std::to_string(have) + "/" + std::to_string(role.threshold));
}
Result<Envelope> read_typed(std::string_view bytes, std::size_t cap, std::string_view type) {
  FZ_TRY(auto envelope, read_envelope(bytes, cap));
  if (envelope.payload_type != type) return refuse(Check::type, envelope.payload_type);
  return envelope;
}
Result<void> check_demo(const Root& root) {
#ifndef FZ_DEMO_KEYS
  if (root.demo) return refuse(Check::demo, "root");
#else
  (void)root;
#endif
  return {};
}
/// A document against what the one above says of it. On a screen (not in plain TUF) hash and length must be said.
Result<void> check_meta(std::string_view bytes, const FileMeta& meta, bool screen, std::string_view what) {
  if (screen && (!meta.length || meta.sha256.empty())) return refuse_signed_format(std::string(what) + ": hashes, length");
  if (meta.length && bytes.size() != *meta.length) return refuse(Check::hash, std::string(what) + ", length");
  if (!meta.sha256.empty() && crypto::sha256_hex(bytes) != meta.sha256) return refuse(Check::hash, std::string(what));
  return {};
}
Error version_error(std::string_view what, std::int64_t got, std::int64_t have) {
  return refuse(Check::version, std::string(what) + ", " + std::to_string(got) + " / " + std::to_string(have));
}
bool same_payload(const Envelope& envelope, std::string_view held) {
  auto old = read_envelope(held, kMaxTargets);
  return old && old->payload == envelope.payload;
}
template <class T>
bool is_current(const std::optional<Accepted<T>>& held, const FileMeta& meta) {
  return held && held->value.version == meta.version && (meta.sha256.empty() || crypto::sha256_hex(held->envelope) == meta.sha256);
}
}  // namespace

std::string_view freshness_name(Freshness freshness) {
  constexpr std::string_view kNames[] = {"fresh", "stale1", "stale2", "dark"};
  return kNames[static_cast<std::size_t>(freshness)];
}

Result<Envelope> TrustedState::open(std::string_view bytes, std::size_t cap, std::string_view type, const Role& role,
                                    std::string_view what) const {
  FZ_TRY(auto envelope, read_typed(bytes, cap, type));
  FZ_CHECK(need(envelope, root_.value.keys, role, what));
  return envelope;
}
void TrustedState::note_offline_issued(UtcTime issued) {
  offline_issued_ = std::max(offline_issued_, issued);
}

Result<void> TrustedState::take_root(std::string_view bytes) {
  FZ_TRY(auto envelope, read_typed(bytes, kMaxDocument, kTufType));
  FZ_TRY(auto root, parse_root(envelope.payload));
  FZ_CHECK(need(envelope, root.keys, root.root, "root"));
  FZ_CHECK(check_demo(root));
  root_ = {std::move(root), std::string(bytes)};
  return {};
}
Result<TrustedState> TrustedState::init(std::string_view root_envelope, Identity identity) {
  TrustedState out;
  out.identity_ = std::move(identity);
  FZ_CHECK(out.take_root(root_envelope));
  auto& root = out.root_.value;
  if (root.issued && root.root.threshold >= 2) out.note_offline_issued(*root.issued);
  out.revision_ = 1;
  return out;
}

Result<void> TrustedState::update_root(std::string_view bytes) {
  FZ_TRY(auto envelope, open(bytes, kMaxDocument, kTufType, root_.value.root, "root"));
  FZ_TRY(auto root, parse_root(envelope.payload));
  if (root.version != root_.value.version + 1) return version_error("root", root.version, root_.value.version);
  FZ_CHECK(need(envelope, root.keys, root.root, "root"));
  FZ_CHECK(check_demo(root));
  auto& old = root_.value;
  bool online_changed =
      !same_role(old.timestamp, root.timestamp) || !same_role(old.snapshot, root.snapshot) || !same_role(old.targets, root.targets);
  // A fast-forward attack with the old online key must not outlive that key (TUF 5.3.11).
  if (online_changed) {
    timestamp_.reset();
    snapshot_.reset();
    timestamp_until_ = {};
    alerts_.clear();
  }
  // The clock begins anew with a new root: what the reviewers said before is taken up again with their next documents.
  offline_issued_ = {};
  if (root.issued && root.root.threshold >= 2) note_offline_issued(*root.issued);
  root_ = {std::move(root), std::string(bytes)};
  ++revision_;
  return {};
}
Result<void> TrustedState::check_root(UtcTime now) const {
  if (now >= root_.value.expires) return refuse(Check::expired, "root, " + format_time(root_.value.expires));
  return {};
}

Days TrustedState::timestamp_life() const {
  Policy policy = reviewers_ ? reviewers_->value.policy : Policy{};
  return Days{identity_.air_gapped ? policy.airgapped_timestamp_days : policy.timestamp_days};
}
Result<bool> TrustedState::update_timestamp(std::string_view bytes, UtcTime now) {
  FZ_TRY(auto envelope, open(bytes, kMaxDocument, kTufType, root_.value.timestamp, "timestamp"));
  FZ_TRY(auto t, parse_timestamp(envelope.payload));
  bool screen = !identity_.screen.empty();
  if (screen && t.screen != identity_.screen) return refuse(Check::screen, "timestamp, " + t.screen);
  if (screen && !t.issued) return refuse_signed_format("timestamp: x-issued");
  bool same = false;
  if (timestamp_) {
    auto& old = timestamp_->value;
    if (t.version < old.version) return version_error("timestamp", t.version, old.version);
    if (t.snapshot.version < old.snapshot.version) return version_error("snapshot", t.snapshot.version, old.snapshot.version);
    same = t.version == old.version;
    if (same && !same_payload(envelope, timestamp_->envelope)) return version_error("timestamp", t.version, old.version);
  }
  UtcTime until = t.expires;
  if (screen) {
    if (t.expires - *t.issued > timestamp_life()) return refuse(Check::policy, "timestamp, " + format_time(t.expires));
    until = std::min(until, now + timestamp_life());  // whatever date it carries, one acceptance lasts no longer
  }
  if (now >= t.expires) return refuse(Check::expired, "timestamp, " + format_time(t.expires));
  if (same) {
    timestamp_until_ = std::max(timestamp_until_, until);
    return false;
  }
  timestamp_ = {std::move(t), std::string(bytes)};
  timestamp_until_ = until;
  ++revision_;
  return true;
}

std::optional<FileMeta> TrustedState::wanted_snapshot() const {
  if (!timestamp_ || is_current(snapshot_, timestamp_->value.snapshot)) return std::nullopt;
  return timestamp_->value.snapshot;
}
Result<void> TrustedState::update_snapshot(std::string_view bytes, UtcTime now) {
  if (!timestamp_) return refuse(Check::version, "snapshot", "no timestamp");
  auto& meta = timestamp_->value.snapshot;
  FZ_CHECK(check_meta(bytes, meta, !identity_.screen.empty(), "snapshot"));
  FZ_TRY(auto envelope, open(bytes, kMaxDocument, kTufType, root_.value.snapshot, "snapshot"));
  FZ_TRY(auto s, parse_snapshot(envelope.payload));
  if (s.version != meta.version) return version_error("snapshot", s.version, meta.version);
  if (snapshot_ && s.targets.version < snapshot_->value.targets.version)
    return version_error("targets", s.targets.version, snapshot_->value.targets.version);
  if (now >= s.expires) return refuse(Check::expired, "snapshot, " + format_time(s.expires));
  snapshot_ = {std::move(s), std::string(bytes)};
  ++revision_;
  return {};
}

std::optional<FileMeta> TrustedState::wanted_targets() const {
  if (!snapshot_ || wanted_snapshot() || is_current(targets_, snapshot_->value.targets)) return std::nullopt;
  return snapshot_->value.targets;
}
Result<void> TrustedState::update_targets(std::string_view bytes, UtcTime now) {
  if (!snapshot_) return refuse(Check::version, "targets", "no snapshot");
  auto& meta = snapshot_->value.targets;
  FZ_CHECK(check_meta(bytes, meta, !identity_.screen.empty(), "targets"));
  FZ_TRY(auto envelope, open(bytes, kMaxTargets, kTufType, root_.value.targets, "targets"));
  FZ_TRY(auto t, parse_targets(envelope.payload));
  if (t.version != meta.version) return version_error("targets", t.version, meta.version);
  if (!identity_.screen.empty() && t.playlist.empty()) return refuse_signed_format("targets: x-playlist");
  if (now >= t.expires) return refuse(Check::expired, "targets, " + format_time(t.expires));
  targets_ = {std::move(t), std::string(bytes)};
  ++revision_;
  return {};
}

Result<void> TrustedState::check_snapshot(UtcTime now) const {
  if (snapshot_ && now >= snapshot_->value.expires) return refuse(Check::expired, "snapshot, " + format_time(snapshot_->value.expires));
  return {};
}
Result<void> TrustedState::check_targets(UtcTime now) const {
  if (targets_ && now >= targets_->value.expires) return refuse(Check::expired, "targets, " + format_time(targets_->value.expires));
  return {};
}

Result<void> TrustedState::take_reviewers(std::string_view bytes) {
  FZ_TRY(auto envelope, open(bytes, kMaxDocument, kReviewersType, root_.value.root, "reviewers"));
  FZ_TRY(auto r, parse_reviewers(envelope.payload));
  if (reviewers_) {
    auto& old = reviewers_->value;
    if (r.version < old.version) return version_error("reviewers", r.version, old.version);
    if (r.version == old.version && !same_payload(envelope, reviewers_->envelope))
      return version_error("reviewers", r.version, old.version);
  }
  bool two_keys = root_.value.root.threshold >= 2;
  if (two_keys) note_offline_issued(r.issued);
  std::erase_if(left_, [&](const auto& entry) { return !r.keys.contains(entry.first); });
  apply_staff(r, left_);
  reviewers_ = {std::move(r), std::string(bytes)};
  return {};
}
Result<void> TrustedState::update_reviewers(std::string_view bytes, UtcTime now) {
  TrustedState next = *this;
  FZ_CHECK(next.take_reviewers(bytes));
  auto& r = next.reviewers_->value;
  if (now >= r.expires) return refuse(Check::expired, "reviewers, " + format_time(r.expires));
  if (reviewers_ && reviewers_->value.version == r.version) {
    offline_issued_ = next.offline_issued_;
    return {};
  }
  // Signatures are looked at again: a removed key counts no more, a new one may have signed already.
  for (auto it = next.approvals_.begin(); it != next.approvals_.end();) {
    auto again = read_approval(it->second.envelope, r);
    if (again)
      (it++)->second = *std::move(again);
    else
      it = next.approvals_.erase(it);
  }
  *this = std::move(next);
  ++revision_;
  return {};
}

Result<bool> TrustedState::update_staff(std::string_view bytes) {
  if (!reviewers_) return refuse(Check::signature, "staff", "no reviewers yet");
  FZ_TRY(const auto staff, read_staff(bytes, reviewers_->value));
  FZ_TRY(const auto envelope, read_envelope(bytes));
  StaffHeld next{staff.version, crypto::sha256_hex(envelope.payload), {}};
  for (const auto& e : staff.left) next.keyids.push_back(e.keyid);
  if (const auto held = staff_.find(staff.group); held != staff_.end()) {
    const auto& old = held->second;
    const bool same = staff.version == old.version && next.payload_sha256 == old.payload_sha256;
    if (same) return false;
    if (staff.version <= old.version) return version_error("staff", staff.version, old.version);
    for (const auto& id : old.keyids)  // a key that is listed no more need not be named for ever
      if (reviewers_->value.keys.contains(id) && std::find(next.keyids.begin(), next.keyids.end(), id) == next.keyids.end())
        return refuse(Check::version, "staff, " + staff.group + ", an entry is missing", id);
  }
  auto left = left_;
  note_staff(left, staff);
  auto after = reviewers_->value;
  apply_staff(after, left);
  const auto& withdraw = after.withdraw.keyids;
  const bool somebody = std::any_of(withdraw.begin(), withdraw.end(), [&](const auto& id) { return !after.keys.at(id).retired; });
  if (!somebody) return refuse(Check::policy, "staff, withdraw");
  left_ = std::move(left);
  reviewers_->value = std::move(after);
  staff_.insert_or_assign(staff.group, std::move(next));
  ++revision_;
  return true;
}

Result<void> TrustedState::add_approval(std::string_view bytes, UtcTime now) {
  if (!reviewers_) return refuse(Check::signature, "approval", "no reviewers yet");
  auto& reviewers = reviewers_->value;
  FZ_TRY(auto record, read_approval(bytes, reviewers));
  auto counts = check_approval(record, reviewers, identity_.venue, now);
  if (!counts && check_of(counts.error()) != Check::not_yet) return counts.error();
  auto held = approvals_.find(record.approval.approval_id);
  if (held != approvals_.end() && held->second.approval.issued > record.approval.issued)
    return refuse(Check::version, record.approval.approval_id, "an approval of this id with a later date is held");
  if (signed_by_two(record, reviewers)) note_offline_issued(record.approval.issued);
  auto id = record.approval.approval_id;
  approvals_.insert_or_assign(std::move(id), std::move(record));
  return {};
}
void TrustedState::forget_approvals(const std::set<std::string, std::less<>>& keep) {
  std::erase_if(approvals_, [&](auto& entry) { return !keep.contains(entry.first); });
}

Result<UtcTime> TrustedState::read_time_answer(std::string_view bytes, std::string_view nonce) const {
  FZ_TRY(auto envelope, open(bytes, kMaxDocument, kTimeType, root_.value.timestamp, "time"));
  FZ_TRY(auto answer, parse_time_answer(envelope.payload));
  if (!crypto::equal_constant_time(answer.nonce, nonce)) return refuse(Check::hash, "time, nonce");
  return answer.time;
}
Result<Receipt> TrustedState::read_receipt(std::string_view bytes) const {
  FZ_TRY(auto envelope, open(bytes, kMaxDocument, kReceiptType, root_.value.timestamp, "receipt"));
  FZ_TRY(auto receipt, parse_receipt(envelope.payload));
  if (receipt.screen != identity_.screen) return refuse(Check::screen, "receipt, " + receipt.screen);
  return receipt;
}

Freshness TrustedState::freshness(TrustedTime time) const {
  if (time.trust == ClockTrust::none || !reviewers_ || withdrawals_issued_ == UtcTime{}) return Freshness::dark;
  if (time.now >= reviewers_->value.expires || time.now >= withdrawals_until_) {
    bool some = std::any_of(approvals_.begin(), approvals_.end(), [&](auto& entry) {
      auto& a = entry.second.approval;
      return a.kind == Kind::loop && time.now < withdrawals_issued_ + Days{a.offline_days};
    });
    return some ? Freshness::stale2 : Freshness::dark;
  }
  bool clock_good = time.trust == ClockTrust::attested || time.trust == ClockTrust::continued ||
                    (time.trust == ClockTrust::rtc && identity_.air_gapped);  // nobody attests there
  return timestamp_ && clock_good && time.now < timestamp_until_ ? Freshness::fresh : Freshness::stale1;
}
}  // namespace fz::trust
