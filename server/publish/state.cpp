#include "server/publish/state.hpp"

#include "shared/base/log.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::publish {
namespace {

Result<SignedCohortPtr> read_cohort(Cohort&& c, const std::string& online) {
  auto out = std::make_shared<SignedCohort>();
  out->targets_version = c.targets_version;
  out->snapshot_version = c.snapshot_version;
  out->expires = c.expires;
  FZ_TRY(const auto snapshot, trust::read_envelope(c.snapshot));
  FZ_TRY(const auto targets, trust::read_envelope(c.targets, trust::kMaxTargets));
  FZ_TRY(const auto list, trust::parse_targets(targets.payload));
  for (const auto& [name, file] : list.targets) out->blobs.push_back(file.sha256);
  out->ours = snapshot.signatures.front().keyid == online && targets.signatures.front().keyid == online;
  out->snapshot_meta = {c.snapshot_version, c.snapshot.size(), crypto::sha256_hex(std::string_view(c.snapshot))};
  out->targets = make_document(std::move(c.targets), c.targets_version);
  out->snapshot = make_document(std::move(c.snapshot), c.snapshot_version);
  return SignedCohortPtr(std::move(out));
}

}  // namespace

DocumentPtr make_document(std::string bytes, std::int64_t version) {
  auto etag = "\"" + crypto::sha256_hex(std::string_view(bytes)).substr(0, 32) + "\"";
  return std::make_shared<const Document>(Document{std::move(bytes), std::move(etag), version});
}

Result<State> State::read(const Store& db, const std::string& online) {
  State out;
  FZ_TRY(auto cohorts, db.cohorts());
  for (auto& c : cohorts) {
    const std::string key = c.key;
    auto cohort = read_cohort(std::move(c), online);
    if (cohort)
      out.cohorts.emplace(key, *std::move(cohort));
    else
      log::error("publish: stored cohort {}: {}", key, to_log(cohort.error()));
  }
  FZ_TRY(auto screens, db.screen_documents());
  for (auto& s : screens) {
    auto document = s.timestamp.empty() ? nullptr : make_document(std::move(s.timestamp), s.version);
    out.screens.emplace(std::move(s.screen), SignedScreen{std::move(s.cohort), std::move(s.assignment), s.version, s.snapshot_version,
                                                          std::move(document), s.expires});
  }
  return out;
}

void State::distrust() {
  for (auto& [key, cohort] : cohorts) {
    auto copy = std::make_shared<SignedCohort>(*cohort);
    copy->ours = false;
    cohort = std::move(copy);
  }
}

PublishedPtr State::publish(std::int64_t version, const TrustFiles& files) const {
  auto out = std::make_shared<Published>();
  out->version = version;
  out->timestamps.reserve(screens.size());
  for (const auto& [id, s] : screens) {
    if (!s.timestamp) continue;
    out->timestamps.emplace(id, s.timestamp);
    out->cohort_of.emplace(id, s.cohort);
  }
  for (const auto& old : replaced) {
    out->metadata.emplace(old.name, old.document);
    out->blobs.insert(old.cohort->blobs.begin(), old.cohort->blobs.end());
  }
  for (const auto& [key, c] : cohorts) {
    out->metadata.insert_or_assign(std::to_string(c->targets_version) + ".targets.json", c->targets);
    out->metadata.insert_or_assign(std::to_string(c->snapshot_version) + ".snapshot.json", c->snapshot);
    out->blobs.insert(c->blobs.begin(), c->blobs.end());
  }
  for (const auto& [n, bytes] : files.roots) out->metadata.insert_or_assign(std::to_string(n) + ".root.json", make_document(bytes, n));
  if (files.withdrawals) out->withdrawals = make_document(files.withdrawals->bytes, files.withdrawals_version);
  return out;
}

}  // namespace fz::publish
