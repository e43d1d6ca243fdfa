// tus over a bad line: cut, resumed, sent twice, too big, over quota, damaged, disk full.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "shared/crypto/hash.hpp"
#include "tests/integration/http/fixture.hpp"

namespace fz::test {
namespace {

class Upload : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    writer.push_back(person("writer", {"contributor"}));
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>((i * 2654435761u) >> 11);
  }
  Client& c() { return writer[0]; }

  static std::string metadata(const std::string& name) {
    const auto b64 = [](std::string_view s) { return to_base64(as_bytes(s)); };
    return "filename " + b64(name) + ",title " + b64("海报") + ",fraud_kind " + b64("fake_orders") + ",exposes " + b64("method") +
           ",filetype " + b64("image/png");
  }
  net::ClientResponse create(std::uint64_t length, const std::string& name = "poster.png") {
    return c().call(net::Method::post, "/v1/uploads", {},
                    {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", std::to_string(length)}, {"Upload-Metadata", metadata(name)}});
  }
  std::string location(std::uint64_t length) {
    const auto r = create(length);
    EXPECT_EQ(r.status, 201u) << r.body;
    return std::string(r.headers.get("Location"));
  }
  net::ClientResponse patch(const std::string& path, std::uint64_t offset, std::string_view bytes, net::Headers more = {}) {
    more.set("Tus-Resumable", "1.0.0");
    more.set("Upload-Offset", std::to_string(offset));
    more.set("Content-Type", "application/offset+octet-stream");
    return c().call(net::Method::patch, path, std::string(bytes), std::move(more));
  }
  std::string offset(const std::string& path) {
    const auto r = c().call(net::Method::head, path, {}, {{"Tus-Resumable", "1.0.0"}});
    return r.status == 200 ? std::string(r.headers.get("Upload-Offset")) : std::to_string(r.status);
  }

  std::string data = std::string(1500000, '\0');
  std::vector<Client> writer;
};

TEST_F(Upload, InPiecesThenAnItemWithAJob) {
  const auto path = location(data.size());
  EXPECT_EQ(offset(path), "0");
  auto r = patch(path, 0, std::string_view(data).substr(0, 1000000));
  EXPECT_EQ(r.status, 204u);
  EXPECT_EQ(r.headers.get("Upload-Offset"), "1000000");
  EXPECT_FALSE(r.headers.get("Upload-Expires").empty());
  EXPECT_EQ(offset(path), "1000000");
  r = patch(path, 1000000, std::string_view(data).substr(1000000));
  EXPECT_EQ(r.status, 204u) << r.body;
  const std::string item(r.headers.get("Upload-Item"));
  ASSERT_FALSE(item.empty());
  const auto detail = c().expect(200, c().get("/v1/items/" + item));
  EXPECT_EQ(text_of(detail.at("item").as_object(), "source"), crypto::sha256_hex(data));
  EXPECT_EQ(detail.at("jobs").as_array().size(), 1u);
  EXPECT_TRUE(c().get("/v1/items/" + item + "/renditions/source").body == data);
  // The last answer may get lost: asking again tells that it is done.
  EXPECT_EQ(offset(path), std::to_string(data.size()));
}

TEST_F(Upload, OptionsTellsWhatIsSpoken) {
  const auto r = c().call(net::Method::options, "/v1/uploads");
  EXPECT_EQ(r.status, 204u);
  EXPECT_EQ(r.headers.get("Tus-Version"), "1.0.0");
  EXPECT_EQ(r.headers.get("Tus-Max-Size"), std::to_string(4 << 20));
  EXPECT_NE(r.headers.get("Tus-Extension").find("expiration"), std::string::npos);
}

TEST_F(Upload, CutLineKeepsWhatArrived) {
  const auto path = location(data.size());
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_port = htons(server->port());
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&a), sizeof a), 0);
  const std::string head =
      "PATCH " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + c().token() +
      "\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: " +
      std::to_string(data.size()) + "\r\n\r\n";
  ASSERT_TRUE(write_all(fd.get(), as_bytes(head + data.substr(0, 700000)), "socket"));
  for (int i = 0; i < 500 && offset(path) != "700000"; ++i) std::this_thread::sleep_for(Millis{10});
  EXPECT_EQ(code_of(patch(path, 700000, "x")), "upload_busy");  // the line is still up
  fd.reset();
  net::ClientResponse r;
  for (int i = 0; i < 500; ++i) {
    r = patch(path, 700000, std::string_view(data).substr(700000));
    if (r.status != 423) break;
    std::this_thread::sleep_for(Millis{10});
  }
  EXPECT_EQ(r.status, 204u) << r.body;
  EXPECT_TRUE(c().get("/v1/items/" + std::string(r.headers.get("Upload-Item")) + "/renditions/source").body == data);
}

TEST_F(Upload, SurvivesARestart) {
  const auto path = location(data.size());
  EXPECT_EQ(patch(path, 0, std::string_view(data).substr(0, 500000)).status, 204u);
  restart();
  writer[0] = Client(base, writer[0].token());
  EXPECT_EQ(offset(path), "500000");
  EXPECT_EQ(patch(path, 500000, std::string_view(data).substr(500000)).status, 204u);
}

