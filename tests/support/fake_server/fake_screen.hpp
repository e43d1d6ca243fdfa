// fz-screen's end of the protocol in a thread: cues at once, presents by the clock, reports. No picture.
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/wire/channel.hpp"
#include "shared/wire/messages.hpp"

namespace fz::test {

class FakeScreen {
 public:
  explicit FakeScreen(const fs::path& socket);
  ~FakeScreen();

  struct Presented {
    std::string play;
    std::string text;    ///< of a text item
    Millis started{-1};  ///< on the steady clock, from the screen's own start
    std::int64_t shown_ms = -1;
  };
  std::vector<Presented> presented() const;
  std::string on_air() const;  ///< play
  std::string on_air_text() const;
  wire::Slate slate() const;
  /// Steady time of the last connection.
  Millis connected_at() const { return Millis{connected_at_}; }
  Millis now() const;
  int acknowledged() const { return acknowledged_; }

 private:
  struct Play {
    std::string id, text;
    Millis duration{};
    bool gone = false;
    Millis started{-1};
    std::vector<Fd> fds;
  };
  void run();
  void take(const wire::ToScreen& m, std::vector<Fd> fds);
  void send(const wire::ToAgent& m);
  void advance();
  void end(wire::EndReason reason);

  wire::Listener listener_;
  std::optional<wire::Channel> channel_;
  mutable std::mutex mutex_;
  std::vector<Play> queue_;
  std::vector<wire::Ended> unacknowledged_;
  std::vector<Presented> presented_;
  wire::Slate slate_;
  std::atomic<std::int64_t> connected_at_{-1};
  std::atomic<int> acknowledged_{0};
  Millis alive_due_{0};
  SteadyTime begin_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fz::test
