// The ticker zone: all slogans that are open now and pass the last door, as lines for the screen. Sans-I/O.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "player/agent/core/director.hpp"

namespace fz::agent {

class Ticker {
 public:
  /// Asks for texts that are not known yet; tells the screen when the lines have changed.
  void advance(const Now& now, const Programme& programme, const std::string& token, Actions& out);
  /// A text came; `bytes` are those of a slogan document.
  void document(const std::string& sha256, const std::string& bytes);
  void failed(const std::string& sha256) { asked_.erase(sha256); }
  /// The lines are looked at again at the next advance(), not at the next second.
  void hurry() { due_ = Millis{0}; }
  /// A new connection: the screen knows nothing.
  void screen_ready() { told_.reset(); }

 private:
  std::map<std::string, std::string, std::less<>> texts_;  // by blob
  std::set<std::string, std::less<>> asked_;
  std::optional<std::vector<std::string>> told_;
  Millis due_{};
};

}  // namespace fz::agent
