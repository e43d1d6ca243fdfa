// What the shell tells the core about time and chance at each step; the core itself asks nobody.
#pragma once
#include <cstdint>

#include "shared/base/clock.hpp"

namespace fz::agent {

/// The machine's clocks at one step, as read by the shell.
struct Instant {
  Millis boot{};   ///< CLOCK_BOOTTIME: never goes back while the machine runs
  UtcTime wall{};  ///< may jump, may be years wrong
};

/// Time inside one step of the core: `utc` is the trusted time of TRUST.md, never the bare wall clock.
struct Now {
  Millis boot{};
  UtcTime utc{};
  UtcTime wall{};
};

/// Random numbers are passed in: 64 bits at a step's start, stretched by this generator (splitmix64, Steele 2014), so that
/// a simulator can repeat a run. For jitter and play ids, never for keys or nonces.
class Chance {
 public:
  explicit Chance(std::uint64_t seed = 0) : state_(seed) {}
  void stir(std::uint64_t bits) { state_ ^= bits; }
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  /// Uniform in [low, high].
  Millis between(Millis low, Millis high) {
    const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
    return low + Millis{static_cast<std::int64_t>(next() % span)};
  }

 private:
  std::uint64_t state_;
};

}  // namespace fz::agent
