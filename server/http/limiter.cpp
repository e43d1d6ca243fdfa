#include "server/http/limiter.hpp"

#include <algorithm>

namespace fz::http {

Millis Limiter::take(std::string_view name, double per_second, double burst, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  // A flood of new names: those that are idle for longest are full again anyway, so forgetting all of them costs little.
  if (buckets_.size() >= max_names_) std::erase_if(buckets_, [now](const auto& b) { return now - b.second.at > Seconds{30}; });
  if (buckets_.size() >= max_names_) buckets_.clear();
  auto [it, fresh] = buckets_.try_emplace(std::string(name), Bucket{burst, now});
  Bucket& b = it->second;
  const double passed = std::chrono::duration<double>(now - b.at).count();
  b.tokens = std::min(burst, b.tokens + passed * per_second);
  b.at = now;
  if (b.tokens >= 1) {
    b.tokens -= 1;
    return Millis{0};
  }
  return Millis{1 + static_cast<std::int64_t>((1 - b.tokens) / per_second * 1000)};
}

}  // namespace fz::http
