#include "shared/stick/stick.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace fz::stick {
namespace {

constexpr std::size_t kMaxEntries = 10000, kMaxSticks = 16;

int open_below(int root, const std::string& name, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
  return static_cast<int>(::syscall(SYS_openat2, root, name.c_str(), &how, sizeof how));
}

Error unreadable(std::string_view name, int error) {
  if (error == ENOENT) return fail(Code::not_found, {{"what", std::string(name)}});
  return fail(Code::stick_unreadable, {{"what", std::string(name)}}, fmt::format("errno {}", error));
}

}  // namespace

Result<Folder> Folder::open(const fs::path& root) {
  Folder f;
  f.root_.reset(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat s {
  }, ours{};
  if (!f.root_ || ::fstat(f.root_.get(), &s) != 0) return fail(Code::stick_unreadable, {{"what", root.string()}});
  // A stick that was taken away, written anew and brought back differs in the device, or in what the folder was changed at.
  const Fd folder(open_below(f.root_.get(), std::string(kFolder), O_RDONLY | O_DIRECTORY));
  if (!folder || ::fstat(folder.get(), &ours) != 0) return fail(Code::stick_unreadable, {{"what", root.string()}});
  f.path_ = root;
  f.identity_ = fmt::format("{} {} {}", root.string(), s.st_dev, ours.st_ino);
  return f;
}

bool Folder::there() const {
  struct stat now {
  }, then{};
  const Fd folder(open_below(root_.get(), std::string(kFolder), O_RDONLY | O_DIRECTORY));
  return folder && ::stat(path_.c_str(), &now) == 0 && ::fstat(root_.get(), &then) == 0 && now.st_dev == then.st_dev &&
         now.st_ino == then.st_ino;
}

Result<Fd> Folder::open_file(std::string_view name, std::uint64_t& length) const {
  Fd fd(open_below(root_.get(), std::string(name), O_RDONLY | O_NONBLOCK));
  struct stat s {};
  if (!fd) return unreadable(name, errno);
  if (::fstat(fd.get(), &s) != 0) return unreadable(name, errno);
  if (!S_ISREG(s.st_mode)) return unreadable(name, EINVAL);
  length = static_cast<std::uint64_t>(s.st_size);
  return fd;
}

Result<std::string> Folder::read(std::string_view name, std::size_t max_bytes) const {
  std::uint64_t length = 0;
  FZ_TRY(const Fd fd, open_file(name, length));
  if (length > max_bytes) return fail(Code::too_large, {{"limit", fmt::format("{} B", max_bytes)}});
  std::string out(length, '\0');
  std::size_t have = 0;
  while (have < out.size()) {
    const auto n = ::pread(fd.get(), out.data() + have, out.size() - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(name, errno);
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  out.resize(have);
  return out;
}

// One step after the other, so that each is beneath the one before.
Result<Fd> Folder::folder(std::string_view name, bool make) const {
  Fd at(open_below(root_.get(), ".", O_RDONLY | O_DIRECTORY));
  while (at && !name.empty()) {
    const std::string step(name.substr(0, name.find('/')));
    name.remove_prefix(std::min(name.size(), step.size() + 1));
    Fd next(open_below(at.get(), step, O_RDONLY | O_DIRECTORY));
    if (!next && errno == ENOENT && make) {
      if (const int e = disk_step("mkdir", path_ / step)) return unreadable(step, e);
      if (::mkdirat(at.get(), step.c_str(), 0755) != 0 && errno != EEXIST) return unreadable(step, errno == ENOENT ? EIO : errno);
      next.reset(open_below(at.get(), step, O_RDONLY | O_DIRECTORY));
    }
    if (!next) return unreadable(step, errno);
    at = std::move(next);
  }
  if (!at) return unreadable(kFolder, errno);
  return at;
}

Result<void> Folder::write(std::string_view where, std::string_view file, std::string_view bytes) const {
  FZ_TRY(const Fd at, folder(where, true));
  // The descriptor's own name: whatever happens to the path meanwhile, it is this folder.
  const auto done = write_atomic(fs::path(fmt::format("/proc/self/fd/{}", at.get())) / file, bytes, 0644);
  if (done) return {};
  if (done.error().code != Code::disk_full) return fail(Code::stick_unreadable, {{"what", std::string(file)}}, to_log(done.error()));
  const auto room = free_space(fmt::format("/proc/self/fd/{}", at.get()));
  return fail(Code::stick_full, {{"need", fmt::format("{} B", bytes.size())}, {"room", fmt::format("{} B", room ? *room : 0)}});
}

std::vector<std::string> Folder::entries(std::string_view name, unsigned char type) const {
  std::vector<std::string> out;
  auto at = folder(name, false);
  if (!at) return out;
  const int fd = ::dup(at->get());
  DIR* d = fd < 0 ? nullptr : ::fdopendir(fd);
  if (!d) {
    if (fd >= 0) ::close(fd);
    return out;
  }
  while (const dirent* e = ::readdir(d)) {
    if (e->d_name[0] == '.' || out.size() >= kMaxEntries) continue;
    struct stat s {};
    if (::fstatat(at->get(), e->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (type == DT_DIR ? S_ISDIR(s.st_mode) : S_ISREG(s.st_mode)) out.emplace_back(e->d_name);
  }
  ::closedir(d);
  std::sort(out.begin(), out.end());
  return out;
}
std::vector<std::string> Folder::list(std::string_view name) const {
  return entries(name, DT_REG);
}
std::vector<std::string> Folder::folders(std::string_view name) const {
  return entries(name, DT_DIR);
}

void Folder::remove(std::string_view name) const {
  const auto slash = name.rfind('/');
  const auto at = folder(name.substr(0, slash), false);
  if (at) ::unlinkat(at->get(), std::string(name.substr(slash + 1)).c_str(), 0);
}

std::vector<fs::path> find(const std::vector<fs::path>& places) {
  std::vector<fs::path> out;
  std::error_code ignored;
  const auto is_stick = [&](const fs::path& p) { return fs::is_directory(fs::symlink_status(p / kFolder, ignored)); };
  for (const auto& place : places) {
    if (is_stick(place)) {
      out.push_back(place);
      continue;
    }
    std::vector<fs::path> folders;
    for (fs::directory_iterator i(place, ignored), end; !ignored && i != end && folders.size() < kMaxSticks; i.increment(ignored))
      if (is_stick(i->path())) folders.push_back(i->path());
    std::sort(folders.begin(), folders.end());
    out.insert(out.end(), folders.begin(), folders.end());
  }
  return out;
}

}  // namespace fz::stick
