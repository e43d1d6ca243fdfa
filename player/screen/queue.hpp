// What comes next in a zone: plays and their states, as a table. Pure logic; time is a parameter; one thread.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "player/screen/timeline.hpp"
#include "shared/wire/messages.hpp"

namespace fz::screen {

/// The states of a play. `released` is go before the first frame is there; `due` is both.
enum class PlayState : std::uint8_t { cued, ready, released, due, on_air, ended, failed, count };
enum class PlayEvent : std::uint8_t { first_frame, go, start, finish, stop, fail, count };

/// The table: the state after `event` in `state`, or nothing when the event does not belong there (it is ignored).
std::optional<PlayState> next_state(PlayState state, PlayEvent event);
std::string_view play_state_name(PlayState s);

/// A play in a zone's queue.
struct Play {
  std::string id;
  std::uint64_t serial = 0;  ///< of this process; never reused
  PlayState state = PlayState::cued;
  Ns duration = 0;  ///< declared; 0: the natural length
  Ns cued_at = 0;   ///< running time of the cue
  Ns due_pts = 0;   ///< when its first frame was due; set when it starts
  std::uint64_t go_order = 0;
  bool now = false;  ///< instead of what is on air, and before all others
};

/// A zone's plays that are neither ended nor failed. Order of presentation is the order of go.
class ZoneQueue {
 public:
  /// Adds a play in state cued. False: the id is in the queue already.
  bool cue(std::string id, std::uint64_t serial, Ns duration, Ns now);
  /// Applies `event` through the table. False if there is no such play or the table says no. Plays that reach ended or
  /// failed leave the queue.
  bool apply(std::uint64_t serial, PlayEvent event);

  Play* find(std::uint64_t serial);
  Play* find(std::string_view id);
  Play* on_air();
  /// The play that must come next: the earliest go that is not on air, `now` before the others; it may not have its first
  /// frame yet.
  Play* next();
  /// The same, but only when its first frame is there.
  Play* next_due();
  /// Something may be shown after the current item.
  bool has_next() { return next() != nullptr; }
  /// Plays without a first frame `limit` after their cue: they must fail.
  std::vector<std::uint64_t> overdue(Ns now, Ns limit) const;
  std::size_t size() const { return plays_.size(); }

 private:
  std::deque<Play> plays_;  // stable addresses are not needed: pointers are used at once
  std::uint64_t orders_ = 0;
};

/// How an item that has given all its frames ended: `natural` is the end of its last frame since its start, `declared` 0
/// or the declared duration, `failed` whether its decoder broke off.
wire::EndReason end_of_frames(Ns natural, Ns declared, bool failed);
/// An item may end this much before its declared duration and still be complete (its last frame is held): containers round.
inline constexpr Ns kShortTolerance = 250 * kNsPerMs;

}  // namespace fz::screen
