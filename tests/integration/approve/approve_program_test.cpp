// fz-approve and fz-decode as programs, offline: two people sign what they were shown, and nobody signs another clip.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "shared/base/process.hpp"
#include "shared/crypto/key_file.hpp"
#include "shared/trust/state.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/approve/support.hpp"

namespace fz {
namespace {

constexpr Millis kProgramLimit{100'000};

fs::path environment(const char* name) {
  const char* value = std::getenv(name);
  EXPECT_TRUE(value) << name << " is set by ctest";
  return value ? value : "";
}

// Two seconds of a sample film from `from` on, `height` lines high; made once a program.
const std::string& clip(const std::string& film, const std::string& from, int height) {
  static std::map<std::string, std::string> made;
  auto& bytes = made[film + from + std::to_string(height)];
  if (!bytes.empty()) return bytes;
  test::TempDir dir;
  auto out = dir / "clip.mp4";
  SpawnOptions o;
  o.argv = {
      "ffmpeg", "-v", "error", "-ss", from, "-t", "2", "-i", (environment("FZ_SOURCE_DIR") / "content-samples/videos" / film).string()};
  for (auto* x : {"-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-c:a", "aac", "-vf"}) o.argv.emplace_back(x);
  o.argv.push_back("scale=-2:" + std::to_string(height));
  o.argv.push_back(out);
  auto ran = run_command(o, kProgramLimit);
  EXPECT_TRUE(ran) << to_log(ran.error());
  bytes = read_file(out, 16 << 20).value();
  return bytes;
}

class ApproveProgram : public ::testing::Test {
 protected:
  test::TempDir dir;
  test::Office office;

  void SetUp() override {
    fs::create_directory(dir.path() / "blobs");
    ASSERT_TRUE(write_atomic(dir / "reviewers.json", office.reviewers_bytes()));
    ASSERT_TRUE(crypto::write_key_file(dir / "one.json", office.reviewer1, "reviewer-1", "approve", std::nullopt));
    ASSERT_TRUE(crypto::write_key_file(dir / "two.json", office.reviewer2, "reviewer-2", "approve", "a passphrase"));
    ASSERT_TRUE(write_atomic(dir / "passphrase", "a passphrase\n", 0600));
    ASSERT_TRUE(crypto::write_key_file(dir / "duty.json", office.duty, "duty-1", "withdraw", std::nullopt));
  }
  void write_package(const std::map<std::string, std::pair<std::string, std::string>>& renditions) {
    auto a = office.approval("ap-7");
    a.renditions.clear();
    for (auto& [profile, r] : renditions) {
      a.renditions.push_back(test::rendition(profile, r.first, r.second));
      ASSERT_TRUE(write_atomic(dir.path() / "blobs" / a.renditions.back().sha256, r.second));
    }
    ASSERT_TRUE(write_atomic(dir / "package.json", test::package_text(trust::write_approval(a))));
  }
  struct Ran {
    int status = -1;
    json::value answer;
  };
  Ran run(std::vector<std::string> arguments) {
    Fd out(::memfd_create("out", MFD_CLOEXEC)), null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    SpawnOptions o;
    // In a session of its own: no terminal to ask, wherever the test runs.
    o.argv = {"setsid", "--wait",   (environment("FZ_BIN_DIR") / "fz-approve").string(), "--item", dir / "package.json",
              "--json", "--no-play"};
    o.argv.insert(o.argv.end(), arguments.begin(), arguments.end());
    o.fds = {{null.get(), 0}, {out.get(), 1}};
    auto process = Process::spawn(o);
    EXPECT_TRUE(process);
    Ran ran;
    ran.status = process->wait(kProgramLimit).value_or(-1);
    std::string text(1 << 16, '\0');
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::pread(out.get(), text.data(), text.size(), 0))));
    auto parsed = json::parse(text);
    EXPECT_TRUE(parsed) << text;
    if (parsed) ran.answer = *parsed;
    return ran;
  }
  static std::string error(const Ran& r) {
    return json::write(r.answer.as_object().contains("error") ? r.answer.at("error") : json::value("none"));
  }
};

