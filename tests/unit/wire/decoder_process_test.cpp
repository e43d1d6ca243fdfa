#include "shared/wire/decoder_process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace fz::wire {
namespace {

/// A shell script in place of fz-decode.
struct FakeDecoder {
  explicit FakeDecoder(const std::string& body) {
    char name[] = "/tmp/fz-decoder-XXXXXX";
    dir = ::mkdtemp(name);
    std::ofstream(dir / "fz-decode") << "#!/bin/sh\n" << body << "\n";
    fs::permissions(dir / "fz-decode", fs::perms::owner_all);
    std::ofstream(dir / "media") << "the media";
  }
  ~FakeDecoder() { fs::remove_all(dir); }
  DecodeRequest request() const {
    DecodeRequest r;
    r.geometry = {64, 32, 4, 480};
    r.program = dir / "fz-decode";
    return r;
  }
  std::string wait_for(const std::string& file) const {
    for (int k = 0; k < 500; ++k) {
      if (auto text = read_file(dir / file, 4096); text && text->ends_with("end\n")) return *text;
      ::usleep(10000);
    }
    return "";
  }
  fs::path dir;
};

TEST(DecoderProcess, StartsWithExactDescriptorsAndArguments) {
  FakeDecoder fake(
      "cd \"$(dirname \"$0\")\"; { echo \"$@\"; ls /proc/$$/fd | tr '\\n' ' '; cat <&3; echo; stat -L -c %s /proc/self/fd/4; echo end; } > "
      "out");
  auto request = fake.request();
  request.fit = Fit::cover;
  request.still_duration = Millis{5000};
  request.media_type = "image/png";
  auto d = DecoderProcess::start(std::move(*open_read(fake.dir / "media")), request);
  ASSERT_TRUE(d) << to_log(d.error());
  auto text = fake.wait_for("out");
  EXPECT_NE(
      text.find(
          "--play --width=64 --height=32 --fit=cover --surround=plain --slots=4 --audio-frames=480 --still-ms=5000 --media-type=image/png"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("the media"), std::string::npos) << text;
  EXPECT_NE(text.find("\n" + std::to_string(request.geometry.total_bytes()) + "\n"), std::string::npos) << text;
  EXPECT_NE(text.find("3 4 5 6 "), std::string::npos) << text;
  auto reader = d->reader();
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->state(), RingState::starting);
}

TEST(DecoderProcess, HungDecoderIsKilled) {
  FakeDecoder fake("trap '' TERM; while :; do sleep 1; done");
  auto d = DecoderProcess::start(std::move(*open_read(fake.dir / "media")), fake.request());
  ASSERT_TRUE(d);
  EXPECT_TRUE(d->alive());
  auto pid = d->pid();
  d->kill();
  EXPECT_FALSE(d->alive());
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(DecoderProcess, MissingProgramIsAnError) {
  FakeDecoder fake("exit 0");
  auto request = fake.request();
  request.program = fake.dir / "nothing";
  auto d = DecoderProcess::start(std::move(*open_read(fake.dir / "media")), request);
  ASSERT_FALSE(d);
  EXPECT_EQ(d.error().code, Code::process_failed);
}

}  // namespace
}  // namespace fz::wire
