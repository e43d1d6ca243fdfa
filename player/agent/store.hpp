// Content on this screen's disk: blobs, their download with resume and repair by chunk, the probe in the sandbox.
// One object serves the fetching, the opening and the probing thread; each function says which.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "player/agent/core/action.hpp"
#include "shared/blob/blob.hpp"
#include "shared/net/client.hpp"

namespace fz::agent {

struct StoreOptions {
  fs::path blobs, probes;  ///< folder of blobs; file of what was probed before
  std::string server;      ///< "https://host:port"
  net::ClientOptions client;
  fs::path decoder;         ///< fz-decode; empty: beside the running program
  std::uint64_t quota = 0;  ///< bytes; 0: bounded by the free space only
};

class ContentStore {
 public:
  static Result<std::unique_ptr<ContentStore>> open(StoreOptions options);

  /// All blobs by name. Any thread.
  std::set<std::string, std::less<>> names() const;
  blob::Store& blobs() { return *blobs_; }
  /// Blobs that eviction must leave. Any thread.
  void keep(std::set<std::string, std::less<>> names);

  /// A small document: from the disk, or fetched, verified and stored. The fetching thread. Errors: those of net and blob.
  Result<std::string> document(const FetchDocument& a, const net::Cancel& cancel);
  /// Media onto the disk: goes on where an earlier try stopped; a chunk whose hash is wrong is fetched again alone. The fetching thread.
  Result<void> media(const FetchMedia& a, const net::Cancel& cancel);
  /// Check 12: what it is, by decoding it in the sandbox; remembered by hash. The probing thread.
  /// Errors: media_*, item_unplayable (another type than the approval says).
  Result<void> probe(const ProbeMedia& a);

 private:
  ContentStore(StoreOptions options, std::unique_ptr<blob::Store> blobs);
  net::Headers authorised(const std::string& token) const;
  Result<void> fill(blob::Part& part, const FetchMedia& a, const net::Cancel& cancel);
  Result<void> repair(blob::Part& part, const FetchMedia& a, const net::Cancel& cancel);
  void load_probes();
  Result<void> save_probes() const;

  StoreOptions options_;
  std::unique_ptr<blob::Store> blobs_;
  net::Client client_;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> keep_;
  std::map<std::string, std::string, std::less<>> probed_;  // hash -> "" or the code's name; the probing thread's
};

}  // namespace fz::agent
