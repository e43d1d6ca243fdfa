// The client against servers that are good, slow, endless or lying.
#include "shared/net/client.hpp"

#include "tests/unit/net/fixture.hpp"

namespace fz::net {
namespace {

/// Answers every connection with fixed bytes, then holds it open or closes; counts connections.
class FakeServer {
 public:
  explicit FakeServer(std::function<void(int fd)> talk) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof a;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&a), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&a), &size);
    url = "http://127.0.0.1:" + std::to_string(ntohs(a.sin_port));
    thread_ = std::thread([this, talk = std::move(talk)] {
      for (;;) {
        const Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!fd) return;
        ++connections;
        std::string request;
        char buffer[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
          const auto n = ::recv(fd.get(), buffer, sizeof buffer, 0);
          if (n <= 0) break;
          request.append(buffer, static_cast<std::size_t>(n));
        }
        {
          const std::lock_guard lock(mutex);
          last_request = request;
        }
        talk(fd.get());
      }
    });
  }
  ~FakeServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string url;
  std::atomic<int> connections{0};
  std::mutex mutex;
  std::string last_request;

 private:
  Fd listener_;
  std::thread thread_;
};

bool put(int fd, std::string_view text) {
  return ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

TEST(Client, UnreachableAndBadAddress) {
  Client c{ClientOptions{}};
  Fd hole(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));  // bound, not listening: refuses
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof a;
  ASSERT_EQ(::bind(hole.get(), reinterpret_cast<sockaddr*>(&a), size), 0);
  ::getsockname(hole.get(), reinterpret_cast<sockaddr*>(&a), &size);
  EXPECT_EQ(c.get("http://127.0.0.1:" + std::to_string(ntohs(a.sin_port)) + "/").error().code, Code::unreachable);
  EXPECT_EQ(c.get("file:///etc/passwd").error().code, Code::bad_request);
  EXPECT_EQ(c.get("http://127.0.0.1/", {{"X", "a\r\nY: b"}}).error().code, Code::bad_request);
}

TEST(Client, PinMatchesOrRefuses) {
  ServerFixture f(true);
  Client good = f.client();
  EXPECT_TRUE(good.get(f.base + "/hello"));
  EXPECT_EQ(good.peer_fingerprint(), f.options.pin_sha256);
  ClientOptions colons;
  for (std::size_t i = 0; i < f.options.pin_sha256.size(); i += 2) colons.pin_sha256 += (i ? ":" : "") + f.options.pin_sha256.substr(i, 2);
  EXPECT_TRUE(Client(colons).get(f.base + "/hello"));
  ClientOptions wrong;
  wrong.pin_sha256 = std::string(64, 'a');
  const auto r = Client(wrong).get(f.base + "/hello");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::tls_pin_mismatch);
  const auto unknown = Client(ClientOptions{}).get(f.base + "/hello");  // self-signed, not in the system's store
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::tls_failed);
}

TEST(Client, CaFileChecksTheName) {
  ServerFixture f(true, [](ServerOptions& o) { o.address = "0.0.0.0"; });
  const fs::path pem = fs::temp_directory_path() / ("fz-net-ca-" + std::to_string(::getpid()) + ".pem");
  ASSERT_TRUE(write_atomic(pem, test_certificate().certificate_pem));
  ClientOptions o;
  o.ca_file = pem;
  EXPECT_TRUE(Client(o).get(f.base + "/hello"));
  std::string by_name = f.base;
  by_name.replace(by_name.find("127.0.0.1"), 9, "localhost");
  EXPECT_TRUE(Client(o).get(by_name + "/hello"));
  std::string wrong_name = f.base;
  wrong_name.replace(wrong_name.find("127.0.0.1"), 9, "127.0.0.2");
  EXPECT_EQ(Client(o).get(wrong_name + "/hello").error().code, Code::tls_failed);
  o.ca_file = pem.string() + ".missing";
  EXPECT_EQ(Client(o).get(f.base + "/hello").error().code, Code::bad_certificate);
  fs::remove(pem);
}

TEST(Client, KeptConnectionThatDiedIsReopened) {
  ServerFixture f(false, [](ServerOptions& o) { o.idle_deadline = Millis{200}; });
  Client c = f.client();
  ASSERT_TRUE(c.get(f.base + "/hello"));
  ASSERT_TRUE(eventually([&] { return f.server->counts().connections == 0; }));
  const auto r = c.post(f.base + "/echo", "again");
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->body, "again");
}