TEST_F(Upload, WrongOffsetNamesTheRightOne) {
  const auto path = location(1000);
  EXPECT_EQ(patch(path, 0, std::string(400, 'a')).status, 204u);
  for (const std::uint64_t wrong : {0u, 399u, 401u, 1000u}) {
    const auto r = patch(path, wrong, "b");
    EXPECT_EQ(r.status, 409u);
    EXPECT_EQ(r.headers.get("Upload-Offset"), "400");
  }
  EXPECT_EQ(patch(path, 400, std::string(601, 'a')).status, 413u);
  EXPECT_EQ(offset(path), "400");
}

TEST_F(Upload, ChecksumOfAPiece) {
  const auto path = location(1000);
  const std::string piece(500, 'p');
  const auto good = "sha256 " + to_base64(crypto::sha256(as_bytes(piece)));
  EXPECT_EQ(patch(path, 0, std::string(500, 'q'), {{"Upload-Checksum", good}}).status, 460u);
  EXPECT_EQ(offset(path), "0");
  EXPECT_EQ(patch(path, 0, piece, {{"Upload-Checksum", "md5 abc="}}).status, 422u);
  EXPECT_EQ(patch(path, 0, piece, {{"Upload-Checksum", good}}).status, 204u);
  EXPECT_EQ(offset(path), "500");
}

TEST_F(Upload, SentTwiceIsToldAndHarmless) {
  for (int i = 0; i < 2; ++i) {
    const auto r = patch(location(1000), 0, std::string(1000, 't'));
    EXPECT_EQ(r.status, 204u) << r.body;
    EXPECT_FALSE(r.headers.get("Upload-Item").empty());
  }
}

TEST_F(Upload, BadNamesAndSizes) {
  EXPECT_EQ(code_of(create(10, "../../etc/passwd")), "name_path");
  EXPECT_EQ(code_of(create(10,
                           "a\x01"
                           "b.png")),
            "name_control");
  EXPECT_EQ(code_of(create(0)), "upload_empty");
  EXPECT_EQ(create((4 << 20) + 1).status, 413u);
  const auto b64 = "filename !!!";
  EXPECT_EQ(code_of(c().call(net::Method::post, "/v1/uploads", {},
                             {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "5"}, {"Upload-Metadata", b64}})),
            "bad_field");
  EXPECT_EQ(code_of(c().call(net::Method::post, "/v1/uploads", {},
                             {{"Tus-Resumable", "1.0.0"}, {"Upload-Length", "-5"}, {"Upload-Metadata", metadata("a.png")}})),
            "bad_field");
  EXPECT_EQ(c().call(net::Method::post, "/v1/uploads", {},
                     {{"Tus-Resumable", "0.2.2"}, {"Upload-Length", "5"}, {"Upload-Metadata", metadata("a.png")}})
                .status,
            412u);
}

TEST_F(Upload, QuotaOfTheUnit) {
  EXPECT_EQ(create(4 << 20).status, 201u);
  const auto r = create(3 << 20);
  EXPECT_EQ(code_of(r), "quota_exceeded");
}

TEST_F(Upload, ExpiresAndIsSwept) {
  const auto path = location(1000);
  EXPECT_EQ(patch(path, 0, "abc").status, 204u);
  clock.advance(std::chrono::hours(25));
  Client again(base);
  writer[0].set_token(text_of(again.expect(200, again.post("/v1/session", {{"login", "writer"}, {"password", kPassword}})), "token"));
  EXPECT_EQ(offset(path), "410");
}

TEST_F(Upload, NobodyElsesUpload) {
  const auto path = location(1000);
  auto other = person("other", {"contributor"});
  EXPECT_EQ(other.call(net::Method::head, path, {}, {{"Tus-Resumable", "1.0.0"}}).status, 404u);
  EXPECT_EQ(other.call(net::Method::del, path, {}, {{"Tus-Resumable", "1.0.0"}}).status, 404u);
  EXPECT_EQ(c().call(net::Method::del, path, {}, {{"Tus-Resumable", "1.0.0"}}).status, 204u);
  EXPECT_NE(offset(path), "0");
}

TEST_F(Upload, DiskFullKeepsThePartAndGoesOn) {
  const auto path = location(data.size());
  std::atomic<bool> full{false};
  set_disk_hook([&](std::string_view step, const fs::path& p) {
    return full && step == "write" && p.string().find("parts") != std::string::npos ? ENOSPC : 0;
  });
  EXPECT_EQ(patch(path, 0, std::string_view(data).substr(0, 300000)).status, 204u);
  full = true;
  const auto r = patch(path, 300000, std::string_view(data).substr(300000));
  EXPECT_EQ(r.status, 507u);
  EXPECT_EQ(code_of(r), "disk_full");
  full = false;
  EXPECT_EQ(offset(path), "300000");
  EXPECT_EQ(patch(path, 300000, std::string_view(data).substr(300000)).status, 204u);
}

}  // namespace
}  // namespace fz::test
