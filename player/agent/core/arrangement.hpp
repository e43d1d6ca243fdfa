// What stands where on the surface: the playlist's layout and local facts, as far as they pass the last door. Sans-I/O.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "player/agent/core/director.hpp"

namespace fz::agent {

class Arrangement {
 public:
  /// Asks for texts that are not known yet, and tells the screen what has changed: once a second, and after document().
  /// What is withdrawn, over or not there falls back to the built-in layout, or to no facts.
  void advance(const Now& now, const Programme& programme, std::string_view region, std::string_view site, const std::string& token,
               Actions& out);
  /// While true the built-in layout is wanted, without facts: nothing stands beside the main zone.
  void whole_surface(bool whole) {
    if (whole != whole_) due_ = Millis{0};
    whole_ = whole;
  }
  /// A text came; true if it was asked for here.
  bool document(const std::string& sha256, const std::string& bytes);
  bool failed(const std::string& sha256) { return asked_.erase(sha256) > 0; }
  /// The screen said `ready`: on a new connection, or because it laid the surface out.
  void screen_ready(const wire::Ready& m, bool new_connection, const Now& now);
  void ask_door_now() { due_ = Millis{0}; }
  /// The surface is about to be laid out anew: what is cued now would end at once.
  bool pending(const Now& now) const;

 private:
  /// The bytes behind an approval that may be shown now; null when there are none (yet).
  const std::string* text(const std::string& approval, const Now& now, const Programme& programme, const std::string& token, Actions& out,
                          std::string& sha256);
  std::map<std::string, std::string, std::less<>> texts_;  // by blob
  std::set<std::string, std::less<>> asked_;
  std::optional<std::string> told_;  // as JSON; none: the screen knows nothing of this agent
  std::string on_screen_;            // id of the layout that the screen has
  bool answer_due_ = false, wanting_ = false, whole_ = false;
  Millis due_{}, since_{};
};

}  // namespace fz::agent
