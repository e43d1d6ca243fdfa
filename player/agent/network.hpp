// The agent's side of the network: one thread for calls, one for files, one (its own) for the channel. Answers come as
// events through the mailbox.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "player/agent/library.hpp"
#include "player/agent/mailbox.hpp"
#include "player/agent/pace.hpp"
#include "player/agent/worker.hpp"
#include "shared/net/ws_client.hpp"

namespace fz::agent {

struct NetworkOptions {
  std::string server;  ///< "https://host:port", no path
  std::string pin;     ///< SHA-256 of its certificate; empty: by the system's authorities (or `ca`)
  fs::path ca;
  std::string proxy;
  PaceLimit pace{};  ///< of media; documents and reports are never slowed
};

class Network {
 public:
  /// `deliver` is called in the mailbox's thread. `store` must outlive the network.
  Network(NetworkOptions options, blob::Store& store, Mailbox& mail, std::function<void(Event)> deliver);
  ~Network();
  void call(Call c);
  void fetch(FetchDocument what);
  void fetch(FetchMedia what);
  void abort_fetches();
  void open_channel(const std::string& token);
  void close_channel();
  void send_channel(const std::string& text);

 private:
  net::ClientOptions client_options() const;
  void slow_down(std::uint64_t bytes, const net::Cancel& cancel);
  void post(Event e);
  template <class What, class Work>
  void post_fetch(What what, Work work);

  NetworkOptions options_;
  Pace pace_;
  blob::Store* store_;
  Mailbox* mail_;
  std::function<void(Event)> deliver_;
  net::Cancel stop_;
  std::shared_ptr<net::Cancel> fetch_cancel_ = std::make_shared<net::Cancel>();
  std::unique_ptr<net::WsClient> channel_;
  std::uint64_t channel_run_ = 0;
  std::unique_ptr<net::Client> call_client_, fetch_client_;  // each used by its worker only
  Worker calls_, fetches_;                                   // last: they end first
};

}  // namespace fz::agent
