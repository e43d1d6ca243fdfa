// What was really shown: counts per play, start and end messages, and the tap file. No GStreamer, no clock: time is a parameter.
#pragma once
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "player/screen/ear.hpp"
#include "player/screen/note.hpp"
#include "shared/base/clock.hpp"

namespace fz::screen {

/// A frame with less mean luminance counts as black (16 is black in limited range).
inline constexpr int kBlackLuma = 20;

/// One frame that the sink has shown.
struct Sighting {
  PlayRef play;  ///< empty: a held frame, or the slate
  Ns due_pts = 0;
  Ns pts = 0;
  Ns running_time = 0;  ///< when it was shown
  UtcTime wall;         ///< the same by the machine's clock
  int rows = 0;
  Signature signature;
  std::size_t zone = 0;  ///< index into kMediaZoneNames; a frame is seen once for each zone, the main zone first
  int fade = 0;          ///< per mille of the play's own picture while it fades in; 0: no fade
  bool off = false;      ///< dark by schedule
};

/// Used by one thread (the sink's).
class Tap {
 public:
  /// Started and Ended go to `events`, ends come from `ends`; what was heard of a play from `ear` (may be null).
  Tap(EventQueue& events, EndBox& ends, Ear* ear = nullptr) : events_(events), ends_(ends), ear_(ear) {}
  ~Tap();
  Tap(const Tap&) = delete;
  Tap& operator=(const Tap&) = delete;

  /// Writes a line per frame to `path` from now on; `t_ms` is UTC at running time 0 plus running time, so it never jumps.
  /// Errors: io.
  Result<void> write_to(const fs::path& path, UtcTime epoch);
  /// This frame is handed to the sink next. Where it is the first of a play, the end of the one before and its start are said
  /// now: a screen that is killed after the frame was shown has said so. True if something was said.
  bool about_to_show(const Sighting& s);
  void saw(const Sighting& s);

 private:
  void begin(const Sighting& s);
  void end(const EndNote& note, const Sighting& next);
  void write_line(const Sighting& s);

  struct Shown {
    PlayRef play;
    Ns first = 0;  // running time of its first frame
    std::int64_t frames = 0, black = 0;
    std::uint32_t crc_first = 0, crc_last = 0;
  };
  EventQueue& events_;
  EndBox& ends_;
  Ear* ear_;
  std::array<std::optional<Shown>, kMediaZones> shown_;
  struct CloseFile {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::unique_ptr<std::FILE, CloseFile> file_;
  UtcTime epoch_{};
};

/// One line of the tap file, without the line feed.
std::string tap_line(const Sighting& s, UtcTime epoch);

}  // namespace fz::screen
