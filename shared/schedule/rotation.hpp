// Which item next: smooth weighted round robin over the open slots of one layer, with history.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/schedule/resolve.hpp"

namespace fz::schedule {

/// One decision of the rotation.
struct Pick {
  std::string slot, campaign, approval;
  Class priority{};
  Millis duration{};
  UtcTime at{};           ///< the start it was picked for
  std::string previous;   ///< approval that the slot had shown before; for cancel()
  UtcTime opened{};       ///< of a programme's item: when the programme opened; it is not shown before. 0: no programme
  std::size_t index = 0;  ///< of the item in its slot
};

/// What a pick says when there is none.
struct NoPick {
  std::optional<UtcTime> retry_at;  ///< earliest instant at which a limit lets something through; none: only a change of the window helps
};

/// Keeps the order of one layer on one screen. Not thread-safe: one owner. The state survives restarts through
/// write()/read(). Deterministic: same state, playlist, zone, time and skip answers give the same pick.
class Rotation {
 public:
  /// True for an item that cannot be shown now (media missing, last door refuses). Asked in order of preference.
  using Skip = std::function<bool(const Slot&, const Item&)>;

  explicit Rotation(Layer layer = Layer::main) : layer_(layer) {}

  /// A programme (a slot with `once`) plays each item once in an opening, in order; what `skip` refuses is passed over.
  /// Picks the item that starts at `at` and counts it as played then. Within the highest class first; when every slot of
  /// it is held back by max_per_hour, min_spacing or `skip`, the next class. Limits do not hold back an emergency.
  /// `at` should not go backwards; if it does, plays "in the future" are forgotten.
  std::optional<Pick> next(const Playlist& playlist, const TimeZone& zone, UtcTime at, const Skip& skip, NoPick* none = nullptr,
                           bool booting = false);

  /// Gives a pick back that was never shown (replaced, decoder failed): it does not count towards the limits, and its slot
  /// goes on with the same item.
  void cancel(const Pick& pick);

  /// JSON text of the state, bounded (only slots seen in the last playlist, one hour of history).
  std::string write() const;
  /// Errors: bad_json, bad_field, ... A caller that cannot read old state starts with a fresh one.
  static Result<Rotation> read(std::string_view text, Layer layer = Layer::main);

 private:
  struct State {
    std::int64_t credit = 0;     // smooth weighted round robin
    std::size_t index = 0;       // of the item shown last, if it is still `last`
    std::string last;            // approval shown last, to go on after it; empty: none yet
    std::vector<UtcTime> plays;  // ascending; the last hour where the slot has max_per_hour, else the newest few
    UtcTime opened{};            // a programme's opening that `done` counts in
    std::size_t done = 0;        // items of it that are behind us
  };
  std::optional<UtcTime> held_back_until(const Slot& slot, State& state, UtcTime at) const;
  const Item* next_item(const Slot& slot, const State& state, const Skip& skip, std::size_t& index) const;
  const Item* next_of_programme(const Slot& slot, State& state, UtcTime opened, const Skip& skip, std::size_t& index) const;
  void forget_slots_not_in(const Playlist& playlist);
  Layer layer_;
  std::map<std::string, State> slots_;
};

}  // namespace fz::schedule
