// Internal: one accepted connection of the server. Everything here runs on its loop's thread; only core members are shared.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "shared/net/parser.hpp"
#include "shared/net/pool.hpp"
#include "shared/net/server.hpp"
#include "shared/net/stream.hpp"
#include "shared/net/tls_context.hpp"

namespace fz::net {

class WsConn;
class Connection;

/// What all loops share; outlives them.
struct Core {
  ServerOptions options;
  Dispatch dispatch;
  ErrorPage error_page;
  Observer observer;
  /// Null without TLS. A connection keeps the context it began with (SSL_new takes a reference of its own).
  std::shared_ptr<SSL_CTX> tls() const {
    const std::lock_guard lock(tls_mutex);
    return tls_context;
  }
  mutable std::mutex tls_mutex;
  std::shared_ptr<SSL_CTX> tls_context;
  std::unique_ptr<Pool> pool;
  std::atomic<std::size_t> connections{0}, websockets{0};
  std::atomic<std::uint64_t> requests{0}, dropped_slow{0}, refused{0};
  std::atomic<bool> draining{false};
};

/// One event loop and what belongs to its thread.
struct Loop {
  explicit Loop(Core& c) : core(c) {}
  Core& core;
  asio::io_context io{1};
  Scratch scratch;
  std::unordered_set<Connection*> connections;
  std::string date;
  std::time_t date_second = 0;
  const std::string& http_date();  ///< IMF-fixdate, made once a second
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, Socket socket, std::string remote);
  Aw<void> run();
  /// Called by the sweep when the deadline has passed.
  void expire(SteadyTime now);
  /// Server is stopping: an idle connection ends, a busy one after its response, a WebSocket with 1001.
  void begin_drain();
  void abort();

  SteadyTime deadline = SteadyTime::max();

 private:
  friend class WsConn;
  struct Rate {  ///< progress of one body, either way
    SteadyTime start;
    std::uint64_t bytes = 0;
  };
  enum class Part { more, done, cut, slow, bad };

  void arm(Millis d) { deadline = std::chrono::steady_clock::now() + d; }
  void disarm() { deadline = SteadyTime::max(); }
  void arm_rate(const Rate& rate);
  const ServerOptions& options() const { return loop_.core.options; }

  Aw<bool> read_header(Parser& parser);
  Aw<bool> serve(Request& request, Parser& parser, const Head& head);
  Aw<bool> serve_whole(Request& request, Parser& parser, const Head& head, const Plan& plan);
  Aw<bool> serve_sink(Request& request, Parser& parser, const Head& head, const Plan& plan);
  Aw<bool> serve_websocket(Request& request, const Head& head, const Plan& plan);
  /// The next part of the body into `out` (replaced). On `bad`, problem_ is set.
  Aw<Part> read_part(Parser& parser, std::string& out, Rate& rate);
  Aw<bool> allow_body(const Request& request, const Head& head, const Parser& parser);
  Aw<bool> respond(const Request& request, Response response, bool keep_alive);
  Aw<bool> send_body(const Response& response, std::uint64_t length, const Moved& moved);
  /// Answers with a problem and ends the connection.
  Aw<bool> refuse(const Request* request, Error error);
  Response error_response(const Error& error, const Request* request) const;
  Aw<void> linger();
  enum class Ran { ok, threw, refused };
  /// Runs `work` on the pool and comes back to this loop.
  Aw<Ran> hop(std::function<void()> work, bool urgent = false);
  static Error hop_error(Ran ran);

  Loop& loop_;
  std::unique_ptr<Stream> stream_;
  std::string remote_;
  std::string in_;  ///< received, not yet parsed
  bool expired_ = false;
  bool idle_ = true;
  Error problem_;
  SteadyTime request_start_;
  WsConn* ws_ = nullptr;
};

/// The catalogue's error with one parameter "what". (g++ 12 cannot compile a braced list inside a co_await expression.)
Error simple_error(Code code, const char* what);
Error header_limit_error(std::size_t limit);

/// Takes over the connection after the upgrade; returns when it is over.
Aw<void> run_websocket(std::shared_ptr<Connection> connection, std::shared_ptr<WsHandler> handler);

}  // namespace fz::net