TEST(Client, EndlessBodyIsTooLarge) {
  FakeServer f([](int fd) {
    put(fd, "HTTP/1.1 200 OK\r\n\r\n");
    while (put(fd, std::string(65536, 'e'))) {
    }
  });
  Client c{ClientOptions{}};
  EXPECT_EQ(c.get(f.url + "/").error().code, Code::too_large);
}

TEST(Client, DeclaredLengthOverTheLimitIsRefusedAtOnce) {
  FakeServer f([](int fd) {
    put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n");
    char b;
    (void)::recv(fd, &b, 1, 0);
  });
  Client c{ClientOptions{}};
  EXPECT_EQ(c.get(f.url + "/").error().code, Code::too_large);
}

TEST(Client, SlowServerIsGivenUp) {
  FakeServer f([](int fd) {
    put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
    for (int i = 0; i < 200 && put(fd, "x"); ++i) std::this_thread::sleep_for(Millis{50});
  });
  Client c{ClientOptions{}};
  ClientRequest q;
  q.url = f.url + "/";
  q.rate_grace = Millis{500};
  EXPECT_EQ(c.send(q).error().code, Code::too_slow);
}

TEST(Client, SilentServerStallsAndTotalTimeEnds) {
  FakeServer f([](int fd) {
    char b;
    (void)::recv(fd, &b, 1, 0);
  });
  Client c{ClientOptions{}};
  ClientRequest q;
  q.url = f.url + "/";
  q.stall = Millis{300};
  EXPECT_EQ(c.send(q).error().code, Code::too_slow);
  q.stall = Millis{60000};
  q.total = Millis{300};
  EXPECT_EQ(c.send(q).error().code, Code::timeout);
}

TEST(Client, CancelFromAnotherThread) {
  FakeServer f([](int fd) {
    char b;
    (void)::recv(fd, &b, 1, 0);
  });
  Client c{ClientOptions{}};
  Cancel cancel;
  std::thread t([&] {
    std::this_thread::sleep_for(Millis{200});
    cancel.cancel();
  });
  const auto r = c.get(f.url + "/", {}, &cancel);
  t.join();
  EXPECT_EQ(r.error().code, Code::cancelled);
  EXPECT_EQ(c.get(f.url + "/", {}, &cancel).error().code, Code::cancelled);
}