TEST_F(ApproveProgram, TwoPeopleOneAfterTheOther) {
  write_package({{"original", {"video/mp4", clip("refund.mp4", "3", 360)}}, {"720p", {"video/mp4", clip("refund.mp4", "3", 288)}}});
  auto one = run({"--key", dir / "one.json", "--yes", "--out", dir / "ap.json"});
  ASSERT_EQ(one.status, 0) << json::write(one.answer);
  EXPECT_EQ(json::write(one.answer.at("signatures")), "1");
  EXPECT_EQ(json::write(one.answer.at("renditions").at(0).at("compared")), "true");  // 720p, compared with the original

  auto two = run({"--key", dir / "two.json", "--passphrase-file", dir / "passphrase", "--yes", "--envelope", dir / "ap.json", "--reviewers",
                  dir / "reviewers.json", "--group", "district", "--out", dir / "ap.json"});
  ASSERT_EQ(two.status, 0) << json::write(two.answer);
  auto record = trust::read_approval(*read_file(dir / "ap.json", 1 << 20), office.reviewers);
  ASSERT_TRUE(record);
  EXPECT_TRUE(trust::check_approval(*record, office.reviewers, "1001", test::kOfficeNow));

  auto again = run(
      {"--key", dir / "one.json", "--yes", "--envelope", dir / "ap.json", "--reviewers", dir / "reviewers.json", "--out", dir / "ap.json"});
  EXPECT_EQ(again.status, 1);
  EXPECT_EQ(error(again), "\"approve_already\"");
}
TEST_F(ApproveProgram, AnotherClipAsTheSmallVersionIsRefused) {
  write_package({{"original", {"video/mp4", clip("refund.mp4", "3", 360)}}, {"720p", {"video/mp4", clip("shuadan.mp4", "5", 288)}}});
  auto r = run({"--key", dir / "one.json", "--yes", "--out", dir / "ap.json"});
  EXPECT_EQ(r.status, 1);
  EXPECT_EQ(error(r), "\"approve_difference\"") << json::write(r.answer);
  EXPECT_FALSE(fs::exists(dir / "ap.json"));
}
TEST_F(ApproveProgram, BrokenMediaAndOtherBytesAreRefused) {
  auto film = clip("refund.mp4", "3", 360);
  write_package({{"original", {"video/mp4", film.substr(0, film.size() / 3)}}});
  EXPECT_EQ(error(run({"--key", dir / "one.json", "--yes"})), "\"approve_unplayable\"");
  write_package({{"original", {"video/mp4", film}}});
  auto blob = dir.path() / "blobs" / crypto::sha256_hex(film);
  film[film.size() / 2] = static_cast<char>(film[film.size() / 2] ^ 1);
  ASSERT_TRUE(write_atomic(blob, film));
  EXPECT_EQ(error(run({"--key", dir / "one.json", "--yes"})), "\"approve_media_hash\"");
}
TEST_F(ApproveProgram, NothingIsSignedWithoutAPersonOrWithTheWrongKey) {
  const std::string text = R"({"exposes":"method","fraud_kind":"general","schema":1,"text":"不轻信、不转账","type":"slogan"})";
  write_package({{"text", {"application/vnd.fz.slogan+json", text}}});
  EXPECT_EQ(error(run({"--key", dir / "duty.json", "--yes"})), "\"approve_key_purpose\"");
  EXPECT_EQ(error(run({"--key", dir / "one.json", "--yes", "--group", "city"})), "\"approve_group\"");
  auto nobody = run({"--key", dir / "one.json"});
  EXPECT_EQ(nobody.status, 3);
  EXPECT_EQ(error(nobody), "\"approve_declined\"");
  auto wrong = dir / "wrong";
  ASSERT_TRUE(write_atomic(wrong, "not it\n"));
  EXPECT_EQ(error(run({"--key", dir / "two.json", "--passphrase-file", wrong, "--yes"})), "\"passphrase_wrong\"");
  auto signed_alone = run({"--key", dir / "one.json", "--yes", "--out", dir / "ap.json"});
  EXPECT_EQ(signed_alone.status, 0) << json::write(signed_alone.answer);
}
}  // namespace
}  // namespace fz
