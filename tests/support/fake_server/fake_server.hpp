// A Publisher behind HTTP and a WebSocket, for the real agent program.
#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "shared/net/server.hpp"
#include "tests/support/publisher.hpp"

namespace fz::test {

class FakeServer {
 public:
  /// Listens on 127.0.0.1. `port` 0: any.
  explicit FakeServer(std::uint16_t port = 0);
  ~FakeServer();
  std::string url() const;
  std::uint16_t port() const { return port_; }
  /// Goes away and comes back at the same port.
  void stop();
  void start();
  /// Under the lock: the office's acts and looks at what arrived.
  template <class F>
  auto with(F f) {
    const std::lock_guard lock(mutex_);
    return f(publisher_);
  }
  /// To every open channel.
  void push(const std::string& text);
  int channels() const;
  /// Requests for blobs so far, by hash, with their Range fields.
  std::vector<std::pair<std::string, std::string>> blob_requests() const;

 private:
  net::Plan dispatch(const net::Request& head);
  net::Response respond(net::Request& request);

  mutable std::mutex mutex_;
  Publisher publisher_;
  std::vector<std::weak_ptr<net::WsSession>> sessions_;
  std::vector<std::pair<std::string, std::string>> blob_requests_;
  std::uint16_t port_ = 0;
  std::unique_ptr<net::Server> server_;
};

}  // namespace fz::test
