// The loop that drives the core: one thread owns core, spool, screen link and decoders; network, disk and probes work on threads
// of their own and answer through the mailbox. No decision is made here.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "player/agent/core/agent.hpp"
#include "player/agent/files.hpp"
#include "player/agent/mailbox.hpp"
#include "player/agent/network.hpp"
#include "player/agent/opener.hpp"
#include "player/agent/screen_link.hpp"
#include "player/agent/spool.hpp"
#include "player/agent/store.hpp"

namespace fz::agent {

struct ShellOptions {
  fs::path folder;            ///< of everything the agent keeps
  std::string root;           ///< envelope of the site package's root document
  std::string server;         ///< "https://host:port"
  net::ClientOptions client;  ///< pin or CA
  ScreenLinkOptions screen;
  fs::path decoder;         ///< fz-decode; empty: beside the running program
  std::uint64_t quota = 0;  ///< bytes of content; 0: bounded by the free space
  UtcTime build_date{};
  UpdateLimits limits;
};

class Shell {
 public:
  /// Opens folder, spool and store, and loads the core. Errors: those of the parts; a bad root or a damaged database says so.
  static Result<std::unique_ptr<Shell>> open(ShellOptions options);
  ~Shell();
  /// Runs until `stop_fd` is readable. Returns the exit status.
  int run(int stop_fd);

 private:
  explicit Shell(ShellOptions options);
  Result<void> load();
  Instant instant() const;
  void deliver(Event e);  ///< handles it and what it leads to, to the end
  void handle(const Event& e);
  void tick(SteadyTime now);
  void write_status();

  // One overload per action; those that answer queue their event.
  void operator()(StoreIntent& a);
  void operator()(StoreStarted& a);
  void operator()(StoreRecord& a);
  void operator()(DropIntent& a);
  void operator()(LoadPlays& a);
  void operator()(PlaysAcknowledged& a);
  void operator()(TellScreen& a);
  void operator()(OpenItem& a) { opener_->open(std::move(a)); }
  void operator()(CloseItem& a) { opener_->close(a.play); }
  void operator()(RestartScreen& a) { screen_->restart(a.why); }
  void operator()(Call& a) { network_->call(std::move(a)); }
  void operator()(AbortFetches&) { network_->abort_fetches(); }
  void operator()(FetchDocument& a) { network_->fetch(std::move(a)); }
  void operator()(FetchMedia& a) { network_->fetch(std::move(a)); }
  void operator()(ProbeMedia& a);
  void operator()(KeepBlobs& a) { store_->keep(std::move(a.sha256)); }
  void operator()(OpenChannel& a) { network_->open_channel(a.token); }
  void operator()(CloseChannel&) { network_->close_channel(); }
  void operator()(SendChannel& a) { network_->send_channel(a.text); }
  void operator()(SaveState& a);
  void operator()(Alarm& a);

  ShellOptions options_;
  std::optional<Files> files_;
  std::optional<crypto::PrivateKey> key_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<ContentStore> store_;
  std::unique_ptr<Agent> core_;
  Mailbox mailbox_;
  std::unique_ptr<ScreenLink> screen_;
  std::unique_ptr<Opener> opener_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Worker> prober_;
  std::deque<Event> events_;
  bool handling_ = false;
  std::string code_;  ///< that the slate shows
  std::string status_written_;
  SteadyTime status_due_{}, space_due_{}, watchdog_due_{};
};

}  // namespace fz::agent
