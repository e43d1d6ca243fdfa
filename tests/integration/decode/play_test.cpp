// fz-decode --play, as a program: frames are told by the barcodes drawn into the clips, not by what the decoder says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "shared/wire/decoder_process.hpp"
#include "tests/support/media/media.hpp"

namespace fz {
namespace {

using test::bin_dir;
using test::open_media;
using wire::DecodeRequest;
using wire::DecoderProcess;
using wire::RingFrame;
using wire::RingReader;
using wire::RingState;

/// The mean luminance around the middle of barcode block `k`, for a picture whose clip is `clip_width` wide on it, at (left, top).
int block(const RingFrame& f, int k, int clip_width, int left = 0, int top = 0) {
  double size = clip_width / 48.0;
  int x = left + static_cast<int>(size * (1.5 + k)), y = top + static_cast<int>(size * 1.5), sum = 0;
  for (int dy = -2; dy <= 2; ++dy)
    for (int dx = -2; dx <= 2; ++dx) sum += f.planes.data[0][(y + dy) * f.planes.stride[0] + x + dx];
  return sum / 25;
}
int frame_number(const RingFrame& f, int clip_width, int left = 0, int top = 0) {
  int n = 0;
  for (int k = 0; k < 10; ++k) n |= (block(f, k, clip_width, left, top) > 140) << k;
  return n;
}
int clip_number(const RingFrame& f, int clip_width, int left = 0, int top = 0) {
  int n = 0;
  for (int k = 0; k < 4; ++k) n |= (block(f, 10 + k, clip_width, left, top) > 140) << k;
  return n;
}
int luma(const RingFrame& f, int x, int y) {
  return f.planes.data[0][y * f.planes.stride[0] + x];
}

struct Play {
  DecoderProcess process;
  RingReader reader;
};
Play start(Fd media, int width, int height, wire::Fit fit = wire::Fit::contain, std::string type = "", int still_ms = 0) {
  DecodeRequest r;
  r.geometry = {width, height, 6, 48000};
  r.fit = fit;
  r.still_duration = Millis{still_ms};
  r.media_type = std::move(type);
  r.program = bin_dir() / "fz-decode";
  auto p = DecoderProcess::start(std::move(media), r);
  EXPECT_TRUE(p) << to_log(p ? Error{} : p.error());
  auto reader = p->reader();
  EXPECT_TRUE(reader);
  return {std::move(*p), std::move(*reader)};
}
bool wait_change(RingReader& r, int ms = 20000) {
  pollfd p{r.data_fd(), POLLIN, 0};
  bool changed = ::poll(&p, 1, ms) == 1;
  r.clear_data();
  return changed;
}
/// The next frame, or nothing at the end (or after 20 s).
std::optional<RingFrame> next(Play& p) {
  for (;;) {
    if (auto f = p.reader.peek()) return f;
    if (p.reader.drained() || !wait_change(p.reader)) return std::nullopt;
  }
}

struct Clip {
  const char* file;
  int number, width, height, fps, frames;
};
class PlayClip : public testing::TestWithParam<Clip> {};

TEST_P(PlayClip, EveryFrameOnceInOrderFromZero) {
  auto c = GetParam();
  auto p = start(open_media(c.file), c.width, c.height);
  int n = 0;
  std::vector<std::int16_t> sound(9600);
  while (auto f = next(p)) {
    ASSERT_EQ(frame_number(*f, c.width), n) << c.file;
    ASSERT_EQ(clip_number(*f, c.width), c.number) << c.file;
    auto due = std::int64_t{n} * 1'000'000'000 / c.fps;
    ASSERT_LE(std::abs(f->pts_ns - due), 1'500'000) << c.file << " frame " << n;
    p.reader.read_audio(sound);
    p.reader.release();
    ++n;
  }
  EXPECT_EQ(n, c.frames) << c.file;
  EXPECT_EQ(p.reader.state(), RingState::eos) << code_name(p.reader.error());
}
INSTANTIATE_TEST_SUITE_P(All, PlayClip,
                         testing::Values(Clip{"bar1.mp4", 1, 1920, 1080, 30, 60}, Clip{"bar2.mp4", 2, 1920, 1080, 25, 50},
                                         Clip{"bar3.webm", 3, 1280, 720, 30, 60}, Clip{"bar4.mp4", 4, 1920, 1080, 30, 60},
                                         Clip{"bar5.mp4", 5, 1920, 1080, 30, 60}, Clip{"bar6.mp4", 6, 1280, 720, 30, 60},
                                         Clip{"bar7.mp4", 7, 720, 1280, 30, 60}, Clip{"bar8.mp4", 8, 640, 360, 30, 30},
                                         Clip{"bar10.mov", 10, 640, 360, 30, 30}),
                         [](auto& i) { return std::string(i.param.file).substr(0, std::string(i.param.file).find('.')); });

TEST(DecodePlay, ScalesIntoTheZone) {
  // 16:9 into 4:3: borders above and below, the picture 640 wide at y = 60.
  auto p = start(open_media("bar1.mp4"), 640, 480);
  auto f = next(p);
  ASSERT_TRUE(f);
  EXPECT_LE(luma(*f, 320, 10), 20);
  EXPECT_LE(luma(*f, 320, 470), 20);
  EXPECT_EQ(clip_number(*f, 640, 0, 60), 1);
  // Cover: the height fills, 107 columns are cut on both sides: the barcode's first blocks are gone, later ones are moved.
  auto q = start(open_media("bar1.mp4"), 640, 480, wire::Fit::cover);
  f = next(q);
  ASSERT_TRUE(f);
  EXPECT_GT(luma(*f, 320, 10) + luma(*f, 320, 470), 40);
  EXPECT_EQ(clip_number(*f, 853, -107, 0), 1);
}

// A clip of 640x360 in a zone of another size keeps every pixel: centred, cut or bordered.
TEST(DecodePlay, ExactPixelsAreNeverScaled) {
  auto whole = start(open_media("bar8.mp4"), 640, 360);
  auto small = start(open_media("bar8.mp4"), 400, 200, wire::Fit::exact), large = start(open_media("bar8.mp4"), 800, 400, wire::Fit::exact);
  auto a = next(whole), b = next(small), c = next(large);
  ASSERT_TRUE(a && b && c);
  for (int y = 0; y < 200; ++y)
    for (int x = 0; x < 400; ++x) ASSERT_EQ(luma(*b, x, y), luma(*a, x + 120, y + 80)) << x << "," << y;
  for (int y = 0; y < 360; ++y)
    for (int x = 0; x < 640; ++x) ASSERT_EQ(luma(*c, x + 80, y + 20), luma(*a, x, y)) << x << "," << y;
  EXPECT_EQ(luma(*c, 0, 0), 16);
}

TEST(DecodePlay, ABlurredSurroundLeavesThePictureAsItIs) {
  DecodeRequest r;
  r.geometry = {640, 640, 6, 48000};
  r.surround = wire::Surround::blur;
  r.program = bin_dir() / "fz-decode";
  auto p = DecoderProcess::start(open_media("bar8.mp4"), r);
  ASSERT_TRUE(p);
  auto reader = p->reader();
  ASSERT_TRUE(reader);
  Play blurred{std::move(*p), std::move(*reader)};
  auto plain = start(open_media("bar8.mp4"), 640, 640), alone = start(open_media("bar8.mp4"), 640, 360);
  auto b = next(blurred), c = next(plain), d = next(alone);
  ASSERT_TRUE(b && c && d);
  int sum = 0;
  for (int y = 0; y < 140; ++y)
    for (int x = 0; x < 640; ++x) {
      ASSERT_EQ(luma(*c, x, y), 16);
      sum += luma(*b, x, y) - 16;
    }
  EXPECT_GT(sum / (140 * 640), 10) << "the surround has the film's light";
  for (int y = 150; y < 490; ++y)
    for (int x = 0; x < 640; ++x) ASSERT_EQ(luma(*b, x, y), luma(*d, x, y - 140));
}

TEST(DecodePlay, AppliesRotation) {
  auto p = start(open_media("turned.mp4"), 360, 640);
  auto f = next(p);
  ASSERT_TRUE(f);
  // Upright again by turning the picture: no borders, and the barcode runs along a side instead of the top.
  EXPECT_NE(clip_number(*f, 640), 8);
  int bright = 0;
  for (int y = 0; y < 640; y += 40) bright += luma(*f, 5, y) > 25 || luma(*f, 354, y) > 25;
  EXPECT_GT(bright, 10);
  auto q = start(open_media("exif6.jpg"), 360, 640, wire::Fit::contain, "image/jpeg", 3000);
  f = next(q);
  ASSERT_TRUE(f);
  // Stored with red in the upper left quarter; orientation 6 turns it clockwise: red at the upper right.
  auto v = [&](int x, int y) { return f->planes.data[2][y / 2 * f->planes.stride[2] + x / 2]; };
  EXPECT_GT(v(300, 100), 200);
  EXPECT_LT(std::abs(v(60, 100) - 128), 127);
  EXPECT_NE(v(60, 100) > 200 && v(60, 250) > 200, true);
}

TEST(DecodePlay, StillsAreOneFrame) {
  for (auto* name : {"poster.png", "poster.jpg", "poster.webp"}) {
    int number = name == std::string("poster.png") ? 13 : name == std::string("poster.jpg") ? 14 : 15;
    for (bool hint : {true, false}) {
      auto p = start(open_media(name), 1920, 1080, wire::Fit::contain, hint ? "image/any" : "", 5000);
      auto f = next(p);
      ASSERT_TRUE(f) << name;
      EXPECT_EQ(clip_number(*f, 1920), number) << name;
      EXPECT_EQ(f->pts_ns, 0);
      EXPECT_EQ(f->duration_ns, 5'000'000'000);
      p.reader.release();
      EXPECT_FALSE(next(p));
      EXPECT_EQ(p.reader.state(), RingState::eos) << name;
    }
  }
}

TEST(DecodePlay, FramesOfTheZonesSizeAreCopiedBitExact) {
  auto p = start(open_media("bar5.mp4"), 1920, 1080);
  SpawnOptions reference;
  reference.argv = {"ffmpeg",   "-v",       "error",   "-i", test::media("bar5.mp4").string(), "-frames:v", "10", "-f",
                    "rawvideo", "-pix_fmt", "yuv420p", "-"};
  auto raw = run_command(reference, Seconds{60}, 64 << 20);
  ASSERT_TRUE(raw);
  const std::size_t frame = 1920 * 1080 * 3 / 2;
  ASSERT_EQ(raw->size(), frame * 10);
  for (int n = 0; n < 10; ++n) {
    auto f = next(p);
    ASSERT_TRUE(f);
    const char* want = raw->data() + n * frame;
    int wrong = 0;
    for (int c = 0; c < 3; ++c)
      for (int y = 0; y < (c ? 540 : 1080); ++y) {
        int w = c ? 960 : 1920;
        wrong += std::memcmp(f->planes.data[c] + y * f->planes.stride[c], want, w) != 0;
        want += w;
      }
    ASSERT_EQ(wrong, 0) << "rows of frame " << n;
    p.reader.release();
  }
}

TEST(DecodePlay, SoundLiesAtItsTime) {
  auto p = start(open_media("beep.mp4"), 640, 360);
  std::vector<std::int16_t> sound, part(9600);
  while (next(p)) {
    while (auto n = p.reader.read_audio(part)) sound.insert(sound.end(), part.begin(), part.begin() + n * 2);
    p.reader.release();
  }
  for (int k = 0; k < 200 && sound.size() / 2 < 90000; ++k) {
    wait_change(p.reader, 50);
    while (auto n = p.reader.read_audio(part)) sound.insert(sound.end(), part.begin(), part.begin() + n * 2);
  }
  ASSERT_GT(sound.size() / 2, 90000u) << "nearly two seconds";
  std::size_t from = 0, to = 0;
  for (std::size_t k = 0; k < sound.size() / 2; ++k)
    if (std::abs(sound[k * 2]) > 3000) from = from ? from : k, to = k;
  EXPECT_NEAR(static_cast<double>(from) / 48000, 0.5, 0.03);
  EXPECT_NEAR(static_cast<double>(to) / 48000, 1.0, 0.03);
}

TEST(DecodePlay, SoundThatNobodyTakesStallsNothing) {
  auto p = start(open_media("long.mp4"), 320, 180);
  int n = 0;
  while (next(p)) p.reader.release(), ++n;
  EXPECT_EQ(n, 300);
  EXPECT_EQ(p.reader.state(), RingState::eos);
  // The ring holds one second; its position tells that the rest was given up, not delayed.
  for (int k = 0; k < 400 && p.process.alive(); ++k) ::usleep(20000);
  EXPECT_FALSE(p.process.alive()) << "ends although nobody took the sound";
}

TEST(DecodePlay, BadFilesFailWithTheirCode) {
  struct Bad {
    const char* file;
    std::vector<Code> codes;
  };
  for (auto& b : std::vector<Bad>{{"bad_empty.mp4", {Code::media_empty}},
                                  {"bad_random.mp4", {Code::media_not_media}},
                                  {"bad_text.mp4", {Code::media_not_media}},
                                  {"bad_moov.mp4", {Code::media_truncated}},
                                  {"bad_cut.png", {Code::media_truncated}},
                                  {"bad_bits.png", {Code::media_corrupt}},
                                  {"bad_huge.png", {Code::media_picture_too_large}}}) {
    auto p = start(open_media(b.file), 640, 360);
    EXPECT_FALSE(next(p)) << b.file;
    EXPECT_EQ(p.reader.state(), RingState::failed) << b.file;
    EXPECT_THAT(b.codes, testing::Contains(p.reader.error())) << b.file << ": " << code_name(p.reader.error());
  }
}

TEST(DecodePlay, ABlockedReaderBlocksTheDecoderAndKillEndsIt) {
  auto p = start(open_media("long.mp4"), 320, 180);
  ASSERT_TRUE(next(p));
  for (int k = 0; k < 500 && p.reader.frames() < 6; ++k) ::usleep(10000);
  EXPECT_EQ(p.reader.frames(), 6);
  ::usleep(300000);
  EXPECT_EQ(p.reader.peek()->pts_ns, 0) << "nothing was overwritten";
  EXPECT_TRUE(p.process.alive());
  p.process.kill();
  EXPECT_FALSE(p.process.alive());
  EXPECT_EQ(p.reader.frames(), 6) << "what was decoded stays readable";
}

}  // namespace
}  // namespace fz
