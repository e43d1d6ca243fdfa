// Private to server/publish: one publication, from the plan to the signed set.
#pragma once
#include "server/publish/state.hpp"

namespace fz::publish {

/// Used once, by one thread, within one transaction. Works on a copy of the state.
class Making {
 public:
  Making(const Tables& db, State state, const crypto::PrivateKey& online, blob::Store& blobs, UtcTime now)
      : db_(db), state_(std::move(state)), online_(online), blobs_(blobs), now_(now) {}

  /// A full publication, or only the documents whose life is half over.
  Result<Delta> run(bool only_renew);
  /// The plan against what is published; nothing is signed. Instead of run().
  Result<Preview> preview(std::string_view unit_path);
  State take_state() { return std::move(state_); }

 private:
  struct Wanted {
    std::string cohort, assignment;
    trust::Assignment place;
    bool air_gapped = false;
    std::string unit_path{};  ///< empty in a renewal
  };
  struct LiveAlert {
    alerts::Alert alert;
    std::string unit_path;
    AlertFile file;
  };
  Result<void> plan();
  Result<std::vector<LiveAlert>> live_alerts(const Inputs& in);
  Result<void> plan_renewal();
  std::shared_ptr<const Compiled> compiled(const Inputs& in, const std::vector<std::size_t>& campaigns, const screens::Place& place,
                                           const std::vector<std::string>& prints, const std::vector<const AlertFile*>& alerts);
  trust::Targets list(const Compiled& c) const;
  Result<void> sign_cohorts();
  Result<void> sign_cohort(const std::string& key, trust::Targets targets);
  Result<void> sign_timestamps();
  Millis life(const Wanted& want) const;
  Result<void> sign_timestamp(const std::string& screen, const Wanted& want, const SignedCohort& cohort);
  Result<void> retire();
  void replace(const std::string& key);
  void forget_replaced();
  Result<std::int64_t> next_version() { return db_.publish.next_version(to_unix_ms(now_)); }
  Result<void> keep_blob(std::string_view bytes, const std::string& sha256);
  void warn(const std::string& zh, const std::string& en);

  const Tables& db_;
  State state_;
  const crypto::PrivateKey& online_;
  blob::Store& blobs_;
  UtcTime now_;
  TrustFiles files_;
  std::map<std::string, Wanted> wanted_;                           // by screen
  std::map<std::string, std::shared_ptr<const Compiled>> by_key_;  // by cohort; empty in a renewal
  std::map<std::string, std::shared_ptr<const Compiled>> used_;    // by fingerprint
  Delta delta_;
};

}  // namespace fz::publish
