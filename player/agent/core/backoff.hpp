// Waiting between tries: doubling with full-range jitter, so that ten thousand screens do not come back at once.
#pragma once
#include <algorithm>

#include "player/agent/core/instant.hpp"

namespace fz::agent {

/// First wait `first`, doubling up to `most`; each wait is drawn from [half, whole].
class Backoff {
 public:
  Backoff(Millis first, Millis most) : first_(first), most_(most) {}
  /// Counts a failure and gives the time to wait before the next try.
  Millis fail(Chance& chance) {
    const Millis whole = std::min(most_, first_ * (std::int64_t{1} << std::min(failures_, 20)));
    ++failures_;
    return chance.between(whole / 2, whole);
  }
  void reset() { failures_ = 0; }
  int failures() const { return failures_; }

 private:
  Millis first_, most_;
  int failures_ = 0;
};

}  // namespace fz::agent
