#include "player/screen/ring_source.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

namespace fz::screen {
namespace {

constexpr Rate kRate{30, 1};
constexpr wire::RingGeometry kGeometry{64, 32, 4, 4800};

// A decoder's end and a source on the same ring.
struct Ring {
  std::optional<wire::RingWriter> writer;
  std::unique_ptr<RingSource> source;
  Ring() {
    auto ring = wire::make_ring(kGeometry), data = wire::make_event(), space = wire::make_event();
    auto dup = [](Result<Fd>& fd) { return Fd(::fcntl(fd->get(), F_DUPFD_CLOEXEC, 3)); };
    auto reader = wire::RingReader::open(dup(ring), dup(data), dup(space), kGeometry);
    source = std::make_unique<RingSource>(*std::move(reader));
    auto w = wire::RingWriter::open(*std::move(ring), *std::move(data), *std::move(space), kGeometry);
    writer.emplace(*std::move(w));
  }
  bool write(std::uint8_t value, Ns pts, Ns duration) {
    auto planes = writer->begin_frame();
    if (!planes) return false;
    for (int y = 0; y < kGeometry.height; ++y) std::fill_n(planes->data[0] + y * planes->stride[0], kGeometry.width, value);
    writer->commit_frame(pts, duration);
    return true;
  }
  int shown() const { return source->view() ? source->view().planes.data[0][0] : -1; }
};

TEST(RingSource, ShowsEachFrameOnItsTickAndEnds) {
  Ring r;
  EXPECT_EQ(r.source->state(), Source::State::starting);
  int written = 0;
  for (int tick = 0; tick < 20; ++tick) {
    while (written < 20 && r.write(static_cast<std::uint8_t>(written), tick_pts(written, kRate), tick_duration(0, kRate))) ++written;
    if (written == 20) r.writer->finish();
    EXPECT_EQ(r.source->state(), Source::State::ready);
    ASSERT_EQ(r.source->advance(tick_pts(tick, kRate), kRate), Source::Step::shown);
    EXPECT_EQ(r.shown(), tick);
  }
  EXPECT_EQ(r.source->advance(tick_pts(20, kRate), kRate), Source::Step::over);
  EXPECT_EQ(r.source->natural_end(), tick_pts(19, kRate) + tick_duration(0, kRate));
  EXPECT_EQ(r.source->lost(), 0);
}

TEST(RingSource, TheFrameOnShowStaysInTheRing) {
  Ring r;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(r.write(static_cast<std::uint8_t>(i + 1), tick_pts(i, kRate), tick_duration(0, kRate)));
  r.source->advance(0, kRate);
  EXPECT_FALSE(r.writer->begin_frame()) << "slot 0 is still read";
  r.source->advance(tick_pts(1, kRate), kRate);
  EXPECT_TRUE(r.writer->begin_frame());
  EXPECT_EQ(r.shown(), 2);
}

TEST(RingSource, WaitsForALateDecoderOnlyWhenItsFrameIsOver) {
  Ring r;
  r.write(7, 0, 100 * kNsPerMs);
  EXPECT_EQ(r.source->advance(0, kRate), Source::Step::shown);
  EXPECT_EQ(r.source->advance(tick_pts(2, kRate), kRate), Source::Step::shown) << "its duration covers this";
  EXPECT_EQ(r.source->advance(tick_pts(3, kRate), kRate), Source::Step::wait);
  EXPECT_EQ(r.shown(), 7);
}

TEST(RingSource, StillLastsItsWrittenDuration) {
  Ring r;
  r.write(7, 0, 5 * kNsPerS);
  r.writer->finish();
  EXPECT_EQ(r.source->advance(0, kRate), Source::Step::shown);
  EXPECT_EQ(r.source->advance(tick_pts(149, kRate), kRate), Source::Step::shown);
  EXPECT_EQ(r.source->advance(tick_pts(150, kRate), kRate), Source::Step::over);
}

TEST(RingSource, CountsLostButNotThinned) {
  Ring r;
  for (int i = 0; i < 4; ++i) r.write(static_cast<std::uint8_t>(i), tick_pts(i, {60, 1}), 0);
  r.source->advance(0, kRate);
  r.source->advance(tick_pts(1, kRate), kRate);
  EXPECT_EQ(r.source->lost(), 0) << "60 frames a second are thinned to 30";
  Ring s;
  for (int i = 0; i < 4; ++i) s.write(static_cast<std::uint8_t>(i), tick_pts(i, kRate), 0);
  s.source->advance(0, kRate);
  s.source->advance(tick_pts(3, kRate), kRate);
  EXPECT_EQ(s.source->lost(), 2);
}

TEST(RingSource, FailureBeforeAndAfterTheFirstFrame) {
  Ring r;
  r.writer->fail(Code::media_truncated);
  EXPECT_EQ(r.source->state(), Source::State::failed);
  EXPECT_EQ(r.source->error().code, Code::media_truncated);
  Ring s;
  s.write(1, 0, tick_duration(0, kRate));
  s.writer->fail(Code::media_corrupt);
  EXPECT_EQ(s.source->state(), Source::State::ready);
  EXPECT_EQ(s.source->advance(0, kRate), Source::Step::shown);
  EXPECT_EQ(s.source->advance(tick_pts(1, kRate), kRate), Source::Step::over);
  EXPECT_TRUE(s.source->broken());
}

TEST(RingSource, SoundComesFromItsPosition) {
  Ring r;
  std::vector<std::int16_t> samples(2 * 2000);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::int16_t>(i / 2);
  r.writer->write_audio(samples);
  std::vector<std::int16_t> out(2 * 100);
  r.source->read_audio(0, out);
  EXPECT_EQ(out[2 * 99], 99);
  r.source->read_audio(pts_of_sample(1000) + 1, out);
  EXPECT_EQ(out[0], 1000) << "what was not fetched in time is passed over";
  r.source->read_audio(pts_of_sample(1950) + 1, out);
  EXPECT_EQ(out[2 * 49], 1999);
  EXPECT_EQ(out[2 * 50], 0) << "silence where there is nothing yet";
}

TEST(RingSource, AFileWithoutAPictureIsHeardToItsEnd) {
  Ring r;
  EXPECT_EQ(r.source->state(), Source::State::starting);
  r.writer->start_sound();
  r.writer->write_audio(std::vector<std::int16_t>(2 * 1600, 7));
  EXPECT_EQ(r.source->state(), Source::State::starting) << "too little to begin with";
  r.writer->write_audio(std::vector<std::int16_t>(2 * 2400, 7));
  r.writer->finish();
  EXPECT_EQ(r.source->state(), Source::State::ready);
  EXPECT_TRUE(r.source->sound_only());
  std::vector<std::int16_t> out(2 * 1600);
  for (int tick = 0; tick < 3; ++tick) {
    ASSERT_EQ(r.source->advance(tick_pts(tick, kRate), kRate), Source::Step::shown) << tick;
    EXPECT_FALSE(r.source->view()) << "nothing to see";
    r.source->read_audio(tick_pts(tick, kRate), out);
    EXPECT_EQ(out[0], 7);
  }
  EXPECT_EQ(out[2 * 799], 7);
  EXPECT_EQ(out[2 * 801], 0) << "half a beat was left";
  EXPECT_EQ(r.source->advance(tick_pts(3, kRate), kRate), Source::Step::over);
  EXPECT_EQ(r.source->natural_end(), pts_of_sample(4000));
}
TEST(RingSource, LateSoundIsWaitedForAndAFilmIsNoSound) {
  Ring r;
  r.writer->start_sound();
  r.writer->write_audio(std::vector<std::int16_t>(2 * 4700, 7));
  EXPECT_EQ(r.source->state(), Source::State::starting);
  std::vector<std::int16_t> out(2 * 1600);
  for (int tick = 0; tick < 2; ++tick) {
    EXPECT_EQ(r.source->advance(tick_pts(tick, kRate), kRate), Source::Step::shown);
    r.source->read_audio(tick_pts(tick, kRate), out);
  }
  EXPECT_EQ(r.source->advance(tick_pts(2, kRate), kRate), Source::Step::wait);
  r.writer->fail(Code::media_corrupt);
  EXPECT_EQ(r.source->advance(tick_pts(3, kRate), kRate), Source::Step::over);
  EXPECT_TRUE(r.source->broken());
  Ring film;
  film.writer->write_audio(std::vector<std::int16_t>(2 * 4700, 7));
  film.write(1, 0, tick_duration(0, kRate));
  EXPECT_EQ(film.source->state(), Source::State::ready);
  EXPECT_FALSE(film.source->sound_only());
}

}  // namespace
}  // namespace fz::screen
