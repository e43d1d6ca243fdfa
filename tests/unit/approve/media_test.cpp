#include "player/approve/media.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_dir.hpp"
#include "tests/unit/approve/support.hpp"

namespace fz::approve {
namespace {

constexpr std::string_view kSlogan = R"({"exposes":"method","fraud_kind":"general","schema":1,"text":"不轻信、不转账","type":"slogan"})";
constexpr std::string_view kSloganMime = "application/vnd.fz.slogan+json";

class ApproveMedia : public ::testing::Test {
 protected:
  test::TempDir blobs, to;
  trust::Approval approval;
  std::string film = std::string(3 * crypto::kChunkSize / 2, 'f'), small = "small film";

  void SetUp() override {
    approval.renditions = {test::rendition("original", "video/mp4", film), test::rendition("720p", "video/mp4", small)};
    put(film);
    put(small);
  }
  void put(const std::string& bytes) { ASSERT_TRUE(write_atomic(blobs.path() / crypto::sha256_hex(bytes), bytes)); }
  Code copying() {
    test::TempDir fresh;
    auto r = copy_from_folder(approval, blobs.path(), fresh.path());
    return r ? Code::internal : r.error().code;
  }
  // A stand-in for fz-decode: records how it was called, answers as told.
  fs::path decoder(const std::string& script) {
    fs::path path = blobs.path() / "decoder";
    EXPECT_TRUE(write_atomic(path, "#!/bin/sh\n" + script, 0755));
    return path;
  }
};

TEST_F(ApproveMedia, CopiesWhatTheStatementNames) {
  auto files = copy_from_folder(approval, blobs.path(), to.path());
  ASSERT_TRUE(files) << to_log(files.error());
  EXPECT_EQ(*read_file((*files)[0], 1 << 22), film);
  EXPECT_EQ(*read_file((*files)[1], 1 << 22), small);
  struct stat st {};
  ASSERT_EQ(::stat((*files)[0].c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}
TEST_F(ApproveMedia, RefusesOtherBytesUnderTheName) {
  fs::path blob = blobs.path() / approval.renditions[0].sha256;
  auto other = film;
  other[7] ^= 1;
  ASSERT_TRUE(write_atomic(blob, other));
  EXPECT_EQ(copying(), Code::approve_media_hash);
  ASSERT_TRUE(write_atomic(blob, film + "x"));
  EXPECT_EQ(copying(), Code::approve_media_hash);
  ASSERT_TRUE(write_atomic(blob, film.substr(1)));
  EXPECT_EQ(copying(), Code::approve_media_hash);
  ASSERT_TRUE(write_atomic(blob, film));
  EXPECT_EQ(copying(), Code::internal);
  std::swap(approval.renditions[0].chunks[0], approval.renditions[0].chunks[1]);
  EXPECT_EQ(copying(), Code::approve_media_hash);
  fs::remove(blob);
  EXPECT_EQ(copying(), Code::approve_media_missing);
}
TEST_F(ApproveMedia, ABrokenTransferBeginsAnewOrGoesOn) {
  auto copy = RenditionCopy::begin(approval.renditions[0], to.path());
  ASSERT_TRUE(copy);
  ASSERT_TRUE(copy->write(as_bytes(std::string_view("garbage"))));
  ASSERT_TRUE(copy->restart());
  ASSERT_TRUE(copy->write(as_bytes(std::string_view(film).substr(0, 100))));
  ASSERT_TRUE(copy->write(as_bytes(std::string_view(film).substr(100))));
  EXPECT_EQ(copy->write(as_bytes(std::string_view("x"))).error().code, Code::approve_media_hash);
  EXPECT_TRUE(copy->finish());
  EXPECT_EQ(*read_file(copy->path(), 1 << 22), film);
}
TEST_F(ApproveMedia, EveryRenditionIsDecodedAndCompared) {
  auto files = *copy_from_folder(approval, blobs.path(), to.path());
  auto log = (blobs.path() / "log").string();
  auto found = examine(approval, files, decoder("echo \"$@ $(head -c 5 <&3) $(head -c 5 2>/dev/null <&4)\" >>" + log + "; echo '{}'\n"));
  ASSERT_TRUE(found) << to_log(found.error());
  ASSERT_EQ(found->size(), 2u);
  EXPECT_FALSE((*found)[0].compared);
  EXPECT_TRUE((*found)[1].compared);
  auto calls = *read_file(log, 1 << 16);
  EXPECT_NE(calls.find("--probe --full --declared video/mp4 fffff"), calls.npos) << calls;
  EXPECT_NE(calls.find("--compare fffff small"), calls.npos) << calls;
}
TEST_F(ApproveMedia, AVariantIsComparedWithItsOwnWatchedPicture) {
  std::string tall = "tall original", tall_small = "low tall";
  put(tall);
  put(tall_small);
  approval.renditions.push_back(test::rendition("portrait-720p", "video/mp4", tall_small));
  approval.renditions.push_back(test::rendition("portrait-original", "video/mp4", tall));
  auto files = *copy_from_folder(approval, blobs.path(), to.path());
  auto log = (blobs.path() / "log").string();
  auto found = examine(approval, files, decoder("echo \"$1 $(head -c 5 <&3) $(head -c 5 2>/dev/null <&4)\" >>" + log + "; echo '{}'\n"));
  ASSERT_TRUE(found) << to_log(found.error());
  EXPECT_EQ(*read_file(log, 1 << 16), "--probe fffff \n--compare fffff small\n--compare tall  low t\n--probe tall  \n");
  EXPECT_TRUE((*found)[2].compared);
  EXPECT_FALSE((*found)[3].compared);
}
TEST_F(ApproveMedia, ADifferenceOrADeadDecoderIsRefused) {
  auto files = *copy_from_folder(approval, blobs.path(), to.path());
  auto differs = examine(approval, files, decoder("[ \"$1\" = --compare ] || exit 0\necho '{\"zh\":\"第 3 秒画面不同\"}'; exit 1\n"));
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().code, Code::approve_difference);
  EXPECT_NE(message(differs.error(), Lang::zh).find("第 3 秒画面不同"), std::string::npos);
  EXPECT_EQ(examine(approval, files, decoder("exit 1\n")).error().code, Code::approve_unplayable);
  EXPECT_EQ(examine(approval, files, decoder("kill -9 $$\n")).error().code, Code::approve_unplayable);
  EXPECT_EQ(examine(approval, files, decoder("exec sleep 30\n"), Millis{300}).error().code, Code::approve_unplayable);
  EXPECT_EQ(examine(approval, files, blobs.path() / "none").error().code, Code::approve_unplayable);
}
TEST_F(ApproveMedia, TextsAreReadAndShown) {
  std::string text(kSlogan);
  put(text);
  approval.renditions = {test::rendition("text", std::string(kSloganMime), text)};
  auto files = *copy_from_folder(approval, blobs.path(), to.path());
  EXPECT_TRUE(examine(approval, files, blobs.path() / "none"));  // no decoder is needed
  EXPECT_NE(texts(approval, files)->find("不轻信、不转账"), std::string::npos);

  approval.renditions[0].mime = "application/vnd.fz.bulletin+json";
  EXPECT_EQ(examine(approval, files, {}).error().code, Code::approve_unplayable);
  approval.renditions[0].mime = kSloganMime;
  approval.renditions.push_back(test::rendition("720p", "video/mp4", small));
  files.push_back(files[0]);
  EXPECT_EQ(examine(approval, files, decoder("exit 0\n")).error().code, Code::approve_difference);

  test::TempDir other;
  put("{}");
  approval.renditions = {test::rendition("text", std::string(kSloganMime), "{}")};
  EXPECT_EQ(examine(approval, *copy_from_folder(approval, blobs.path(), other.path()), {}).error().code, Code::approve_unplayable);
}
TEST_F(ApproveMedia, EveryWordOfAWarningAndOfLocalFactsIsShown) {
  struct Case {
    std::string mime, text;
    std::vector<std::string> words;
  };
  for (
      auto& c : std::vector<Case>{
          {"application/vnd.fz.warning+json",
           R"({"schema":1,"type":"warning","title":"客服退款骗局","fraud_kind":"fake_customer_service","place":"某区","text":["索要验证码"],"advice":["挂断"],"until":"2026-11-25T12:00:00Z","source":"反诈中心","hotline":"96110","qr":{"text":"https://a.cn/w","caption":"扫码举报"}})",
           {"客服退款骗局", "某区", "索要验证码", "挂断", "2026-11-25T12:00:00Z", "反诈中心", "https://a.cn/w", "扫码举报"}},
          {"application/vnd.fz.facts+json",
           R"({"schema":1,"type":"facts","title":"本地信息","rows":[{"region":"500119","station":"龙桥派出所","phone":"000-1234","reward":"有奖","account":"公众号","qr":"https://a.cn/f"}]})",
           {"本地信息", "500119", "龙桥派出所", "000-1234", "有奖", "公众号", "https://a.cn/f"}}}) {
    test::TempDir fresh;
    put(c.text);
    approval.renditions = {test::rendition("text", c.mime, c.text)};
    auto files = *copy_from_folder(approval, blobs.path(), fresh.path());
    EXPECT_TRUE(examine(approval, files, blobs.path() / "none")) << c.mime;
    auto shown = *texts(approval, files);
    for (auto& w : c.words) EXPECT_NE(shown.find(w), shown.npos) << w;
    approval.renditions[0].mime = kSloganMime;
    EXPECT_EQ(examine(approval, files, {}).error().code, Code::approve_unplayable);
  }
}
TEST_F(ApproveMedia, ThePrivateFolderIsPrivateAndGoesAway) {
  fs::path path;
  {
    auto folder = PrivateFolder::make();
    ASSERT_TRUE(folder);
    path = folder->path();
    struct stat st {};
    ASSERT_EQ(::stat(path.c_str(), &st), 0);
    EXPECT_EQ(st.st_mode & 0777, 0700u);
    PrivateFolder moved = std::move(*folder);
    ASSERT_TRUE(write_atomic(moved.path() / "x", "y"));
  }
  EXPECT_FALSE(fs::exists(path));
}
}  // namespace
}  // namespace fz::approve
