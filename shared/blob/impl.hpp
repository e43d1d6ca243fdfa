// Shared by store.cpp and part.cpp; private to this folder.
#pragma once
#include <atomic>
#include <mutex>
#include <unordered_map>

#include "shared/blob/blob.hpp"

struct stat;

namespace fz::blob {

/// What must stay the same for a hash to stay known.
struct Identity {
  std::uint64_t inode = 0, size = 0, change_ns = 0;
  bool operator==(const Identity&) const = default;
};
Identity identity_of(const struct stat& s);

/// Calls `f(path, length)` for every regular file of a folder; a folder that is not there has none.
template <class F>
void for_files(const fs::path& dir, F&& f) {
  std::error_code ec;
  for (fs::directory_iterator it(dir, ec), end; !ec && it != end; it.increment(ec)) {
    std::error_code one;
    if (!it->is_symlink(one) && it->is_regular_file(one)) f(it->path(), it->file_size(one));
  }
}

/// Hashes a whole file from its beginning.
Result<Info> hash_file(int fd, const fs::path& path);
/// blob_mismatch unless `info` is as expected.
Result<void> check_expected(const Info& info, const Expect& expect);

struct Store::Impl {
  fs::path root;
  Options options;
  Fd lock;
  mutable std::mutex mutex;  // of `verified`
  std::mutex naming;         // held while a name is given or taken, so that `total` stays true
  std::unordered_map<std::string, Identity> verified;
  std::atomic<std::uint64_t> total{0};
  std::atomic<std::uint64_t> counter{0};

  fs::path blob_path(std::string_view sha256) const { return root / sha256.substr(0, 2) / sha256; }
  fs::path part_path(std::string_view name) const { return root / "parts" / name; }
  fs::path temp_path() { return root / "tmp" / std::to_string(counter++); }
  std::uint64_t parts_total() const;
  Result<void> reserve(std::uint64_t bytes);
  /// Gives the file at `temp` (whole and synced) its name; `temp` is gone afterwards. Marks the blob verified.
  Result<void> publish(const fs::path& temp, const Info& info);
  /// publish() for a second link of `file`, which stays where it is.
  Result<void> publish_link(const fs::path& file, const Info& info);
  bool known_good(const std::string& sha256) const;
  /// The time of last storing becomes now; false if it is not there. REQUIRES: naming is held.
  bool renew(const std::string& sha256);
  /// True if the blob is there and known to be good; it then counts as stored just now.
  bool keep_good(const std::string& sha256);
};

struct Part::State {
  Store::Impl* store = nullptr;
  fs::path path;
  Fd fd;
  std::uint64_t max_length = 0;
  crypto::ChunkedHasher hasher;
  bool hashing = false;  // the hasher has seen exactly the bytes of the file
  bool linked = false;   // the bytes are a blob already: they must not change
};

}  // namespace fz::blob
