// The update cycle: checks 0 to 13 of the trust model in their order, as a table of states. A cycle either ends in a
// committed set or leaves the old one in place; whatever was fetched and verified stays for the next try. Sans-I/O.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "player/agent/core/action.hpp"
#include "player/agent/core/backoff.hpp"
#include "player/agent/core/event.hpp"
#include "player/agent/core/set.hpp"
#include "shared/trust/state.hpp"

namespace fz::agent {

/// States of a cycle, in their order.
enum class Update : std::uint8_t { idle, root, timestamp, snapshot, targets, documents, playlist, media, probe, commit };
std::string_view update_name(Update u);

/// Limits and rhythm; a test may shorten them.
struct UpdateLimits {
  Millis poll_min{30000}, poll_max{60000};
  Millis metadata_total{60000};  ///< root to targets, together
  Millis retry_first{2000}, retry_most{120000};
  Millis refetch_first{30000}, refetch_most{3600000};  ///< items that could not be had, while the rest plays
  Millis root_every{std::chrono::hours{1}};
  Millis longest_fetch{300000};  ///< with no channel, a download is put aside after this to look for news
  int media_tries = 3;           ///< of one file in one cycle, when what came was wrong
};

class Updater {
 public:
  Updater(trust::TrustedState& state, UpdateLimits limits)
      : state_(&state),
        limits_(limits),
        retry_(limits.retry_first, limits.retry_most),
        refetch_(limits.refetch_first, limits.refetch_most) {}

  /// At the start: the committed set, the bytes of its small documents by hash, and the names of all stored blobs.
  /// What does not verify any more is left out and fetched again. `utc`: trusted time.
  void load(PlaySet set, const std::map<std::string, std::string, std::less<>>& documents, std::set<std::string, std::less<>> stored,
            ScreenSize screen, UtcTime utc);

  /// A cycle is wanted now (a message "changed", a new token, a new screen size).
  void want(const Now& now, bool with_root);
  /// The token to use; empty: no cycle can start.
  void set_token(std::string token) { token_ = std::move(token); }
  void set_channel(bool up) { channel_up_ = up; }
  /// False: outside of the hours for downloads. Media wait then, while the set in force has something to show; documents, texts
  /// and what an alert shows never do.
  void set_may_download(bool may, const Now& now);
  /// Sizes of the zones that play items: each item has the rendition for the one it plays in. `side`: where there is one.
  void set_screen(ScreenSize screen, std::optional<ScreenSize> side, const Now& now);
  /// A stored blob turned out to be missing or damaged: it leaves the catalogue and is fetched again.
  void blob_lost(const std::string& sha256, const Now& now);
  /// Ids of calls of this machine begin here; others choose below.
  static constexpr std::uint64_t kCalls = std::uint64_t{1} << 32;

  void answered(const Answered& e, const Now& now, Chance& chance, Actions& out);
  void document_ready(const DocumentReady& e, const Now& now, Chance& chance, Actions& out);
  void media_stored(const MediaStored& e, const Now& now, Chance& chance, Actions& out);
  void probed(const Probed& e, const Now& now, Chance& chance, Actions& out);
  void set_saved(bool ok, const Now& now, Chance& chance, Actions& out);
  /// Starts a cycle when one is due, and ends one that is over its time.
  void advance(const Now& now, Chance& chance, Actions& out);

  /// True once after each commit (or change of the catalogue).
  bool take_changed() { return std::exchange(changed_, false); }
  /// True once after a 401: the token is no good.
  bool take_unauthorised() { return std::exchange(unauthorised_, false); }
  /// True once after the root changed: the clock's attested time begins anew.
  bool take_root_changed() { return std::exchange(root_changed_, false); }

  const PlaySet& set() const { return set_; }
  const schedule::Playlist* playlist() const { return playlist_ ? &*playlist_ : nullptr; }
  Update state() const { return at_; }
  Millis wake_at() const;
  /// Last time a cycle came to its end without an error.
  std::optional<UtcTime> last_success() const { return last_success_; }
  /// Items of the playlist that cannot be shown, by hash, with the reason.
  const std::map<std::string, Error, std::less<>>& refused() const { return refused_; }
  std::size_t missing() const;

