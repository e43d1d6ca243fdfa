// Content-addressed files: every file is named by the SHA-256 of its bytes. Layout and crash rules: README.md.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/file.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::blob {

/// What is known of a stored file: length, sha256 (hex), chunks (hex, each 1 MiB).
using Info = crypto::ChunkedDigest;

/// What the bytes must turn out to be; anything else is refused at commit and nothing is kept under the name.
struct Expect {
  std::optional<std::uint64_t> length;
  std::optional<std::string> sha256;
};

/// An open blob. The descriptor stays good after the blob is removed (POSIX).
struct Opened {
  Fd fd;
  std::uint64_t length = 0;
};

struct Entry {
  std::string sha256;
  std::uint64_t length = 0;
};

struct Options {
  std::uint64_t max_total = 0;           ///< bytes of all blobs and parts; 0: no limit
  std::uint64_t min_free = 64ull << 20;  ///< bytes that stay free on the file system
  std::uint64_t max_blob = 16ull << 30;  ///< bytes of one blob
  /// Asked when max_total or min_free stands in the way: names of blobs that may go, best first. They are removed in
  /// that order until `needed` bytes are free. Called without locks held.
  std::function<std::vector<std::string>(std::uint64_t needed)> evict;
};

class Store;

/// A file that grows: an upload or a download that may be broken off and resumed, over restarts of the program too.
/// Its length on disk is the offset to go on from. Owned by one thread at a time; two objects of one name are a bug.
class Part {
 public:
  Part(Part&&) noexcept;
  Part& operator=(Part&&) noexcept;
  ~Part();

  std::uint64_t length() const { return length_; }
  /// Appends at the end. After an error the part holds what length() then says, and may be resumed.
  /// Errors: too_large (max_length), disk_full, io.
  Result<void> append(ByteView data);
  /// Puts the bytes on the disk for good.
  Result<void> sync();
  /// Overwrites bytes inside the part, to mend a bad chunk. REQUIRES: offset + data.size() <= length().
  Result<void> rewrite(std::uint64_t offset, ByteView data);
  /// Indices of the 1 MiB chunks whose hash is not the listed one; a chunk that is missing or short counts as bad.
  Result<std::vector<std::size_t>> bad_chunks(const std::vector<std::string>& chunks);
  /// Cuts the part off at `length`.
  Result<void> truncate(std::uint64_t length);
  /// Syncs, hashes (for nothing if all bytes went through this object) and links the part into the store under its hash:
  /// afterwards the blob is there, verified, and the part still is too, so that a crash before the caller's own record is
  /// written loses nothing. Call discard() then. Errors: blob_mismatch (not as expected), disk_full, io.
  Result<Info> commit(const Expect& expect = {});
  /// Removes the part's file. The object is empty afterwards.
  Result<void> discard();

 private:
  friend class Store;
  struct State;
  explicit Part(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  std::uint64_t length_ = 0;
};

/// One folder of blobs. Thread-safe. Only one process may have it open for writing (a lock file says so).
class Store {
 public:
  /// Makes the folder if it is missing; removes temporary files that a crash left. Parts stay. Errors: conflict (another
  /// process has it open), io, disk_full.
  static Result<std::unique_ptr<Store>> open(const fs::path& root, Options options = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Stores bytes that are in memory. Storing what is there already is no error and writes nothing.
  Result<Info> put(ByteView data, const Expect& expect = {});
  Result<Info> put(std::string_view data, const Expect& expect = {}) { return put(as_bytes(data), expect); }
  /// Takes over a finished file on the same file system (it is linked and then removed; a copy across file systems).
  Result<Info> adopt(const fs::path& file, const Expect& expect = {});

  /// Opens or makes the part `name` ([A-Za-z0-9._-], at most 100 bytes, not starting with a dot); `max_length` caps it and
  /// is checked against the free space now. Errors: bad_field, disk_full, too_large, io.
  Result<Part> part(std::string_view name, std::uint64_t max_length);
  /// Length of a part without opening it; nothing if there is none.
  std::optional<std::uint64_t> part_length(std::string_view name) const;
  Result<void> remove_part(std::string_view name);
  std::vector<std::string> parts() const;

  /// Opens a blob. The first time after the program's start its bytes are hashed (0.4-1 GB/s); later only its size is
  /// looked at. Errors: not_found, blob_damaged (the file stays, see mend()), io.
  Result<Opened> open_verified(std::string_view sha256);
  /// Opens without hashing: only for a caller that hashes the bytes itself.
  Result<Opened> open_unverified(std::string_view sha256) const;
  /// Whole blob in memory, verified. Errors: as open_verified, too_large.
  Result<std::string> read(std::string_view sha256, std::size_t max_bytes);
  /// True if the blob was hashed (or written) by this process.
  bool is_verified(std::string_view sha256) const;
  /// For a caller that has just hashed the bytes of this very blob itself.
  void mark_verified(std::string_view sha256);
  /// Hashes the file again, whatever was known, and returns what it is.
  Result<Info> info(std::string_view sha256);
  /// Takes a damaged blob out of the store and gives its bytes as the part `name`, to be mended chunk by chunk.
  Result<Part> mend(std::string_view sha256, std::string_view name);

  bool has(std::string_view sha256) const;
  std::optional<std::uint64_t> length(std::string_view sha256) const;
  /// No error if it is not there.
  Result<void> remove(std::string_view sha256);
  /// True if it is there; it then counts as stored just now. Whoever stores or keeps a blob has `age` of remove_unless_newer
  /// to write down who names it.
  bool keep(std::string_view sha256);
  /// Removes a blob that was last stored (put, adopted, committed, kept) longer than `age` ago; false if it is newer or gone.
  /// Never removes one that another thread is storing at this moment.
  Result<bool> remove_unless_newer(std::string_view sha256, Millis age);
  /// All blobs, by name.
  std::vector<Entry> list() const;
  /// Bytes of all blobs.
  std::uint64_t total() const;
  /// Makes room for `bytes` more, evicting if need be. Errors: disk_full.
  Result<void> reserve(std::uint64_t bytes);
  const fs::path& root() const;

 private:
  friend class Part;
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fz::blob
