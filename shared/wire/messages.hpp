// The messages between fz-agent and fz-screen, typed; the table and its meaning: README.md beside this file.
// Pure functions, any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "shared/base/error.hpp"

namespace fz::wire {

inline constexpr int kVersion = 1;

// -- agent to screen
struct Hello {
  int version = kVersion;
};
enum class CueKind { media, text };
struct Cue {
  std::string play;  ///< id of the play, at most 64 bytes
  std::string zone;
  CueKind kind = CueKind::media;
  std::int64_t duration_ms = 0;                            ///< 0: natural length (never for a still or a text)
  int width = 0, height = 0, slots = 0, audio_frames = 0;  ///< media: the ring's geometry; 3 descriptors come with it
  std::string text;                                        ///< text: the approved document, byte for byte
};
struct Go {
  std::string play;
  bool now = false;  ///< not after what is on air in its zone, but instead of it, at its first frame
};
struct Stop {
  std::string play;
  std::string reason;
};
struct Slate {
  std::string state, site, server, code, message;
  std::string device{};  ///< how its id begins; while it waits to be enrolled and no server has given a code
};
struct Ticker {
  std::vector<std::string> lines;
  int px_per_s = 120;
};
/// What stands where. `layout` and `facts` are approved documents, byte for byte; empty: the built-in layout, no facts.
struct Layout {
  std::string id;  ///< comes back in `ready`; empty exactly when `layout` is
  std::string layout, facts;
  std::string region, site;  ///< to find the place's own row
};
struct Ack {
  std::string play;
};
struct TakeShot {
  std::string id;
  std::int64_t max_bytes = 1 << 20;
};
struct Output {
  int brightness_percent = 100;
  int volume_percent = 100;
  bool muted = false;
  bool on = true;  ///< false: the surface is meant to be dark
  bool operator==(const Output&) const = default;
};
using ToScreen = std::variant<Hello, Cue, Go, Stop, Slate, Ticker, Layout, Ack, TakeShot, Output>;

// -- screen to agent
/// A zone that plays items.
struct ReadyZone {
  std::string zone;  ///< "main", "side"
  int width = 0, height = 0;
  std::string fit = "contain", surround = "plain";
};
struct Ready {
  int version = kVersion;
  int width = 0, height = 0, fps_n = 0, fps_d = 1;  ///< of the surface as it is seen
  std::string sink;
  std::string run;                 ///< of this screen process: another one is another process
  std::string layout{};            ///< id of the layout in force; empty: the built-in one
  std::vector<ReadyZone> zones{};  ///< the main zone first; none: main is the whole surface
};
/// Every result that waits was repeated. `plays` got their `go` and have no result yet; what else got one is reported.
struct Resumed {
  std::vector<std::string> plays;
};
struct Cued {
  std::string play;
};
struct Failed {
  std::string play, code, detail;
};
struct Started {
  std::string play;
  std::int64_t at_ms = 0;    ///< UTC, milliseconds since 1970, the screen machine's clock
  std::int64_t late_ms = 0;  ///< against the due time
};
enum class EndReason { completed, stopped, short_, decoder_died, replaced };
std::string_view end_reason_name(EndReason reason);
struct Ended {
  std::string play;
  EndReason reason = EndReason::completed;
  std::int64_t at_ms = 0, shown_ms = 0, frames = 0, lost = 0, black = 0;
  std::uint32_t crc_first = 0, crc_last = 0;
  std::int64_t samples = 0;  ///< sample frames that the sound pipeline took, at the volume of then
  int sound_rms = 0;         ///< of them, 0 ... 32768
};
struct Idle {
  std::string zone;
};
struct Alive {
  std::int64_t frames = 0, pts_ns = 0, rss_kb = 0;
  bool holding = false;     ///< the last frame is held for want of a next one
  bool slate = false;       ///< the slate is on the surface
  bool off = false;         ///< dark by schedule
  bool sound_lost = false;  ///< the sound device failed and is tried again
};
struct Shot {
  std::string id;  ///< 1 descriptor comes with it
};
using ToAgent = std::variant<Ready, Resumed, Cued, Failed, Started, Ended, Idle, Alive, Shot>;

/// One packet's text. Deterministic: members sorted.
std::string to_json(const ToScreen& m);
std::string to_json(const ToAgent& m);
/// A packet's text read strictly; nothing for a message name that is not known here (ignored by contract).
/// Errors: bad_json, bad_field, missing_field, unknown_field, too_large.
Result<std::optional<ToScreen>> to_screen_from_json(std::string_view text);
Result<std::optional<ToAgent>> to_agent_from_json(std::string_view text);

}  // namespace fz::wire
