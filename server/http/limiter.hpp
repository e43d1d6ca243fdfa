// Token buckets by name (session, address, screen): bounded memory, thread-safe.
#pragma once
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "shared/base/clock.hpp"

namespace fz::http {

class Limiter {
 public:
  explicit Limiter(std::size_t max_names = 20000) : max_names_(max_names) {}
  /// Takes one token of `name`'s bucket. Zero: go on; else how long until the next one.
  Millis take(std::string_view name, double per_second, double burst, SteadyTime now);

 private:
  struct Bucket {
    double tokens = 0;
    SteadyTime at;
  };
  const std::size_t max_names_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace fz::http
