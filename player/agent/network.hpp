// The network on two threads, so that a long download never holds up a small call: `calls` answers in order, `fetches` brings
// files. Answers come back through the mailbox as events of the core.
#pragma once
#include <functional>
#include <memory>

#include "player/agent/core/event.hpp"
#include "player/agent/mailbox.hpp"
#include "player/agent/store.hpp"
#include "player/agent/worker.hpp"
#include "shared/net/ws_client.hpp"

namespace fz::agent {

class Network {
 public:
  /// Events go to `deliver` on the loop's thread. `store` and `mailbox` outlive the network.
  Network(std::string server, net::ClientOptions client, ContentStore& store, Mailbox& mailbox, std::function<void(Event)> deliver);
  ~Network();

  void call(Call c);
  void fetch(FetchDocument a);
  void fetch(FetchMedia a);
  /// What runs and waits is answered `cancelled`; what arrived of a file is kept.
  void abort_fetches();
  void open_channel(const std::string& token);
  void close_channel();
  void send_channel(const std::string& text);

 private:
  void post(Event e);
  Answered perform(const Call& c);

  std::string server_;
  net::ClientOptions options_;
  ContentStore& store_;
  Mailbox& mailbox_;
  std::function<void(Event)> deliver_;
  net::Client client_;  // the calling thread's
  net::Cancel stop_;
  std::shared_ptr<net::Cancel> round_ = std::make_shared<net::Cancel>();  // of the fetches now queued
  std::uint64_t channel_number_ = 0;  // events of an older channel are dropped
  std::unique_ptr<net::WsClient> channel_;
  Worker calls_, fetches_;  // last: joined first
};

}  // namespace fz::agent
