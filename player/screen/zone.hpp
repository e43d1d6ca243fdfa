// A part of the surface with its queue of plays: decides on every beat what it shows. No clock, no thread, no GStreamer pipeline.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "player/screen/note.hpp"
#include "player/screen/queue.hpp"
#include "player/screen/source.hpp"

namespace fz::screen {

/// A decoder that gives nothing new for this long while the item should go on is given up.
inline constexpr Ns kStallLimit = 1 * kNsPerS;
/// A play without a first frame this long after its cue fails.
inline constexpr Ns kPrerollLimit = 5 * kNsPerS;
/// After holding a frame this long the zone has nothing to show: the slate.
inline constexpr Ns kHoldLimit = 2 * kNsPerS;

/// How long an item fades in over the one before, where the layout says so.
inline constexpr Ns kFade = 400 * kNsPerMs;

/// The beat a zone is asked about.
struct Beat {
  Ns pts = 0;  ///< of the output
  Rate rate;
  Ns steady_now = 0;  ///< monotonic time, for limits on waiting
};

class Zone {
 public:
  /// Waits for a source to have something new; true if it is worth asking again, false when this beat cannot wait longer.
  using Wait = std::function<bool(Source&)>;

  Zone(std::string name, Area area, EventQueue& events) : name_(std::move(name)), area_(area), events_(events) {}

  const std::string& name() const { return name_; }
  Area area() const { return area_; }
  void cue(PlayRef play, Ns duration, std::unique_ptr<Source> source, Ns steady_now);
  /// `now`: at its first frame it takes the place of what is on air, which ends as `replaced` on that beat.
  void go(std::string_view play, Ns pts, bool now = false);
  /// The play leaves the surface at the next beat, without being held.
  void stop(std::string_view play, wire::EndReason reason, Ns pts);
  /// Decides what is due on `beat`.
  void step(const Beat& beat, const Wait& wait);
  /// From now on one item fades into the next, or is cut.
  void set_fade(bool on) { fading_ = on; }
  /// The zone has another size: what is on air or queued was made for the old one and ends as `replaced`; its last picture is
  /// held, scaled, until something follows.
  void resize(Area area, Ns pts);
  /// The zone is taken away: the same, without a picture.
  void clear(Ns pts);
  /// All on-air items begin `by` later: the output left that much out.
  void shift(Ns by) {
    base_ += by;
    fade_since_ += by;
  }

  const View& view() const { return view_; }  ///< no picture: nothing to show (slate)
  /// The last picture of the item before, while it goes; no picture: no fade.
  const View& going() const { return going_; }
  /// Per mille of view() in a fade, 1 ... 999.
  int fade_in(Ns pts) const { return static_cast<int>(1 + (pts - fade_since_) * 998 / kFade); }
  const PlayRef& playing() const { return playing_; }
  Ns due_pts() const { return due_pts_; }
  bool holding() const { return !playing_ && view_; }
  /// A source that may soon have a first frame, for a painter with nothing else to do; null if none.
  Source* awaited();
  /// Says `idle` again if it is so.
  void repeat_idle() { idle_said_ = false; }
  void read_audio(Ns pts, std::span<std::int16_t> out);
  std::vector<EndNote> take_ended() { return std::exchange(ended_, {}); }
  bool empty() const { return plays_.empty(); }

 private:
  struct Item {
    PlayRef play;
    std::unique_ptr<Source> source;
    Ns go_pts = 0;
  };
  void look_at_cued(const Beat& beat);
  bool show_current(const Beat& beat, const Wait& wait);
  bool start_next(const Beat& beat);
  void finish(wire::EndReason reason, Ns pts, bool hold);
  void discard(std::uint64_t serial);
  void say_idle(const Beat& beat);

  std::string name_;
  Area area_;
  EventQueue& events_;
  ZoneQueue queue_;
  std::map<std::uint64_t, Item> plays_;
  std::uint64_t serials_ = 0;

  View view_, going_;
  bool fading_ = false;
  Ns fade_since_ = 0;
  PlayRef playing_;
  Source* source_ = nullptr;  // of the play on air
  std::uint64_t serial_ = 0;
  Ns duration_ = 0, base_ = 0, due_pts_ = 0;
  Ns free_since_ = 0;  // PTS since which nothing is on air
  Ns held_since_ = 0;  // since when its picture is the same for want of another
  Ns stalled_ = 0, stalled_since_ = 0;
  bool sound_ = false;  // the play on air moves on: its sound does too
  bool idle_said_ = false;
  std::vector<EndNote> ended_;
};

}  // namespace fz::screen
