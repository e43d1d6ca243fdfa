// The screen's files: fetched by hash and resumed, mended chunk by chunk, opened verified, probed in the sandbox.
// Thread-safe where it says so; each kind of work has its own thread, so that a long download never delays an opening.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "player/agent/core/action.hpp"
#include "player/agent/core/event.hpp"
#include "shared/blob/blob.hpp"
#include "shared/net/client.hpp"

namespace fz::agent {

/// Gets a blob into the store, resuming what is there of it. `url` is the blob's address, `token` may be empty.
/// A file whose bytes are wrong is compared chunk by chunk, and only the bad chunks are fetched again, up to `rounds` times.
/// `arrived`, where given, is called with the number of bytes that came; it may wait, up to ten seconds.
/// Errors: those of net::download, http_status, blob_mismatch (wrong bytes again and again), disk_full, io. What arrived stays.
Result<void> fetch_media(net::Client& client, blob::Store& store, const std::string& url, const FetchMedia& what, const net::Cancel& cancel,
                         int rounds = 3, const std::function<void(std::uint64_t)>& arrived = {});
/// A small document: from the store, or fetched, verified and stored. Errors as above.
Result<std::string> fetch_document(net::Client& client, blob::Store& store, const std::string& url, const FetchDocument& what,
                                   const net::Cancel& cancel);

/// Runs `program --probe` on an open blob. Errors: the media_* code that it reported, process_failed, timeout,
/// media_mislabelled (another type than approved).
Result<void> probe_media(const fs::path& program, Fd media, const std::string& mime);

/// Which blobs may go when space is needed: all but those that are kept. Thread-safe.
class Keep {
 public:
  void set(std::set<std::string, std::less<>> names) {
    const std::lock_guard lock(mutex_);
    names_ = std::move(names);
    known_ = true;
  }
  /// Names of `store` that may go, as blob::Options::evict wants them; none before set() was called.
  std::vector<std::string> removable(const blob::Store& store) const;

 private:
  mutable std::mutex mutex_;
  bool known_ = false;
  std::set<std::string, std::less<>> names_;
};

}  // namespace fz::agent
