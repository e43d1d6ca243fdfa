#include "player/agent/site.hpp"

#include <gtest/gtest.h>

#include "shared/crypto/hash.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/agent/raw_server.hpp"

namespace fz::agent {
namespace {

using test::RawServer;
using test::TempDir;

const std::string kRoot = R"({"the":"root"})";

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  write_atomic(file, text).value();
}

TEST(SiteTest, AStickIsReadOnceAndNeverAgain) {
  TempDir dir;
  const fs::path data = dir / "data", media = dir / "media";
  EXPECT_EQ(obtain_site(data, {media}, {}).error().code, Code::not_found);
  EXPECT_FALSE(fs::exists(data / "site.json"));
  write(media / "a stick" / "fanzha-site.json", "not JSON");
  EXPECT_EQ(obtain_site(data, {media}, {}).error().code, Code::bad_json);
  write(media / "b stick" / "fanzha-site.json", trust::write_site_package({"https://first:8443", "", kRoot}));
  ASSERT_EQ(obtain_site(data, {dir / "nothing", media}, {}).value().server, "https://first:8443");
  EXPECT_EQ(read_file(site_root(data), 1000).value(), kRoot);
  // Somebody's other stick changes nothing.
  write(media / "a stick" / "fanzha-site.json", trust::write_site_package({"https://second:8443", "", kRoot}));
  EXPECT_EQ(obtain_site(data, {media}, {}).value().server, "https://first:8443");
  fs::remove_all(media);
  EXPECT_EQ(obtain_site(data, {media}, {}).value().server, "https://first:8443");
}

TEST(SiteTest, ACodeTakesTheRootOfItsHashOnly) {
  TempDir dir;
  std::string body = kRoot;
  RawServer server([&](const std::string&, int socket) {
    RawServer::put(socket, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  });
  const fs::path code = fs::path(dir / "stick") / "fanzha-site.txt";
  write(code, trust::write_site_code({server.url(), "", kRoot}) + "\n");
  body = R"({"the":"fake"})";
  EXPECT_EQ(obtain_site(dir / "data", {code.parent_path()}, {}).error().code, Code::blob_mismatch);
  EXPECT_FALSE(fs::exists(dir / "data"));
  body = kRoot;
  EXPECT_EQ(obtain_site(dir / "data", {code.parent_path()}, {}).value().server, server.url());
  EXPECT_EQ(read_file(site_root(dir / "data"), 1000).value(), kRoot);
  EXPECT_NE(server.requests().back().find("GET /v1/metadata/1.root.json"), std::string::npos);
}

}  // namespace
}  // namespace fz::agent
