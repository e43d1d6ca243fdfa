#include "shared/wire/ring.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

namespace fz::wire {
namespace {

constexpr RingGeometry kSmall{64, 32, 4, 480};

struct Ends {
  Fd ring, data, space;
  RingWriter writer;
  RingReader reader;
};
Fd dup_of(const Fd& fd) {
  return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}
Ends make(const RingGeometry& g = kSmall) {
  Fd ring = std::move(*make_ring(g)), data = std::move(*make_event()), space = std::move(*make_event());
  auto w = RingWriter::open(dup_of(ring), dup_of(data), dup_of(space), g);
  auto r = RingReader::open(dup_of(ring), dup_of(data), dup_of(space), g);
  EXPECT_TRUE(w);
  EXPECT_TRUE(r);
  return {std::move(ring), std::move(data), std::move(space), std::move(*w), std::move(*r)};
}
void write_frame(RingWriter& w, std::uint8_t luma, std::int64_t pts) {
  auto p = w.begin_frame();
  ASSERT_TRUE(p);
  for (int y = 0; y < w.geometry().height; ++y) std::memset(p->data[0] + y * p->stride[0], luma, w.geometry().width);
  for (int c : {1, 2})
    for (int y = 0; y < w.geometry().height / 2; ++y) std::memset(p->data[c] + y * p->stride[c], luma + c, w.geometry().width / 2);
  w.commit_frame(pts, 40);
}
bool readable(int fd) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, 0) == 1;
}
/// A hostile decoder: the whole memory, to be written at will.
struct Hostile {
  explicit Hostile(const Fd& ring, const RingGeometry& g = kSmall) : size(g.total_bytes()) {
    base = static_cast<std::uint8_t*>(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring.get(), 0));
  }
  ~Hostile() { ::munmap(base, size); }
  std::size_t size;
  std::uint8_t* base;
};

TEST(Ring, CarriesFramesInOrderAndStopsWhenFull) {
  auto e = make();
  EXPECT_EQ(e.reader.state(), RingState::starting);
  EXPECT_FALSE(e.reader.peek());
  for (int k = 0; k < 4; ++k) write_frame(e.writer, static_cast<std::uint8_t>(k * 10), k * 40);
  EXPECT_FALSE(e.writer.begin_frame()) << "all four slots are in use";
  EXPECT_EQ(e.reader.state(), RingState::ready);
  EXPECT_EQ(e.reader.frames(), 4);
  for (int k = 0; k < 40; ++k) {
    auto f = e.reader.peek();
    ASSERT_TRUE(f);
    EXPECT_EQ(f->pts_ns, k * 40);
    EXPECT_EQ(f->duration_ns, 40);
    EXPECT_EQ(f->planes.data[0][63], k * 10 % 256);
    EXPECT_EQ(f->planes.data[2][f->planes.stride[2] * 15 + 31], (k * 10 + 2) % 256);
    e.reader.release();
    write_frame(e.writer, static_cast<std::uint8_t>((k + 4) * 10), (k + 4) * 40);
  }
  EXPECT_EQ(e.writer.frames_read(), 40u);
  ASSERT_TRUE(e.reader.peek(3));
  EXPECT_EQ(e.reader.peek(3)->pts_ns, 43 * 40);
  EXPECT_FALSE(e.reader.peek(4));
}

TEST(Ring, WakesTheOtherEnd) {
  auto e = make();
  EXPECT_FALSE(readable(e.reader.data_fd()));
  write_frame(e.writer, 1, 0);
  EXPECT_TRUE(readable(e.reader.data_fd()));
  e.reader.clear_data();
  EXPECT_FALSE(readable(e.reader.data_fd()));
  EXPECT_FALSE(readable(e.writer.space_fd()));
  e.reader.release();
  EXPECT_TRUE(readable(e.writer.space_fd()));
  e.writer.clear_space();
  e.writer.finish();
  EXPECT_TRUE(readable(e.reader.data_fd()));
  EXPECT_EQ(e.reader.state(), RingState::eos);
  EXPECT_TRUE(e.reader.drained());
}

