// What a painted frame carries with it to the tap, and what the screen's threads tell the main one.
#pragma once
#include <gst/gst.h>

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "player/screen/source.hpp"
#include "shared/base/file.hpp"
#include "shared/wire/messages.hpp"

namespace fz::screen {

/// A play as the tap needs to know it; immutable, shared by all its frames.
struct PlayInfo {
  std::string id;
  std::string label;  ///< a file's name in stand-alone play; otherwise empty
};
using PlayRef = std::shared_ptr<const PlayInfo>;

/// The zones that play items, as the tap counts them.
inline constexpr std::size_t kMediaZones = 2;
inline constexpr std::array<std::string_view, kMediaZones> kMediaZoneNames{"main", "side"};

/// A zone that plays items, in one frame.
struct ZoneNote {
  PlayRef play;               ///< empty: a held frame, or the slate
  Ns due_pts = 0;             ///< when the play's first frame was due
  Rect rect;                  ///< on the surface; empty: there is no such zone
  int rows = 0;               ///< luma rows of it that the ticker does not cover
  std::uint64_t picture = 0;  ///< equal numbers are equal pixels in the whole zone
  int fade = 0;               ///< per mille of the play's picture while it fades in over the one before; 0: no fade
};

/// Carried on every buffer of the output.
struct Note {
  std::array<ZoneNote, kMediaZones> zones;  ///< the main zone first
  std::uint64_t picture = 0;                ///< equal numbers are equal pixels
  Tags tags{};                              ///< what each layer shows
  Regions regions{};
  bool holding = false, slate = false;
  bool off = false;  ///< dark by schedule: nothing is missing
};

/// "From `pts` on this play is not painted any more."
struct EndNote {
  PlayRef play;
  wire::EndReason reason = wire::EndReason::completed;
  int lost = 0;
  Ns pts = 0;
  bool sound_only = false;  ///< what was presented is what was heard
};

/// From the painter to the tap. Not carried on a buffer: a sink that breaks must not swallow the end of a play. Any thread.
class EndBox {
 public:
  void add(EndNote note);
  /// Takes the notes up to `pts`, oldest first.
  std::vector<EndNote> take(Ns pts);

 private:
  std::mutex mutex_;
  std::vector<EndNote> notes_;
};

/// Puts a note on a buffer. REQUIRES: the buffer is the caller's alone.
void attach_note(GstBuffer* buffer, Note note);
/// The note of a buffer, or null. Valid as long as the buffer.
const Note* note_of(GstBuffer* buffer);

/// A picture that was asked for.
struct ShotTaken {
  std::string id;
  Result<Bytes> jpeg;
};
/// The surface was laid out anew: zones have other sizes.
struct LaidOut {};
/// A message for the agent, a source that nobody shows any more and the main thread should end, or a picture.
using Event = std::variant<wire::ToAgent, std::unique_ptr<Source>, ShotTaken, LaidOut>;

/// From painter and tap to the main thread. Any thread.
class EventQueue {
 public:
  EventQueue();
  void push(Event e);
  /// All events since the last call, oldest first.
  std::vector<Event> take();
  /// All that was taken was passed on. The first call makes wait_passed_on() wait.
  void passed_on();
  /// Until everything pushed so far was passed on, at most `limit`.
  void wait_passed_on(Millis limit);
  int fd() const { return wake_.get(); }  ///< readable when there are events

 private:
  std::mutex mutex_;
  std::condition_variable passed_;
  std::vector<Event> events_;
  std::uint64_t pushed_ = 0, passed_on_ = 0;
  bool waited_for_ = false;
  Fd wake_;
};

}  // namespace fz::screen
