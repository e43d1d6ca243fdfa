// What a publication reads: the offices' documents, campaigns, live approvals, places.
#include <algorithm>

#include "server/publish/state.hpp"
#include "shared/base/log.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::publish {
namespace {

Result<std::optional<TrustFiles::File>> read_file(const review::Store& db, std::string_view name) {
  FZ_TRY(auto bytes, db.trust_document(name));
  if (!bytes) return std::optional<TrustFiles::File>{};
  TrustFiles::File file{*std::move(bytes), {}};
  file.sha256 = crypto::sha256_hex(std::string_view(file.bytes));
  return std::optional(std::move(file));
}

Result<trust::Root> read_root(std::string_view bytes) {
  FZ_TRY(const auto envelope, trust::read_envelope(bytes));
  return trust::parse_root(envelope.payload);
}

/// Of a withdrawals document, or of the one inside a renewal.
Result<std::int64_t> version_of_withdrawals(std::string_view bytes) {
  FZ_TRY(auto envelope, trust::read_envelope(bytes));
  if (envelope.payload_type == trust::kRenewalType) {
    FZ_TRY(const auto renewal, trust::parse_renewal(envelope.payload));
    FZ_TRY(envelope, trust::read_envelope(renewal.withdrawals));
  }
  FZ_TRY(const auto w, trust::parse_withdrawals(envelope.payload));
  return w.version;
}

/// The campaign's last day is over everywhere on earth, and so is a day-part that began on it.
bool is_over(const campaigns::Campaign& c, UtcTime now) {
  const auto day = std::chrono::floor<Days>(now - std::chrono::hours(36));
  return std::chrono::sys_days(c.until) < day;
}

Result<std::shared_ptr<const KnownApproval>> read_known(const review::StoredApproval& a, const trust::Reviewers& reviewers,
                                                        blob::Store& blobs) {
  FZ_TRY(auto record, trust::read_approval(a.envelope, reviewers));
  auto known = std::make_shared<KnownApproval>();
  known->approved = {a.approval_id, a.item, crypto::sha256_hex(std::string_view(a.envelope)), a.envelope.size(), record.approval};
  if (!blobs.keep(known->approved.document_sha256)) FZ_CHECK(blobs.put(a.envelope));
  known->record = std::move(record);
  return std::shared_ptr<const KnownApproval>(std::move(known));
}

Result<void> read_approvals(const Tables& db, const TrustFiles& files, State& state, blob::Store& blobs, UtcTime now,
                            std::map<std::string, Approved>& out) {
  const auto print = files.reviewers_print();
  if (state.approvals_reviewers != print) state.approvals.clear();
  state.approvals_reviewers = print;
  std::set<std::string> withdrawn;
  FZ_TRY(const auto withdrawals, db.review.withdrawals());
  for (const auto& w : withdrawals) withdrawn.insert(w.approval_id);
  FZ_TRY(const auto live, db.review.live_approvals(now));
  decltype(state.approvals) used;
  std::map<std::string, int> version;  // of the item: a newer approved one replaces an older one
  for (const auto& a : live) {
    if (withdrawn.contains(a.approval_id) || a.withdrawn || !a.complete) continue;
    auto it = state.approvals.find(a.sha256);
    if (it == state.approvals.end()) {
      auto known = read_known(a, *files.reviewers_value, blobs);
      if (!known && !trust::check_of(known.error())) return known.error();  // the disk
      if (!known) log::warn("publish: approval {} is not published: {}", a.approval_id, to_log(known.error()));
      if (!known) continue;
      it = state.approvals.emplace(a.sha256, *std::move(known)).first;
    }
    used.insert(*it);
    const auto& known = *it->second;
    const auto counts = trust::check_approval(known.record, *files.reviewers_value, {}, now);
    if (!counts && trust::check_of(counts.error()) != trust::Check::not_yet) {
      log::warn("publish: approval {} is not published: {}", a.approval_id, to_log(counts.error()));
      continue;
    }
    auto [seen, first] = version.try_emplace(a.item, a.version);
    if (!first && seen->second > a.version) continue;
    seen->second = a.version;
    out.insert_or_assign(a.item, known.approved);
  }
  state.approvals = std::move(used);
  return {};
}

}  // namespace

Result<TrustFiles> TrustFiles::read(const review::Store& db) {
  TrustFiles out;
  FZ_TRY(auto latest, db.trust_document("root"));
  if (!latest) return fail(Code::root_missing);
  FZ_TRY(out.root, read_root(*latest));
  out.roots.emplace(out.root.version, *std::move(latest));
  for (auto n = out.root.version - 1; n > 0; --n) {
    FZ_TRY(auto older, db.trust_document("root." + std::to_string(n)));
    if (!older) break;
    out.roots.emplace(n, *std::move(older));
  }
  FZ_TRY(out.reviewers, read_file(db, "reviewers"));
  if (out.reviewers) {
    FZ_TRY(const auto envelope, trust::read_envelope(out.reviewers->bytes));
    FZ_TRY(const auto plain, trust::parse_reviewers(envelope.payload));
    FZ_TRY(out.reviewers_value, review::stored_reviewers(db));
    FZ_TRY(auto documents, review::stored_staff(db, plain));
    for (auto& d : documents) {
      if (!trust::read_staff(d.envelope, plain)) continue;  // a new screen would only sound the alarm
      auto sha256 = crypto::sha256_hex(std::string_view(d.envelope));
      out.staff.emplace(trust::staff_target(d.staff.group), File{std::move(d.envelope), std::move(sha256)});
    }
  }
  FZ_TRY(out.withdrawals, read_file(db, "withdrawals"));
  if (out.withdrawals) {
    FZ_TRY(out.withdrawals_version, version_of_withdrawals(out.withdrawals->bytes));
  }
  return out;
}

std::string TrustFiles::reviewers_print() const {
  std::string out = reviewers ? reviewers->sha256 : "";
  for (const auto& [name, file] : staff) out += file.sha256;
  return out;
}

Result<void> TrustFiles::check(const std::string& online) const {
  if (!reviewers) return fail(Code::reviewers_missing);
  for (const trust::Role* role : {&root.timestamp, &root.snapshot, &root.targets}) {
    if (role->threshold != 1 || std::find(role->keyids.begin(), role->keyids.end(), online) == role->keyids.end())
      return fail(Code::online_key_unlisted, {}, "online key " + online);
  }
  return {};
}

Result<Inputs> read_inputs(const Tables& db, const TrustFiles& files, State& state, blob::Store& blobs, UtcTime now) {
  Inputs in;
  FZ_TRY(in.campaigns, db.campaigns.active());
  std::erase_if(in.campaigns, [&](const auto& c) { return is_over(c, now); });
  FZ_TRY(auto units, db.accounts.units(""));
  for (auto& u : units) in.unit_paths.emplace(std::move(u.id), std::move(u.path));
  FZ_TRY(in.places, db.screens.places());
  FZ_CHECK(read_approvals(db, files, state, blobs, now, in.approved));
  return in;
}

}  // namespace fz::publish
