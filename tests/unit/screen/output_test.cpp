// The sound pipeline: volume, and a device that vanishes while playing.
#include "player/screen/output.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>

#include "player/screen/ear.hpp"

namespace fz::screen {
namespace {

const PlayRef kPlay = std::make_shared<const PlayInfo>(PlayInfo{"p1", "sound"});

struct Screen {
  std::mutex mutex;
  std::vector<std::pair<Ns, int>> blocks;  // PTS, last sample
  std::atomic<int> frames{0};
  std::unique_ptr<Output> output;
  std::optional<FramePool> pool;

  explicit Screen(OutputOptions options) {
    static bool ready = (init_gstreamer(), true);
    (void)ready;
    options.area = {64, 36};
    pool.emplace(options.area);
    options.sink = SinkKind::audio;
    auto opened = Output::open(
        options, [this](const Presented&) { ++frames; }, nullptr,
        [this](const PlayRef& play, Ns pts, std::span<const std::int16_t> samples) {
          EXPECT_EQ(play, kPlay);
          std::lock_guard lock(mutex);
          blocks.emplace_back(pts, samples.back());
        });
    EXPECT_TRUE(opened) << to_log(opened.error());
    output = *std::move(opened);
  }
  /// `beats` beats of picture and of a constant sound.
  void run(int beats) {
    static constexpr Rate kRate{30, 1};
    for (int i = 0; i < beats; ++i) {
      auto tick = tick_at_or_after(output->running_time(), kRate) + 1;
      while (output->running_time() < tick_pts(tick, kRate)) std::this_thread::sleep_for(Millis{1});
      auto canvas = pool->take();
      auto frame = canvas->finish();
      Note note;
      note.picture = static_cast<std::uint64_t>(tick);
      note.zones[0].rect = {0, 0, 64, 36};
      note.zones[0].rows = 36;
      note.zones[0].picture = note.picture;
      attach_note(frame.get(), std::move(note));
      output->push(std::move(frame), tick_pts(tick, kRate) + 50 * kNsPerMs, tick_duration(tick, kRate));
      auto first = samples_before(tick_pts(tick, kRate)), last = samples_before(tick_pts(tick + 1, kRate));
      std::vector<std::int16_t> samples(static_cast<std::size_t>(last - first) * 2, 10000);
      output->push_audio(samples, tick_pts(tick, kRate), kPlay);
      if (i % 3 == 0) output->tend();
    }
  }
  int last() {
    std::lock_guard lock(mutex);
    return blocks.empty() ? -1 : blocks.back().second;
  }
};

TEST(Output, VolumeAndMuteApplyToWhatIsTaken) {
  Screen s({});
  s.run(15);
  EXPECT_EQ(s.last(), 10000);
  s.output->set_volume(50, false);
  s.run(15);
  EXPECT_EQ(s.last(), 1250) << "half the slider is an eighth of the amplitude";
  s.output->set_volume(50, true);
  s.run(15);
  EXPECT_EQ(s.last(), 0);
  s.output->set_volume(100, false);
  s.run(15);
  EXPECT_EQ(s.last(), 10000);
  EXPECT_FALSE(s.output->sound_lost());
}

// A device that gives an error after half a second of sound, and works from its third try on.
TEST(Output, ASoundDeviceThatVanishesTakesNoPictureAndComesBackInTime) {
  static std::atomic<int> made{0};
  made = 0;
  OutputOptions options;
  options.make_audio_sink = []() -> GstElement* {
    const bool works = ++made >= 3;
    GstElement* bin = gst_bin_new(nullptr);
    GstElement *identity = gst_element_factory_make("identity", nullptr), *sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(identity, "error-after", works ? -1 : made == 1 ? 15 : 1, nullptr);
    g_object_set(sink, "sync", TRUE, "async", FALSE, nullptr);
    gst_bin_add_many(GST_BIN(bin), identity, sink, nullptr);
    gst_element_link(identity, sink);
    GstPad* pad = gst_element_get_static_pad(identity, "sink");
    gst_element_add_pad(bin, gst_ghost_pad_new("sink", pad));
    gst_object_unref(pad);
    return bin;
  };
  Screen s(options);
  bool lost = false;
  int frames_while_lost = 0;
  for (int i = 0; i < 200 && !(lost && !s.output->sound_lost()); ++i) {
    auto before = s.frames.load();
    s.run(6);
    if (!s.output->sound_lost()) continue;
    lost = true;
    frames_while_lost += s.frames - before;
  }
  EXPECT_TRUE(lost) << "the status says so";
  EXPECT_FALSE(s.output->sound_lost()) << "and that it is over";
  EXPECT_GE(made, 3);
  EXPECT_GT(frames_while_lost, 30) << "the picture went on";
  std::lock_guard lock(s.mutex);
  ASSERT_FALSE(s.blocks.empty());
  EXPECT_LT(std::abs(s.blocks.back().first - s.output->running_time()), 2 * kNsPerS) << "where the picture is now";
  for (std::size_t k = 1; k < s.blocks.size(); ++k) ASSERT_GT(s.blocks[k].first, s.blocks[k - 1].first);
}

TEST(Ear, CountsWhatWasHeardOfEachPlay) {
  Ear ear;
  std::vector<std::int16_t> loud(3200, 1000), silent(3200, 0);
  ear.heard(kPlay, 0, loud);
  ear.heard(kPlay, 33 * kNsPerMs, silent);
  ear.heard(nullptr, 66 * kNsPerMs, loud);
  auto h = ear.take(kPlay);
  EXPECT_EQ(h.samples, 3200);
  EXPECT_EQ(h.blocks, 2);
  EXPECT_EQ(h.rms(), 707);
  EXPECT_NE(h.crc_first, h.crc_last);
  EXPECT_EQ(ear.take(kPlay).samples, 0);
}

}  // namespace
}  // namespace fz::screen
