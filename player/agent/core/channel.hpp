// When to hold the WebSocket open, and when to try again. Everything works, slower, without it. Sans-I/O.
#pragma once
#include <string>

#include "player/agent/core/action.hpp"
#include "player/agent/core/backoff.hpp"

namespace fz::agent {

class Channel {
 public:
  void advance(const Now& now, const std::string& token, Actions& out) {
    if (at_ != At::closed || token.empty() || now.boot < due_) return;
    at_ = At::opening;
    out.emplace_back(OpenChannel{token});
  }
  void opened() {
    at_ = At::open;
    retry_.reset();
  }
  void closed(const Now& now, Chance& chance) {
    at_ = At::closed;
    due_ = now.boot + retry_.fail(chance);
  }
  bool open() const { return at_ == At::open; }
  Millis wake_at() const { return at_ == At::closed ? due_ : Millis::max(); }

 private:
  enum class At { closed, opening, open };
  At at_ = At::closed;
  Millis due_{};
  Backoff retry_{Millis{1000}, Millis{60000}};
};

}  // namespace fz::agent
