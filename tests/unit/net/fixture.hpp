// A server with one route of each kind, and a raw socket for what a decent client would never send.
#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "shared/crypto/certificate.hpp"
#include "shared/net/client.hpp"
#include "shared/net/server.hpp"

namespace fz::net {

/// Waits up to 10 s for `f` to become true.
template <class F>
bool eventually(F f) {
  for (int i = 0; i < 1000; ++i) {
    if (f()) return true;
    std::this_thread::sleep_for(Millis{10});
  }
  return f();
}

inline crypto::Certificate make_test_certificate() {
  const auto now = system_clock().wall();
  return *crypto::make_self_signed({"localhost", "127.0.0.1"}, now - Days{1}, now + Days{30});
}
inline const crypto::Certificate& test_certificate() {
  static const crypto::Certificate made = make_test_certificate();
  return made;
}

struct SinkLog {
  std::mutex mutex;
  std::string body;
  bool finished = false, cut = false;
};

class TestSink final : public BodySink {
 public:
  explicit TestSink(std::shared_ptr<SinkLog> log) : log_(std::move(log)) {}
  Result<void> write(ByteView chunk) override {
    const std::lock_guard lock(log_->mutex);
    log_->body += as_text(chunk);
    if (log_->body.find("FULL") != std::string::npos) return fail(Code::disk_full);
    return {};
  }
  Response finish() override {
    const std::lock_guard lock(log_->mutex);
    log_->finished = true;
    return make_response(200, "text/plain", std::to_string(log_->body.size()));
  }
  void cut() override {
    const std::lock_guard lock(log_->mutex);
    log_->cut = true;
  }

 private:
  std::shared_ptr<SinkLog> log_;
};

class TestWs final : public WsHandler {
 public:
  void on_open(const std::shared_ptr<WsSession>& s) override {
    const std::lock_guard lock(mutex);
    sessions.insert(s);
  }
  void on_message(const std::shared_ptr<WsSession>& s, std::string_view text) override {
    if (text == "close me") s->close(4000, "as you wish");
    s->send(text_frame("echo " + std::string(text)));
  }
  void on_close(const std::shared_ptr<WsSession>& s) override {
    const std::lock_guard lock(mutex);
    sessions.erase(s);
    ++closed;
  }
  std::size_t open() {
    const std::lock_guard lock(mutex);
    return sessions.size();
  }
  std::size_t broadcast(const Frame& f) {
    const std::lock_guard lock(mutex);
    std::size_t n = 0;
    for (const auto& s : sessions) n += s->send(f);
    return n;
  }
  std::mutex mutex;
  std::set<std::shared_ptr<WsSession>> sessions;
  std::atomic<int> closed{0};
};

class ServerFixture {
 public:
  explicit ServerFixture(bool tls = false, std::function<void(ServerOptions&)> change = {}) : content(3 << 20, '\0') {
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>((i * 2654435761u) >> 13);
    file = std::make_shared<Fd>(::memfd_create("test", MFD_CLOEXEC));
    EXPECT_TRUE(write_all(file->get(), as_bytes(content), "memfd"));
    ServerOptions o;
    o.threads = 2;
    if (tls) o.tls = ServerTls{test_certificate().certificate_pem, test_certificate().key_pem};
    if (change) change(o);
    auto started = Server::start(std::move(o), [this](const Request& r) { return plan(r); });
    EXPECT_TRUE(started) << (started ? "" : to_log(started.error()));
    server = std::move(*started);
    base = (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server->port());
    if (tls) options.pin_sha256 = test_certificate().sha256;
  }
  ~ServerFixture() {
    release = true;
    server.reset();
  }
  Client client() const { return Client(options); }

  Plan plan(const Request& r) {
    Plan p;
    p.handler = [](Request&) { return make_response(404, "text/plain", "none"); };
    if (r.path == "/hello") {
      p.handler = [](Request& q) { return make_response(200, "text/plain", "hello " + std::string(q.headers.get("X-Name"))); };
    } else if (r.path == "/echo") {
      p.kind = Plan::Kind::pooled;
      p.max_body = 64 * 1024;
      p.handler = [](Request& q) { return make_response(200, "text/plain", q.body); };
    } else if (r.path == "/file") {
      p.kind = Plan::Kind::pooled;
      p.handler = [this](Request& q) { return serve_file(q, file, content.size(), {etag, "application/octet-stream", ""}); };
    } else if (r.path == "/sink") {
      p.kind = Plan::Kind::sink;
      p.max_body = 8 << 20;
      p.open_sink = [this](Request& q) -> std::variant<Response, std::unique_ptr<BodySink>> {
        if (q.headers.has("X-Refuse")) return make_response(409, "text/plain", "no");
        return std::make_unique<TestSink>(sink);
      };
    } else if (r.path == "/slow") {
      p.kind = Plan::Kind::pooled;
      p.handler = [this](Request&) {
        ++slow_running;
        for (int i = 0; i < 1000 && !release; ++i) std::this_thread::sleep_for(Millis{10});
        return make_response(200, "text/plain", "done");
      };
    } else if (r.path == "/throw") {
      p.kind = Plan::Kind::pooled;
      p.handler = [](Request&) -> Response { throw std::runtime_error("bug in a handler"); };
    } else if (r.path == "/ws") {
      p.kind = Plan::Kind::websocket;
      p.open_ws = [this](Request& q) -> std::variant<Response, std::shared_ptr<WsHandler>> {
        if (q.headers.get("X-Token") == "bad") return make_response(401, "text/plain", "no");
        return ws;
      };
    }
    return p;
  }

  std::string content;
  std::string etag = "\"v1\"";
  std::shared_ptr<Fd> file;
  std::shared_ptr<SinkLog> sink = std::make_shared<SinkLog>();
  std::shared_ptr<TestWs> ws = std::make_shared<TestWs>();
  std::atomic<bool> release{false};
  std::atomic<int> slow_running{0};
  std::string base;
  ClientOptions options;
  std::unique_ptr<Server> server;
};

/// A TCP connection that sends anything and reads with a limit of 10 s.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port, int receive_buffer = 0) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(port);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a) == 0;
  }
  bool send(std::string_view text) {
    while (!text.empty()) {
      const auto n = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }
  /// Everything until the peer closes, `until` appears, or 10 s pass.
  std::string read(std::string_view until = {}) {
    std::string out;
    char buffer[65536];
    while (until.empty() || out.find(until) == std::string::npos) {
      pollfd p{fd_.get(), POLLIN, 0};
      if (::poll(&p, 1, 10000) <= 0) {
        timed_out = true;
        break;
      }
      const auto n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
      if (n <= 0) break;
      out.append(buffer, static_cast<std::size_t>(n));
    }
    return out;
  }
  void finish_sending() { ::shutdown(fd_.get(), SHUT_WR); }
  void close() { fd_.reset(); }
  int fd() const { return fd_.get(); }
  bool connected = false;
  bool timed_out = false;

 private:
  Fd fd_;
};

}  // namespace fz::net
