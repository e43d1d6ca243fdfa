// The connection to fz-screen: connects, starts the program where it is ours to start, and begins again when it is lost.
// One thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "player/agent/core/backoff.hpp"
#include "shared/base/process.hpp"
#include "shared/wire/channel.hpp"
#include "shared/wire/messages.hpp"

namespace fz::agent {

struct ScreenOptions {
  fs::path socket;
  fs::path program;                    ///< empty: somebody else starts fz-screen
  std::vector<std::string> arguments;  ///< besides --listen
  bool dies_with_us = false;           ///< else the picture outlives the agent
};

class ScreenLink {
 public:
  explicit ScreenLink(ScreenOptions options) : options_(std::move(options)) {}

  /// Connects or starts the program when that is due. Call at least every wait().
  void tend(Millis boot, Chance& chance);
  /// How long tend() may wait.
  Millis wait(Millis boot) const;
  /// What gets a message, and the descriptors that came with it.
  using Take = std::function<void(wire::ToAgent, std::vector<Fd>&)>;
  /// Takes what has arrived. False: the connection is lost.
  bool receive(const Take& take);
  /// Queues a message; descriptors are duplicated until it is sent.
  void send(const wire::ToScreen& m, const std::vector<int>& fds = {});
  void flush();
  /// Ends the program at the other end (SIGKILL), ours or not: who started it starts it again. `take` gets what it had said.
  /// Where that is not permitted only the connection ends.
  void restart(const Take& take);
  /// It has not said a word since it was connected, ten seconds ago: it hangs.
  bool silent(Millis boot) const;
  /// Its process is stopped (SIGSTOP), seen twice: nothing but a signal makes it go on. Looks four times a second at most.
  bool stopped(Millis boot);
  /// Its main thread runs or waits for a processor: late, but it does not hang.
  bool busy() const;
  bool connected() const { return channel_.has_value(); }
  int fd() const { return channel_ ? channel_->fd() : -1; }
  bool wants_to_write() const { return !out_.empty(); }
  void lost();

 private:
  char state_of_main_thread() const;
  struct Out {
    std::string text;
    std::vector<Fd> fds;
  };
  ScreenOptions options_;
  std::optional<wire::Channel> channel_;
  std::optional<Process> process_;
  std::vector<Out> out_;
  Millis due_{};
  Millis started_{}, connected_at_{}, look_due_{};
  bool heard_ = false, seen_stopped_ = false;
  Backoff retry_{Millis{50}, Millis{1000}};  // a screen without its program for two seconds is dark
};

}  // namespace fz::agent
