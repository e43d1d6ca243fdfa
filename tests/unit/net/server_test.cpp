#include "shared/net/server.hpp"

#include "tests/unit/net/fixture.hpp"

namespace fz::net {
namespace {

class ServerTest : public testing::TestWithParam<bool> {
 protected:
  ServerFixture f{GetParam()};
  Client client = f.client();
};
INSTANTIATE_TEST_SUITE_P(PlainAndTls, ServerTest, testing::Bool(), [](const auto& i) { return i.param ? "tls" : "plain"; });

TEST_P(ServerTest, InlineAndKeepAlive) {
  for (int i = 0; i < 50; ++i) {
    const auto r = client.get(f.base + "/hello", {{"X-Name", std::to_string(i)}});
    ASSERT_TRUE(r) << to_log(r.error());
    EXPECT_EQ(r->status, 200u);
    EXPECT_EQ(r->body, "hello " + std::to_string(i));
  }
  EXPECT_EQ(f.server->counts().connections, 1u);  // all over one connection
  EXPECT_EQ(f.server->counts().requests, 50u);
}

TEST_P(ServerTest, PooledWithBody) {
  const std::string body(60 * 1024, 'q');
  const auto r = client.post(f.base + "/echo", body);
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->body, body);
}

TEST_P(ServerTest, OversizeIsRefusedWithAnAnswer) {
  for (const std::size_t n : {std::size_t{64 * 1024 + 1}, std::size_t{5 << 20}}) {
    const auto r = client.post(f.base + "/echo", std::string(n, 'q'));
    ASSERT_TRUE(r) << to_log(r.error());
    EXPECT_EQ(r->status, 413u);
  }
}

TEST_P(ServerTest, WholeFileAndHead) {
  ClientRequest q;
  q.url = f.base + "/file";
  q.max_response = 10 << 20;
  const auto r = client.send(q);
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_TRUE(r->body == f.content);
  q.method = Method::head;
  const auto h = client.send(q);
  ASSERT_TRUE(h) << to_log(h.error());
  EXPECT_EQ(h->headers.get("Content-Length"), std::to_string(f.content.size()));
  EXPECT_EQ(h->headers.get("ETag"), r->headers.get("ETag"));
  EXPECT_TRUE(h->body.empty());
  EXPECT_EQ(client.get(f.base + "/file", {{"If-None-Match", "\"v1\""}})->status, 304u);
  EXPECT_EQ(client.get(f.base + "/hello")->status, 200u);  // the connection is still in step
}

TEST_P(ServerTest, Ranges) {
  for (const auto& [from, to] : {std::pair<std::size_t, std::size_t>{0, 0}, {1, 200000}, {3000000, (3 << 20) - 1}}) {
    const auto r = client.get(f.base + "/file", {{"Range", "bytes=" + std::to_string(from) + "-" + std::to_string(to)}});
    ASSERT_TRUE(r) << to_log(r.error());
    EXPECT_EQ(r->status, 206u);
    EXPECT_TRUE(r->body == f.content.substr(from, to - from + 1));
  }
  EXPECT_EQ(client.get(f.base + "/file", {{"Range", "bytes=99999999-"}})->status, 416u);
}

TEST_P(ServerTest, SinkTakesABigBody) {
  ClientRequest q;
  q.method = Method::patch;
  q.url = f.base + "/sink";
  q.file = FileBody{f.file, 5, f.content.size() - 5};
  std::uint64_t last = 0;
  q.progress = [&](std::uint64_t done, std::uint64_t) { last = done; };
  const auto r = client.send(q);
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->status, 200u);
  EXPECT_TRUE(f.sink->body == f.content.substr(5));
  EXPECT_TRUE(f.sink->finished);
  EXPECT_EQ(last, f.content.size() - 5);
}

TEST_P(ServerTest, SinkMayRefuseEarlyOrInTheMiddle) {
  ClientRequest q;
  q.method = Method::patch;
  q.url = f.base + "/sink";
  q.headers.add("X-Refuse", "1");
  q.file = FileBody{f.file, 0, f.content.size()};
  auto r = client.send(q);
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->status, 409u);
  ClientRequest full;
  full.method = Method::patch;
  full.url = f.base + "/sink";
  full.body = "FULL" + std::string(4 << 20, 'x');
  r = client.send(full);
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->status, 507u);
  EXPECT_TRUE(eventually([&] { return f.sink->cut; }));
  EXPECT_FALSE(f.sink->finished);
}

TEST_P(ServerTest, HandlerThatThrowsEndsOnlyItsRequest) {
  const auto r = client.get(f.base + "/throw");
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->status, 500u);
  EXPECT_EQ(client.get(f.base + "/hello")->status, 200u);
}

TEST_P(ServerTest, StopLetsBusyRequestsFinish) {
  Result<ClientResponse> got = fail(Code::internal);
  std::thread asking([&] { got = f.client().get(f.base + "/slow"); });
  ASSERT_TRUE(eventually([&] { return f.slow_running == 1; }));
  Client idle = f.client();
  ASSERT_TRUE(idle.get(f.base + "/hello"));
  std::thread releasing([&] {
    std::this_thread::sleep_for(Millis{300});
    f.release = true;
  });
  f.server->stop(Millis{8000});
  asking.join();
  releasing.join();
  ASSERT_TRUE(got) << to_log(got.error());
  EXPECT_EQ(got->body, "done");
  EXPECT_FALSE(idle.get(f.base + "/hello"));
}

TEST_P(ServerTest, StopWithoutDrainCutsButDoesNotHang) {
  std::thread asking([&] { (void)f.client().get(f.base + "/slow"); });
  ASSERT_TRUE(eventually([&] { return f.slow_running == 1; }));
  std::thread releasing([&] {
    std::this_thread::sleep_for(Millis{200});
    f.release = true;
  });
  f.server->stop(Millis{0});
  asking.join();
  releasing.join();
  EXPECT_EQ(f.server->counts().connections, 0u);
}

TEST_P(ServerTest, ManyClientsAtOnce) {
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      Client c = f.client();
      for (int i = 0; i < 25; ++i) {
        const std::string body(static_cast<std::size_t>(100 * i), 'a');
        const auto r = c.post(f.base + "/echo", body);
        if (r && r->body == body) ++good;
      }
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(good, 200);
}

TEST(Server, RefusesABusyPortAndABadAddress) {
  ServerFixture f;
  ServerOptions o;
  o.port = f.server->port();
  const auto second = Server::start(o, [](const Request&) { return Plan{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::address_in_use);
  o.port = 0;
  o.address = "not an address";
  EXPECT_FALSE(Server::start(o, [](const Request&) { return Plan{}; }));
  o.address = "127.0.0.1";
  o.tls = ServerTls{"junk", "junk"};
  EXPECT_EQ(Server::start(o, [](const Request&) { return Plan{}; }).error().code, Code::bad_certificate);
  o.tls = ServerTls{test_certificate().certificate_pem, make_test_certificate().key_pem};
  EXPECT_EQ(Server::start(o, [](const Request&) { return Plan{}; }).error().code, Code::bad_certificate);
}

}  // namespace
}  // namespace fz::net
