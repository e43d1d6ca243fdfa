// What the server does with clients that are slow, broken or hostile.
#include "tests/unit/net/fixture.hpp"

namespace fz::net {
namespace {

void quick(ServerOptions& o) {
  o.header_deadline = Millis{500};
  o.idle_deadline = Millis{500};
  o.stall_deadline = Millis{500};
  o.rate_grace = Millis{700};
}

TEST(Hostile, SlowLorisGets408) {
  ServerFixture f(false, quick);
  RawSocket s(f.server->port());
  const auto begin = std::chrono::steady_clock::now();
  std::atomic<bool> stop{false};
  std::thread drip([&] {
    s.send("GET /hello HTTP/1.1\r\n");
    for (int i = 0; i < 100 && !stop; ++i) {
      s.send("X");
      std::this_thread::sleep_for(Millis{50});
    }
  });
  const auto answer = s.read("\r\n\r\n");
  stop = true;
  drip.join();
  EXPECT_NE(answer.find("HTTP/1.1 408"), std::string::npos) << answer;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Seconds{8});
}

TEST(Hostile, SilentConnectionIsClosed) {
  ServerFixture f(false, quick);
  RawSocket s(f.server->port());
  EXPECT_EQ(s.read(), "");
  EXPECT_FALSE(s.timed_out);
}

TEST(Hostile, TlsPortWithoutHandshakeIsClosed) {
  ServerFixture f(true, quick);
  RawSocket silent(f.server->port()), plain(f.server->port());
  plain.send("GET / HTTP/1.1\r\n\r\n");
  (void)plain.read();
  (void)silent.read();
  EXPECT_FALSE(silent.timed_out);
  EXPECT_FALSE(plain.timed_out);
  EXPECT_TRUE(eventually([&] { return f.server->counts().connections == 0; }));
}

TEST(Hostile, IdleKeepAliveEnds) {
  ServerFixture f(false, quick);
  RawSocket s(f.server->port());
  s.send("GET /hello HTTP/1.1\r\n\r\n");
  EXPECT_NE(s.read().find("200 OK"), std::string::npos);  // reads until the server closes
  EXPECT_FALSE(s.timed_out);
}

TEST(Hostile, StalledAndTricklingBodiesGet408) {
  ServerFixture f(false, quick);
  RawSocket stalled(f.server->port());
  stalled.send("POST /echo HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_NE(stalled.read("\r\n\r\n").find("408"), std::string::npos);
  // Never silent for long, but far under 1 KB/s.
  RawSocket slow(f.server->port());
  std::atomic<bool> stop{false};
  std::thread drip([&] {
    slow.send("POST /echo HTTP/1.1\r\nContent-Length: 1000\r\n\r\n");
    for (int i = 0; i < 100 && !stop; ++i) {
      slow.send("x");
      std::this_thread::sleep_for(Millis{60});
    }
  });
  EXPECT_NE(slow.read("\r\n\r\n").find("408"), std::string::npos);
  stop = true;
  drip.join();
}

TEST(Hostile, CutSinkKeepsWhatArrived) {
  ServerFixture f;
  RawSocket s(f.server->port());
  s.send("PATCH /sink HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + std::string(400, 'k'));
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock(f.sink->mutex);
    return f.sink->body.size() == 400;
  }));
  s.close();
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(f.sink->mutex);
    return f.sink->cut;
  }));
  EXPECT_EQ(f.sink->body, std::string(400, 'k'));
  EXPECT_FALSE(f.sink->finished);
}

TEST(Hostile, StalledSinkIsCutAndAnswered) {
  ServerFixture f(false, quick);
  RawSocket s(f.server->port());
  s.send("PATCH /sink HTTP/1.1\r\nContent-Length: 1000\r\n\r\nabc");
  EXPECT_NE(s.read("\r\n\r\n").find("408"), std::string::npos);
  EXPECT_TRUE(f.sink->cut);
  EXPECT_EQ(f.sink->body, "abc");
}

TEST(Hostile, EndlessChunkedBodyIsStopped) {
  ServerFixture f;
  RawSocket s(f.server->port());
  std::thread endless([&] {
    s.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "1000\r\n" + std::string(0x1000, 'e') + "\r\n";
    for (int i = 0; i < 100000 && s.send(chunk); ++i) {
    }
  });
  EXPECT_NE(s.read("\r\n\r\n").find("413"), std::string::npos);
  ::shutdown(s.fd(), SHUT_RDWR);
  endless.join();
}

