// The output's beat and which frame of an item is due on it. Pure functions; all times in nanoseconds.
#pragma once
#include <cstdint>

namespace fz::screen {

using Ns = std::int64_t;
inline constexpr Ns kNsPerMs = 1'000'000;
inline constexpr Ns kNsPerS = 1'000'000'000;

__extension__ typedef __int128 Wide;  ///< ticks times nanoseconds: 64 bits last for three days only

/// A frame rate: `n` frames in `d` seconds.
struct Rate {
  int n = 30, d = 1;
  bool operator==(const Rate&) const = default;
};

/// PTS of the output's tick number `tick`: exact for ever (never a sum of rounded durations).
constexpr Ns tick_pts(std::int64_t tick, Rate r) {
  return static_cast<Ns>(static_cast<Wide>(tick) * r.d * kNsPerS / r.n);
}
constexpr Ns tick_duration(std::int64_t tick, Rate r) {
  return tick_pts(tick + 1, r) - tick_pts(tick, r);
}
/// The first tick whose PTS is >= pts.
constexpr std::int64_t tick_at_or_after(Ns pts, Rate r) {
  auto den = static_cast<Wide>(r.d) * kNsPerS;
  auto tick = static_cast<std::int64_t>(static_cast<Wide>(pts) * r.n / den);
  while (tick_pts(tick, r) < pts) ++tick;
  return tick;
}

/// True if a frame (or an end) at `pts` is due at `at`, both since the item's start: frames go to the nearest tick, so that
/// containers which round to milliseconds neither repeat nor lose one.
constexpr bool is_due(Ns pts, Ns at, Rate r) {
  return pts <= at + tick_duration(0, r) / 2;
}
/// The tick, counted from the item's start, on which a frame at `pts` is first due.
constexpr std::int64_t due_tick(Ns pts, Rate r) {
  Ns half = tick_duration(0, r) / 2;
  return pts <= half ? 0 : tick_at_or_after(pts - half, r);
}
/// A frame that was passed over, when `next_pts` was shown instead, is lost unless both fall on one tick: a source faster
/// than the output is thinned by design.
constexpr bool is_lost(Ns skipped_pts, Ns next_pts, Rate r) {
  return due_tick(skipped_pts, r) != due_tick(next_pts, r);
}

/// How many ticks to leave out when the tick at `pts` is painted at running time `now`: none up to `limit` late, then as
/// many as put the next one `lead` ahead again. Never a burst of frames that nobody can see.
constexpr std::int64_t ticks_to_skip(Ns pts, Ns now, Ns limit, Ns lead, Rate r) {
  if (now - pts <= limit) return 0;
  return tick_at_or_after(now + lead, r) - tick_at_or_after(pts, r);
}

/// Sample frames of audio before `pts` at 48 kHz: cumulative, so that rounding never adds up.
constexpr std::int64_t samples_before(Ns pts) {
  return static_cast<std::int64_t>(static_cast<Wide>(pts) * 48000 / kNsPerS);
}
constexpr Ns pts_of_sample(std::int64_t sample) {
  return static_cast<Ns>(static_cast<Wide>(sample) * kNsPerS / 48000);
}

}  // namespace fz::screen
