#include "player/keys/inspect.hpp"

#include <algorithm>

#include "shared/trust/state.hpp"

namespace fz::keys {
namespace {
using namespace trust;

/// Names for the keys that are known from root and reviewers.
struct Names {
  KeyMap keys;
  std::map<std::string, std::string> holders;
  void take(const Root& root) {
    for (auto& [id, key] : root.keys) {
      keys.emplace(id, key);
      bool online = std::find(root.timestamp.keyids.begin(), root.timestamp.keyids.end(), id) != root.timestamp.keyids.end();
      holders.emplace(id, online ? "online" : "root");
    }
  }
  void take(const Reviewers& reviewers) {
    for (auto& [id, k] : reviewers.keys) {
      keys.emplace(id, k.key);
      holders.emplace(id, k.holder);
    }
  }
};

Result<void> judge_tuf(const Envelope& envelope, std::string_view bytes, std::string_view type, TrustedState& screen, UtcTime now) {
  auto& root = screen.root().value;
  if (type == "root") {
    FZ_TRY(auto own, TrustedState::init(bytes, {}));
    if (own.root().value.version != root.version) FZ_CHECK(screen.update_root(bytes));
    return own.check_root(now);
  }
  if (type == "timestamp") {
    FZ_TRY(auto t, parse_timestamp(envelope.payload));
    FZ_TRY(auto of_that_screen, TrustedState::init(screen.root().envelope, {t.screen, "", "", "", false}));
    FZ_CHECK(of_that_screen.update_timestamp(bytes, now));
    return {};
  }
  auto& role = type == "snapshot" ? root.snapshot : root.targets;
  if (good_signers(envelope, root.keys, role.keyids).size() < static_cast<std::size_t>(role.threshold))
    return refuse(Check::signature, std::string(type));
  if (type == "snapshot") FZ_CHECK(parse_snapshot(envelope.payload));
  if (type == "targets") FZ_CHECK(parse_targets(envelope.payload));
  return {};
}
Result<void> judge(const Envelope& envelope, std::string_view bytes, std::string_view type, TrustedState& screen,
                   const InspectContext& context) {
  if (envelope.payload_type == kTufType) return judge_tuf(envelope, bytes, type, screen, context.now);
  if (envelope.payload_type == kReviewersType) return screen.update_reviewers(bytes, context.now);
  if (envelope.payload_type == kApprovalType && screen.reviewers()) {
    auto& reviewers = screen.reviewers()->value;
    FZ_TRY(auto record, read_approval(bytes, reviewers));
    return check_approval(record, reviewers, context.venue, context.now);
  }
  if (envelope.payload_type == kStaffType) {
    FZ_CHECK(screen.update_staff(bytes));
    return {};
  }
  if (envelope.payload_type == kWithdrawalsType || envelope.payload_type == kRenewalType) {
    FZ_CHECK(screen.update_withdrawals(bytes, Source::polled, context.now));
    return {};
  }
  return fail(Code::unsupported, {{"what", envelope.payload_type}});
}
}  // namespace

Result<json::object> inspect(std::string_view bytes, const InspectContext& context) {
  FZ_TRY(auto envelope, read_envelope(bytes, kMaxTargets));
  FZ_TRY(auto payload, json::parse(envelope.payload, {kMaxTargets, 16}));
  auto* member = payload.is_object() ? payload.get_object().if_contains("_type") : nullptr;
  std::string type = member && member->is_string() ? std::string(member->get_string()) : "";

  // A root that stands alone is judged by itself.
  std::string root_bytes = context.root.empty() && type == "root" ? std::string(bytes) : context.root;
  Names names;
  Result<void> verdict = fail(Code::missing_field, {{"field", "--root"}});
  if (!root_bytes.empty()) {
    auto screen = TrustedState::init(root_bytes, {});
    if (screen) {
      names.take(screen->root().value);
      // Expired reviewers still name their holders.
      if (auto r = read_envelope(context.reviewers))
        if (auto list = parse_reviewers(r->payload)) names.take(*list);
      if (!context.reviewers.empty() && envelope.payload_type != kReviewersType)
        verdict = screen->update_reviewers(context.reviewers, context.now);
      if (context.reviewers.empty() || verdict || envelope.payload_type == kReviewersType)
        verdict = judge(envelope, bytes, type, *screen, context);
      if (type == "root")
        if (auto own = parse_root(envelope.payload)) names.take(*own);
    } else {
      verdict = screen.error();
    }
  }
  json::array signatures;
  for (auto& s : envelope.signatures) {
    Envelope one{envelope.payload_type, envelope.payload, {s}};
    auto holder = names.holders.find(s.keyid);
    signatures.push_back(json::object{{"keyid", s.keyid},
                                      {"holder", holder == names.holders.end() ? "" : holder->second},
                                      {"good", !good_signers(one, names.keys, std::vector<std::string>{s.keyid}).empty()}});
  }
  json::object out{{"payload_type", envelope.payload_type}, {"payload", std::move(payload)}, {"signatures", std::move(signatures)}};
  auto check = verdict ? std::optional<Check>{} : check_of(verdict.error());
  out["verdict"] = verdict ? std::string("ok") : check ? std::string(check_name(*check)) : "unknown";
  out["zh"] = verdict ? "签名与内容有效。" : message(verdict.error(), Lang::zh);
  out["en"] = verdict ? "Signatures and content are good." : message(verdict.error(), Lang::en);
  return out;
}
}  // namespace fz::keys
