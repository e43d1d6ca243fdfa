// Decoders that die or hang in the middle of an item.
#include <signal.h>

#include "tests/integration/screen/harness.hpp"

namespace fz::test {
namespace {

// Plays a long clip, does `signal` to its decoder, and judges what followed.
void strike(int signal) {
  Screen screen({"--play", media("long.mp4").string(), media("bar9.mp4").string(), "--size", "320x180", "--sink", "null"});
  ASSERT_TRUE(screen.until([](auto& tap) { return !tap.empty() && runs(tap, "long.mp4").size() >= 20; })) << screen.log();
  auto decoders = screen.children();
  ASSERT_FALSE(decoders.empty());
  ASSERT_EQ(::kill(decoders.front(), signal), 0);
  ASSERT_EQ(screen.wait(Seconds{30}), 0) << screen.log();
  auto tap = screen.tap();
  EXPECT_EQ(order(tap), (std::vector<std::string>{"long.mp4", "bar9.mp4"}));
  auto shown = runs(tap, "long.mp4");
  EXPECT_LT(shown.size(), 200u) << "it was cut";
  EXPECT_GE(shown.back(), 20) << "its last frame was held";
  EXPECT_LE(shown.back(), 60) << "the next item came within the bound";
  EXPECT_EQ(runs(tap, "bar9.mp4").size(), 30u) << "the next item is whole";
  for (auto& f : tap) ASSERT_GE(f.luma, 20) << "never black";
  EXPECT_NE(screen.log().find("decoder_died"), std::string::npos) << screen.log();
}

TEST(ScreenTrouble, KilledDecoderIsHeldThenReplaced) {
  strike(SIGKILL);
}
TEST(ScreenTrouble, HungDecoderIsHeldThenReplaced) {
  strike(SIGSTOP);
}

TEST(ScreenTrouble, StoppedItselfItGoesOnWithoutABurst) {
  Screen screen({"--play", media("long.mp4").string(), "--size", "320x180", "--sink", "null"});
  ASSERT_TRUE(screen.until([](auto& tap) { return runs(tap, "long.mp4").size() >= 20; })) << screen.log();
  screen.process.signal(SIGSTOP);
  std::this_thread::sleep_for(Millis{1500});
  auto before = screen.tap();
  screen.process.signal(SIGCONT);
  ASSERT_EQ(screen.wait(Seconds{60}), 0) << screen.log();
  auto tap = screen.tap();
  EXPECT_NE(screen.log().find("beats left out"), std::string::npos);
  EXPECT_EQ(runs(tap, "long.mp4").size(), 300u) << "nothing of the item is lost";
  // After the stop, frames come at their time: what is late is at most what was in the queue.
  int jumps = 0;
  for (std::size_t i = 1; i < tap.size(); ++i) jumps += tap[i].pts_ns - tap[i - 1].pts_ns > 1'000'000'000;
  EXPECT_GE(jumps, 1) << "left out, not burst";
}

TEST(ScreenTrouble, TerminatedItEndsAtOnce) {
  Screen screen({"--play", media("long.mp4").string(), "--size", "320x180", "--sink", "null"});
  ASSERT_TRUE(screen.until([](auto& tap) { return runs(tap, "long.mp4").size() >= 5; })) << screen.log();
  auto decoders = screen.children();
  screen.process.signal(SIGTERM);
  EXPECT_EQ(screen.wait(Seconds{20}), 128 + SIGTERM);
  for (auto d : decoders) EXPECT_NE(::kill(d, 0), 0) << "a decoder was left behind";
}

}  // namespace
}  // namespace fz::test