TEST(Ring, FailureSticksAndNamesItsCode) {
  auto e = make();
  write_frame(e.writer, 1, 0);
  e.writer.fail(Code::media_truncated);
  e.writer.finish();
  e.writer.fail(Code::media_empty);
  EXPECT_EQ(e.reader.state(), RingState::failed);
  EXPECT_EQ(e.reader.error(), Code::media_truncated);
  EXPECT_FALSE(e.reader.drained()) << "the frame before the failure is still there";
  e.reader.release();
  EXPECT_TRUE(e.reader.drained());
}

TEST(Ring, AudioKeepsItsPositionAndOverwritesOnlyTheOldest) {
  auto e = make();
  std::vector<std::int16_t> in(2 * 300), out(2 * 1000);
  auto fill = [&](int from) {
    for (std::size_t k = 0; k < in.size() / 2; ++k) {
      in[2 * k] = static_cast<std::int16_t>(from + static_cast<int>(k));
      in[2 * k + 1] = static_cast<std::int16_t>(-in[2 * k]);
    }
  };
  EXPECT_EQ(e.writer.audio_room(), 480u);
  fill(0);
  e.writer.write_audio(in);
  EXPECT_EQ(e.writer.audio_room(), 180u);
  EXPECT_EQ(e.reader.read_audio(std::span(out).first(200)), 100u);
  EXPECT_EQ(out[198], 99);
  EXPECT_EQ(out[199], -99);
  EXPECT_EQ(e.reader.audio_position(), 100u);
  fill(300);
  e.writer.write_audio(in);  // 600 written, 100 read: 500 waiting, 480 fit
  EXPECT_EQ(e.reader.audio_position(), 120u);
  EXPECT_EQ(e.reader.read_audio(out), 480u);
  EXPECT_EQ(out[0], 120);
  EXPECT_EQ(out[2 * 479], 599);
  fill(600);
  e.writer.write_audio(in);
  e.reader.skip_audio_to(700);
  EXPECT_EQ(e.reader.read_audio(out), 200u);
  EXPECT_EQ(out[0], 700);
  e.reader.skip_audio_to(5000);
  EXPECT_EQ(e.reader.audio_position(), 900u) << "cannot skip what is not there";
}

TEST(Ring, ReaderSurvivesEveryValueInTheMemory) {
  auto e = make();
  Hostile h(e.ring);
  std::mt19937_64 random(7);
  std::vector<std::int16_t> out(2 * 4096);
  std::uint64_t sum = 0;
  for (int round = 0; round < 3000; ++round) {
    for (int k = 0; k < 64; ++k) {
      // Mostly the header page, with values around the edges.
      auto at = (random() % (k % 4 ? 4096 : h.size - 8)) & ~std::size_t{7};
      std::uint64_t values[] = {0, 1, ~std::uint64_t{0}, std::uint64_t{1} << 63, random(), random() % 100};
      std::memcpy(h.base + at, &values[random() % 6], 8);
    }
    int n = e.reader.frames();
    ASSERT_GE(n, 0);
    ASSERT_LE(n, kSmall.slots);
    for (int k = 0; k < n; ++k) {
      auto f = e.reader.peek(k);
      if (!f) continue;
      ASSERT_GE(f->pts_ns, 0);
      ASSERT_LE(f->duration_ns, 3'600'000'000'000);
      ASSERT_GE(f->duration_ns, 0);
      sum += f->planes.data[2][f->planes.stride[2] * (kSmall.height / 2) - 1];
    }
    auto before = e.reader.peek();
    e.reader.release();
    if (auto after = e.reader.peek(); before && after) {
      ASSERT_GE(after->pts_ns, before->pts_ns);
    }
    ASSERT_LE(e.reader.read_audio(out), static_cast<std::size_t>(kSmall.audio_frames));
    e.reader.skip_audio_to(random());
    (void)e.reader.error();
    ASSERT_LE(e.reader.state(), RingState::failed);
  }
  EXPECT_GE(sum, 0u);
}

