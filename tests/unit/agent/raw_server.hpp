// A server that answers with exactly the bytes a test wants, however wrong: one thread, one connection at a time.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/file.hpp"

namespace fz::test {

class RawServer {
 public:
  /// What to do with one request (its head's text): write to the socket, then return; the connection is closed.
  using Answer = std::function<void(const std::string& head, int socket)>;
  explicit RawServer(Answer answer) : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_.get(), reinterpret_cast<sockaddr*>(&a), sizeof a);
    ::listen(listener_.get(), 16);
    socklen_t n = sizeof a;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&a), &n);
    port_ = ntohs(a.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~RawServer() {
    stop_ = true;
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// False when the peer has closed.
  static bool put(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  bool stopping() const { return stop_; }

 private:
  void run() {
    while (!stop_) {
      pollfd p{listener_.get(), POLLIN, 0};
      if (::poll(&p, 1, 20) <= 0) continue;
      const Fd c(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      std::string head;
      char byte = 0;
      while (head.find("\r\n\r\n") == std::string::npos && ::recv(c.get(), &byte, 1, 0) == 1) head += byte;
      if (head.empty()) continue;
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(head);
      }
      answer_(head, c.get());
    }
  }
  Answer answer_;
  Fd listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fz::test
