#include "player/decode/audio_feed.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace fz::decode {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr wire::RingGeometry kRing{64, 32, 4, 4800};  // 100 ms of sound

struct FeedTest : testing::Test {
  Fd ring = std::move(*wire::make_ring(kRing)), data = std::move(*wire::make_event()), space = std::move(*wire::make_event());
  static Fd dup(const Fd& f) { return Fd(::fcntl(f.get(), F_DUPFD_CLOEXEC, 3)); }
  wire::RingWriter writer = std::move(*wire::RingWriter::open(dup(ring), dup(data), dup(space), kRing));
  wire::RingReader reader = std::move(*wire::RingReader::open(dup(ring), dup(data), dup(space), kRing));
  AudioFeed feed{writer};

  void add(std::int64_t at_ms, std::size_t frames, std::int16_t value) {
    std::vector<std::int16_t> samples(frames * 2, value);
    feed.add(at_ms * kMs, samples.data(), frames);
  }
  std::vector<std::int16_t> take(std::size_t frames) {
    std::vector<std::int16_t> all, part(960);
    for (int k = 0; k < 1000 && all.size() / 2 < frames; ++k) {
      auto n = reader.read_audio(part);
      all.insert(all.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(n * 2));
      if (n == 0) ::usleep(5000);
    }
    return all;
  }
};

TEST_F(FeedTest, NothingBeforeTheOriginIsKnown) {
  add(0, 480, 1);
  ::usleep(50000);
  EXPECT_EQ(reader.audio_available(), 0u);
  feed.set_origin(0);
  EXPECT_EQ(take(480).size(), 960u);
}

TEST_F(FeedTest, CutsBeforeTheFirstFrameAndFillsAGap) {
  feed.set_origin(10 * kMs);
  add(0, 960, 5);    // 0...20 ms: the first 10 are before the picture
  add(100, 480, 7);  // 80 ms of nothing after it
  auto s = take(480 + 3840 + 480);
  ASSERT_EQ(s.size() / 2, 4800u);
  EXPECT_EQ(s[0], 5);
  EXPECT_EQ(s[2 * 479], 5);
  EXPECT_EQ(s[2 * 480], 0);
  EXPECT_EQ(s[2 * (480 + 3839)], 0);
  EXPECT_EQ(s[2 * (480 + 3840)], 7);
}

TEST_F(FeedTest, WaitsForRoomWhileThePictureIsNotFurther) {
  feed.set_origin(0);
  for (int k = 0; k < 30; ++k) add(k * 10, 480, static_cast<std::int16_t>(k));
  EXPECT_FALSE(feed.drain(Millis{100})) << "300 ms do not fit into 100";
  auto s = take(14400);
  ASSERT_EQ(s.size() / 2, 14400u) << "none is lost";
  for (std::size_t k = 0; k < 30; ++k) EXPECT_EQ(s[k * 960], static_cast<std::int16_t>(k));
  EXPECT_TRUE(feed.drain(Millis{1000}));
}

TEST_F(FeedTest, GivesUpWhatThePictureHasPassed) {
  feed.set_origin(0);
  for (int k = 0; k < 100; ++k) add(k * 10, 480, static_cast<std::int16_t>(k));
  feed.set_shown(2000 * kMs);
  EXPECT_TRUE(feed.drain(Millis{5000}));
  EXPECT_EQ(reader.audio_position(), 48000u - 4800u) << "the newest 100 ms, at their own position";
  EXPECT_EQ(take(4800)[0], 90);
}

}  // namespace
}  // namespace fz::decode
