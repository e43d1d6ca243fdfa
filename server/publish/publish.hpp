// Campaigns x screens -> cohorts -> signed documents, prebuilt for serving. How and why: README.md.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "server/alerts/alerts.hpp"
#include "server/campaigns/campaigns.hpp"
#include "server/review/review.hpp"
#include "server/screens/screens.hpp"
#include "shared/blob/blob.hpp"
#include "shared/crypto/key.hpp"
#include "shared/trust/documents.hpp"

namespace fz::publish {

// ---- what is served ----------------------------------------------------------------------------------------------
/// One signed document, ready to send. Immutable.
struct Document {
  std::string bytes;
  std::string etag;  ///< with quotes
  std::int64_t version = 0;
};
using DocumentPtr = std::shared_ptr<const Document>;

/// Everything the screens may fetch at one moment. Immutable; shared between threads.
struct Published {
  std::int64_t version = 0;                                 ///< the server-wide counter
  std::unordered_map<std::string, DocumentPtr> timestamps;  ///< by screen id
  std::unordered_map<std::string, DocumentPtr> metadata;    ///< "12.snapshot.json", "11.targets.json", "1.root.json"; also those
                                                            ///< replaced within kKeepReplaced, for screens in mid-update
  std::unordered_map<std::string, std::string> cohort_of;   ///< screen id -> cohort
  DocumentPtr withdrawals;                                  ///< the envelope to push; null while there is none
  std::unordered_set<std::string> blobs;                    ///< SHA-256 of everything that those targets list
  /// True if screens may fetch the blob: nothing else leaves, drafts above all.
  bool is_public_blob(const std::string& sha256) const { return blobs.contains(sha256); }
};
using PublishedPtr = std::shared_ptr<const Published>;

/// What one publication changed.
struct Delta {
  PublishedPtr published;
  std::vector<std::string> screens;  ///< those with a new list or assignment: tell them
  int cohorts_compiled = 0;          ///< lists that were not known from the last run
  int cohorts_signed = 0, cohorts_total = 0, timestamps_signed = 0;
  std::vector<std::string> warnings_zh, warnings_en;  ///< the mix rule and items left out, a sentence each
};

/// What a publication would change, for people to look at before it.
struct Preview {
  struct Change {
    std::vector<std::string> screens;         ///< ids of the branch, by id
    std::vector<std::string> added, removed;  ///< approval ids; both empty: times, order or rules changed
  };
  std::int64_t screens = 0, unchanged = 0;  ///< of the branch
  std::int64_t elsewhere = 0;               ///< of other branches, that would get another list
  std::vector<Change> changes;              ///< what goes together, the most screens first; at most kMaxChanges
  std::vector<std::string> warnings_zh, warnings_en;
};
inline constexpr std::size_t kMaxChanges = 200;

// ---- pure part ---------------------------------------------------------------------------------------------------
/// An approved item as the compiler sees it.
struct Approved {
  std::string approval_id, item;
  std::string document_sha256;  ///< of the envelope
  std::uint64_t document_length = 0;
  trust::Approval approval;
};
struct Inputs {
  std::vector<campaigns::Campaign> campaigns;     ///< active, by id
  std::map<std::string, std::string> unit_paths;  ///< unit id -> path
  std::map<std::string, Approved> approved;       ///< item id -> its live approval
  std::vector<screens::Place> places;             ///< active screens, by id
};
/// An alert that stands in the lists of the screens it is for.
struct AlertFile {
  std::string id;
  trust::TargetFile file;                  ///< of the signed document
  std::vector<const Approved*> approvals;  ///< that it shows; none for one that was cancelled
};
/// The list of one cohort, before it is signed. Deterministic: equal inputs give equal bytes.
struct Compiled {
  std::string playlist;                                       ///< schedule::write_playlist
  std::map<std::string, trust::TargetFile> media, approvals;  ///< target name -> file
  std::string key;                                            ///< hex SHA-256 over all of it: the cohort
  std::vector<std::string> warnings_zh, warnings_en;
};
/// True if the campaign's target holds the place.
bool targets(const campaigns::Campaign& campaign, const std::string& target_path, const screens::Place& place);
/// The list for a place: its campaigns, each with the items that are approved for its venue and region.
/// `output`: the site's output rules, or empty. REQUIRES: `campaigns` are those that target it, by id.
Compiled compile(const std::vector<const campaigns::Campaign*>& campaigns, const std::map<std::string, Approved>& approved,
                 std::string_view venue, std::string_view region, UtcTime now, std::string_view output = {},
                 const std::vector<const AlertFile*>& alerts = {});

// ---- store -------------------------------------------------------------------------------------------------------
/// Documents of a cohort live a year: what is fresh is the timestamp's to say.
inline constexpr Days kCohortLife{365};
inline constexpr Millis kTimestampLife = std::chrono::hours(24);
inline constexpr Millis kKeepReplaced = std::chrono::minutes(15);

struct Cohort {
  std::string key;  ///< Compiled::key with the hashes of reviewers and withdrawals
  std::int64_t targets_version = 0, snapshot_version = 0;
  std::string targets, snapshot;  ///< envelopes
  UtcTime expires;
};
struct ScreenDocument {
  std::string screen, cohort;
  std::int64_t version = 0;
  std::int64_t snapshot_version = 0;  ///< that it names: the screen never gets a lower one
  std::string assignment;             ///< JSON of site, venue, region, zone: a change is signed anew
  std::string timestamp;              ///< envelope; empty for a screen that is active no more, whose numbers are kept
  UtcTime expires;
};
class Store {
 public:
  virtual ~Store() = default;
  /// The next number of the server-wide counter: the greater of `at_least` and the last one + 1.
  virtual Result<std::int64_t> next_version(std::int64_t at_least) = 0;
  virtual Result<std::int64_t> current_version() const = 0;
  virtual Result<std::vector<Cohort>> cohorts() const = 0;
  virtual Result<void> put_cohort(const Cohort& cohort) = 0;
  virtual Result<void> remove_cohort(std::string_view key) = 0;
  virtual Result<std::vector<ScreenDocument>> screen_documents() const = 0;
  virtual Result<void> put_screen_document(const ScreenDocument& document) = 0;
};
/// What publishing reads and writes together.
struct Tables {
  Store& publish;
  const review::Store& review;
  const campaigns::Store& campaigns;
  const screens::Store& screens;
  const accounts::Store& accounts;
  const alerts::Store& alerts;
};

// ---- the publisher -----------------------------------------------------------------------------------------------
struct State;  // private to the publisher

/// Keeps the published set and makes the next one. Thread-safe.
class Publisher {
 public:
  using Write = std::function<Result<Delta>(const std::function<Result<Delta>(const Tables&)>&)>;
  /// `write` runs its argument in one write transaction and commits. `blobs` must outlive the publisher, which owns the key.
  Publisher(crypto::PrivateKey online, blob::Store& blobs, Write write);
  ~Publisher();

