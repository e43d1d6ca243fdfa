// Internal: one WebSocket of the server: a bounded queue of shared frames in front of a stream.
#pragma once
#include <deque>
#include <mutex>

#include "shared/net/connection.hpp"

namespace fz::net {

class WsConn final : public WsSession, public std::enable_shared_from_this<WsConn> {
 public:
  explicit WsConn(std::shared_ptr<Connection> connection) : remote_(connection->remote_), connection_(std::move(connection)) {}
  bool send(Frame frame) override;
  void close(std::uint16_t code, std::string_view reason) override;
  const std::string& remote() const override { return remote_; }

  Aw<void> run(std::shared_ptr<WsHandler> handler);  ///< loop thread
  void on_deadline();                                ///< loop thread

 private:
  enum class Queue { ok, closed, full };
  Queue enqueue(Frame frame, bool control, bool last);
  void pump();
  void drop();
  /// True while the session goes on.
  Aw<bool> handle_events(class WsDecoder& decoder, const std::shared_ptr<WsHandler>& handler);

  const std::string remote_;
  // Set while the session runs. Written on the loop thread after closed_ became true, so that a session which somebody
  // keeps for longer than the server touches nothing of it.
  std::shared_ptr<Connection> connection_;
  std::mutex mutex_;
  std::deque<Frame> queue_;      // under mutex_
  std::size_t queue_bytes_ = 0;  // under mutex_
  bool scheduled_ = false;       // under mutex_: pump() will run, or a drain is under way that ends in it
  bool closed_ = false;          // under mutex_: nothing more is accepted
  bool closing_ = false;         // loop thread: our close frame is queued or sent
  bool pinged_ = false;          // loop thread
};

}  // namespace fz::net
