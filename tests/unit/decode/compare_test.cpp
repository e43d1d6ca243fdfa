#include "player/decode/compare.hpp"

#include <gtest/gtest.h>

namespace fz::decode {
namespace {

Sketch film(int frames, std::int64_t step_ms = 40) {
  Sketch s;
  for (int k = 0; k < frames; ++k) {
    GridFrame f{k * step_ms * 1'000'000, std::vector<std::uint8_t>(kGridWidth * kGridHeight)};
    for (std::size_t c = 0; c < f.cells.size(); ++c)
      f.cells[c] = static_cast<std::uint8_t>(40 + (c * 7 + static_cast<std::size_t>(k) * 13) % 150);
    s.frames.push_back(f);
  }
  for (int k = 0; k < static_cast<int>(frames * step_ms / 50); ++k) s.loudness.push_back(k % 8 < 4 ? -20.F : -35.F);
  return s;
}

TEST(Compare, TheSameFilmIsTheSame) {
  auto a = film(50), b = a;
  for (auto& f : b.frames)
    for (std::size_t c = 0; c < f.cells.size(); c += 2) f.cells[c] = static_cast<std::uint8_t>(f.cells[c] + 4);  // encoding noise
  for (auto& l : b.loudness) l += 1;
  auto d = compare_sketches(a, b);
  EXPECT_TRUE(d.same) << d.why;
  EXPECT_EQ(d.worst_cell, 4);
}

TEST(Compare, HalfTheFramesAreStillTheSame) {
  auto a = film(100, 20), b = a;
  b.frames.clear();
  for (std::size_t k = 0; k < a.frames.size(); k += 2) b.frames.push_back(a.frames[k]);
  EXPECT_TRUE(compare_sketches(a, b).same);
}

TEST(Compare, OneChangedCellInOneFrameIsFound) {
  auto a = film(50), b = a;
  b.frames[20].cells[777] = static_cast<std::uint8_t>(b.frames[20].cells[777] > 100 ? 20 : 220);
  auto d = compare_sketches(a, b);
  EXPECT_FALSE(d.same);
  EXPECT_EQ(d.worst_frame, 20);
  EXPECT_EQ(d.at_ms, 800);
  EXPECT_STREQ(d.why, "picture");
}

TEST(Compare, FindsLengthInsertedFramesAndSound) {
  auto a = film(50), b = a;
  b.frames.resize(40);
  EXPECT_STREQ(compare_sketches(a, b).why, "length");
  b = a;
  std::swap(b.frames[10].cells, b.frames[30].cells);
  EXPECT_STREQ(compare_sketches(a, b).why, "picture");
  b = a;
  for (std::size_t k = 10; k < 20; ++k) b.loudness[k] = -90;
  auto d = compare_sketches(a, b);
  EXPECT_STREQ(d.why, "sound");
  EXPECT_EQ(d.at_ms, 500);
  b.loudness.clear();
  EXPECT_FALSE(compare_sketches(a, b).same) << "all sound lost";
  EXPECT_FALSE(compare_sketches(b, a).same) << "sound added";
}

}  // namespace
}  // namespace fz::decode
