// What fz-decode tells its caller: one JSON object a line on standard output, and an end in time.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "shared/base/clock.hpp"
#include "shared/base/error.hpp"
#include "shared/base/json.hpp"

namespace fz::decode {

/// Writes `v` and a line feed to standard output at once.
void print_line(const json::value& v);
/// {"error":name,"params":{...},"zh":...,"en":...}; the detail goes to standard error.
void print_error(const Error& e);

/// Calls `late` in a thread of its own when `limit` passes before the destructor; `late` does not return (it ends the process).
class Watchdog {
 public:
  Watchdog(Millis limit, std::function<void()> late);
  ~Watchdog();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace fz::decode
