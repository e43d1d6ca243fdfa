// Internal: the server's worker threads with one bounded queue.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace fz::net {

class Pool {
 public:
  Pool(unsigned threads, std::size_t max_queue);
  ~Pool() { stop(); }
  /// False when the queue is full or the pool has stopped. `urgent` work (the continuation of something already accepted)
  /// is never refused for fullness.
  bool post(std::function<void()> work, bool urgent = false);
  /// Does what is queued, then joins.
  void stop();

 private:
  void run();
  const std::size_t max_queue_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace fz::net
