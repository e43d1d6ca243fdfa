#include "shared/net/pool.hpp"

#include <pthread.h>

#include <exception>

#include "shared/base/log.hpp"

namespace fz::net {

Pool::Pool(unsigned threads, std::size_t max_queue) : max_queue_(max_queue) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run(); });
    pthread_setname_np(threads_.back().native_handle(), "net-worker");
  }
}

bool Pool::post(std::function<void()> work, bool urgent) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || (!urgent && queue_.size() >= max_queue_)) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void Pool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& t : threads_)
    if (t.joinable()) t.join();
}

void Pool::run() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    try {
      work();
    } catch (const std::exception& e) {
      log::error("worker: {}", e.what());  // a bug in a handler ends that request, not the server
    }
  }
}

}  // namespace fz::net
