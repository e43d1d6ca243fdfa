#include "player/agent/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include "player/agent/worker.hpp"

namespace fz::agent {

Mailbox::Mailbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
void Mailbox::post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
  }
  std::uint64_t one = 1;
  [[maybe_unused]] auto n = ::write(event_.get(), &one, sizeof one);
}
std::deque<std::function<void()>> Mailbox::take() {
  std::uint64_t count = 0;
  [[maybe_unused]] auto n = ::read(event_.get(), &count, sizeof count);
  std::lock_guard lock(mutex_);
  return std::exchange(work_, {});
}

Worker::Worker() : thread_([this] { run(); }) {}
Worker::~Worker() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    jobs_.clear();
  }
  wake_.notify_all();
  thread_.join();
}
void Worker::post(std::function<void()> job) {
  {
    std::lock_guard lock(mutex_);
    if (stop_) return;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}
void Worker::clear() {
  std::lock_guard lock(mutex_);
  jobs_.clear();
}
void Worker::run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
      if (stop_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace fz::agent
