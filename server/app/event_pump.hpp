// The thread that tells the consoles what changed (server/http/events.hpp).
#pragma once
#include <atomic>
#include <thread>

#include "server/http/app.hpp"

namespace fz::app {

class EventPump {
 public:
  /// REQUIRES: `app` outlives this.
  explicit EventPump(http::App& app);
  ~EventPump();
  EventPump(const EventPump&) = delete;
  EventPump& operator=(const EventPump&) = delete;

 private:
  void run();
  http::App& app_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace fz::app
