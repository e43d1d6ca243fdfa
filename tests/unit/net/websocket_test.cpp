#include "shared/net/ws_client.hpp"

#include "shared/base/id.hpp"
#include "shared/net/ws_frame.hpp"
#include "tests/unit/net/fixture.hpp"

namespace fz::net {
namespace {

/// A WebSocket client that remembers everything.
struct Ear {
  std::mutex mutex;
  std::vector<std::string> heard;
  std::atomic<bool> open{false};
  std::optional<Error> closed;
  std::unique_ptr<WsClient> client;

  void connect(WsClientOptions o) {
    WsClientCallbacks c;
    c.on_open = [this] { open = true; };
    c.on_message = [this](std::string_view t) {
      const std::lock_guard lock(mutex);
      heard.emplace_back(t);
    };
    c.on_close = [this](const Error& e) {
      const std::lock_guard lock(mutex);
      closed = e;
    };
    client = WsClient::connect(std::move(o), std::move(c));
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return heard.size();
  }
  bool is_closed() {
    const std::lock_guard lock(mutex);
    return closed.has_value();
  }
  ~Ear() { client.reset(); }
};

WsClientOptions options_for(const ServerFixture& f) {
  WsClientOptions o;
  o.client = f.options;
  o.url = f.base + "/ws";
  return o;
}

class WebSocket : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(PlainAndTls, WebSocket, testing::Bool(), [](const auto& i) { return i.param ? "tls" : "plain"; });

TEST_P(WebSocket, Echo) {
  ServerFixture f(GetParam());
  Ear ear;
  ear.connect(options_for(f));
  ASSERT_TRUE(eventually([&] { return ear.open.load(); }));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(ear.client->send("m" + std::to_string(i)));
  ASSERT_TRUE(eventually([&] { return ear.count() == 100; }));
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(ear.heard[i], "echo m" + std::to_string(i));
  ASSERT_TRUE(ear.client->send(std::string(200000, 'b')));
  ASSERT_TRUE(eventually([&] { return ear.count() == 101; }));
  EXPECT_EQ(ear.heard.back().size(), 200005u);
  ear.client->close();
  EXPECT_TRUE(eventually([&] { return f.ws->closed == 1; }));
  ear.client.reset();  // joins the client's thread: on_close was called
  ASSERT_TRUE(ear.closed);
  EXPECT_EQ(ear.closed->code, Code::cancelled);
}

TEST_P(WebSocket, BroadcastOfOneFrame) {
  ServerFixture f(GetParam());
  std::vector<std::unique_ptr<Ear>> ears;
  for (int i = 0; i < 20; ++i) {
    ears.push_back(std::make_unique<Ear>());
    ears.back()->connect(options_for(f));
  }
  ASSERT_TRUE(eventually([&] { return f.ws->open() == 20; }));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(f.ws->broadcast(text_frame("n" + std::to_string(i))), 20u);
  for (auto& e : ears) {
    ASSERT_TRUE(eventually([&] { return e->count() == 50; }));
    EXPECT_EQ(e->heard.front(), "n0");
    EXPECT_EQ(e->heard.back(), "n49");
  }
}

TEST_P(WebSocket, ServerMayCloseAndStop) {
  ServerFixture f(GetParam());
  Ear a, b;
  a.connect(options_for(f));
  b.connect(options_for(f));
  ASSERT_TRUE(eventually([&] { return f.ws->open() == 2; }));
  a.client->send("close me");
  ASSERT_TRUE(eventually([&] { return a.is_closed(); }));
  EXPECT_EQ(a.closed->code, Code::connection_lost);
  EXPECT_NE(a.closed->detail.find("4000"), std::string::npos);
  f.server->stop(Millis{5000});
  ASSERT_TRUE(eventually([&] { return b.is_closed(); }));
  EXPECT_NE(b.closed->detail.find("1001"), std::string::npos);
  EXPECT_EQ(f.ws->closed, 2);
}

TEST_P(WebSocket, SlowClientIsDroppedOthersAreNot) {
  ServerFixture f(GetParam(), [](ServerOptions& o) { o.ws_max_queue_bytes = 1 << 20; });
  Ear good;
  good.connect(options_for(f));
  ASSERT_TRUE(eventually([&] { return f.ws->open() == 1; }));
  std::shared_ptr<WsSession> quick;
  {
    const std::lock_guard lock(f.ws->mutex);
    quick = *f.ws->sessions.begin();
  }
  // A client whose callback never returns does not read.
  std::atomic<bool> release{false};
  WsClientCallbacks c;
  c.on_message = [&](std::string_view) {
    while (!release) std::this_thread::sleep_for(Millis{10});
  };
  auto slow = WsClient::connect(options_for(f), std::move(c));
  ASSERT_TRUE(eventually([&] { return f.ws->open() == 2; }));
  const Frame big = text_frame(std::string(200 * 1024, 's'));
  std::size_t sent = 0;
  // The quick one reads each before the next is sent, so only the slow one falls behind.
  ASSERT_TRUE(eventually([&] {
    f.ws->broadcast(big);
    ++sent;
    return eventually([&] { return good.count() == sent; }) && f.server->counts().dropped_slow == 1;
  }));
  EXPECT_TRUE(eventually([&] { return f.ws->open() == 1; }));
  EXPECT_TRUE(quick->send(text_frame("still here")));
  EXPECT_TRUE(eventually([&] { return good.count() == sent + 1; }));
  release = true;
}

TEST(WebSocketRules, SilentClientIsPingedThenDropped) {
  ServerFixture f(false, [](ServerOptions& o) { o.ping_interval = Millis{300}; });
  Ear answers;  // answers pings by itself
  answers.connect(options_for(f));
  RawSocket deaf(f.server->port());
  deaf.send(
      "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
      "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const auto all = deaf.read();
  EXPECT_NE(all.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), std::string::npos);
  EXPECT_NE(all.find(std::string("\x89\x00", 2)), std::string::npos);  // a ping came
  EXPECT_FALSE(deaf.timed_out);
  EXPECT_TRUE(eventually([&] { return f.ws->closed == 1; }));
  std::this_thread::sleep_for(Millis{1000});
  EXPECT_EQ(f.ws->open(), 1u);
}

TEST(WebSocketRules, ClientNoticesASilentServer) {
  // A listening socket that upgrades and then says nothing.
  Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof a;
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&a), size), 0);
  ASSERT_EQ(::listen(listener.get(), 4), 0);
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&a), &size), 0);
  Ear ear;
  WsClientOptions o;
  o.url = "ws://127.0.0.1:" + std::to_string(ntohs(a.sin_port)) + "/";
  o.ping_interval = Millis{200};
  ear.connect(o);
  Fd peer(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const auto n = ::recv(peer.get(), buffer, sizeof buffer, 0);
    ASSERT_GT(n, 0);
    request.append(buffer, static_cast<std::size_t>(n));
  }
  const auto at = request.find("Sec-WebSocket-Key: ") + 19;
  const std::string answer =
      "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + ws_accept(request.substr(at, 24)) +
      "\r\n\r\n";
  ASSERT_TRUE(write_all(peer.get(), as_bytes(answer), "socket"));
  ASSERT_TRUE(eventually([&] { return ear.is_closed(); }));
  EXPECT_TRUE(ear.open);
  EXPECT_EQ(ear.closed->code, Code::connection_lost);
}

