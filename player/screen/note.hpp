// What a painted frame carries with it to the tap, and what the screen's threads tell the main one.
#pragma once
#include <gst/gst.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
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

/// Carried on every buffer of the output.
struct Note {
  PlayRef play;               ///< empty: a held frame, or the slate
  Ns due_pts = 0;             ///< when the play's first frame was due
  std::uint64_t picture = 0;  ///< equal numbers are equal pixels
  int rows = 0;               ///< luma rows that the ticker does not cover
  std::uint64_t base = 0;     ///< equal numbers are equal pixels in these rows
  bool holding = false, slate = false;
};

/// "From `pts` on this play is not painted any more."
struct EndNote {
  PlayRef play;
  wire::EndReason reason = wire::EndReason::completed;
  int lost = 0;
  Ns pts = 0;
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
/// A message for the agent, a source that nobody shows any more and the main thread should end, or a picture.
using Event = std::variant<wire::ToAgent, std::unique_ptr<Source>, ShotTaken>;

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
