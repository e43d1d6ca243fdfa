// Internal: one blocking client connection (direct or through an HTTP proxy, plain or TLS) with deadlines and cancellation.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/net/client.hpp"
#include "shared/net/tls_context.hpp"

namespace fz::net {

/// How long a step may wait. `slow`: the deadline that passes means "too slow", not "out of time".
struct Wait {
  SteadyTime until;
  const Cancel* cancel = nullptr;
  bool slow = false;
};

struct SessionFree {
  void operator()(SSL_SESSION* s) const { SSL_SESSION_free(s); }
};
using SessionPtr = std::unique_ptr<SSL_SESSION, SessionFree>;

class Channel {
 public:
  /// `ctx` null for plain. `resume` may be null.
  static Result<std::unique_ptr<Channel>> open(const Url& url, const ClientOptions& options, SSL_CTX* ctx, SSL_SESSION* resume,
                                               const Wait& wait);
  ~Channel();
  /// Up to `size` bytes; 0 at the end of the stream. Errors: connection_lost, timeout, too_slow, cancelled.
  Result<std::size_t> read(char* to, std::size_t size, const Wait& wait);
  /// The same without waiting: nothing when there is nothing.
  Result<std::optional<std::size_t>> try_read(char* to, std::size_t size);
  Result<void> write(std::string_view data, const Wait& wait);
  /// A kept connection that has something to read while nothing was asked was closed by the server.
  bool stale();
  int fd() const { return fd_.get(); }
  SessionPtr session() const;
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  explicit Channel(const Url& url) : host_(url.host_header()) {}
  Result<void> connect_to(const std::string& host, std::uint16_t port, const Wait& wait);
  Result<void> proxy_connect(const Url& url, const Wait& wait);
  Result<void> start_tls(const Url& url, const ClientOptions& options, SSL_CTX* ctx, SSL_SESSION* resume, const Wait& wait);
  Result<void> wait_for(short events, const Wait& wait);
  Error lost(std::string detail) const;

  std::string host_;
  Fd fd_;
  SslPtr ssl_;
  std::string fingerprint_;
};

}  // namespace fz::net
