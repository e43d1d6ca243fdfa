#include "shared/net/server.hpp"

#include <sys/socket.h>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <csignal>

#include <condition_variable>
#include <future>
#include <thread>

#include "shared/base/log.hpp"
#include "shared/net/connection.hpp"

namespace fz::net {
namespace {

using asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<tcp, Ex>;
using std::chrono::steady_clock;
constexpr Millis kSweep{100};

class Worker {
 public:
  explicit Worker(Core& core) : loop(core), acceptor(loop.io.get_executor()), timer(loop.io.get_executor()) {}
  Loop loop;
  Acceptor acceptor;
  Timer timer;
  std::thread thread;

  Result<void> bind(const tcp::endpoint& endpoint) {
    boost::system::error_code ec;
    const int one = 1;
    acceptor.open(endpoint.protocol(), ec);
    if (ec) return error(ec, endpoint);
    ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    ::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    acceptor.bind(endpoint, ec);
    if (ec) return error(ec, endpoint);
    acceptor.listen(4096, ec);
    if (ec) return error(ec, endpoint);
    return {};
  }

  static Error error(const boost::system::error_code& ec, const tcp::endpoint& e) {
    const std::string address = e.address().to_string() + ":" + std::to_string(e.port());
    if (ec == boost::system::errc::address_in_use) return fail(Code::address_in_use, {{"address", address}});
    return fail(Code::io, {{"path", address}, {"what", ec.message()}});
  }

  void start() {
    asio::co_spawn(loop.io.get_executor(), accept(), [](std::exception_ptr) {});
    asio::co_spawn(loop.io.get_executor(), sweep(), [](std::exception_ptr) {});
    thread = std::thread([this] {
      pthread_setname_np(pthread_self(), "net-loop");
      loop.io.run();
    });
  }

  Aw<void> accept() {
    Core& core = loop.core;
    while (acceptor.is_open()) {
      Socket socket(loop.io.get_executor());
      tcp::endpoint peer;
      auto [ec] = co_await acceptor.async_accept(socket, peer, kTok);
      if (ec) {
        if (!acceptor.is_open()) co_return;
        // Out of descriptors or memory: wait instead of spinning.
        Timer pause(loop.io.get_executor(), Millis{100});
        co_await pause.async_wait(kTok);
        continue;
      }
      if (core.connections.fetch_add(1) >= core.options.max_connections) {
        core.connections.fetch_sub(1);
        core.refused.fetch_add(1, std::memory_order_relaxed);
        continue;
      }
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      socket.non_blocking(true, ignored);
      auto connection = std::make_shared<Connection>(loop, std::move(socket), peer.address().to_string());
      loop.connections.insert(connection.get());
      // The completion handler owns the connection; it runs whether run() returned or threw.
      auto task = run_connection(connection);
      asio::co_spawn(loop.io.get_executor(), std::move(task), [this, connection](std::exception_ptr e) {
        if (e) log_exception(e);
        loop.connections.erase(connection.get());
        loop.core.connections.fetch_sub(1);
      });
    }
  }
  static Aw<void> run_connection(std::shared_ptr<Connection> connection) { co_await connection->run(); }
  static void log_exception(const std::exception_ptr& e) {
    try {
      std::rethrow_exception(e);
    } catch (const std::exception& x) {
      log::error("connection: {}", x.what());
    }
  }

  // One coarse pass instead of a timer per connection.
  Aw<void> sweep() {
    for (;;) {
      timer.expires_after(kSweep);
      auto [ec] = co_await timer.async_wait(kTok);
      if (ec) co_return;
      const auto now = steady_clock::now();
      for (Connection* c : loop.connections)
        if (c->deadline <= now) c->expire(now);
    }
  }
};

class ServerImpl final : public Server {
 public:
  Core core;
  std::vector<std::unique_ptr<Worker>> workers;
  std::uint16_t bound_port = 0;
  bool stopped = false;

  ~ServerImpl() override { stop(Millis{0}); }
  std::uint16_t port() const override { return bound_port; }
  ServerCounts counts() const override { return {core.connections, core.websockets, core.requests, core.dropped_slow, core.refused}; }
  Result<void> replace_tls(const ServerTls& tls) override {
    FZ_TRY(auto fresh, server_context(tls));
    std::shared_ptr<SSL_CTX> context(std::move(fresh));
    const std::lock_guard lock(core.tls_mutex);
    core.tls_context.swap(context);
    return {};
  }
  bool post(std::function<void()> work) override { return core.pool->post(std::move(work)); }

  Result<void> open() {
    boost::system::error_code ec;
    const auto address = asio::ip::make_address(core.options.address, ec);
    if (ec) return fail(Code::bad_request, {{"what", "listen address " + core.options.address}});
    tcp::endpoint endpoint(address, core.options.port);
    if (core.options.port != 0) {
      FZ_CHECK(check_free(endpoint));
    }
    for (unsigned i = 0; i < std::max(1u, core.options.threads); ++i) {
      workers.push_back(std::make_unique<Worker>(core));
      FZ_CHECK(workers.back()->bind(endpoint));
      if (i == 0) endpoint.port(bound_port = workers[0]->acceptor.local_endpoint(ec).port());
    }
    core.pool = std::make_unique<Pool>(std::max(1u, core.options.workers), core.options.max_queue);
    for (auto& w : workers) w->start();
    return {};
  }

  // SO_REUSEPORT would let a second server take half of our connections without a word: try to bind without it first.
  static Result<void> check_free(const tcp::endpoint& endpoint) {
    asio::io_context io;
    Acceptor probe(io.get_executor());
    boost::system::error_code ec;
    probe.open(endpoint.protocol(), ec);
    if (ec) return Worker::error(ec, endpoint);
    const int one = 1;
    ::setsockopt(probe.native_handle(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    probe.bind(endpoint, ec);
    if (ec) return Worker::error(ec, endpoint);
    return {};
  }

  void stop(Millis drain) override {
    if (std::exchange(stopped, true)) return;
    core.draining = true;
    const auto until = steady_clock::now() + drain;
    each([](Worker& w) {
      boost::system::error_code ec;
      w.acceptor.close(ec);
      for (Connection* c : w.loop.connections) c->begin_drain();
    });
    while (core.connections > 0 && steady_clock::now() < until) std::this_thread::sleep_for(Millis{10});
    // A handler on the pool cannot be interrupted, so ask again until the last one has come back.
    while (core.connections > 0) {
      each([](Worker& w) {
        for (Connection* c : w.loop.connections) c->abort();
      });
      std::this_thread::sleep_for(Millis{10});
    }
    if (core.pool) core.pool->stop();
    for (auto& w : workers) {
      if (!w->thread.joinable()) continue;
      asio::post(w->loop.io.get_executor(), [worker = w.get()] { worker->timer.cancel(); });
      w->loop.io.stop();
      w->thread.join();
    }
  }

 private:
  void each(void (*f)(Worker&)) {
    for (auto& w : workers)
      if (w->thread.joinable()) asio::post(w->loop.io.get_executor(), [f, worker = w.get()] { f(*worker); });
  }
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Dispatch dispatch, ErrorPage error_page, Observer observer) {
  std::signal(SIGPIPE, SIG_IGN);
  auto server = std::make_unique<ServerImpl>();
  server->core.options = std::move(options);
  server->core.dispatch = std::move(dispatch);
  server->core.error_page = std::move(error_page);
  server->core.observer = std::move(observer);
  if (server->core.options.tls) {
    FZ_CHECK(server->replace_tls(*server->core.options.tls));
  }
  FZ_CHECK(server->open());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace fz::net
