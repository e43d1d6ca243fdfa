// Urgent take-over: while an alert that opens both locks is alive, the screen shows its items and nothing else. Makes the
// programme of that time, and answers for what became of each alert. Sans-I/O.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "player/agent/core/director.hpp"
#include "shared/base/json.hpp"
#include "shared/trust/door.hpp"

namespace fz::agent {

class TakeOver {
 public:
  /// A message {"m":"alert","alert","approval","text"} from the channel: the approval, the kind, the text's hash, then the
  /// alert itself. Anything that is not right is refused as a whole, with an alarm.
  void pushed(const json::value& message, trust::TrustedState& state, const Now& now, Actions& out);

  /// Looks at the alerts held and makes the programme `base` that of the alert where one can be shown now; asks for cards that
  /// came with the poll. True if what must be shown changed so that it cannot wait for the end of an item. `base` stays
  /// valid until the next call.
  bool apply(Programme& base, const trust::TrustedState* state, const std::string& token, const Now& now, Actions& out);
  /// A card's text came, or could not be had. False if it is not one of ours.
  bool document(const std::string& sha256, const std::string& bytes);
  void failed(const std::string& sha256) { asked_.erase(sha256); }

  /// Tells the server, once each, what became of every alert. `on_air`: approval on the surface.
  void confirm(const trust::TrustedState& state, const std::string& on_air, Actions& out);
  /// A channel opened: the server may have missed the answers.
  void say_again() { told_.clear(); }
  /// For the status: [{"alert_id","version","state","code"}].
  json::array report() const;

 private:
  struct Word {
    std::int64_t version = 0;
    std::string state, code;
    bool operator==(const Word&) const = default;
  };
  std::optional<Error> why_not(const trust::AlertRecord& a, const trust::TrustedState& state, const Programme& base, const Now& now) const;
  std::optional<Item> card_of(const trust::AlertRecord& a, const trust::TrustedState& state, const Programme& base) const;
  schedule::Slot slot_of(const trust::AlertRecord& a, const trust::TrustedState& state, const Programme& base, const Now& now);

  std::map<std::string, std::string, std::less<>> texts_;  // cards by hash
  std::set<std::string, std::less<>> asked_;
  schedule::Playlist playlist_;  // the published one, its own emergencies replaced by the alerts' slots
  std::vector<schedule::Slot> slots_;
  std::string made_from_;  // id of that published one
  Catalogue catalogue_;
  std::map<std::string, std::int64_t> shown_now_;  // alert -> version that the programme holds
  std::map<std::string, Word> words_, told_;       // by alert
};

}  // namespace fz::agent
