// One thread that draws: bulletin pages, slogans, the slate, ticker strips. It owns the only Renderer.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "shared/render/render.hpp"

namespace fz::screen {

class Worker {
 public:
  using Job = std::function<void(render::Renderer&)>;
  Worker();
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Waits for the running job and drops the others; later ones are never run. Called by the destructor.
  void stop();
  /// Runs `job` on the worker's thread, in order. Any thread. Jobs must not throw.
  void post(Job job);

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace fz::screen
