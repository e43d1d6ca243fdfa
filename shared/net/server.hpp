// HTTP/1.1 and WebSocket server on one port, plain or TLS. Threads: one event loop and one SO_REUSEPORT acceptor each;
// blocking work runs on a worker pool, never on the loops. No Asio type is visible here.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "shared/base/bytes.hpp"
#include "shared/base/clock.hpp"
#include "shared/net/message.hpp"

namespace fz::net {

struct ServerTls {
  std::string certificate_pem;  ///< leaf first
  std::string key_pem;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;               ///< 0: any free port, see Server::port()
  std::optional<ServerTls> tls;         ///< TLS 1.2 and 1.3 only
  unsigned threads = 2;                 ///< event loops
  unsigned workers = 4;                 ///< threads of the pool
  std::size_t max_connections = 25000;  ///< over all threads; further ones are closed at once
  std::size_t max_header = 16 * 1024;
  std::size_t max_queue = 4096;   ///< requests waiting for the pool; beyond it 503 with Retry-After
  Millis header_deadline{10000};  ///< from the first byte (or the accept) to the end of the header, TLS handshake included
  Millis idle_deadline{75000};    ///< between requests
  Millis stall_deadline{20000};   ///< no byte moved in a body, either way
  Millis rate_grace{10000};       ///< a body may take this plus bytes / min_rate
  std::uint64_t min_rate = 1024;  ///< bytes per second
  Millis ping_interval{25000};    ///< WebSocket: silence until a ping; two intervals of silence end the session
  std::size_t ws_max_message = 256 * 1024;
  std::size_t ws_max_queue = 256;  ///< frames; a session that falls further behind is dropped
  std::size_t ws_max_queue_bytes = 4 << 20;
};

/// A serialised WebSocket frame, made once and shared by any number of sessions.
using Frame = std::shared_ptr<const std::string>;
Frame text_frame(std::string_view text);  ///< unmasked: server to client

/// One open WebSocket; all functions are thread-safe and return at once.
class WsSession {
 public:
  virtual ~WsSession() = default;
  /// Queues a frame. False when the session is closed, or is dropped now because its queue is full.
  virtual bool send(Frame frame) = 0;
  /// Sends a close frame with an RFC 6455 code and ends the session.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  virtual const std::string& remote() const = 0;
};

/// What happens on one WebSocket. Calls come one at a time, in order, on the worker pool.
class WsHandler {
 public:
  virtual ~WsHandler() = default;
  virtual void on_open(const std::shared_ptr<WsSession>& session) = 0;
  virtual void on_message(const std::shared_ptr<WsSession>& session, std::string_view text) = 0;
  /// Last call, exactly once for each on_open.
  virtual void on_close(const std::shared_ptr<WsSession>& session) = 0;
};

/// Takes a request's body as it arrives. Calls come one at a time on the worker pool; the next chunk is read from the
/// network only when write() has returned. Destroyed after finish() or cut().
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// An error ends the request with that problem; what was written before stays the sink's business.
  virtual Result<void> write(ByteView chunk) = 0;
  virtual Response finish() = 0;
  /// The client went away or was too slow; everything that arrived has been given to write().
  virtual void cut() = 0;
};

using Handler = std::function<Response(Request&)>;
using OpenSink = std::function<std::variant<Response, std::unique_ptr<BodySink>>(Request&)>;
using OpenWs = std::function<std::variant<Response, std::shared_ptr<WsHandler>>(Request&)>;

/// What is to be done with one request; chosen from its head alone, before any of its body is read.
struct Plan {
  enum class Kind {
    inline_,    ///< `handler` on the event loop: must return within microseconds, no disk, no locks held long
    pooled,     ///< body read whole (up to max_body), then `handler` on the pool
    sink,       ///< `open_sink` on the pool, then the body chunk by chunk
    websocket,  ///< `open_ws` on the pool, then upgraded
  };
  Kind kind = Kind::inline_;
  std::size_t max_body = 0;  ///< bytes; beyond it 413. For `sink` the limit is 2^62 unless set
  Handler handler;
  OpenSink open_sink;
  OpenWs open_ws;
};
/// Called on the event loops, several at once; must be quick and must not throw.
using Dispatch = std::function<Plan(const Request& head)>;
/// Makes the answer to a failure that has no handler (400, 408, 413, 431, 503, a handler that threw). Default: text/plain.
using ErrorPage = std::function<Response(const Error& error, const Request* request)>;
/// One line per answered request, on the event loop: for metrics. `took` from the end of the header to the last byte sent.
using Observer = std::function<void(const Request& request, unsigned status, Millis took)>;

struct ServerCounts {
  std::size_t connections = 0;     ///< open now
  std::size_t websockets = 0;      ///< open now
  std::uint64_t requests = 0;      ///< since start
  std::uint64_t dropped_slow = 0;  ///< WebSockets dropped because they did not read
  std::uint64_t refused = 0;       ///< connections over the limit
};

class Server {
 public:
  /// Binds and starts serving. Ignores SIGPIPE from then on, process-wide: sendfile(2) to a peer that left raises it. Errors:
  /// address_in_use{address}, bad_certificate{what}, io.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Dispatch dispatch, ErrorPage error_page = {}, Observer observer = {});
  virtual ~Server() = default;  ///< stops, with no drain, if stop() was not called
  virtual std::uint16_t port() const = 0;
  virtual ServerCounts counts() const = 0;
  /// Another certificate, for connections accepted from now on; those that are open keep theirs. Errors: bad_certificate{what}, and
  /// then the old one stays. REQUIRES: started with TLS.
  virtual Result<void> replace_tls(const ServerTls& tls) = 0;
  /// Runs `work` on the pool. False when the queue is full or the server is stopping.
  virtual bool post(std::function<void()> work) = 0;
  /// Accepts nothing new, lets running requests finish for up to `drain`, closes WebSockets with 1001, joins all threads.
  virtual void stop(Millis drain) = 0;
};

}  // namespace fz::net