TEST(WebSocketRules, RefusedUpgradeCarriesTheStatus) {
  ServerFixture f;
  Ear ear;
  auto o = options_for(f);
  o.headers.add("X-Token", "bad");
  ear.connect(o);
  ASSERT_TRUE(eventually([&] { return ear.is_closed(); }));
  EXPECT_EQ(ear.closed->code, Code::http_status);
  EXPECT_EQ(ear.closed->params[0].second, "401");
  EXPECT_FALSE(ear.open);
  EXPECT_FALSE(ear.client->send("x"));
}

TEST(WebSocketRules, BadUpgradesAndFramesAreRefused) {
  ServerFixture f;
  const std::string head = "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  for (const std::string& rest :
       {std::string("Sec-WebSocket-Version: 13\r\n\r\n"), std::string("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n")}) {
    RawSocket s(f.server->port());
    s.send(head + rest);
    EXPECT_NE(s.read("\r\n\r\n").find("400"), std::string::npos);
  }
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  RawSocket old(f.server->port());
  old.send(head + key + "Sec-WebSocket-Version: 8\r\n\r\n");
  EXPECT_NE(old.read("\r\n\r\n").find("426"), std::string::npos);
  RawSocket plain(f.server->port());
  plain.send("GET /ws HTTP/1.1\r\n\r\n");
  EXPECT_NE(plain.read("\r\n\r\n").find("400"), std::string::npos);
  // An unmasked frame right behind the request: the leftover bytes reach the session, which closes with 1002.
  RawSocket rude(f.server->port());
  rude.send(head + key + "Sec-WebSocket-Version: 13\r\n\r\n" + encode_frame(WsOp::text, "a", false));
  const auto all = rude.read();
  EXPECT_NE(all.find(encode_close(1002, "", false)), std::string::npos);
  EXPECT_TRUE(eventually([&] { return f.ws->closed == 1; }));
}

TEST(WebSocketRules, SessionMayOutliveItsServer) {
  std::shared_ptr<WsSession> kept;
  Ear ear;
  {
    ServerFixture f;
    ear.connect(options_for(f));
    ASSERT_TRUE(eventually([&] { return f.ws->open() == 1; }));
    const std::lock_guard lock(f.ws->mutex);
    kept = *f.ws->sessions.begin();
  }
  EXPECT_FALSE(kept->send(text_frame("too late")));
  kept->close(1000, "");
  EXPECT_EQ(kept->remote(), "127.0.0.1");
}

TEST(WebSocketRules, RandomBytesNeverHurt) {
  ServerFixture f;
  for (int i = 0; i < 50; ++i) {
    RawSocket s(f.server->port());
    s.send(
        "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    s.send(as_text(random_bytes(2000)));
    s.finish_sending();
    (void)s.read();
    EXPECT_FALSE(s.timed_out);
  }
  EXPECT_TRUE(eventually([&] { return f.server->counts().connections == 0; }));
}

}  // namespace
}  // namespace fz::net
