// Private to server/publish: what is published, in memory, and what one publication reads.
#pragma once
#include <set>

#include "server/publish/publish.hpp"
#include "shared/trust/state.hpp"

namespace fz::publish {

DocumentPtr make_document(std::string bytes, std::int64_t version);

/// A cohort whose documents are signed. Immutable.
struct SignedCohort {
  std::int64_t targets_version = 0, snapshot_version = 0;
  DocumentPtr targets, snapshot;
  trust::FileMeta snapshot_meta;
  std::vector<std::string> blobs;  ///< that its targets list
  UtcTime expires;
  bool ours = true;  ///< signed by the online key of now
};
using SignedCohortPtr = std::shared_ptr<const SignedCohort>;

struct SignedScreen {
  std::string cohort, assignment;
  std::int64_t version = 0, snapshot_version = 0;
  DocumentPtr timestamp;  ///< null: the screen is active no more
  UtcTime expires;
};

/// A document that was replaced and is served for a while.
struct Replaced {
  std::string name;
  DocumentPtr document;
  SignedCohortPtr cohort;
  UtcTime until;
};

/// An approval as it was read, with the reviewers it was read under.
struct KnownApproval {
  Approved approved;
  trust::ApprovalRecord record;
};

/// The offices' documents as the review keeps them.
struct TrustFiles {
  struct File {
    std::string bytes, sha256;
  };
  std::map<std::int64_t, std::string> roots;  ///< by version
  trust::Root root;                           ///< the latest
  std::optional<File> reviewers, withdrawals;
  std::int64_t withdrawals_version = 0;
  std::optional<trust::Reviewers> reviewers_value;  ///< with everybody retired who left
  std::map<std::string, File> staff;                ///< by their name in the targets: those that a screen would take in
  /// Names the list and the staff documents under which something was judged.
  std::string reviewers_print() const;

  /// Errors: root_missing.
  static Result<TrustFiles> read(const review::Store& db);
  /// Errors: reviewers_missing, online_key_unlisted.
  Result<void> check(const std::string& online) const;
};

struct State {
  std::map<std::string, SignedCohortPtr> cohorts;
  std::map<std::string, SignedScreen> screens;
  std::vector<Replaced> replaced;  ///< oldest first
  // What costs time and comes out the same again:
  std::map<std::string, std::shared_ptr<const Compiled>> compiled;        ///< by fingerprint of what went in
  std::map<std::string, std::shared_ptr<const KnownApproval>> approvals;  ///< by SHA-256 of the envelope
  std::string approvals_reviewers;                                        ///< SHA-256 of the reviewers they were read under

  /// What the store holds. A cohort that cannot be read is left out, and thereby signed anew by the next run.
  static Result<State> read(const Store& db, const std::string& online);
  /// Makes the next publication sign every cohort, and with it every timestamp, anew.
  void distrust();
  /// Puts it up for serving, with the documents of the offices.
  PublishedPtr publish(std::int64_t version, const TrustFiles& files) const;
};

/// Everything a publication compiles from. `approvals` of the state is brought up to date; new envelopes become blobs.
Result<Inputs> read_inputs(const Tables& db, const TrustFiles& files, State& state, blob::Store& blobs, UtcTime now);

}  // namespace fz::publish
