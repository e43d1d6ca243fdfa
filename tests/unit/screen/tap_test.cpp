#include "player/screen/tap.hpp"

#include <gtest/gtest.h>

#include "shared/base/json.hpp"

namespace fz::screen {
namespace {

struct TapTest : testing::Test {
  EventQueue events;
  EndBox ends;
  Tap tap{events, ends};
  PlayRef a = std::make_shared<PlayInfo>(PlayInfo{"a", "a.mp4"}), b = std::make_shared<PlayInfo>(PlayInfo{"b", "b \"x\".mp4"});

  static Sighting at(int tick, PlayRef play, int luma = 100, std::uint32_t crc = 1) {
    Sighting s;
    s.play = std::move(play);
    s.pts = tick_pts(tick, {30, 1});
    s.running_time = s.pts + 7 * kNsPerMs;
    s.wall = from_unix_ms(1'700'000'000'000 + s.running_time / kNsPerMs);
    s.rows = 1080;
    s.signature.luma = luma;
    s.signature.crc = crc;
    return s;
  }
  std::vector<wire::ToAgent> said() {
    std::vector<wire::ToAgent> out;
    for (auto& e : events.take()) out.push_back(std::get<wire::ToAgent>(e));
    return out;
  }
};

TEST_F(TapTest, CountsWhatWasShown) {
  tap.saw(at(0, nullptr));
  EXPECT_TRUE(said().empty()) << "the slate is no play";
  auto first = at(1, a, 100, 11);
  first.due_pts = tick_pts(1, {30, 1}) - 20 * kNsPerMs;
  tap.saw(first);
  auto m = said();
  ASSERT_EQ(m.size(), 1u);
  auto& started = std::get<wire::Started>(m[0]);
  EXPECT_EQ(started.play, "a");
  EXPECT_EQ(started.late_ms, 27);
  tap.saw(at(2, a, 10, 12));
  tap.saw(at(3, a, 30, 13));
  ends.add({a, wire::EndReason::short_, 4, tick_pts(4, {30, 1})});
  tap.saw(at(4, b));
  m = said();
  ASSERT_EQ(m.size(), 2u) << "the end of one, then the start of the next";
  auto& ended = std::get<wire::Ended>(m[0]);
  EXPECT_EQ(ended.reason, wire::EndReason::short_);
  EXPECT_EQ(ended.frames, 3);
  EXPECT_EQ(ended.black, 1);
  EXPECT_EQ(ended.lost, 4);
  EXPECT_EQ(ended.shown_ms, 100);
  EXPECT_EQ(ended.crc_first, 11u);
  EXPECT_EQ(ended.crc_last, 13u);
  EXPECT_EQ(std::get<wire::Started>(m[1]).play, "b");
}

TEST_F(TapTest, EndWaitsForItsFrame) {
  tap.saw(at(0, a));
  ends.add({a, wire::EndReason::completed, 0, tick_pts(3, {30, 1})});
  tap.saw(at(1, a));
  tap.saw(at(2, a));
  EXPECT_EQ(said().size(), 1u);
  tap.saw(at(5, nullptr));  // frames 3 and 4 never reached the sink
  auto m = said();
  ASSERT_EQ(m.size(), 1u);
  EXPECT_EQ(std::get<wire::Ended>(m[0]).frames, 3);
}

TEST_F(TapTest, StoppedBeforeItWasShown) {
  ends.add({b, wire::EndReason::stopped, 0, 0});
  tap.saw(at(1, nullptr));
  auto m = said();
  ASSERT_EQ(m.size(), 1u);
  EXPECT_EQ(std::get<wire::Ended>(m[0]).frames, 0);
  EXPECT_EQ(std::get<wire::Ended>(m[0]).reason, wire::EndReason::stopped);
}

TEST_F(TapTest, EachZoneHasItsOwnPlay) {
  auto main = at(0, a), side = at(0, b, 100, 5);
  side.zone = 1;
  tap.saw(main);
  tap.saw(side);
  EXPECT_EQ(said().size(), 2u);
  tap.saw(at(1, a));
  side.pts = main.pts = tick_pts(1, {30, 1});
  tap.saw(side);
  EXPECT_TRUE(said().empty()) << "both go on";
  ends.add({b, wire::EndReason::completed, 0, tick_pts(2, {30, 1})});
  tap.saw(at(2, a));
  auto m = said();
  ASSERT_EQ(m.size(), 1u);
  EXPECT_EQ(std::get<wire::Ended>(m[0]).play, "b");
  EXPECT_EQ(std::get<wire::Ended>(m[0]).frames, 2);
  EXPECT_EQ(std::get<wire::Ended>(m[0]).crc_last, 5u);
}

TEST_F(TapTest, LinesTellZonesAndFades) {
  auto s = at(0, b);
  EXPECT_NE(tap_line(s, {}).find("\"rows\":1080}"), std::string::npos);
  s.zone = 1;
  s.fade = 250;
  EXPECT_NE(tap_line(s, {}).find("\"rows\":1080,\"zone\":\"side\",\"fade\":250}"), std::string::npos);
}

TEST_F(TapTest, LineIsWhatTheJudgeReads) {
  auto s = at(3, b, 77, 0xabc);
  s.signature.grid.fill(0x0f);
  auto line = tap_line(s, from_unix_ms(1'700'000'000'000));
  EXPECT_NE(
      line.find(
          "\"t_ms\":1700000000107.000,\"pts_ns\":100000000,\"play\":\"b\",\"item\":\"b \\\"x\\\".mp4\",\"luma\":77,\"crc\":\"00000abc\""),
      std::string::npos)
      << line;
  EXPECT_NE(line.find("\"grid\":\"0f0f"), std::string::npos);
  EXPECT_NE(line.find("\"rows\":1080}"), std::string::npos);
  EXPECT_EQ(line.find("\"grid\":\"") + 8 + 288 + 1, line.find(",\"rows\""));
}

}  // namespace
}  // namespace fz::screen
