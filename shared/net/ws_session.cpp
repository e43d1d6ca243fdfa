#include "shared/net/ws_session.hpp"

#include "shared/base/log.hpp"
#include "shared/net/ws_frame.hpp"

namespace fz::net {

WsConn::Queue WsConn::enqueue(Frame frame, bool control, bool last) {
  const std::lock_guard lock(mutex_);
  if (closed_) return Queue::closed;
  const auto& o = connection_->options();
  if (!control && (queue_.size() >= o.ws_max_queue || queue_bytes_ + frame->size() > o.ws_max_queue_bytes)) {
    closed_ = true;
    connection_->loop_.core.dropped_slow.fetch_add(1, std::memory_order_relaxed);
    asio::post(connection_->loop_.io.get_executor(), [self = shared_from_this()] { self->drop(); });
    return Queue::full;
  }
  closed_ = last;
  if (last)
    asio::post(connection_->loop_.io.get_executor(), [self = shared_from_this()] {
      self->closing_ = true;
      if (self->connection_) self->connection_->arm(Millis{2000});  // for the peer's answer
    });
  queue_bytes_ += frame->size();
  queue_.push_back(std::move(frame));
  if (!scheduled_) {
    scheduled_ = true;
    asio::post(connection_->loop_.io.get_executor(), [self = shared_from_this()] { self->pump(); });
  }
  return Queue::ok;
}

bool WsConn::send(Frame frame) {
  return enqueue(std::move(frame), false, false) == Queue::ok;
}

void WsConn::close(std::uint16_t code, std::string_view reason) {
  enqueue(std::make_shared<const std::string>(encode_close(code, reason, false)), true, true);
}

void WsConn::drop() {
  if (!connection_) return;
  connection_->expired_ = true;
  boost::system::error_code ec;
  connection_->stream_->socket().cancel(ec);
  connection_->stream_->socket().close(ec);
}

void WsConn::pump() {
  if (!connection_) return;
  Stream& stream = *connection_->stream_;
  for (;;) {
    Frame frame;
    {
      const std::lock_guard lock(mutex_);
      if (queue_.empty()) {
        scheduled_ = false;
        return;
      }
      frame = std::move(queue_.front());
      queue_.pop_front();
      queue_bytes_ -= frame->size();
    }
    if (!stream.write_now(*frame)) {
      drop();
      return;  // scheduled_ stays: nothing will be sent any more
    }
    if (!stream.pending()) continue;
    asio::co_spawn(
        connection_->loop_.io.get_executor(),
        [self = shared_from_this(), connection = connection_]() -> Aw<void> {
          if (co_await connection->stream_->drain())
            self->pump();
          else
            self->drop();
        },
        [](std::exception_ptr) {});
    return;
  }
}

void WsConn::on_deadline() {
  if (closing_ || pinged_) {
    drop();
    return;
  }
  pinged_ = true;
  enqueue(std::make_shared<const std::string>(encode_frame(WsOp::ping, {}, false)), true, false);
  connection_->arm(connection_->options().ping_interval);
}

Aw<bool> WsConn::handle_events(WsDecoder& decoder, const std::shared_ptr<WsHandler>& handler) {
  const std::shared_ptr<WsSession> session = shared_from_this();
  while (auto event = decoder.next()) {
    if (event->op == WsOp::text) {
      if (closing_) continue;
      co_await connection_->hop([&] { handler->on_message(session, event->payload); }, true);
    } else if (event->op == WsOp::ping) {
      enqueue(std::make_shared<const std::string>(encode_frame(WsOp::pong, event->payload, false)), true, false);
    } else if (event->op == WsOp::close) {
      if (!closing_) close(event->close_code == 1005 ? 1000 : event->close_code, "");
      co_return false;
    }
  }
  if (decoder.violation()) {
    close(decoder.violation(), "");
    co_return false;
  }
  co_return true;
}

Aw<void> WsConn::run(std::shared_ptr<WsHandler> handler) {
  Connection& c = *connection_;
  const std::shared_ptr<WsSession> session = shared_from_this();
  c.ws_ = this;
  c.loop_.core.websockets.fetch_add(1);
  co_await c.hop([&] { handler->on_open(session); }, true);
  if (c.loop_.core.draining) close(1001, "server stops");
  WsDecoder decoder(true, c.options().ws_max_message);
  for (;;) {
    decoder.feed(c.in_);
    c.in_.clear();
    if (c.in_.capacity() > 4096) c.in_.shrink_to_fit();
    if (!co_await handle_events(decoder, handler)) break;
    c.arm(closing_ ? Millis{2000} : c.options().ping_interval);
    const Io io = co_await c.stream_->read_some(c.in_);
    if (io != Io::ok) break;
    pinged_ = false;
  }
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  // Give the last frames (a close frame above all) a moment to leave; the sweep ends a peer that does not read.
  c.arm(Millis{1000});
  closing_ = true;
  co_await asio::post(c.loop_.io.get_executor(), kTok);
  if (co_await c.stream_->drain()) c.stream_->shutdown_write();
  c.disarm();
  c.ws_ = nullptr;
  c.loop_.core.websockets.fetch_sub(1);
  co_await c.hop([&] { handler->on_close(session); }, true);
  const auto keep = std::move(connection_);  // the completion handler of the connection owns it, too
}

Aw<void> run_websocket(std::shared_ptr<Connection> connection, std::shared_ptr<WsHandler> handler) {
  auto session = std::make_shared<WsConn>(std::move(connection));
  co_await session->run(std::move(handler));
}

}  // namespace fz::net
