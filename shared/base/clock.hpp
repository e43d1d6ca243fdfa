// Time as a parameter: logic takes a UtcTime or a Clock&, never asks the system itself.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/error.hpp"

namespace fz {

/// Instants in UTC with millisecond resolution.
using UtcTime = std::chrono::sys_time<std::chrono::milliseconds>;
using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Days = std::chrono::days;
using SteadyTime = std::chrono::steady_clock::time_point;

/// RFC 3339 in UTC: "2026-11-22T08:00:00Z", with ".123" only if there are milliseconds.
std::string format_time(UtcTime t);
/// Strict inverse: exactly those two forms, years 1970 to 9999, no leap second, no offset. bad_request otherwise.
Result<UtcTime> parse_time(std::string_view text);
inline std::int64_t to_unix_ms(UtcTime t) {
  return t.time_since_epoch().count();
}
inline UtcTime from_unix_ms(std::int64_t ms) {
  return UtcTime{Millis{ms}};
}

/// The three clocks of a machine. Implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime wall() const = 0;       ///< may jump; on a screen never trusted alone
  virtual SteadyTime steady() const = 0;  ///< for deadlines and timers
  virtual Millis since_boot() const = 0;  ///< CLOCK_BOOTTIME: goes on in suspend
};
/// The machine's own clocks.
const Clock& system_clock();

/// A clock that a test moves by hand. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UtcTime start) : wall_ms_(to_unix_ms(start)) {}
  UtcTime wall() const override { return from_unix_ms(wall_ms_); }
  SteadyTime steady() const override { return SteadyTime{} + Millis{boot_ms_ + 1000}; }
  Millis since_boot() const override { return Millis{boot_ms_}; }
  void advance(Millis d) {
    wall_ms_ += d.count();
    boot_ms_ += d.count();
  }                                                       ///< all clocks
  void set_wall(UtcTime t) { wall_ms_ = to_unix_ms(t); }  ///< a jump of the wall clock alone

 private:
  std::atomic<std::int64_t> wall_ms_;
  std::atomic<std::int64_t> boot_ms_{0};
};

}  // namespace fz
