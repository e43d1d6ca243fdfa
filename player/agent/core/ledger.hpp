// Play accounting: intent -> go -> started -> ended -> record with counter and hash chain. Sans-I/O: the shell stores what
// the returned actions say, in order, durably, and reports back. One record per presented play, never two, never none.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "player/agent/core/action.hpp"
#include "player/agent/core/instant.hpp"
#include "shared/trust/documents.hpp"
#include "shared/wire/messages.hpp"

namespace fz::agent {

class Ledger {
 public:
  /// What the spool held at the start: the last record's counter and hash (0 and 64 zeros for a new device) and the plays
  /// that were intended and have no record, in the order of their intent.
  void load(std::int64_t last_counter, std::string last_hash, std::vector<Intent> open);

  /// A play is about to get its `go`. The action StoreIntent must be durable before the screen is told.
  void intend(Intent intent, Actions& out);
  /// Its first frame was presented. `clock`: how far `now` can be believed. False for an unknown play.
  bool started(const wire::Started& m, const Now& now, std::string_view clock, Actions& out);
  /// It left the surface, or never got there (frames 0). Gives the record to store; after settled() the screen gets
  /// its ack. `because`: why the agent stopped it, empty if it did not. Unknown plays were settled before: acknowledged at once.
  void ended(const wire::Ended& m, std::string_view because, const Now& now, std::string_view clock, Actions& out);
  /// The screen could not show it at all: no record, the intent is removed.
  void never_shown(std::string play, Actions& out);
  /// The shell stored the record of this play, or removed its intent: the screen may forget it.
  void settled(const std::string& play, Actions& out);

  /// A new screen process or a reconnect: what is open gets at most `grace` beyond its own duration to be reported.
  void screen_connected(const Now& now, Millis grace);
  /// Settles plays whose report can no longer come: a later play of the zone began 5 s ago, or the grace is over.
  /// Started and not ended: one record "unknown". Not started and the one before it has no end: dropped.
  void sweep(const Now& now, Actions& out);

  /// Plays without a record, in order of intent.
  const std::deque<Intent>& open() const { return open_; }
  /// True while something settled is not durable yet.
  bool storing() const { return !storing_.empty(); }
  std::int64_t last_counter() const { return last_counter_; }
  const std::string& last_hash() const { return last_hash_; }

 private:
  Intent* find(std::string_view play);
  void settle(std::string_view zone, const std::set<std::string, std::less<>>& plays, Actions& out);
  void record(trust::Play play, Actions& out);
  void erase(std::string_view play);

  std::deque<Intent> open_;
  std::map<std::string, Millis, std::less<>> overtaken_;  // open plays, and when a later one of their zone began
  std::int64_t last_counter_ = 0;
  std::string last_hash_ = std::string(64, '0');
  std::set<std::string, std::less<>> storing_;    // settled here, not yet durable
  std::set<std::string, std::less<>> inherited_;  // open plays from before the last screen_connected()
  Millis grace_end_{};                            // until then they may still be reported
};

}  // namespace fz::agent
