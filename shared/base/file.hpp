// Files: descriptors that close themselves, whole-file reads with a cap, and writes that are all or nothing.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "shared/base/bytes.hpp"
#include "shared/base/error.hpp"

namespace fz {

namespace fs = std::filesystem;

/// Owns a file descriptor; movable.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Fd& operator=(Fd&& o) noexcept {
    if (this != &o) reset(std::exchange(o.fd_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

/// Every step of this module that changes the disk goes through here, so that a test can fail or end the process at the
/// Nth one. Steps: "create", "write", "fsync", "rename", "unlink", "fsync_dir", "mkdir".
/// The hook returns 0 to go on, or an errno value that the step then fails with. Thread-safe to call; set it before
/// threads start.
using DiskHook = std::function<int(std::string_view step, const fs::path& path)>;
void set_disk_hook(DiskHook hook);
/// For other modules that write to disk: 0, or the errno to fail with.
int disk_step(std::string_view step, const fs::path& path);

/// Error for errno `err` on `path`: disk_full for ENOSPC and EDQUOT, not_found for ENOENT, else io.
Error disk_error(int err, const fs::path& path);

/// The whole file. Errors: not_found, too_large (more than max_bytes), io.
Result<std::string> read_file(const fs::path& path, std::size_t max_bytes);
/// Opens for reading, O_CLOEXEC, no symbolic link at the last component.
Result<Fd> open_read(const fs::path& path);
/// Writes `data` to a temporary file beside `path`, fsyncs, renames, fsyncs the folder: after a power cut the old or
/// the new content is there, complete. `mode` as for open(2).
Result<void> write_atomic(const fs::path& path, std::string_view data, mode_t mode = 0644);
/// Writes all of `data` at the descriptor's position.
Result<void> write_all(int fd, ByteView data, const fs::path& path_for_errors);
Result<void> sync_file(int fd, const fs::path& path_for_errors);
Result<void> sync_dir(const fs::path& dir);
Result<void> rename_file(const fs::path& from, const fs::path& to);
/// No error if it is not there.
Result<void> remove_file(const fs::path& path);
/// mkdir -p.
Result<void> make_dirs(const fs::path& dir, mode_t mode = 0755);
/// Bytes free for unprivileged users on the file system of `dir`.
Result<std::uint64_t> free_space(const fs::path& dir);

}  // namespace fz
