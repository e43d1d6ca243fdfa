// The screen's files: fetched by hash and resumed, mended chunk by chunk, opened verified, probed in the sandbox.
// Thread-safe where it says so; each kind of work has its own thread, so that a long download never delays an opening.
#pragma once
#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "player/agent/core/action.hpp"
#include "player/agent/core/event.hpp"
#include "shared/blob/blob.hpp"
#include "shared/net/client.hpp"

namespace fz::agent {

/// The part to go on with, a damaged file's own bytes among them; nothing if the file is there and good. There is room for the rest.
/// Errors: store_full (nothing more can be evicted), io.
Result<std::optional<blob::Part>> part_for(blob::Store& store, const FetchMedia& what);
/// Gets a blob into the store, resuming what is there of it. `url` is the blob's address, `token` may be empty.
/// A file whose bytes are wrong is compared chunk by chunk, and only the bad chunks are fetched again, up to `rounds` times.
/// `arrived`, where given, is called with the number of bytes that came; it may wait, up to ten seconds.
/// Errors: those of net::download, http_status, blob_mismatch (wrong bytes again and again), store_full (before the first byte is
/// fetched), disk_full, io. What arrived stays.
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
  /// What stays from now on. Returns what was kept so far and is not any more.
  std::set<std::string, std::less<>> set(std::set<std::string, std::less<>> names) {
    const std::lock_guard lock(mutex_);
    std::set<std::string, std::less<>> left;
    std::set_difference(names_.begin(), names_.end(), names.begin(), names.end(), std::inserter(left, left.end()));
    names_ = std::move(names);
    known_ = true;
    return left;
  }
  /// True for what was kept when it was asked.
  bool holds(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    return names_.contains(name);
  }
  /// Names of `store` that may go, as blob::Options::evict wants them: the least valuable first, which is what no set has wanted for
  /// longest (by the day; of one day the larger ones, so that few have to go). None before set() was called.
  std::vector<std::string> removable(const blob::Store& store) const;

 private:
  mutable std::mutex mutex_;
  bool known_ = false;
  std::set<std::string, std::less<>> names_;
};

}  // namespace fz::agent
