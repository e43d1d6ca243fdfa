// What a crash between a blob and its row leaves is removed at the next start; what anything names never is.
#include "shared/crypto/hash.hpp"
#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class Sweep : public Flow {
 protected:
  fs::path blob_path(const std::string& bytes) const {
    const auto name = crypto::sha256_hex(bytes);
    return folder / "blobs" / name.substr(0, 2) / name;
  }
  void plant(const std::string& bytes) const {
    fs::create_directories(blob_path(bytes).parent_path());
    ASSERT_TRUE(write_atomic(blob_path(bytes), bytes));
  }
  static void make_old(const fs::path& path) { fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(3)); }
};

TEST_F(Sweep, BlobsThatNothingNamesGoAndNoOthers) {
  ceremony();
  const auto draft = slogan_in_final("不轻信");
  const auto shown = slogan_in_final("不转账");
  approve(shown);
  campaign({shown});
  enrol();
  publisher[0].expect(200, publisher[0].call(net::Method::post, "/v1/publish"));
  server->stop(Millis{1000});
  server.reset();
  int named = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "blobs"))
    if (entry.is_regular_file() && is_sha256_hex(entry.path().filename().string())) make_old(entry.path()), ++named;
  EXPECT_GE(named, 5);  // two texts, an approval, a playlist, reviewers, withdrawals
  plant("left by a crash");
  make_old(blob_path("left by a crash"));
  plant("stored a moment ago");
  start();
  EXPECT_TRUE(eventually([&] { return !fs::exists(blob_path("left by a crash")); }));
  EXPECT_TRUE(fs::exists(blob_path("stored a moment ago")));
  EXPECT_EQ(Client(base, writer[0].token()).get("/v1/items/" + draft + "/renditions/text").status, 200u);
  screen[0] = Client(base, screen[0].token());
  auto state = trust::TrustedState::init(office.root_bytes(), identity);
  ASSERT_TRUE(state) << to_log(state.error());
  EXPECT_GE(update(*state).size(), 4u);  // asks for every blob that is published
}

}  // namespace
}  // namespace fz::test