TEST(Client, CutAndMalformedAnswers) {
  FakeServer cut([](int fd) { put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"); });
  FakeServer junk([](int fd) { put(fd, "SSH-2.0-OpenSSH_9\r\n\r\n"); });
  FakeServer huge([](int fd) { put(fd, "HTTP/1.1 200 OK\r\nX: " + std::string(60000, 'h') + "\r\n\r\n"); });
  FakeServer empty([](int) {});
  Client c{ClientOptions{}};
  EXPECT_EQ(c.get(cut.url + "/").error().code, Code::connection_lost);
  EXPECT_EQ(c.get(junk.url + "/").error().code, Code::bad_response);
  EXPECT_EQ(c.get(huge.url + "/").error().code, Code::bad_response);
  EXPECT_EQ(c.get(empty.url + "/").error().code, Code::connection_lost);
  EXPECT_EQ(empty.connections, 1);  // a fresh connection that fails is not tried twice
}

TEST(Client, RedirectsAreNotFollowed) {
  FakeServer f([](int fd) { put(fd, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"); });
  Client c{ClientOptions{}};
  const auto r = c.get(f.url + "/");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->status, 302u);
  DownloadRequest d;
  d.url = f.url + "/";
  d.max_bytes = 100;
  d.write = [](ByteView) -> Result<void> { return {}; };
  EXPECT_EQ(download(c, d).error().code, Code::http_status);
}

TEST(Client, ThroughAProxy) {
  FakeServer proxy([](int fd) {
    put(fd, "HTTP/1.1 200 Connected\r\n\r\n");
    char b[4096];
    (void)::recv(fd, b, sizeof b, 0);
    put(fd, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntunnel");
  });
  ClientOptions o;
  o.proxy = proxy.url;
  const auto r = Client(o).get("http://far.example/x");
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->body, "tunnel");
  EXPECT_TRUE(proxy.last_request.starts_with("CONNECT far.example:80 HTTP/1.1\r\n"));
  FakeServer refuses([](int fd) { put(fd, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"); });
  o.proxy = refuses.url;
  EXPECT_EQ(Client(o).get("http://far.example/x").error().code, Code::unreachable);
}

class DownloadTest : public testing::TestWithParam<bool> {
 protected:
  ServerFixture f{GetParam()};
  Client client = f.client();
  std::string got;
  int restarts = 0;
  DownloadRequest request() {
    DownloadRequest d;
    d.url = f.base + "/file";
    d.max_bytes = 10 << 20;
    d.write = [this](ByteView chunk) -> Result<void> {
      got += as_text(chunk);
      return {};
    };
    d.restart = [this]() -> Result<void> {
      ++restarts;
      got.clear();
      return {};
    };
    return d;
  }
};
INSTANTIATE_TEST_SUITE_P(PlainAndTls, DownloadTest, testing::Bool(), [](const auto& i) { return i.param ? "tls" : "plain"; });

TEST_P(DownloadTest, FreshThenResumed) {
  auto d = request();
  const auto write = d.write;
  d.write = [&](ByteView chunk) -> Result<void> {
    FZ_CHECK(write(chunk));
    return got.size() > 1000000 ? Result<void>(fail(Code::cancelled)) : Result<void>();
  };
  EXPECT_EQ(download(client, d).error().code, Code::cancelled);
  ASSERT_GT(got.size(), 1000000u);
  ASSERT_LT(got.size(), f.content.size());
  d = request();
  d.have = got.size();
  d.etag = f.etag;
  const auto r = download(client, d);
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_EQ(r->total, f.content.size());
  EXPECT_EQ(r->etag, f.etag);
  EXPECT_EQ(restarts, 0);
  EXPECT_TRUE(got == f.content);
}

TEST_P(DownloadTest, ChangedFileBeginsAnew) {
  auto d = request();
  got = "old part of another file";
  d.have = got.size();
  d.etag = "\"v0\"";
  ASSERT_TRUE(download(client, d));
  EXPECT_EQ(restarts, 1);
  EXPECT_TRUE(got == f.content);
}

TEST_P(DownloadTest, CompleteAlready) {
  auto d = request();
  got = f.content;
  d.have = got.size();
  d.etag = f.etag;
  ASSERT_TRUE(download(client, d));
  EXPECT_TRUE(got == f.content);
}

TEST_P(DownloadTest, TooLargeWritesNothing) {
  auto d = request();
  d.max_bytes = 1000;
  EXPECT_EQ(download(client, d).error().code, Code::too_large);
  EXPECT_TRUE(got.empty());
}

TEST(Download, LyingRangesAreRefused) {
  const auto run = [](const char* head) {
    FakeServer f([head](int fd) { put(fd, std::string(head) + "abcde"); });
    Client c{ClientOptions{}};
    DownloadRequest d;
    d.url = f.url + "/";
    d.have = 5;
    d.etag = "\"v1\"";
    d.max_bytes = 100;
    d.write = [](ByteView) -> Result<void> { return {}; };
    const auto r = download(c, d);
    return r ? Code::internal : r.error().code;
  };
  EXPECT_EQ(run("HTTP/1.1 206 X\r\nContent-Length: 5\r\nContent-Range: bytes 4-8/9\r\n\r\n"), Code::bad_response);
  EXPECT_EQ(run("HTTP/1.1 206 X\r\nContent-Length: 5\r\n\r\n"), Code::bad_response);
  EXPECT_EQ(run("HTTP/1.1 206 X\r\nContent-Length: 5\r\nETag: \"v2\"\r\nContent-Range: bytes 5-9/10\r\n\r\n"), Code::bad_response);
  EXPECT_EQ(run("HTTP/1.1 206 X\r\nContent-Length: 5\r\nContent-Range: bytes 5-99/100000\r\n\r\n"), Code::bad_response);
  EXPECT_EQ(run("HTTP/1.1 206 X\r\nContent-Length: 5\r\nContent-Range: bytes 5-11/12\r\n\r\n"), Code::connection_lost);
}

}  // namespace
}  // namespace fz::net