TEST(Ring, WriterSurvivesAHostileReader) {
  auto e = make();
  Hostile h(e.ring);
  std::mt19937_64 random(8);
  std::vector<std::int16_t> in(2 * 100);
  for (int round = 0; round < 3000; ++round) {
    auto value = random();
    std::memcpy(h.base + (random() % 4096 & ~std::size_t{7}), &value, 8);
    if (e.writer.begin_frame()) e.writer.commit_frame(round, 1);
    ASSERT_LE(e.writer.frames_read(), e.writer.frames_written());
    ASSERT_LE(e.writer.audio_room(), static_cast<std::size_t>(kSmall.audio_frames));
    e.writer.write_audio(in);
  }
}

TEST(Ring, ReaderNeverWaitsForAHostileDecoder) {
  auto e = make();
  write_frame(e.writer, 1, 0);
  // The decoder shares the descriptors: it can make them blocking, fill the counter, and empty the other.
  for (auto* fd : {&e.data, &e.space}) ::fcntl(fd->get(), F_SETFL, 0);
  std::uint64_t full = ~std::uint64_t{0} - 1, taken = 0;
  ASSERT_EQ(::write(e.space.get(), &full, 8), 8);
  ASSERT_EQ(::read(e.data.get(), &taken, 8), 8);
  std::atomic<bool> done{false};
  std::thread t([&] {
    e.reader.clear_data();
    e.reader.release();
    done = true;
  });
  for (int k = 0; k < 500 && !done; ++k) ::usleep(10000);
  EXPECT_TRUE(done);
  if (!done) ::write(e.data.get(), "\1\0\0\0\0\0\0", 8), ::read(e.space.get(), &taken, 8);
  t.join();
}

TEST(Ring, MemoryCannotBeResizedAndMustBeSealed) {
  auto e = make();
  EXPECT_NE(::ftruncate(e.ring.get(), 100), 0);
  EXPECT_NE(::ftruncate(e.ring.get(), 1 << 24), 0);
  Fd loose(::memfd_create("loose", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(::ftruncate(loose.get(), static_cast<off_t>(kSmall.total_bytes())), 0);
  auto r = RingReader::open(std::move(loose), dup_of(e.data), dup_of(e.space), kSmall);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, Code::bad_field);
  auto other = kSmall;
  other.slots = 5;
  EXPECT_FALSE(RingReader::open(dup_of(e.ring), dup_of(e.data), dup_of(e.space), other)) << "another size than agreed";
}

TEST(Ring, RefusesGeometryOutOfRange) {
  for (auto g : {RingGeometry{63, 32, 4, 0}, RingGeometry{64, 31, 4, 0}, RingGeometry{8, 32, 4, 0}, RingGeometry{8194, 32, 4, 0},
                 RingGeometry{64, 32, 1, 0}, RingGeometry{64, 32, 65, 0}, RingGeometry{64, 32, 4, -1}, RingGeometry{64, 32, 4, 480001},
                 RingGeometry{8192, 8192, 64, 0}})
    EXPECT_FALSE(make_ring(g)) << g.width << "x" << g.height << " " << g.slots;
  EXPECT_TRUE(check({1920, 1080, 8, 48000}));
}

TEST(Ring, TwoThreadsAtFullSpeed) {
  auto e = make();
  constexpr int kFrames = 20000;
  std::thread writer([&] {
    for (int k = 0; k < kFrames;) {
      auto p = e.writer.begin_frame();
      if (!p) {
        pollfd q{e.writer.space_fd(), POLLIN, 0};
        ::poll(&q, 1, 100);
        e.writer.clear_space();
        continue;
      }
      std::memcpy(p->data[0], &k, sizeof k);
      e.writer.commit_frame(k, 1);
      ++k;
    }
    e.writer.finish();
  });
  int wrong = 0, next = 0;
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!e.reader.drained() && std::chrono::steady_clock::now() < until) {
    auto f = e.reader.peek();
    if (!f) {
      pollfd q{e.reader.data_fd(), POLLIN, 0};
      ::poll(&q, 1, 100);
      e.reader.clear_data();
      continue;
    }
    int k;
    std::memcpy(&k, f->planes.data[0], sizeof k);
    wrong += k != next || f->pts_ns != next;
    ++next;
    e.reader.release();
  }
  writer.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(next, kFrames);
}

}  // namespace
}  // namespace fz::wire
