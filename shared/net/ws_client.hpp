// WebSocket client (RFC 6455) with a thread of its own. One object is one connection; who wants to reconnect makes another.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "shared/net/client.hpp"

namespace fz::net {

struct WsClientOptions {
  ClientOptions client;         ///< pin, CA, proxy, connect timeout
  std::string url;              ///< ws, wss, http or https
  Headers headers;              ///< Authorization ...
  Millis ping_interval{25000};  ///< silence until a ping; two intervals of silence end the connection
  std::size_t max_message = 1 << 20;
  std::size_t max_queue_bytes = 4 << 20;
};
/// Called on the client's own thread, one at a time.
struct WsClientCallbacks {
  std::function<void()> on_open;
  std::function<void(std::string_view text)> on_message;
  /// Last call, exactly once, also when connecting failed. Codes as Client::send; http_status{status,url} when the upgrade was
  /// refused; connection_lost when the server closed or fell silent; cancelled after close().
  std::function<void(const Error&)> on_close;
};

class WsClient {
 public:
  /// Starts connecting and returns at once.
  static std::unique_ptr<WsClient> connect(WsClientOptions options, WsClientCallbacks callbacks);
  virtual ~WsClient() = default;  ///< closes and joins; must not be called from a callback
  /// Thread-safe. False when not open or the queue is full.
  virtual bool send(std::string_view text) = 0;
  /// Thread-safe; on_close follows.
  virtual void close() = 0;
};

}  // namespace fz::net
