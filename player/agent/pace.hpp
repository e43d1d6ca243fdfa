// How fast media may be downloaded, by the hour of the machine's clock: a shop's line by day, the whole line by night.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "shared/base/clock.hpp"

namespace fz::agent {

struct PaceLimit {
  std::uint64_t bytes_per_s = 0;          ///< 0: no limit
  int from_minute = 0, until_minute = 0;  ///< of the day, when it holds; may pass midnight; equal: always
};
/// The least limit that still counts as a line that moves.
inline constexpr std::uint64_t kLeastPace = 8 * 1024;

inline bool holds_at(const PaceLimit& l, int minute) {
  if (l.bytes_per_s == 0) return false;
  if (l.from_minute == l.until_minute) return true;
  const bool after = minute >= l.from_minute, before = minute < l.until_minute;
  return l.from_minute < l.until_minute ? after && before : after || before;
}

/// A bucket of one second. One thread.
class Pace {
 public:
  explicit Pace(PaceLimit limit = {}) : limit_(limit) {}
  /// How long to wait after `bytes` have come, so that no second carries more than the limit on average.
  /// `minute`: of the day now; `now`: of a steady clock.
  Millis took(std::uint64_t bytes, int minute, Millis now) {
    if (!holds_at(limit_, minute)) {
      free_at_ = now;
      return Millis{0};
    }
    free_at_ = std::max(free_at_, now - Millis{1000}) + Millis{static_cast<std::int64_t>(bytes * 1000 / limit_.bytes_per_s)};
    return std::max(Millis{0}, free_at_ - now);
  }

 private:
  PaceLimit limit_;
  Millis free_at_{0};
};

/// "HH:MM-HH:MM" as minutes; nothing if it is not that.
std::optional<std::pair<int, int>> parse_hours(std::string_view text);

}  // namespace fz::agent
