// TrustedState as JSON: the envelopes as they came, so that a start verifies them again, and the counters beside them.
#include "shared/base/json.hpp"
#include "shared/trust/state.hpp"

namespace fz::trust {
namespace {
constexpr std::string_view kFormat = "fz-trust-1";
constexpr std::size_t kMaxState = std::size_t{32} << 20;

UtcTime read_ms(json::Reader& r, std::string_view name) {
  return from_unix_ms(r.integer(name, 0, (std::int64_t{1} << 53) - 1));
}
}  // namespace

std::string TrustedState::save() const {
  json::object out{{"format", kFormat},
                   {"root", root_.envelope},
                   {"withdrawals_epoch", withdrawals_epoch_},
                   {"withdrawals_version", withdrawals_version_},
                   {"withdrawals_issued", to_unix_ms(withdrawals_issued_)},
                   {"withdrawals_until", to_unix_ms(withdrawals_until_)},
                   {"timestamp_until", to_unix_ms(timestamp_until_)},
                   {"offline_issued", to_unix_ms(offline_issued_)}};
  if (reviewers_) out["reviewers"] = reviewers_->envelope;
  json::object left;
  for (auto& [id, at] : left_) left[id] = to_unix_ms(at);
  json::array staff;
  for (auto& [group, held] : staff_) {
    json::array keyids(held.keyids.begin(), held.keyids.end());
    staff.push_back(
        json::object{{"group", group}, {"version", held.version}, {"payload", held.payload_sha256}, {"keyids", std::move(keyids)}});
  }
  out["left"] = std::move(left);
  out["staff"] = std::move(staff);
  if (timestamp_) out["timestamp"] = timestamp_->envelope;
  if (snapshot_) out["snapshot"] = snapshot_->envelope;
  if (targets_) out["targets"] = targets_->envelope;
  json::array items;
  for (auto& [id, w] : withdrawals_)
    items.push_back(
        json::object{{"approval_id", id}, {"at", to_unix_ms(w.at)}, {"until", to_unix_ms(w.until)}, {"by", w.by}, {"reason", w.reason}});
  out["withdrawals"] = std::move(items);
  json::array alerts;
  for (auto& [id, a] : alerts_)
    alerts.push_back(
        json::object{{"envelope", a.envelope}, {"until", to_unix_ms(a.until)}, {"kept", to_unix_ms(a.kept)}, {"polled", a.polled}});
  out["alerts"] = std::move(alerts);
  return json::write(out);
}

Result<TrustedState> TrustedState::load(std::string_view text, Identity identity) {
  FZ_TRY(auto document, json::parse(text, {kMaxState, 8}));
  json::Reader r(document, "state");
  TrustedState out;
  out.identity_ = std::move(identity);
  auto format = r.string("format", 32), root = r.string("root", kMaxDocument);
  auto reviewers = r.optional_string("reviewers", kMaxDocument), timestamp = r.optional_string("timestamp", kMaxDocument);
  auto snapshot = r.optional_string("snapshot", kMaxDocument), targets = r.optional_string("targets", kMaxTargets);
  constexpr std::int64_t kMax = (std::int64_t{1} << 53) - 1;
  out.withdrawals_epoch_ = r.integer("withdrawals_epoch", 0, kMax);
  out.withdrawals_version_ = r.integer("withdrawals_version", 0, kMax);
  out.withdrawals_issued_ = read_ms(r, "withdrawals_issued");
  out.withdrawals_until_ = read_ms(r, "withdrawals_until");
  out.timestamp_until_ = read_ms(r, "timestamp_until");
  out.offline_issued_ = read_ms(r, "offline_issued");
  if (auto* items = r.list("withdrawals", 100'000)) {
    for (auto& item : *items) {
      json::Reader i(item, "withdrawals");
      Withdrawal w{i.string("approval_id"), read_ms(i, "at"), read_ms(i, "until"), i.string("by"), i.string("reason")};
      FZ_CHECK(i.finish());
      out.withdrawals_.emplace(w.approval_id, w);
    }
  }
  const auto* alerts = r.list("alerts", 100, false);
  const auto* left = r.object_member("left", false);
  const auto* staff = r.list("staff", 500, false);
  FZ_CHECK(r.finish());
  if (format != kFormat) return fail(Code::bad_field, {{"field", "format"}, {"what", format}});

  FZ_CHECK(out.take_root(root));
  // Like withdrawals: what was taken away stays so, also when a signer's key was removed since.
  if (left) {
    for (auto& member : left->get_object()) {
      if (!member.value().is_int64()) return fail(Code::bad_field, {{"field", "left"}, {"what", std::string(member.key())}});
      out.left_.emplace(std::string(member.key()), from_unix_ms(member.value().get_int64()));
    }
  }
  if (staff) {
    for (auto& item : *staff) {
      json::Reader i(item, "staff");
      auto group = i.string("group");
      StaffHeld held{i.integer("version", 1, kMax), i.string("payload", 64), i.strings("keyids", kMaxStaff, 64)};
      FZ_CHECK(i.finish());
      out.staff_.emplace(std::move(group), std::move(held));
    }
  }
  if (reviewers) FZ_CHECK(out.take_reviewers(*reviewers));
  // After a change of online keys the list of before stays in use until the next one, but it is not carried over a
  // restart: its signature is nobody's any more.
  auto& roles = out.root_.value;
  if (alerts) {
    for (auto& item : *alerts) {
      json::Reader i(item, "alerts");
      const auto bytes = i.string("envelope", kMaxDocument);
      const auto until = read_ms(i, "until"), kept = read_ms(i, "kept");
      const auto polled = i.integer("polled", 0, kMax);
      FZ_CHECK(i.finish());
      FZ_TRY(auto a, out.read_alert(bytes));
      a.until = until;
      a.kept = kept;
      a.polled = polled;
      out.alerts_.emplace(a.alert.alert_id, std::move(a));
    }
  }
  if (timestamp) {
    FZ_TRY(auto envelope, out.open(*timestamp, kMaxDocument, kTufType, roles.timestamp, "timestamp"));
    FZ_TRY(auto value, parse_timestamp(envelope.payload));
    // A screen that was enrolled anew has another name; the old timestamp is not its own.
    if (out.identity_.screen.empty() || value.screen == out.identity_.screen) out.timestamp_ = {std::move(value), *timestamp};
  }
  if (snapshot) {
    FZ_TRY(auto envelope, out.open(*snapshot, kMaxDocument, kTufType, roles.snapshot, "snapshot"));
    FZ_TRY(auto value, parse_snapshot(envelope.payload));
    out.snapshot_ = {std::move(value), *snapshot};
  }
  if (targets) {
    auto envelope = out.open(*targets, kMaxTargets, kTufType, roles.targets, "targets");
    if (envelope) {
      FZ_TRY(auto value, parse_targets(envelope->payload));
      out.targets_ = {std::move(value), *targets};
    }
  }
  return out;
}
}  // namespace fz::trust
