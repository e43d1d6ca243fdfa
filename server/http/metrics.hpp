// Counters in Prometheus text format. Labels are bounded: route templates and status classes, never ids.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"

namespace fz::http {

class Metrics {
 public:
  void request(std::string_view route, unsigned status, Millis took);
  void add(std::string_view counter, std::uint64_t n = 1);
  std::string text() const;
  /// "# TYPE name kind\nname value\n", for values that are read when asked for.
  static std::string line(std::string_view name, std::string_view kind, double value);

 private:
  static constexpr std::array<int, 8> kBucketsMs{1, 5, 20, 100, 300, 1000, 5000, 30000};
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, unsigned>, std::uint64_t> requests_;  ///< (route, status / 100)
  std::array<std::uint64_t, kBucketsMs.size() + 1> buckets_{};
  std::uint64_t took_ms_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> counters_;
};

}  // namespace fz::http
