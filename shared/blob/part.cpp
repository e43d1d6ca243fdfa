#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "shared/blob/impl.hpp"

namespace fz::blob {

Part::Part(std::unique_ptr<State> state) : state_(std::move(state)) {}
Part::Part(Part&&) noexcept = default;
Part& Part::operator=(Part&&) noexcept = default;
Part::~Part() = default;

namespace {
Error is_committed(const fs::path& path) {
  return fail(Code::conflict, {{"what", path.filename().string()}}, "the part is a blob already");
}
}  // namespace

Result<void> Part::append(ByteView data) {
  if (state_->linked) return is_committed(state_->path);
  if (data.size() > state_->max_length - length_) {
    return fail(Code::too_large, {{"limit", std::to_string(state_->max_length) + " B"}});
  }
  if (::lseek(state_->fd.get(), static_cast<off_t>(length_), SEEK_SET) < 0) return disk_error(errno, state_->path);
  auto written = write_all(state_->fd.get(), data, state_->path);
  if (!written) {
    struct stat s {};
    if (::fstat(state_->fd.get(), &s) == 0) length_ = static_cast<std::uint64_t>(s.st_size);
    state_->hashing = state_->hashing && state_->hasher.length() == length_;
    return written;
  }
  if (state_->hashing) state_->hasher.update(data);
  length_ += data.size();
  return {};
}

Result<void> Part::sync() {
  return sync_file(state_->fd.get(), state_->path);
}

Result<void> Part::rewrite(std::uint64_t offset, ByteView data) {
  if (state_->linked) return is_committed(state_->path);
  if (offset > length_ || data.size() > length_ - offset) {
    return fail(Code::bad_field, {{"field", "offset"}, {"what", std::to_string(offset)}});
  }
  state_->hashing = false;
  if (::lseek(state_->fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0) return disk_error(errno, state_->path);
  return write_all(state_->fd.get(), data, state_->path);
}

Result<std::vector<std::size_t>> Part::bad_chunks(const std::vector<std::string>& chunks) {
  FZ_TRY(const Info found, hash_file(state_->fd.get(), state_->path));
  std::vector<std::size_t> bad;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (i >= found.chunks.size() || found.chunks[i] != chunks[i]) bad.push_back(i);
  }
  return bad;
}

Result<void> Part::truncate(std::uint64_t length) {
  if (state_->linked) return is_committed(state_->path);
  if (length >= length_) return {};
  if (const int e = disk_step("truncate", state_->path)) return disk_error(e, state_->path);
  if (::ftruncate(state_->fd.get(), static_cast<off_t>(length)) != 0) return disk_error(errno, state_->path);
  length_ = length;
  state_->hashing = length == 0;
  state_->hasher = {};
  return {};
}

Result<Info> Part::commit(const Expect& expect) {
  FZ_CHECK(sync());
  Info info;
  if (state_->hashing) {
    info = state_->hasher.finish();
    state_->hashing = false;  // a second commit hashes the file
  } else {
    FZ_TRY(info, hash_file(state_->fd.get(), state_->path));
  }
  FZ_CHECK(check_expected(info, expect));
  FZ_CHECK(state_->store->publish_link(state_->path, info));
  struct stat s {};
  state_->linked = ::fstat(state_->fd.get(), &s) != 0 || s.st_nlink > 1;
  return info;
}

Result<void> Part::discard() {
  FZ_CHECK(remove_file(state_->path));
  state_.reset();
  length_ = 0;
  return {};
}

}  // namespace fz::blob
