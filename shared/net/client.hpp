// HTTP/1.1 client with a blocking interface: deadlines, cancellation from another thread, limits on everything that
// comes back. Never follows a redirect. A Client belongs to one thread and keeps one connection alive.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/version.hpp"
#include "shared/net/message.hpp"

namespace fz::net {

/// Ends a running call from any thread; once cancelled it stays so.
class Cancel {
 public:
  Cancel();
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;
  void cancel();
  bool cancelled() const;
  int fd() const { return fd_.get(); }  ///< readable once cancelled

 private:
  Fd fd_;
};

struct ClientOptions {
  /// SHA-256 of the server's leaf certificate (DER), hex, with or without ':'. When set, it alone decides who the server is.
  std::string pin_sha256;
  fs::path ca_file;   ///< PEM; empty: the system's store. Host names are checked. Ignored with a pin
  std::string proxy;  ///< "http://host:port" for HTTP CONNECT; empty: direct
  std::string user_agent = "fanzha/" + version();
  Millis connect_timeout{10000};  ///< name lookup (not interruptible), connect, proxy, TLS
};

/// Gets a part of the response's body; an error ends the call and is returned by it.
using BodyCallback = std::function<Result<void>(ByteView chunk)>;
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct ClientResponse {
  unsigned status = 0;
  Headers headers;
  std::string body;
};

struct ClientRequest {
  Method method = Method::get;
  std::string url;
  Headers headers;  ///< Host, Content-Length and User-Agent are added
  std::string body;
  std::optional<FileBody> file;  ///< sent instead of body; progress is called at most every 64 KiB
  Progress progress;
  std::size_t max_response = 1 << 20;  ///< bytes of body; more is too_large
  Millis total{60000};                 ///< for the whole call; 0: no limit but the rate
  std::uint64_t min_rate = 1024;       ///< bytes per second on average, each way, after rate_grace; 0: none
  Millis rate_grace{10000};
  Millis stall{20000};  ///< no byte moved
  /// Called with status and headers before the body of the final answer; an error ends the call.
  std::function<Result<void>(const ClientResponse& head)> on_head;
  BodyCallback on_body;  ///< takes bodies of 2xx answers instead of ClientResponse::body
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Any status is a success of this call. Errors: bad_request (address), unreachable{host}, tls_failed{host},
  /// tls_pin_mismatch{host}, timeout, too_slow{host}, too_large, bad_response{host}, connection_lost{host}, cancelled, and
  /// what on_body returned. A kept connection that died while idle is opened anew once.
  Result<ClientResponse> send(const ClientRequest& request, const Cancel* cancel = nullptr);
  Result<ClientResponse> get(const std::string& url, Headers headers = {}, const Cancel* cancel = nullptr);
  Result<ClientResponse> post(const std::string& url, std::string body, std::string_view type = "application/json", Headers headers = {},
                              const Cancel* cancel = nullptr);
  /// Closes the kept connection.
  void disconnect();
  /// Fingerprint (hex) of the leaf certificate of the last TLS connection, empty before the first.
  const std::string& peer_fingerprint() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct DownloadRequest {
  std::string url;
  Headers headers;
  std::uint64_t have = 0;       ///< bytes that the caller already stored
  std::string etag;             ///< of the stored part; empty: do not resume on a changed file, begin anew
  std::uint64_t max_bytes = 0;  ///< length of the whole file at most
  std::uint64_t min_rate = 1024;
  Millis rate_grace{10000};
  Millis total{0};
  /// Called before the first byte when the server sends the file from its beginning although `have` > 0: drop the part.
  std::function<Result<void>()> restart;
  BodyCallback write;
  Progress progress;  ///< of the whole file
};
struct DownloadResult {
  std::string etag;
  std::uint64_t total = 0;  ///< length of the whole file
};
/// GET with Range and If-Range. Errors: those of Client::send and http_status{status,url} for anything but 200 and 206.
/// On an error what was given to write() stays valid for the next try.
Result<DownloadResult> download(Client& client, const DownloadRequest& request, const Cancel* cancel = nullptr);

}  // namespace fz::net
