#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "shared/base/log.hpp"
#include "shared/blob/impl.hpp"

namespace fz::blob {
namespace {

bool good_part_name(std::string_view name) {
  if (name.empty() || name.size() > 100 || name.front() == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

Error no_such_blob(std::string_view sha256) {
  return fail(Code::not_found, {{"what", std::string(sha256)}});
}

Result<void> remove_leftovers(const fs::path& dir) {
  std::vector<fs::path> files;
  for_files(dir, [&](const fs::path& p, std::uint64_t) { files.push_back(p); });
  for (const auto& p : files) FZ_CHECK(remove_file(p));
  return {};
}

}  // namespace

// ---- the store ---------------------------------------------------------------------------------------------------
Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const fs::path& root, Options options) {
  auto impl = std::make_unique<Impl>();
  impl->root = root;
  impl->options = std::move(options);
  FZ_CHECK(make_dirs(root / "parts"));
  FZ_CHECK(make_dirs(root / "tmp"));
  const fs::path lock = root / "lock";
  impl->lock.reset(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!impl->lock) return disk_error(errno, lock);
  if (::flock(impl->lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::conflict, {{"what", root.string()}}, "another process has the blob store open");
  }
  FZ_CHECK(remove_leftovers(root / "tmp"));
  auto store = std::unique_ptr<Store>(new Store(std::move(impl)));
  std::uint64_t sum = 0;
  for (const Entry& e : store->list()) sum += e.length;
  store->impl_->total = sum;
  return store;
}

Result<Info> Store::put(ByteView data, const Expect& expect) {
  if (data.size() > impl_->options.max_blob) {
    return fail(Code::too_large, {{"limit", std::to_string(impl_->options.max_blob) + " B"}});
  }
  crypto::ChunkedHasher hasher;
  hasher.update(data);
  Info info = hasher.finish();
  FZ_CHECK(check_expected(info, expect));
  if (impl_->keep_good(info.sha256)) return info;
  FZ_CHECK(impl_->reserve(data.size()));
  const fs::path temp = impl_->temp_path();
  const auto write = [&]() -> Result<void> {
    if (const int e = disk_step("create", temp)) return disk_error(e, temp);
    const Fd fd(::open(temp.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return disk_error(errno, temp);
    FZ_CHECK(write_all(fd.get(), data, temp));
    FZ_CHECK(sync_file(fd.get(), temp));
    return impl_->publish(temp, info);
  };
  if (auto done = write(); !done) {
    ::unlink(temp.c_str());
    return std::move(done).error();
  }
  return info;
}

Result<Info> Store::adopt(const fs::path& file, const Expect& expect) {
  Info info;
  bool elsewhere = false;
  {
    FZ_TRY(const Fd fd, open_read(file));
    FZ_TRY(info, hash_file(fd.get(), file));
    FZ_CHECK(check_expected(info, expect));
    FZ_CHECK(sync_file(fd.get(), file));
    struct stat source {
    }, here{};
    if (::fstat(fd.get(), &source) != 0 || ::stat(impl_->root.c_str(), &here) != 0) return disk_error(errno, file);
    elsewhere = source.st_dev != here.st_dev;
    if (elsewhere) {
      const std::string name = "adopt-" + info.sha256;
      FZ_CHECK(remove_part(name));
      FZ_TRY(Part copy, part(name, info.length));
      Bytes buffer(256 * 1024);
      for (off_t at = 0;;) {
        const ssize_t n = ::pread(fd.get(), buffer.data(), buffer.size(), at);
        if (n < 0) return disk_error(errno, file);
        if (n == 0) break;
        FZ_CHECK(copy.append(ByteView(buffer).first(static_cast<std::size_t>(n))));
        at += n;
      }
      FZ_TRY(info, copy.commit({info.length, info.sha256}));
      FZ_CHECK(copy.discard());
    }
  }
  if (!elsewhere) FZ_CHECK(impl_->publish_link(file, info));
  FZ_CHECK(remove_file(file));
  return info;
}

Result<Opened> Store::open_unverified(std::string_view sha256) const {
  if (!is_sha256_hex(sha256)) return no_such_blob(sha256);
  const fs::path path = impl_->blob_path(sha256);
  auto fd = open_read(path);
  if (!fd) {
    if (fd.error().code == Code::not_found) return no_such_blob(sha256);
    return std::move(fd).error();
  }
  struct stat s {};
  if (::fstat(fd->get(), &s) != 0) return disk_error(errno, path);
  if (!S_ISREG(s.st_mode)) return no_such_blob(sha256);
  return Opened{*std::move(fd), static_cast<std::uint64_t>(s.st_size)};
}

Result<Opened> Store::open_verified(std::string_view sha256) {
  FZ_TRY(Opened opened, open_unverified(sha256));
  const std::string name(sha256);
  struct stat s {};
  if (::fstat(opened.fd.get(), &s) != 0) return disk_error(errno, impl_->blob_path(sha256));
  const Identity identity = identity_of(s);
  {
    const std::lock_guard guard(impl_->mutex);
    const auto it = impl_->verified.find(name);
    if (it != impl_->verified.end() && it->second == identity) return opened;
  }
  FZ_TRY(const Info found, hash_file(opened.fd.get(), impl_->blob_path(sha256)));
  if (found.sha256 != sha256) {
    log::error("blob {} is damaged: its bytes hash to {}", sha256, found.sha256);
    return fail(Code::blob_damaged, {{"sha256", name}});
  }
  const std::lock_guard guard(impl_->mutex);
  impl_->verified[name] = identity;
  return opened;
}

Result<std::string> Store::read(std::string_view sha256, std::size_t max_bytes) {
  FZ_TRY(const Opened opened, open_unverified(sha256));
  if (opened.length > max_bytes) return fail(Code::too_large, {{"limit", std::to_string(max_bytes) + " B"}});
  std::string out(opened.length, '\0');
  for (std::size_t have = 0; have < out.size();) {
    const ssize_t n = ::pread(opened.fd.get(), out.data() + have, out.size() - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return disk_error(errno, impl_->blob_path(sha256));
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  if (crypto::sha256_hex(out) != sha256) return fail(Code::blob_damaged, {{"sha256", std::string(sha256)}});
  return out;
}

bool Store::is_verified(std::string_view sha256) const {
  return impl_->known_good(std::string(sha256));
}

void Store::mark_verified(std::string_view sha256) {
  struct stat s {};
  if (!is_sha256_hex(sha256) || ::lstat(impl_->blob_path(sha256).c_str(), &s) != 0) return;
  const std::lock_guard guard(impl_->mutex);
  impl_->verified[std::string(sha256)] = identity_of(s);
}

Result<Info> Store::info(std::string_view sha256) {
  FZ_TRY(const Opened opened, open_unverified(sha256));
  return hash_file(opened.fd.get(), impl_->blob_path(sha256));
}

bool Store::has(std::string_view sha256) const {
  return length(sha256).has_value();
}
std::optional<std::uint64_t> Store::length(std::string_view sha256) const {
  struct stat s {};
  if (!is_sha256_hex(sha256) || ::lstat(impl_->blob_path(sha256).c_str(), &s) != 0 || !S_ISREG(s.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(s.st_size);
}

Result<void> Store::remove(std::string_view sha256) {
  const auto known = length(sha256);
  if (!known) return {};
  FZ_CHECK(remove_file(impl_->blob_path(sha256)));
  impl_->total -= *known;
  const std::lock_guard guard(impl_->mutex);
  impl_->verified.erase(std::string(sha256));
  return {};
}

bool Store::keep(std::string_view sha256) {
  const std::lock_guard guard(impl_->naming);
  return has(sha256) && impl_->renew(std::string(sha256));
}

Result<bool> Store::remove_unless_newer(std::string_view sha256, Millis age) {
  const std::lock_guard guard(impl_->naming);
  struct stat s {};
  if (!is_sha256_hex(sha256) || ::lstat(impl_->blob_path(sha256).c_str(), &s) != 0) return false;
  const auto stored = std::chrono::system_clock::time_point(std::chrono::seconds(s.st_mtim.tv_sec));
  if (std::chrono::system_clock::now() - stored < age) return false;
  FZ_CHECK(remove(sha256));
  return true;
}

std::vector<Entry> Store::list() const {
  std::vector<Entry> out;
  std::error_code ec;
  for (fs::directory_iterator it(impl_->root, ec), end; !ec && it != end; it.increment(ec)) {
    const std::string prefix = it->path().filename().string();
    if (prefix.size() != 2) continue;
    for_files(it->path(), [&](const fs::path& p, std::uint64_t length) {
      const std::string name = p.filename().string();
      if (is_sha256_hex(name) && name.starts_with(prefix)) out.push_back({name, length});
    });
  }
  std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) { return a.sha256 < b.sha256; });
  return out;
}

std::uint64_t Store::total() const {
  return impl_->total;
}
Result<void> Store::reserve(std::uint64_t bytes) {
  return impl_->reserve(bytes);
}
const fs::path& Store::root() const {
  return impl_->root;
}

// ---- parts -------------------------------------------------------------------------------------------------------
Result<Part> Store::part(std::string_view name, std::uint64_t max_length) {
  if (!good_part_name(name)) return fail(Code::bad_field, {{"field", "part"}, {"what", std::string(name)}});
  if (max_length > impl_->options.max_blob) {
    return fail(Code::too_large, {{"limit", std::to_string(impl_->options.max_blob) + " B"}});
  }
  auto state = std::make_unique<Part::State>();
  state->store = impl_.get();
  state->path = impl_->part_path(name);
  state->max_length = max_length;
  const std::uint64_t have = part_length(name).value_or(0);
  if (have > max_length) return fail(Code::too_large, {{"limit", std::to_string(max_length) + " B"}});
  FZ_CHECK(impl_->reserve(max_length - have));
  if (const int e = disk_step("create", state->path)) return disk_error(e, state->path);
  state->fd.reset(::open(state->path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!state->fd) return disk_error(errno, state->path);
  struct stat s {};
  if (::fstat(state->fd.get(), &s) != 0) return disk_error(errno, state->path);
  if (!S_ISREG(s.st_mode)) return fail(Code::bad_field, {{"field", "part"}, {"what", std::string(name)}});
  state->linked = s.st_nlink > 1;
  state->hashing = s.st_size == 0;
  Part part(std::move(state));
  part.length_ = static_cast<std::uint64_t>(s.st_size);
  return part;
}

std::optional<std::uint64_t> Store::part_length(std::string_view name) const {
  struct stat s {};
  if (!good_part_name(name) || ::lstat(impl_->part_path(name).c_str(), &s) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(s.st_size);
}

Result<void> Store::remove_part(std::string_view name) {
  if (!good_part_name(name)) return {};
  return remove_file(impl_->part_path(name));
}

std::vector<std::string> Store::parts() const {
  std::vector<std::string> out;
  for_files(impl_->root / "parts", [&](const fs::path& p, std::uint64_t) { out.push_back(p.filename().string()); });
  std::sort(out.begin(), out.end());
  return out;
}

Result<Part> Store::mend(std::string_view sha256, std::string_view name) {
  const auto known = length(sha256);
  if (!known) return no_such_blob(sha256);
  if (!good_part_name(name)) return fail(Code::bad_field, {{"field", "part"}, {"what", std::string(name)}});
  FZ_CHECK(remove_part(name));
  FZ_CHECK(rename_file(impl_->blob_path(sha256), impl_->part_path(name)));
  impl_->total -= *known;
  {
    const std::lock_guard guard(impl_->mutex);
    impl_->verified.erase(std::string(sha256));
  }
  return part(name, std::max<std::uint64_t>(*known, impl_->options.max_blob));
}

}  // namespace fz::blob
