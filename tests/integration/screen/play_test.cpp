// Files played without a server: every kind, every frame, in order.
#include "tests/integration/screen/harness.hpp"

namespace fz::test {
namespace {

std::string text_file(const Folder& folder) {
  auto path = folder.path / "notice.json";
  std::ofstream(path) << R"({"schema":1,"type":"slogan","text":"不轻信 不透露 不转账","fraud_kind":"综合","exposes":"method"})";
  return path.string();
}
std::string clip(const char* name) {
  return media(name).string();
}

// Without a clock the decoders are waited for, so the pattern is exact however busy the machine is.
TEST(ScreenPlay, EachFrameOfEveryKindExactlyOnce) {
  Folder folder;
  auto text = text_file(folder);
  Screen screen({"--play", clip("bar8.mp4"), clip("bar2.mp4"), clip("bar3.webm"), clip("bar4.mp4"), clip("bar6.mp4"), clip("poster.png"),
                 text, clip("bar9.mp4"), "--size", "640x360", "--still-ms", "500", "--text-ms", "1000", "--sink", "null", "--sync=false"});
  ASSERT_EQ(screen.wait(), 0) << screen.log();
  auto tap = screen.tap();
  EXPECT_EQ(order(tap), (std::vector<std::string>{"bar8.mp4", "bar2.mp4", "bar3.webm", "bar4.mp4", "bar6.mp4", "poster.png", "notice.json",
                                                  "bar9.mp4"}));
  EXPECT_EQ(pts_step_errors(tap), 0);
  EXPECT_EQ(crcs(tap, "bar8.mp4"), reference_crcs("bar8.mp4", 640, 360)) << "bit for bit what ffmpeg decodes";
  EXPECT_EQ(crcs(tap, "bar9.mp4"), reference_crcs("bar9.mp4", 640, 360));
  for (auto item : {"bar3.webm", "bar4.mp4", "bar6.mp4"}) EXPECT_EQ(runs(tap, item), std::vector<int>(60, 1)) << item;
  std::vector<int> repeated;  // 25 frames a second on 30 beats
  for (int i = 0; i < 10; ++i) repeated.insert(repeated.end(), {1, 1, 2, 1, 1});
  EXPECT_EQ(runs(tap, "bar2.mp4"), repeated);
  EXPECT_EQ(runs(tap, "poster.png"), std::vector<int>{15});
  EXPECT_EQ(runs(tap, "notice.json"), std::vector<int>{30});
  for (auto& f : tap) ASSERT_GE(f.luma, 20) << f.item << ": black";
}

// With the clock: PTS without a hole, order, no black, no lost frame; repeats are allowed on a busy machine.
TEST(ScreenPlay, InTimeWithoutAHoleAndNeverBlack) {
  Screen screen({"--play", clip("bar8.mp4"), clip("bar10.mov"), clip("bar9.mp4"), clip("poster.jpg"), "--size", "640x360", "--still-ms",
                 "1000", "--sink", "null", "--loop", "2"});
  ASSERT_EQ(screen.wait(), 0) << screen.log();
  auto tap = screen.tap();
  auto once = std::vector<std::string>{"bar8.mp4", "bar10.mov", "bar9.mp4", "poster.jpg"};
  auto twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  EXPECT_EQ(order(tap), twice);
  // Beats may be left out on a machine that stands still for 200 ms, and then the log says so.
  auto left_out = screen.log().find("left out") != std::string::npos;
  EXPECT_TRUE(left_out || pts_step_errors(tap) == 0);
  EXPECT_EQ(tap.front().play, "") << "the slate comes first";
  auto reference = reference_crcs("bar9.mp4", 640, 360);
  auto shown = crcs(tap, "bar9.mp4");
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  auto want = reference;
  want.insert(want.end(), reference.begin(), reference.end());
  want.erase(std::unique(want.begin(), want.end()), want.end());
  EXPECT_EQ(shown, want) << "every frame, in order, in both rounds";
  for (auto& f : tap) ASSERT_GE(f.luma, 20);
  EXPECT_GE(tap.back().t_ms - tap.front().t_ms, 7900) << "eight seconds of items take eight seconds";
}

TEST(ScreenPlay, TickerCoversOnlyItsRows) {
  Screen screen({"--play", clip("bar8.mp4"), "--size", "640x360", "--sink", "null", "--sync=false", "--ticker", "反诈热线96110"});
  ASSERT_EQ(screen.wait(), 0) << screen.log();
  auto tap = screen.tap();
  std::set<int> rows;
  std::set<std::string> bottoms;
  for (auto& f : tap) {
    rows.insert(f.rows);
    if (f.rows == 336) bottoms.insert(f.grid.substr(8 * 32));
  }
  EXPECT_TRUE(rows.contains(336)) << "24 rows of ticker";
  EXPECT_GT(bottoms.size(), 5u) << "it moves";
  EXPECT_EQ(runs(tap, "bar8.mp4").size(), 30u);
}

// A file with sound alone is heard while the slate is on; its length is that of its sound.
TEST(ScreenPlay, SoundAloneIsHeardUnderTheSlate) {
  Folder folder;
  auto heard = folder.path / "heard.jsonl";
  Screen screen({"--play", clip("bar8.mp4"), clip("tone.wav"), clip("bar9.mp4"), "--size", "640x360", "--sink", "null", "--sync=false",
                 "--tap-sound", heard.string()});
  ASSERT_EQ(screen.wait(), 0) << screen.log();
  auto tap = screen.tap();
  EXPECT_EQ(order(tap), (std::vector<std::string>{"bar8.mp4", "tone.wav", "bar9.mp4"}));
  auto shown = crcs(tap, "tone.wav");
  EXPECT_EQ(shown.size(), 30u);
  EXPECT_EQ(std::set<std::string>(shown.begin(), shown.end()).size(), 1u) << "the slate";
  for (auto& f : tap) ASSERT_GE(f.luma, 20) << f.item;
  std::ifstream in(heard);
  std::int64_t samples = 0, blocks = 0, loud = 0, last = -1;
  for (std::string line; std::getline(in, line);) {
    auto v = boost::json::parse(line);
    EXPECT_GT(v.at("pts_ns").as_int64(), last);
    last = v.at("pts_ns").as_int64();
    if (v.at("item").as_string() != "tone.wav") continue;
    ++blocks;
    samples += v.at("samples").as_int64();
    loud += v.at("rms").as_int64() > 500;
  }
  EXPECT_EQ(blocks, 30);
  EXPECT_EQ(samples, 48000);
  EXPECT_EQ(loud, 30) << "a tone without a hole";
}
TEST(ScreenPlay, AnEndpointForSoundNeedsNoDisplay) {
  Screen screen({"--play", clip("tone.mp3"), clip("tone.m4a"), "--sink", "audio", "--sync=false"});
  ASSERT_EQ(screen.wait(), 0) << screen.log();
  EXPECT_EQ(order(screen.tap()), (std::vector<std::string>{"tone.mp3", "tone.m4a"}));
}

TEST(ScreenPlay, BadNextItemsAreSkippedAndNamed) {
  Screen screen({"--play", clip("bar8.mp4"), clip("bad_random.mp4"), clip("bad_empty.mp4"), "/nonexistent.mp4", clip("bar9.mp4"),
                 clip("bad_moov.mp4"), clip("bar10.mov"), "--size", "640x360", "--sink", "null"});
  ASSERT_EQ(screen.wait(), 0) << screen.log();
  EXPECT_EQ(order(screen.tap()), (std::vector<std::string>{"bar8.mp4", "bar9.mp4", "bar10.mov"}));
  auto log = screen.log();
  for (auto bad : {"bad_random.mp4", "bad_empty.mp4", "nonexistent.mp4", "bad_moov.mp4"})
    EXPECT_NE(log.find(std::string(bad) + ": skipped: "), std::string::npos) << bad << "\n" << log;
  EXPECT_LT(screen.tap().size(), 30u * 12) << "no waiting for what cannot come";
}

TEST(ScreenPlay, OnlyBadFilesIsAFailureThatIsExplained) {
  Screen screen({"--play", clip("bad_random.mp4"), clip("bad_text.mp4"), "--size", "640x360", "--sink", "null"});
  EXPECT_EQ(screen.wait(), 1);
  EXPECT_NE(screen.log().find("None of the files could be played"), std::string::npos);
  for (auto& f : screen.tap()) ASSERT_GE(f.luma, 20) << "the slate all the time";
}

TEST(ScreenPlay, WrongOptionsSayWhatIsRight) {
  for (auto arguments : {std::vector<std::string>{"--play", "x.mp4", "--size", "101x100"}, {}, {"--play", "x.mp4", "--sink", "tv"}}) {
    Screen screen(arguments);
    int status = screen.wait();
    EXPECT_GT(status, 0);
    EXPECT_LT(status, 128);
    EXPECT_FALSE(screen.log().empty());
  }
}

TEST(ScreenPlay, DescriptorsAndThreadsStayFlatOverManyChanges) {
  Folder folder;
  auto text = text_file(folder);
  Screen screen({"--play", clip("alpha.png"), text, clip("exif6.jpg"), text, "--size", "320x180", "--still-ms", "100", "--text-ms", "100",
                 "--sink", "null", "--sync=false", "--loop", "30"});
  auto count = [&](const char* what) {
    int n = 0;
    std::error_code gone;
    for (auto& e : fs::directory_iterator("/proc/" + std::to_string(screen.process.pid()) + "/" + what, gone)) {
      (void)e;
      ++n;
    }
    return n;
  };
  auto changes = [](const std::vector<TapFrame>& tap) { return order(tap).size(); };
  ASSERT_TRUE(screen.until([&](auto& tap) { return changes(tap) >= 12; })) << screen.log();
  int fds = count("fd"), threads = count("task");
  ASSERT_TRUE(screen.until([&](auto& tap) { return changes(tap) >= 100; }, Seconds{120})) << screen.log();
  EXPECT_LE(count("fd"), fds + 12) << "three items' descriptors come and go";
  EXPECT_LE(count("task"), threads + 1);
  EXPECT_EQ(screen.wait(Seconds{120}), 0);
  EXPECT_EQ(order(screen.tap()).size(), 120u);
}

}  // namespace
}  // namespace fz::test
