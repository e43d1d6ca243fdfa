#include "shared/net/channel.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "shared/net/parser.hpp"

namespace fz::net {

using std::chrono::steady_clock;

Cancel::Cancel() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
void Cancel::cancel() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto n = ::write(fd_.get(), &one, sizeof one);
}
bool Cancel::cancelled() const {
  pollfd p{fd_.get(), POLLIN, 0};
  return ::poll(&p, 1, 0) == 1;
}

namespace {

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE; this one does not.
int socket_write(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  const int fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  const auto n = ::send(fd, data, size, MSG_NOSIGNAL);
  if (n > 0) {
    *written = static_cast<std::size_t>(n);
    return 1;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return 0;
}
int socket_read(BIO* bio, char* to, std::size_t size, std::size_t* got) {
  BIO_clear_retry_flags(bio);
  const int fd = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  const auto n = ::recv(fd, to, size, 0);
  if (n > 0) {
    *got = static_cast<std::size_t>(n);
    return 1;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return 0;
}
long socket_ctrl(BIO* bio, int cmd, long, void*) {
  if (cmd == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return cmd == BIO_CTRL_FLUSH;
}
BIO_METHOD* socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "fz socket");
    BIO_meth_set_write_ex(m, socket_write);
    BIO_meth_set_read_ex(m, socket_read);
    BIO_meth_set_ctrl(m, socket_ctrl);
    return m;
  }();
  return method;
}

std::string normal_pin(const std::string& pin) {
  std::string out;
  for (const char c : pin)
    if (c != ':') out += static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
  return out;
}

bool is_ip(const std::string& host) {
  std::array<unsigned char, 16> out{};
  return inet_pton(AF_INET, host.c_str(), out.data()) == 1 || inet_pton(AF_INET6, host.c_str(), out.data()) == 1;
}

}  // namespace

Channel::~Channel() {
  if (ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // says goodbye, does not wait
  }
}

Error Channel::lost(std::string detail) const {
  return fail(Code::connection_lost, {{"host", host_}}, std::move(detail));
}

Result<void> Channel::wait_for(short events, const Wait& wait) {
  for (;;) {
    if (wait.cancel && wait.cancel->cancelled()) return fail(Code::cancelled);
    const auto left = std::chrono::duration_cast<Millis>(wait.until - steady_clock::now()).count();
    if (left <= 0) return wait.slow ? fail(Code::too_slow, {{"host", host_}}) : fail(Code::timeout, {{"what", host_}});
    std::array<pollfd, 2> p{{{fd_.get(), events, 0}, {wait.cancel ? wait.cancel->fd() : -1, POLLIN, 0}}};
    const int n = ::poll(p.data(), 2, static_cast<int>(std::min<std::int64_t>(left, 60000)));
    if (n < 0 && errno != EINTR) return lost(std::strerror(errno));
    if (n > 0 && p[0].revents && !p[1].revents) return {};
  }
}

Result<void> Channel::connect_to(const std::string& host, std::uint16_t port, const Wait& wait) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int rc = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> list(found, ::freeaddrinfo);
  if (rc != 0) return fail(Code::unreachable, {{"host", host_}, {"what", gai_strerror(rc)}});
  std::string last = "no address";
  for (const addrinfo* a = found; a; a = a->ai_next) {
    fd_.reset(::socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd_) continue;
    int error = 0;
    if (::connect(fd_.get(), a->ai_addr, a->ai_addrlen) != 0) {
      error = errno;
      if (error == EINPROGRESS) {
        if (auto ready = wait_for(POLLOUT, wait); !ready) {
          if (ready.error().code != Code::timeout) return ready;
          return fail(Code::unreachable, {{"host", host_}, {"what", "timeout"}});
        }
        socklen_t size = sizeof error;
        ::getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
      }
    }
    if (error == 0) {
      const int one = 1;
      ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      return {};
    }
    last = std::strerror(error);
  }
  return fail(Code::unreachable, {{"host", host_}, {"what", last}});
}

Result<void> Channel::proxy_connect(const Url& url, const Wait& wait) {
  const std::string target = (url.host.find(':') != std::string::npos ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port);
  FZ_CHECK(write("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n", wait));
  Parser parser(Parser::Kind::response_to_head, 16 * 1024);
  std::string in, body;
  while (!parser.header_done()) {
    char byte = 0;  // one at a time: what follows the header belongs to the tunnel
    FZ_TRY(const auto n, read(&byte, 1, wait));
    if (n == 0) return lost("proxy closed");
    in += byte;
    if (in.size() > 16 * 1024) return fail(Code::bad_response, {{"host", host_}, {"what", "proxy: header too large"}});
    if (!in.ends_with("\r\n\r\n")) continue;
    if (!parser.feed(in, body)) return fail(Code::bad_response, {{"host", host_}, {"what", "proxy"}});
    break;
  }
  if (!parser.header_done() || parser.head().status / 100 != 2)
    return fail(Code::unreachable,
                {{"host", host_}, {"what", "proxy: status " + std::to_string(parser.header_done() ? parser.head().status : 0)}});
  return {};
}

