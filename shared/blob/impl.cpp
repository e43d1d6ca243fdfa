// Room, names, hashing: what store.cpp and part.cpp stand on.
#include "shared/blob/impl.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace fz::blob {

Identity identity_of(const struct stat& s) {
  return {s.st_ino, static_cast<std::uint64_t>(s.st_size),
          static_cast<std::uint64_t>(s.st_mtim.tv_sec) * 1000000000u + static_cast<std::uint64_t>(s.st_mtim.tv_nsec)};
}

Result<Info> hash_file(int fd, const fs::path& path) {
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  crypto::ChunkedHasher hasher;
  Bytes buffer(256 * 1024);
  for (off_t at = 0;;) {
    const ssize_t n = ::pread(fd, buffer.data(), buffer.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_error(errno, path);
    if (n == 0) return hasher.finish();
    hasher.update(ByteView(buffer).first(static_cast<std::size_t>(n)));
    at += n;
  }
}

Result<void> check_expected(const Info& info, const Expect& expect) {
  if (expect.length && *expect.length != info.length) {
    return fail(Code::blob_mismatch, {{"what", std::to_string(info.length) + " / " + std::to_string(*expect.length) + " B"}});
  }
  if (expect.sha256 && *expect.sha256 != info.sha256) {
    return fail(Code::blob_mismatch, {{"what", "SHA-256 " + info.sha256.substr(0, 12) + "…"}}, "expected " + *expect.sha256);
  }
  return {};
}

// ---- room --------------------------------------------------------------------------------------------------------
std::uint64_t Store::Impl::parts_total() const {
  std::uint64_t sum = 0;
  for_files(root / "parts", [&](const fs::path&, std::uint64_t length) { sum += length; });
  return sum;
}

Result<void> Store::Impl::reserve(std::uint64_t bytes) {
  const auto missing = [&]() -> Result<std::uint64_t> {
    std::uint64_t lack = 0;
    FZ_TRY(const std::uint64_t free, free_space(root));
    if (free < bytes + options.min_free) lack = bytes + options.min_free - free;
    if (options.max_total != 0) {
      const std::uint64_t used = total + parts_total();
      if (used + bytes > options.max_total) lack = std::max(lack, used + bytes - options.max_total);
    }
    return lack;
  };
  FZ_TRY(std::uint64_t lack, missing());
  if (lack == 0) return {};
  if (options.evict) {
    std::vector<Entry> going;  // only where it is enough: nothing goes for a file that cannot come
    std::uint64_t sum = 0;
    for (const std::string& name : options.evict(lack)) {
      if (sum >= lack) break;
      std::error_code ec;
      const std::uint64_t length = fs::file_size(blob_path(name), ec);
      if (ec) continue;
      going.push_back({name, length});
      sum += length;
    }
    if (sum < lack) return fail(Code::disk_full, {}, std::to_string(lack - sum) + " bytes short in " + root.string());
    for (const Entry& e : going) {
      FZ_CHECK(remove_file(blob_path(e.sha256)));
      total -= e.length;
      const std::lock_guard guard(mutex);
      verified.erase(e.sha256);
    }
    FZ_TRY(lack, missing());
  }
  if (lack != 0) return fail(Code::disk_full, {}, std::to_string(lack) + " bytes short in " + root.string());
  return {};
}

// ---- giving names ------------------------------------------------------------------------------------------------
Result<void> Store::Impl::publish(const fs::path& temp, const Info& info) {
  const fs::path path = blob_path(info.sha256);
  if (!fs::is_directory(path.parent_path())) {
    FZ_CHECK(make_dirs(path.parent_path()));
    FZ_CHECK(sync_dir(root));
  }
  {
    const std::lock_guard guard(naming);  // two threads may bring the same blob: it is counted once
    std::error_code ec;
    const std::uint64_t before = fs::file_size(path, ec);
    ::utimensat(AT_FDCWD, temp.c_str(), nullptr, 0);  // a part that waited for days is stored today
    FZ_CHECK(rename_file(temp, path));
    total += info.length;
    if (!ec) total -= before;
  }
  ::unlink(temp.c_str());  // renaming one link onto another of the same file leaves both
  FZ_CHECK(sync_dir(path.parent_path()));
  struct stat s {};
  if (::stat(path.c_str(), &s) != 0) return disk_error(errno, path);
  const std::lock_guard guard(mutex);
  verified[info.sha256] = identity_of(s);
  return {};
}

Result<void> Store::Impl::publish_link(const fs::path& file, const Info& info) {
  if (keep_good(info.sha256)) return {};
  const fs::path temp = temp_path();
  if (const int e = disk_step("link", temp)) return disk_error(e, temp);
  if (::link(file.c_str(), temp.c_str()) != 0) return disk_error(errno, temp);
  auto done = publish(temp, info);
  if (!done) ::unlink(temp.c_str());
  return done;
}

bool Store::Impl::known_good(const std::string& sha256) const {
  struct stat s {};
  if (::lstat(blob_path(sha256).c_str(), &s) != 0) return false;
  const std::lock_guard guard(mutex);
  const auto it = verified.find(sha256);
  return it != verified.end() && it->second == identity_of(s);
}

bool Store::Impl::renew(const std::string& sha256) {
  const fs::path path = blob_path(sha256);
  const bool good = known_good(sha256);
  struct stat s {};
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) != 0 || ::lstat(path.c_str(), &s) != 0) return false;
  const std::lock_guard guard(mutex);
  if (good) verified[sha256] = identity_of(s);
  return true;
}

bool Store::Impl::keep_good(const std::string& sha256) {
  const std::lock_guard guard(naming);
  return known_good(sha256) && renew(sha256);
}

}  // namespace fz::blob
