// What the shell tells the core. An event that answers an action arrives exactly once for it, in any order with others.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "player/agent/core/health.hpp"
#include "shared/base/error.hpp"
#include "shared/trust/documents.hpp"
#include "shared/wire/messages.hpp"

namespace fz::agent {

struct Tick {                       ///< wake_at() has come
  std::int64_t free_mb = -1;        ///< of the store's file system; -1: not measured now
  std::optional<Health> machine{};  ///< where it was measured now
};

struct Shutdown {};  ///< the program is asked to end: what is on the surface is taken off, so that its end is known

struct IntentStored {
  std::string play;
  bool ok = true;  ///< false: the disk refuses for now; the picture goes on, and another answer comes when it is stored
};
struct RecordStored {
  std::string play;
  bool ok = true;
};
struct PlaysLoaded {
  std::vector<trust::Play> plays;
};

struct ScreenGone {};
/// `ready` among them begins a connection.
struct FromScreen {
  wire::ToAgent message;
};
/// A picture of what is on the surface, asked for by TakeShot; empty: it could not be read.
struct ShotTaken {
  std::string id, jpeg;
};
struct Opened {
  std::string play;
};
struct OpenFailed {
  std::string play, sha256;
  Error error;
};
struct DecoderEnded {
  std::string play;
  bool clean = false;
};

struct Answered {
  std::uint64_t id = 0;
  std::optional<Error> error;  ///< no answer came
  unsigned status = 0;
  std::string etag, body;
  Millis took{};
};
struct DocumentReady {
  std::uint64_t cycle = 0;
  std::string sha256;
  std::optional<Error> error;
  std::string bytes;
};
struct MediaStored {
  std::uint64_t cycle = 0;
  std::string sha256;
  std::optional<Error> error;
};
struct Probed {
  std::uint64_t cycle = 0;
  std::string sha256;
  std::optional<Error> error;  ///< it is not what its approval says, or nothing that can be played
};
struct ChannelOpen {};
struct ChannelMessage {
  std::string text;
};
struct ChannelClosed {
  Error error;
};
struct SetSaved {
  bool ok = true;
};
/// A stick with signed documents for this screen is here; calls with kStickToken are answered from it.
struct StickCame {
  std::optional<std::string> identity{};  ///< write_provision() of what its verified ticket says, for a screen that is not enrolled
};
struct StickGone {};
/// The server's receipt that lay on a stick, and the play that it speaks of, as the spool has it.
struct StickReceipt {
  std::string envelope;
  std::optional<trust::Play> last{};
};

using Event = std::variant<Tick, Shutdown, IntentStored, RecordStored, PlaysLoaded, ScreenGone, FromScreen, ShotTaken, Opened, OpenFailed,
                           DecoderEnded, Answered, DocumentReady, MediaStored, Probed, ChannelOpen, ChannelMessage, ChannelClosed, SetSaved,
                           StickCame, StickGone, StickReceipt>;

}  // namespace fz::agent