TEST(Hostile, EndlessSinkIsStopped) {
  ServerFixture f;
  RawSocket s(f.server->port());
  std::thread endless([&] {
    s.send("PATCH /sink HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'e') + "\r\n";
    for (int i = 0; i < 10000 && s.send(chunk); ++i) {
    }
  });
  EXPECT_NE(s.read("\r\n\r\n").find("413"), std::string::npos);
  ::shutdown(s.fd(), SHUT_RDWR);
  endless.join();
  EXPECT_TRUE(f.sink->cut);
  EXPECT_LE(f.sink->body.size(), std::size_t{8 << 20});
}

TEST(Hostile, HugeHeaderGets431) {
  ServerFixture f;
  RawSocket s(f.server->port());
  s.send("GET /hello HTTP/1.1\r\nX: " + std::string(40000, 'a'));
  EXPECT_NE(s.read("\r\n\r\n").find("431"), std::string::npos);
}

TEST(Hostile, MalformedRequestsGet400) {
  ServerFixture f;
  for (const char* text : {"nonsense\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n", "GET /../etc/passwd HTTP/1.1\r\n\r\n",
                           "GET /a/%2e%2e/b HTTP/1.1\r\n\r\n", "GET /a%5Cb HTTP/1.1\r\n\r\n", "GET http://x/ HTTP/1.1\r\n\r\n",
                           "POST /echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
                           "POST /echo HTTP/1.1\r\nContent-Length: abc\r\n\r\n"}) {
    RawSocket s(f.server->port());
    s.send(text);
    EXPECT_NE(s.read("\r\n\r\n").find("HTTP/1.1 400"), std::string::npos) << text;
  }
}

TEST(Hostile, PipelinedRequestsAreAnsweredInOrder) {
  ServerFixture f;
  RawSocket s(f.server->port());
  s.send(
      "GET /hello HTTP/1.1\r\nX-Name: 1\r\n\r\nPOST /echo HTTP/1.1\r\nContent-Length: 3\r\n\r\ntwoGET /hello HTTP/1.1\r\nX-Name: "
      "3\r\nConnection: close\r\n\r\n");
  const auto all = s.read();
  const auto a = all.find("hello 1"), b = all.find("two"), c = all.find("hello 3");
  ASSERT_NE(c, std::string::npos) << all;
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
}

TEST(Hostile, ExpectContinue) {
  ServerFixture f;
  RawSocket s(f.server->port());
  s.send("POST /echo HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_NE(s.read("\r\n\r\n").find("100 Continue"), std::string::npos);
  s.send("body");
  EXPECT_NE(s.read("body").find("200 OK"), std::string::npos);
  // Too large: the refusal comes instead of "go on".
  RawSocket big(f.server->port());
  big.send("POST /echo HTTP/1.1\r\nContent-Length: 999999999\r\nExpect: 100-continue\r\n\r\n");
  const auto answer = big.read("\r\n\r\n");
  EXPECT_NE(answer.find("413"), std::string::npos);
  EXPECT_EQ(answer.find("100 Continue"), std::string::npos);
}

TEST(Hostile, UnreadBodyOfAnInlineRouteClosesTheConnection) {
  ServerFixture f;
  RawSocket s(f.server->port());
  s.send("POST /nowhere HTTP/1.1\r\nContent-Length: 30\r\n\r\nGET /hello HTTP/1.1\r\nX-Name: smuggled");
  s.finish_sending();
  const auto all = s.read();
  EXPECT_NE(all.find("404"), std::string::npos);
  EXPECT_EQ(all.find("smuggled"), std::string::npos);
}

TEST(Hostile, ClientThatDoesNotReadItsFileIsCut) {
  ServerFixture f(false, [](ServerOptions& o) { quick(o); });
  RawSocket s(f.server->port(), 4096);
  s.send("GET /file HTTP/1.1\r\n\r\nGET /file HTTP/1.1\r\n\r\nGET /file HTTP/1.1\r\n\r\nGET /file HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return f.server->counts().connections == 1; }));
  EXPECT_TRUE(eventually([&] { return f.server->counts().connections == 0; }));
}

TEST(Hostile, ConnectionLimit) {
  ServerFixture f(false, [](ServerOptions& o) { o.max_connections = 3; });
  std::vector<std::unique_ptr<RawSocket>> keep;
  for (int i = 0; i < 3; ++i) {
    keep.push_back(std::make_unique<RawSocket>(f.server->port()));
    keep.back()->send("GET /hello HTTP/1.1\r\n\r\n");
    EXPECT_NE(keep.back()->read("hello ").find("200"), std::string::npos);
  }
  RawSocket over(f.server->port());
  EXPECT_EQ(over.read(), "");
  EXPECT_FALSE(over.timed_out);
  EXPECT_TRUE(eventually([&] { return f.server->counts().refused == 1; }));
  keep.clear();
  EXPECT_TRUE(eventually([&] { return f.server->counts().connections == 0; }));
  EXPECT_TRUE(f.client().get(f.base + "/hello"));
}

TEST(Hostile, FullQueueGets503WithRetryAfter) {
  ServerFixture f(false, [](ServerOptions& o) {
    o.workers = 1;
    o.max_queue = 1;
  });
  std::vector<std::unique_ptr<RawSocket>> busy;
  busy.push_back(std::make_unique<RawSocket>(f.server->port()));
  busy.back()->send("GET /slow HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return f.slow_running == 1; }));
  busy.push_back(std::make_unique<RawSocket>(f.server->port()));
  busy.back()->send("GET /slow HTTP/1.1\r\n\r\n");
  std::string answer;
  ASSERT_TRUE(eventually([&] {
    RawSocket s(f.server->port());
    s.send("POST /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\na");
    pollfd p{s.fd(), POLLIN, 0};
    if (::poll(&p, 1, 200) <= 0) return false;
    answer = s.read("\r\n\r\n");
    return answer.find("503") != std::string::npos;
  }));
  EXPECT_NE(answer.find("Retry-After"), std::string::npos);
  f.release = true;
}

TEST(Hostile, TwoThousandIdleConnections) {
  ServerFixture f;
  std::vector<std::unique_ptr<RawSocket>> all;
  for (int i = 0; i < 2000; ++i) {
    all.push_back(std::make_unique<RawSocket>(f.server->port()));
    if (!all.back()->connected) GTEST_FAIL() << "connection " << i << ": raise the limit of open files (ulimit -n)";
  }
  EXPECT_TRUE(eventually([&] { return f.server->counts().connections == 2000; })) << f.server->counts().connections;
  const auto r = f.client().get(f.base + "/hello");
  ASSERT_TRUE(r) << to_log(r.error());
  for (std::size_t i = 0; i < all.size(); i += 97) {
    all[i]->send("GET /hello HTTP/1.1\r\n\r\n");
    EXPECT_NE(all[i]->read("hello ").find("200"), std::string::npos);
  }
}

}  // namespace
}  // namespace fz::net
