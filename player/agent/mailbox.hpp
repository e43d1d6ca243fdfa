// Work for the thread that owns the agent's core, posted by the others.
#pragma once
#include <sys/eventfd.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "shared/base/file.hpp"

namespace fz::agent {

class Mailbox {
 public:
  Mailbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  /// Any thread; returns at once.
  void post(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      work_.push_back(std::move(work));
    }
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(event_.get(), &one, sizeof one);  // full means that it is readable already
  }
  int fd() const { return event_.get(); }  ///< readable when there is work
  /// The owner's thread: everything posted so far, in order.
  std::vector<std::function<void()>> take() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto n = ::read(event_.get(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    return std::exchange(work_, {});
  }

 private:
  Fd event_;
  std::mutex mutex_;
  std::vector<std::function<void()>> work_;
};

}  // namespace fz::agent
