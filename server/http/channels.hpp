// The open WebSockets of screens. Thread-safe.
#pragma once
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "shared/net/server.hpp"

namespace fz::http {

class Channels {
 public:
  /// A screen has one channel; an older one of the same screen is closed (a reconnect that overtook the end of the last).
  void open(const std::string& screen, std::shared_ptr<net::WsSession> session);
  void closed(const std::string& screen, const net::WsSession* session);
  /// False when the screen has no channel, or is dropped because it does not read.
  bool send(const std::string& screen, const net::Frame& frame);
  /// To all; returns how many took it. One frame, serialised once.
  std::size_t broadcast(const net::Frame& frame);
  bool online(const std::string& screen) const;
  std::size_t count() const;
  /// Ends the channel of a screen that was blocked.
  void drop(const std::string& screen);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<net::WsSession>> sessions_;
};

}  // namespace fz::http
