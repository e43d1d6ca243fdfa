// What the core asks of the shell. The shell carries actions out in order; those that answer name their event.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "player/agent/core/catalogue.hpp"
#include "player/agent/core/instant.hpp"
#include "shared/base/error.hpp"
#include "shared/trust/documents.hpp"
#include "shared/wire/messages.hpp"

namespace fz::agent {

/// A play that is going to be, or was, presented and has no record yet.
struct Intent {
  std::string play, zone, approval, sha256, campaign, slot;
  Millis duration{};
  UtcTime intended{};
  std::optional<UtcTime> started{};
  std::string clock{};   ///< how far `started` can be believed
  std::string screen{};  ///< run of the screen process that is to show it
};

// -- spool: durable when answered -----------------------------------------------------------------------------------
struct StoreIntent {  ///< -> IntentStored
  Intent intent;
};
struct StoreStarted {
  std::string play;
  UtcTime started;
  std::string clock;
};
struct StoreRecord {  ///< appends the record and removes the intent in one transaction -> RecordStored
  trust::Play play;
};
struct DropIntent {  ///< -> RecordStored
  std::string play;
};
struct LoadPlays {  ///< records with a counter above `after`, at most `limit` -> PlaysLoaded
  std::int64_t after = 0;
  std::size_t limit = 0;
};
struct PlaysAcknowledged {  ///< the server keeps all up to `through`; forget those older than 30 days
  std::int64_t through = 0;
  UtcTime now{};
};

// -- screen and decoders --------------------------------------------------------------------------------------------
struct TellScreen {
  wire::ToScreen message;
};
/// Open the blob afresh and verified, start its decoder, and cue it on the screen -> Opened or OpenFailed.
struct OpenItem {
  std::string play, zone;
  Item item;
  Millis duration{};
  Place place{};
};
struct CloseItem {  ///< end its decoder; nothing if there is none
  std::string play;
};
struct RestartScreen {
  std::string why;
  bool unless_busy = false;  ///< not where its main thread runs or waits for a processor
};

// -- network --------------------------------------------------------------------------------------------------------
inline constexpr std::size_t kMaxShot = 200 * 1000;  ///< bytes of a JPEG of the surface

/// One HTTP call -> Answered. Calls are answered in the order in which they were asked for.
struct Call {
  std::uint64_t id = 0;
  enum class Method { get, post, put } method = Method::get;
  std::string path, body;
  std::string token;  ///< empty: without
  std::string etag;   ///< If-None-Match
  std::string type = "application/json";
  std::size_t max_bytes = 512 * 1024;
  Millis timeout{60000};
};
/// Instead of a session's token: the stick is asked, not the server.
inline constexpr std::string_view kStickToken = "stick";
struct AbortFetches {};  ///< running and waiting fetches end, answered `cancelled`; what arrived of a file is kept
/// A small document by its hash: from the store, or fetched and stored -> DocumentReady.
struct FetchDocument {
  std::uint64_t cycle = 0;  ///< comes back with the answer
  std::string sha256;
  std::uint64_t length = 0;
  std::string token;
};
/// Media into the store; goes on where an earlier try stopped -> MediaStored.
struct FetchMedia {
  std::uint64_t cycle = 0;
  std::string sha256;
  std::uint64_t length = 0;
  std::vector<std::string> chunks;
  std::string token;
};
struct ProbeMedia {  ///< in the sandbox; answered from the cache when this hash was probed before -> Probed
  std::uint64_t cycle = 0;
  std::string sha256, mime;
};
/// Blobs that must stay; the rest may go when space is needed.
struct KeepBlobs {
  std::set<std::string, std::less<>> sha256;
};
struct OpenChannel {  ///< -> ChannelOpen, ChannelMessage, ChannelClosed
  std::string token;
};
struct CloseChannel {};
struct SendChannel {
  std::string text;
};

// -- state files and people -------------------------------------------------------------------------------------------
enum class StateFile { trust, clock, identity, set, rotation, side_rotation };
struct SaveState {  ///< replaced atomically; only `set` is answered -> SetSaved
  StateFile file{};
  std::string text;
};
struct Alarm {  ///< for the log and the next status
  Error error;
};

using Action = std::variant<StoreIntent, StoreStarted, StoreRecord, DropIntent, LoadPlays, PlaysAcknowledged, TellScreen, OpenItem,
                            CloseItem, RestartScreen, Call, AbortFetches, FetchDocument, FetchMedia, ProbeMedia, KeepBlobs, OpenChannel,
                            CloseChannel, SendChannel, SaveState, Alarm>;
using Actions = std::vector<Action>;

}  // namespace fz::agent
