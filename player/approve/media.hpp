// The bytes of the renditions: copied while hashed into a private folder, decoded and compared by fz-decode. One thread.
#pragma once
#include <string>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/file.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/trust/documents.hpp"

namespace fz::approve {

/// A private folder (mode 0700) that is removed at the end.
class PrivateFolder {
 public:
  /// Errors: io, disk_full.
  static Result<PrivateFolder> make();
  PrivateFolder(PrivateFolder&& o) noexcept : path_(std::exchange(o.path_, {})) {}
  PrivateFolder& operator=(PrivateFolder&& o) noexcept {
    std::swap(path_, o.path_);
    return *this;
  }
  ~PrivateFolder();
  const fs::path& path() const { return path_; }

 private:
  explicit PrivateFolder(fs::path p) : path_(std::move(p)) {}
  fs::path path_;
};

/// Takes the bytes of one rendition, from wherever they come, into a new file, and believes nothing but the statement.
class RenditionCopy {
 public:
  /// Errors: io, disk_full.
  static Result<RenditionCopy> begin(const trust::Rendition& expected, const fs::path& folder);
  /// Errors: approve_media_hash as soon as there are too many bytes; io, disk_full.
  Result<void> write(ByteView bytes);
  /// Begins anew after a broken transfer. Errors: io.
  Result<void> restart();
  /// Length, SHA-256 and chunks are as the statement says. Errors: approve_media_hash.
  Result<void> finish();
  const fs::path& path() const { return path_; }

 private:
  RenditionCopy(const trust::Rendition& expected, fs::path path, Fd fd)
      : expected_(&expected), path_(std::move(path)), fd_(std::move(fd)) {}
  const trust::Rendition* expected_;
  fs::path path_;
  Fd fd_;
  crypto::ChunkedHasher hasher_;
};

/// Copies the blob `<sha256>` of each rendition from `blobs`. The files keep the order of the approval.
/// Errors: approve_media_missing, approve_media_hash, io, disk_full.
Result<std::vector<fs::path>> copy_from_folder(const trust::Approval& approval, const fs::path& blobs, const fs::path& to);

/// What fz-decode found of one rendition.
struct Finding {
  std::string profile;
  bool compared = false;  ///< with the watched rendition of its picture; false for a watched one itself and for texts
};
/// The watched rendition of every picture decodes; every other one of the picture is like it; texts parse. In the approval's order. `files`
/// as copy_from_folder() returns them; `decoder` empty: beside this program. Errors: approve_unplayable, approve_difference.
Result<std::vector<Finding>> examine(const trust::Approval& approval, const std::vector<fs::path>& files, fs::path decoder,
                                     Millis limit = Millis{30 * 60 * 1000});
/// The texts among the renditions, as they will be read.
Result<std::string> texts(const trust::Approval& approval, const std::vector<fs::path>& files);

}  // namespace fz::approve
