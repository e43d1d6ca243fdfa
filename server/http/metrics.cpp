#include "server/http/metrics.hpp"

#include <fmt/format.h>

namespace fz::http {

void Metrics::request(std::string_view route, unsigned status, Millis took) {
  std::size_t bucket = 0;
  while (bucket < kBucketsMs.size() && took.count() > kBucketsMs[bucket]) ++bucket;
  const std::lock_guard lock(mutex_);
  ++requests_[{std::string(route), status / 100}];
  ++buckets_[bucket];
  took_ms_ += static_cast<std::uint64_t>(took.count());
}

void Metrics::add(std::string_view counter, std::uint64_t n) {
  const std::lock_guard lock(mutex_);
  auto it = counters_.find(counter);
  if (it == counters_.end()) it = counters_.emplace(counter, 0).first;
  it->second += n;
}

std::string Metrics::line(std::string_view name, std::string_view kind, double value) {
  return fmt::format("# TYPE {} {}\n{} {}\n", name, kind, name, value);
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out = "# TYPE fz_http_requests_total counter\n";
  for (const auto& [key, n] : requests_)
    out += fmt::format("fz_http_requests_total{{route=\"{}\",status=\"{}xx\"}} {}\n", key.first, key.second, n);
  out += "# TYPE fz_http_request_seconds histogram\n";
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kBucketsMs.size(); ++i) {
    sum += buckets_[i];
    out += fmt::format("fz_http_request_seconds_bucket{{le=\"{}\"}} {}\n", kBucketsMs[i] / 1000.0, sum);
  }
  sum += buckets_.back();
  out += fmt::format("fz_http_request_seconds_bucket{{le=\"+Inf\"}} {}\nfz_http_request_seconds_sum {}\nfz_http_request_seconds_count {}\n",
                     sum, static_cast<double>(took_ms_) / 1000.0, sum);
  for (const auto& [name, n] : counters_) out += fmt::format("# TYPE {} counter\n{} {}\n", name, name, n);
  return out;
}

}  // namespace fz::http
