#include "server/http/files.hpp"

namespace fz::http {

std::optional<OpenFile> OpenFiles::find(std::string_view sha256) {
  const std::lock_guard lock(mutex_);
  const auto it = by_name_.find(std::string(sha256));
  if (it == by_name_.end()) return std::nullopt;
  order_.splice(order_.begin(), order_, it->second);
  return it->second->second;
}

Result<OpenFile> OpenFiles::open(blob::Store& blobs, std::string_view sha256) {
  if (auto known = find(sha256)) return *known;
  FZ_TRY(auto opened, blobs.open_verified(sha256));
  OpenFile file{std::make_shared<const Fd>(std::move(opened.fd)), opened.length};
  const std::lock_guard lock(mutex_);
  std::string name(sha256);
  if (by_name_.contains(name)) return file;
  order_.emplace_front(name, file);
  by_name_.emplace(std::move(name), order_.begin());
  if (order_.size() > max_open_) {
    by_name_.erase(order_.back().first);
    order_.pop_back();
  }
  return file;
}

}  // namespace fz::http
