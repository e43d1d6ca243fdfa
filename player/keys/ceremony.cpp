#include "player/keys/ceremony.hpp"

#include <algorithm>
#include <map>

#include "shared/trust/state.hpp"

namespace fz::keys {
namespace {

using crypto::PrivateKey;
using crypto::PublicKey;

struct Held {
  PublicKey key;
  std::optional<PrivateKey> secret;  // nothing: made elsewhere
  std::string purpose;
};

/// All holders' keys: those that were brought along, and new ones for everybody else.
class Ring {
 public:
  explicit Ring(const Description& d) {
    for (auto& h : d.root_holders) add(d, h, "root");
    for (auto& g : d.groups)
      for (auto& h : g.holders) add(d, h, "approve");
    for (auto& h : d.withdraw_holders) add(d, h, "withdraw");
    for (auto& h : d.renew_holders) add(d, h, "renew");
  }
  const PublicKey& key(const std::string& holder) const { return all_.at(holder).key; }
  std::string id(const std::string& holder) const { return crypto::keyid(key(holder)); }
  const PrivateKey* secret(const std::string& holder) const {
    auto& s = all_.at(holder).secret;
    return s ? &*s : nullptr;
  }
  const std::map<std::string, Held>& all() const { return all_; }

 private:
  void add(const Description& d, const std::string& holder, const char* purpose) {
    if (all_.contains(holder)) return;
    auto known = std::find_if(d.known_keys.begin(), d.known_keys.end(), [&](auto& k) { return k.first == holder; });
    if (known != d.known_keys.end()) {
      all_.emplace(holder, Held{known->second, std::nullopt, purpose});
      return;
    }
    auto secret = PrivateKey::generate();
    auto key = secret.public_key();
    all_.emplace(holder, Held{std::move(key), std::move(secret), purpose});
  }
  std::map<std::string, Held> all_;
};

trust::Root make_root(const CeremonyOrder& order, const Ring& ring) {
  trust::Root root;
  root.issued = order.now;
  root.expires = order.now + Days{order.description.root_days};
  root.demo = order.demo;
  for (auto& h : order.description.root_holders) {
    root.keys.emplace(ring.id(h), ring.key(h));
    root.root.keyids.push_back(ring.id(h));
  }
  root.root.threshold = order.description.root_threshold;
  auto online = crypto::keyid(order.online);
  root.keys.emplace(online, order.online);
  root.timestamp = root.snapshot = root.targets = {{online}, 1};
  return root;
}
trust::Reviewers make_reviewers(const CeremonyOrder& order, const Ring& ring) {
  auto& d = order.description;
  trust::Reviewers out;
  out.issued = order.now;
  out.expires = order.now + Days{d.reviewers_days};
  out.policy = d.policy;
  auto list = [&](const std::string& holder) {
    out.keys.emplace(ring.id(holder), trust::ReviewerKey{holder, ring.key(holder), {}});
    return ring.id(holder);
  };
  auto add_to = [](trust::Role& role, const std::string& id) {
    if (std::find(role.keyids.begin(), role.keyids.end(), id) == role.keyids.end()) role.keyids.push_back(id);
  };
  for (auto& g : d.groups) {
    trust::ApproverGroup group{g.name, {}, g.threshold, g.regions, g.venues, g.kinds, g.raised};
    for (auto& h : g.holders) {
      group.keyids.push_back(list(h));
      add_to(out.withdraw, ring.id(h));  // taking down is easy: every approver may
    }
    out.approve.push_back(std::move(group));
  }
  for (auto& h : d.withdraw_holders) add_to(out.withdraw, list(h));
  for (auto& h : d.renew_holders) add_to(out.renew, list(h));
  return out;
}
/// Signed by as many of `holders` as the threshold wants. Fails when their keys were not made here.
Result<std::string> sign_by(std::string_view type, std::string payload, const std::vector<std::string>& holders, int threshold,
                            const Ring& ring) {
  trust::Envelope envelope{std::string(type), std::move(payload), {}};
  for (auto& h : holders)
    if (auto* key = ring.secret(h); key && static_cast<int>(envelope.signatures.size()) < threshold) trust::add_signature(envelope, *key);
  if (static_cast<int>(envelope.signatures.size()) < threshold)
    return trust::refuse(trust::Check::signature, std::string(type), "too few of the signing keys are made in this ceremony");
  return trust::write_envelope(envelope);
}
}  // namespace

Result<CeremonyResult> hold_ceremony(const CeremonyOrder& order, const AskPassphrase& ask) {
  auto& d = order.description;
  FZ_CHECK(check_description(d));
  if (fs::exists(order.out / "1.root.json")) return fail(Code::file_exists, {{"path", (order.out / "1.root.json").string()}});
  Ring ring(d);
  FZ_TRY(auto root, sign_by(trust::kTufType, trust::write_root(make_root(order, ring)), d.root_holders, d.root_threshold, ring));
  FZ_TRY(auto reviewers,
         sign_by(trust::kReviewersType, trust::write_reviewers(make_reviewers(order, ring)), d.root_holders, d.root_threshold, ring));
  trust::Withdrawals none;
  none.issued = order.now;
  none.expires = order.now + Days{d.policy.withdrawals_days};
  FZ_TRY(auto withdrawals, sign_by(trust::kWithdrawalsType, trust::write_withdrawals(none), d.withdraw_holders, 1, ring));

  // What a screen would say of it, before anything is written.
  FZ_TRY(auto screen, trust::TrustedState::init(root, {}));
  FZ_CHECK(screen.update_reviewers(reviewers, order.now));
  FZ_CHECK(screen.update_withdrawals(withdrawals, trust::Source::polled, order.now));

  CeremonyResult out;
  std::vector<std::pair<std::string, std::string>> files;
  for (auto& [holder, held] : ring.all()) {
    if (!held.secret) continue;
    FZ_TRY(auto passphrase, ask(holder));
    FZ_TRY(auto text, crypto::seal_key(*held.secret, holder, held.purpose, passphrase));
    files.emplace_back(holder + ".key.json", std::move(text));
    out.keys.push_back({holder, held.purpose, held.secret->id(), files.back().first});
  }
  FZ_CHECK(make_dirs(order.out, 0700));
  for (auto& [name, text] : files) {
    if (fs::exists(order.out / name)) return fail(Code::file_exists, {{"path", (order.out / name).string()}});
    FZ_CHECK(write_atomic(order.out / name, text, 0600));
  }
  for (auto& [name, text] : {std::pair{"reviewers.json", &reviewers}, {"withdrawals.json", &withdrawals}, {"1.root.json", &root}}) {
    FZ_CHECK(write_atomic(order.out / name, *text));  // the root last: it says that the ceremony is complete
    out.documents.push_back(name);
  }
  return out;
}
}  // namespace fz::keys
