// Play accounting: intent -> go -> started -> ended -> record with counter and hash chain. Sans-I/O: the shell stores what
// the returned actions say, in order, durably, and reports back. One record per presented play, never two, never none.
// What happens when programs are killed: README.md, "Plays and kills".
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
  /// It was chosen, and could not be shown: a record says so with the reason. Its intent, where there is one, goes.
  void skipped(Intent chosen, std::string_view reason, const Now& now, Actions& out);
  /// The shell stored the record of this play, or removed its intent: the screen may forget it.
  void settled(const std::string& play, Actions& out);

  /// A screen process is connected; `run` tells it from others. New intents are for it.
  void screen_ready(std::string_view run);
  /// It has repeated every result that it still had; `held` got their go and will be reported. What else is open is settled:
  /// begun, and its end not heard of: one record "unknown". Not begun as far as can be known: dropped. Where nobody watched
  /// when a screen process ended, the first play of each zone that was intended and not heard of may have begun: "unknown".
  void screen_resumed(const std::vector<std::string>& held, Actions& out);
  /// A play without a report though a later one of its zone began five seconds ago (a screen that breaks its word) is settled.
  void sweep(const Now& now, Actions& out);

  /// Plays without a record, in order of intent.
  const std::deque<Intent>& open() const { return open_; }
  /// What is open of one zone.
  struct Standing {
    bool inherited = false;  ///< something that an earlier run of the agent let go
    bool unheard = false;    ///< intended, and its start not heard of
    bool begun = false;
  };
  Standing standing(std::string_view zone) const;
  /// True while something settled is not durable yet.
  bool storing() const { return !storing_.empty(); }
  std::int64_t last_counter() const { return last_counter_; }
  const std::string& last_hash() const { return last_hash_; }

 private:
  Intent* find(std::string_view play);
  void settle(const std::vector<Intent>& plays, Actions& out);
  void record(trust::Play play, Actions& out);
  void erase(std::string_view play);

  std::deque<Intent> open_;
  std::map<std::string, Millis, std::less<>> overtaken_;  // open plays, and when a later one of their zone began
  std::int64_t last_counter_ = 0;
  std::string last_hash_ = std::string(64, '0');
  std::set<std::string, std::less<>> storing_;  // settled here, not yet durable
  std::set<std::string, std::less<>> loaded_;   // open plays of an earlier run of the agent
  std::set<std::string, std::less<>> watched_;  // open plays of which all that their screen ever said was heard
  std::set<std::string, std::less<>> before_;   // open plays when the screen became ready
  std::string run_;
};

}  // namespace fz::agent
