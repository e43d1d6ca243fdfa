// What a play's pictures come from, as the painter sees it: a decoder's ring, or rendered text.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "player/screen/frame.hpp"
#include "player/screen/timeline.hpp"
#include "shared/base/error.hpp"

namespace fz::screen {

/// Used by the painter's thread only; made and destroyed on the main thread (unmapping a ring may take milliseconds).
class Source {
 public:
  enum class State { starting, ready, failed };
  enum class Step {
    shown,  ///< view() is what is due
    wait,   ///< the frame that is due is not there yet: view() is the one before
    over,   ///< all frames were shown and the last one's time is over
  };
  virtual ~Source() = default;

  /// Whether the first frame is there. Cheap; asked at every tick until it is no longer starting.
  virtual State state() = 0;
  /// Why it failed, or why it broke off.
  virtual Error error() const = 0;
  /// Moves to the frame that is due `at` after the item's start. `at` never goes back.
  virtual Step advance(Ns at, Rate rate) = 0;
  virtual View view() const = 0;
  /// End of the last frame since the start, once it is known.
  virtual std::optional<Ns> natural_end() const = 0;
  /// It broke off: what came is not all there was.
  virtual bool broken() const { return false; }
  /// It has no picture at all: the slate is shown while it is heard. Meaningful once it is ready.
  virtual bool sound_only() const { return false; }
  virtual int lost() const { return 0; }  ///< frames passed over that should have been shown
  /// Moves sound of [at, at + samples of out) into `out` (interleaved stereo); what is not there becomes silence.
  virtual void read_audio(Ns at, std::span<std::int16_t> out);
  /// Readable when something changed, or -1.
  virtual int wait_fd() const { return -1; }
  virtual void clear_wait() {}
};

}  // namespace fz::screen
