// The agent's side of the screen: the protocol of shared/wire/README.md. Results outlive the agent; they wait for its ack.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "player/screen/screen.hpp"
#include "shared/base/id.hpp"
#include "shared/wire/channel.hpp"

namespace fz::screen {

/// Main thread only. One agent at a time: a new connection takes the place of the old one.
class AgentLink {
 public:
  /// `agent`: the user that fz-agent runs as; any other but root is refused. Errors: those of wire::Listener::listen.
  static Result<AgentLink> listen(Screen& screen, const fs::path& socket, uid_t agent);

  int listener_fd() const { return listener_.fd(); }
  int channel_fd() const { return channel_ ? channel_->fd() : -1; }
  bool wants_to_write() const { return !out_.empty(); }
  void accept();
  /// Reads what is there, at most 100 packets.
  void receive();
  /// Sends what waits.
  void flush();
  void handle(Event& event);
  /// Sends `alive`; call four times a second.
  void say_alive();

 private:
  AgentLink(Screen& screen, wire::Listener listener, uid_t agent) : screen_(&screen), listener_(std::move(listener)), agent_(agent) {}
  struct Waiting {
    std::string text;
    Fd fd;
  };
  void obey(wire::ToScreen& message, std::vector<Fd>& fds);
  void say_ready();
  void hello(const wire::Hello& m);
  void cue(wire::Cue& m, std::vector<Fd>& fds);
  void send(const wire::ToAgent& message, Fd fd = {});
  void drop(const char* why);

  struct Held {
    bool gone = false;  // got its go
    std::optional<wire::Started> started{};
  };

  Screen* screen_;
  std::string run_ = to_hex(random_bytes(8));
  wire::Listener listener_;
  uid_t agent_;
  std::optional<wire::Channel> channel_;
  bool greeted_ = false;
  std::deque<Waiting> out_;
  // What the agent must learn, whenever it comes: ended until acknowledged, failed until sent.
  std::vector<wire::Ended> ended_;
  std::vector<wire::Failed> failed_;
  std::map<std::string, Held, std::less<>> held_;  // cued, and neither ended nor failed
};

}  // namespace fz::screen