  /// Loads what was published before, without signing. Call once at start.
  Result<void> load(const Tables& db, UtcTime now);
  /// Compiles, signs what changed, commits, swaps. One at a time; a caller that waits meanwhile gets a fresh run.
  /// Errors: root_missing, reviewers_missing, online_key_unlisted (the root does not name our online key), disk_full, io.
  Result<Delta> run(UtcTime now);
  /// What run() would change on the screens below `unit_path`; signs nothing. Errors: as run().
  Result<Preview> preview(std::string_view unit_path, UtcTime now);
  /// Signs timestamps (and cohort documents) anew that end within half of their life. Compiles nothing. Call every few minutes.
  Result<Delta> renew(UtcTime now);
  /// Signs everything anew, above all numbers it may have given out: once after the database was restored from a backup.
  Result<Delta> sign_anew(UtcTime now);
  /// What is published now; never null (empty before the first publication). Cheap, from any thread.
  PublishedPtr current() const { return current_.load(); }
  const crypto::PrivateKey& online_key() const { return online_; }

 private:
  enum class Mode { changes, renewal, everything };
  Result<Delta> run(UtcTime now, Mode mode);
  Result<State> state_of(const Tables& db) const;  // under run_mutex_
  crypto::PrivateKey online_;
  blob::Store& blobs_;
  Write write_;
  std::mutex run_mutex_;
  std::unique_ptr<const State> state_;  // guarded by run_mutex_; null before load() and the first run
  std::atomic<PublishedPtr> current_;
};

}  // namespace fz::publish
