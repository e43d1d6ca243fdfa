// Open descriptors of blobs that are being served. Thread-safe.
#pragma once
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "shared/blob/blob.hpp"

namespace fz::http {

struct OpenFile {
  std::shared_ptr<const Fd> fd;
  std::uint64_t length = 0;
};

/// The last used blobs stay open: blobs never change, so a descriptor by hash is good for ever.
class OpenFiles {
 public:
  explicit OpenFiles(std::size_t max_open = 256) : max_open_(max_open) {}
  std::optional<OpenFile> find(std::string_view sha256);
  /// Errors: those of blob::Store::open_verified.
  Result<OpenFile> open(blob::Store& blobs, std::string_view sha256);

 private:
  using Order = std::list<std::pair<std::string, OpenFile>>;
  const std::size_t max_open_;
  std::mutex mutex_;
  Order order_;  ///< most recently used first
  std::unordered_map<std::string, Order::iterator> by_name_;
};

/// Names of what is being worked on, so that two requests do not write to one upload.
class BusyNames {
 public:
  bool begin(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return names_.insert(name).second;
  }
  void end(const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_.erase(name);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> names_;
};

}  // namespace fz::http