 private:
  struct Step;
  static const Step kSteps[];
  struct Wanted {
    std::string name, sha256;
    std::uint64_t length = 0;
    std::optional<DocumentReady> ready{};
  };

  // Each enters its state: asks for what it needs, or moves on when there is nothing to ask for.
  void enter_idle(const Now&, Chance&, Actions&) {}
  void enter_root(const Now&, Chance&, Actions&);
  void enter_timestamp(const Now&, Chance&, Actions&);
  void enter_snapshot(const Now&, Chance&, Actions&);
  void enter_targets(const Now&, Chance&, Actions&);
  void enter_documents(const Now&, Chance&, Actions&);
  void enter_playlist(const Now&, Chance&, Actions&);
  void enter_media(const Now&, Chance&, Actions&);
  void enter_probe(const Now&, Chance&, Actions&);
  void enter_commit(const Now&, Chance&, Actions&);
  // Each takes the answer to what its state asked for.
  void got_root(const Answered&, const Now&, Chance&, Actions&);
  void got_timestamp(const Answered&, const Now&, Chance&, Actions&);
  void got_snapshot(const Answered&, const Now&, Chance&, Actions&);
  void got_targets(const Answered&, const Now&, Chance&, Actions&);

  void go(Update to, const Now& now, Chance& chance, Actions& out);
  void call(std::string path, std::string etag, std::size_t max_bytes, const Now& now, Actions& out);
  void finish(const Now& now, Chance& chance, Actions& out);
  void abort(Error why, const Now& now, Chance& chance, Actions& out);
  /// Drop, and an alarm where it points to an attack; then abort.
  void refuse(const Error& why, const Now& now, Chance& chance, Actions& out);
  bool usable(const Answered& e, const Now& now, Chance& chance, Actions& out);
  void take_document(const Wanted& w, Actions& out);
  void take_documents(const Now& now, Chance& chance, Actions& out);
  void want_documents();
  void plan_items(const Now& now, Actions& out);
  void next_media(const Now& now, Actions& out);
  void next_probe(Actions& out);
  bool complete() const;
  bool must_wait(const Item& wanted);
  bool comes_again() const;

  trust::TrustedState* state_;
  UpdateLimits limits_;
  PlaySet set_;                                 // committed
  std::optional<schedule::Playlist> playlist_;  // of set_
  PlaySet next_;                                // being made
  std::optional<schedule::Playlist> next_playlist_;
  std::map<std::string, std::string, std::less<>> accepted_;  // approval id -> hash of the envelope in *state_
  std::set<std::string, std::less<>> stored_;                 // media in the store
  std::set<std::string, std::less<>> probed_;                 // media that can be played
  std::map<std::string, Error, std::less<>> refused_;

  Update at_ = Update::idle;
  UtcTime fixed_;      // the cycle's own time (check 0)
  Millis deadline_{};  // of the metadata
  Millis fetch_started_{};
  std::uint64_t call_ = 0;  // the call that is waited for
  std::uint64_t cycle_ = 0;
  std::deque<Wanted> documents_;
  std::size_t asked_ = 0;  // of documents_
  std::string playlist_wanted_;
  std::deque<std::string> media_wanted_, probe_wanted_;
  std::map<std::string, int, std::less<>> tries_;
  bool retried_ = false;  // check 6: a snapshot is fetched once more before it is given up

  std::string token_, etag_;
  std::string etag_timestamp_;  // the envelope it belongs to
  ScreenSize screen_;
  std::optional<ScreenSize> side_;
  bool channel_up_ = false, may_download_ = true;
  std::set<std::string, std::less<>> urgent_;  // media that an alert shows
  bool waits_ = false;                         // of next_: something is left for the hours
  std::string waits_in_;                       // hash of the committed targets whose rest waits for the hours
  bool with_root_ = true, again_ = false, again_root_ = false;
  bool changed_ = false, unauthorised_ = false, root_changed_ = false;
  Millis due_{};  // of the next cycle
  Millis root_due_{};
  Backoff retry_, refetch_;
  std::optional<UtcTime> last_success_;
};

}  // namespace fz::agent
