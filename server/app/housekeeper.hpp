// The clockwork: one thread that does small things every second, minute and day.
#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "server/http/app.hpp"

namespace fz::app {

class Housekeeper {
 public:
  explicit Housekeeper(http::App& app);
  ~Housekeeper();  ///< after a last write of what is waiting

 private:
  void run();
  void write_statuses();
  void every_second();
  void every_minute();
  void every_hour();
  http::App& app_;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

/// Removes uploads whose time is over, with their bytes, and finishes those that were complete when the program died.
Result<void> sweep_uploads(http::App& app, UtcTime now);

/// Removes blobs that neither a row nor a published list names and that nobody stored within `age`: a crash between a blob
/// and its row leaves such. Returns how many.
Result<int> sweep_blobs(http::App& app, Millis age = std::chrono::hours(1));

}  // namespace fz::app