Result<void> Channel::start_tls(const Url& url, const ClientOptions& options, SSL_CTX* ctx, SSL_SESSION* resume, const Wait& wait) {
  ssl_.reset(SSL_new(ctx));
  BIO* bio = BIO_new(socket_method());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(fd_.get())));
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_connect_state(ssl_.get());
  if (is_ip(url.host))
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), url.host.c_str());
  else {
    SSL_set_tlsext_host_name(ssl_.get(), url.host.c_str());
    SSL_set1_host(ssl_.get(), url.host.c_str());
  }
  if (resume) SSL_set_session(ssl_.get(), resume);
  for (;;) {
    ERR_clear_error();
    const int r = SSL_do_handshake(ssl_.get());
    if (r == 1) break;
    const int e = SSL_get_error(ssl_.get(), r);
    if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE) {
      FZ_CHECK(wait_for(e == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, wait));
      continue;
    }
    const long verify = SSL_get_verify_result(ssl_.get());
    std::string what = verify != X509_V_OK ? X509_verify_cert_error_string(verify) : ssl_error_text();
    ssl_.reset();
    return fail(Code::tls_failed, {{"host", host_}, {"what", std::move(what)}});
  }
  fingerprint_ = peer_fingerprint(ssl_.get());
  if (!options.pin_sha256.empty() && fingerprint_ != normal_pin(options.pin_sha256))
    return fail(Code::tls_pin_mismatch, {{"host", host_}, {"fingerprint", fingerprint_}});
  return {};
}

Result<std::unique_ptr<Channel>> Channel::open(const Url& url, const ClientOptions& options, SSL_CTX* ctx, SSL_SESSION* resume,
                                               const Wait& wait) {
  std::unique_ptr<Channel> c(new Channel(url));
  if (options.proxy.empty()) {
    FZ_CHECK(c->connect_to(url.host, url.port, wait));
  } else {
    FZ_TRY(const auto proxy, parse_url(options.proxy));
    if (proxy.tls) return fail(Code::unsupported, {{"what", "https proxy"}});
    FZ_CHECK(c->connect_to(proxy.host, proxy.port, wait));
    FZ_CHECK(c->proxy_connect(url, wait));
  }
  if (ctx) FZ_CHECK(c->start_tls(url, options, ctx, resume, wait));
  return c;
}

Result<std::optional<std::size_t>> Channel::try_read(char* to, std::size_t size) {
  if (!ssl_) {
    for (;;) {
      const auto n = ::recv(fd_.get(), to, size, MSG_DONTWAIT);
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno == EAGAIN) return std::optional<std::size_t>{};
      if (errno != EINTR) return lost(std::strerror(errno));
    }
  }
  ERR_clear_error();
  std::size_t n = 0;
  if (SSL_read_ex(ssl_.get(), to, size, &n) == 1) return n;
  switch (SSL_get_error(ssl_.get(), 0)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return std::optional<std::size_t>{};
    case SSL_ERROR_ZERO_RETURN:
      return std::size_t{0};
    default:
      // A TCP end without close_notify: the HTTP parser decides whether the message was complete.
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        return std::size_t{0};
      }
      return lost(ssl_error_text());
  }
}

Result<std::size_t> Channel::read(char* to, std::size_t size, const Wait& wait) {
  for (;;) {
    FZ_TRY(const auto n, try_read(to, size));
    if (n) return *n;
    FZ_CHECK(wait_for(POLLIN, wait));
  }
}

Result<void> Channel::write(std::string_view data, const Wait& wait) {
  while (!data.empty()) {
    std::size_t n = 0;
    short need = POLLOUT;
    if (ssl_) {
      ERR_clear_error();
      if (SSL_write_ex(ssl_.get(), data.data(), data.size(), &n) != 1) {
        const int e = SSL_get_error(ssl_.get(), 0);
        if (e != SSL_ERROR_WANT_READ && e != SSL_ERROR_WANT_WRITE) return lost(ssl_error_text());
        need = e == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
        n = 0;
      }
    } else {
      const auto sent = ::send(fd_.get(), data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) return lost(std::strerror(errno));
      n = sent > 0 ? static_cast<std::size_t>(sent) : 0;
    }
    data.remove_prefix(n);
    if (n == 0) FZ_CHECK(wait_for(need, wait));
  }
  return {};
}

bool Channel::stale() {
  char byte = 0;
  const auto n = try_read(&byte, 1);
  return !n || n->has_value();
}

SessionPtr Channel::session() const {
  SSL_SESSION* s = ssl_ ? SSL_get1_session(ssl_.get()) : nullptr;
  if (s && !SSL_SESSION_is_resumable(s)) {
    SSL_SESSION_free(s);
    s = nullptr;
  }
  return SessionPtr(s);
}

}  // namespace fz::net
