// The agent's end of the socket to fz-screen: connects (and connects again), starts fz-screen where asked to, sends messages
// with descriptors. The loop's thread only.
#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "player/agent/core/event.hpp"
#include "shared/base/process.hpp"
#include "shared/wire/channel.hpp"
#include "shared/wire/messages.hpp"

namespace fz::agent {

struct ScreenLinkOptions {
  fs::path socket;
  std::vector<std::string> program;  ///< argv of fz-screen without --listen; empty: somebody else runs it
};

class ScreenLink {
 public:
  ScreenLink(ScreenLinkOptions options, std::function<void(Event)> deliver);

  /// Connects when it is time to, starts or restarts the program. Call at least every 100 ms.
  void tend(SteadyTime now);
  /// Descriptor to poll (-1: not connected), and whether to wait for room.
  int fd() const { return channel_ ? channel_->fd() : -1; }
  bool wants_to_write() const { return !waiting_.empty(); }
  void receive();
  void flush();
  /// Queues a message; dropped while there is no screen (the core says everything again after `ready`).
  void send(const wire::ToScreen& message, std::vector<Fd> fds = {});
  /// Ends our fz-screen (or the connection to another's) so that it begins anew.
  void restart(std::string_view why);
  bool connected() const { return channel_.has_value(); }

 private:
  void lost(std::string_view why);
  struct Waiting {
    std::string text;
    std::vector<Fd> fds;
  };
  ScreenLinkOptions options_;
  std::function<void(Event)> deliver_;
  std::optional<wire::Channel> channel_;
  std::deque<Waiting> waiting_;
  Process process_;
  bool started_ = false;
  int failures_ = 0;
  SteadyTime next_try_{};
  SteadyTime last_start_{};
};

}  // namespace fz::agent
