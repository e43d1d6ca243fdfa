#include "tests/support/fake_server/fake_server.hpp"

#include <stdexcept>

#include "shared/base/file.hpp"
#include "shared/base/json.hpp"

namespace fz::test {
namespace {

UtcTime real_now() {
  return system_clock().wall();
}

class Listener : public net::WsHandler {
 public:
  explicit Listener(std::function<void(std::shared_ptr<net::WsSession>)> opened, std::function<void(std::string_view)> said)
      : opened_(std::move(opened)), said_(std::move(said)) {}
  void on_open(const std::shared_ptr<net::WsSession>& session) override { opened_(session); }
  void on_message(const std::shared_ptr<net::WsSession>&, std::string_view text) override { said_(text); }
  void on_close(const std::shared_ptr<net::WsSession>&) override {}

 private:
  std::function<void(std::shared_ptr<net::WsSession>)> opened_;
  std::function<void(std::string_view)> said_;
};

}  // namespace

FakeServer::FakeServer(std::uint16_t port) : publisher_(real_now()), port_(port) {
  start();
}
FakeServer::~FakeServer() {
  stop();
}

std::string FakeServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void FakeServer::start() {
  if (server_) return;
  net::ServerOptions o;
  o.port = port_;
  o.threads = 1;
  o.workers = 2;
  auto s = net::Server::start(o, [this](const net::Request& head) { return dispatch(head); });
  if (!s) throw std::runtime_error(to_log(s.error()));
  server_ = std::move(*s);
  port_ = server_->port();
}

void FakeServer::stop() {
  server_.reset();
}

net::Plan FakeServer::dispatch(const net::Request& head) {
  net::Plan plan;
  if (head.path == "/v1/channel") {
    plan.kind = net::Plan::Kind::websocket;
    plan.open_ws = [this](net::Request&) -> std::variant<net::Response, std::shared_ptr<net::WsHandler>> {
      return std::make_shared<Listener>(
          [this](std::shared_ptr<net::WsSession> s) {
            const std::lock_guard lock(mutex_);
            sessions_.push_back(s);
          },
          [this](std::string_view text) {
            const std::lock_guard lock(mutex_);
            if (text.find("\"m\":\"status\"") == std::string_view::npos) return;
            publisher_.last_status = text;
            ++publisher_.statuses;
          });
    };
    return plan;
  }
  plan.kind = net::Plan::Kind::pooled;
  plan.max_body = 4 << 20;
  plan.handler = [this](net::Request& r) { return respond(r); };
  return plan;
}

net::Response FakeServer::respond(net::Request& r) {
  const std::lock_guard lock(mutex_);
  std::string token(r.headers.get("Authorization"));
  if (token.starts_with("Bearer ")) token.erase(0, 7);
  auto a = publisher_.answer({std::string(net::method_name(r.method)), r.path, r.body, token, std::string(r.headers.get("If-None-Match"))},
                             real_now());
  if (a.status == 200 && r.path.starts_with("/v1/blobs/")) {
    blob_requests_.emplace_back(r.path.substr(10), r.headers.get("Range"));
    // Through a file, as the real server does, so that Range works.
    char name[] = "/tmp/fz-fake-XXXXXX";
    auto fd = std::make_shared<Fd>(::mkstemp(name));
    ::unlink(name);
    write_all(fd->get(), as_bytes(a.body), name).value();
    return net::serve_file(r, std::shared_ptr<const Fd>(fd), a.body.size(), {a.etag, "application/octet-stream", ""});
  }
  auto response = net::make_response(static_cast<unsigned>(a.status), "application/json", a.body);
  if (!a.etag.empty()) response.headers.add("ETag", a.etag);
  return response;
}

void FakeServer::push(const std::string& text) {
  const std::lock_guard lock(mutex_);
  for (const auto& weak : sessions_)
    if (const auto s = weak.lock()) s->send(net::text_frame(text));
}

int FakeServer::channels() const {
  return server_ ? static_cast<int>(server_->counts().websockets) : 0;
}

std::vector<std::pair<std::string, std::string>> FakeServer::blob_requests() const {
  const std::lock_guard lock(mutex_);
  return blob_requests_;
}

}  // namespace fz::test
