// Work that other threads hand to the loop; a descriptor becomes readable when there is some.
#pragma once
#include <deque>
#include <functional>
#include <mutex>

#include "shared/base/file.hpp"

namespace fz::agent {

class Mailbox {
 public:
  Mailbox();
  /// Any thread; never waits.
  void post(std::function<void()> work);
  /// The loop: everything posted so far, in order.
  std::deque<std::function<void()>> take();
  int fd() const { return event_.get(); }

 private:
  Fd event_;
  std::mutex mutex_;
  std::deque<std::function<void()>> work_;
};

}  // namespace fz::agent
