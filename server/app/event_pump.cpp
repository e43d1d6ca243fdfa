#include "server/app/event_pump.hpp"

#include <pthread.h>

#include "shared/base/log.hpp"

namespace fz::app {

EventPump::EventPump(http::App& app) : app_(app) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "events");
}

EventPump::~EventPump() {
  stopping_ = true;
  app_.events.wake();
  thread_.join();
}

void EventPump::run() {
  auto last = std::chrono::steady_clock::now() - http::Events::kPause;
  while (!stopping_) {
    app_.events.wait(Millis{1000});
    // The first change is told at once, those that follow are gathered.
    const auto due = last + http::Events::kPause;
    while (!stopping_ && std::chrono::steady_clock::now() < due) std::this_thread::sleep_for(Millis{20});
    last = std::chrono::steady_clock::now();
    if (const auto told = app_.events.pass(app_.store, app_.clock.wall(), app_.clock.steady()); !told)
      log::warn("events: {}", to_log(told.error()));
  }
}

}  // namespace fz::app
