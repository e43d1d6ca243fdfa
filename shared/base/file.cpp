#include "shared/base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace fz {
namespace {
DiskHook& hook() {
  static DiskHook h;
  return h;
}
}  // namespace

void Fd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}
void set_disk_hook(DiskHook h) {
  hook() = std::move(h);
}
int disk_step(std::string_view step, const fs::path& path) {
  return hook() ? hook()(step, path) : 0;
}

Error disk_error(int err, const fs::path& path) {
  std::string what = std::strerror(err);
  if (err == ENOSPC || err == EDQUOT) return fail(Code::disk_full, {}, path.string());
  if (err == ENOENT) return fail(Code::not_found, {{"what", path.filename().string()}}, path.string());
  return fail(Code::io, {{"path", path.filename().string()}, {"what", what}}, path.string());
}

Result<Fd> open_read(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return disk_error(errno, path);
  return fd;
}

Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
  FZ_TRY(Fd fd, open_read(path));
  std::string out;
  char buffer[65536];
  for (;;) {
    ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_error(errno, path);
    if (n == 0) return out;
    out.append(buffer, static_cast<std::size_t>(n));
    if (out.size() > max_bytes) return fail(Code::too_large, {{"limit", std::to_string(max_bytes) + " B"}}, path.string());
  }
}

Result<void> write_all(int fd, ByteView data, const fs::path& path) {
  if (int e = disk_step("write", path)) return disk_error(e, path);
  while (!data.empty()) {
    ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_error(errno, path);
    data = data.subspan(static_cast<std::size_t>(n));
  }
  return {};
}
Result<void> sync_file(int fd, const fs::path& path) {
  if (int e = disk_step("fsync", path)) return disk_error(e, path);
  if (::fsync(fd) != 0) return disk_error(errno, path);
  return {};
}
Result<void> sync_dir(const fs::path& dir) {
  if (int e = disk_step("fsync_dir", dir)) return disk_error(e, dir);
  Fd fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return disk_error(errno, dir);
  return {};
}
Result<void> rename_file(const fs::path& from, const fs::path& to) {
  if (int e = disk_step("rename", to)) return disk_error(e, to);
  if (::rename(from.c_str(), to.c_str()) != 0) return disk_error(errno, to);
  return {};
}
Result<void> remove_file(const fs::path& path) {
  if (int e = disk_step("unlink", path)) return disk_error(e, path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return disk_error(errno, path);
  return {};
}
Result<void> make_dirs(const fs::path& dir, mode_t mode) {
  if (fs::is_directory(dir)) return {};
  if (dir.has_parent_path() && dir.parent_path() != dir) FZ_CHECK(make_dirs(dir.parent_path(), mode));
  if (int e = disk_step("mkdir", dir)) return disk_error(e, dir);
  if (::mkdir(dir.c_str(), mode) != 0 && errno != EEXIST) return disk_error(errno, dir);
  return {};
}

Result<void> write_atomic(const fs::path& path, std::string_view data, mode_t mode) {
  static std::atomic<unsigned> counter{0};
  fs::path tmp = path;
  tmp += ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(counter++);
  auto attempt = [&]() -> Result<void> {
    if (int e = disk_step("create", tmp)) return disk_error(e, tmp);
    Fd fd(::open(tmp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!fd) return disk_error(errno, path);
    FZ_CHECK(write_all(fd.get(), as_bytes(data), path));
    FZ_CHECK(sync_file(fd.get(), path));
    FZ_CHECK(rename_file(tmp, path));
    return sync_dir(path.has_parent_path() ? path.parent_path() : fs::path("."));
  };
  auto done = attempt();
  if (!done) ::unlink(tmp.c_str());
  return done;
}

Result<std::uint64_t> free_space(const fs::path& dir) {
  struct statvfs s {};
  if (::statvfs(dir.c_str(), &s) != 0) return disk_error(errno, dir);
  return static_cast<std::uint64_t>(s.f_bavail) * s.f_frsize;
}
}  // namespace fz
