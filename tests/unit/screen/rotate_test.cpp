#include "player/screen/rotate.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace fz::screen {
namespace {

// Byte by byte, by the definition of a turn to the right.
std::vector<std::uint8_t> slowly(const std::vector<std::uint8_t>& from, int w, int h, int degrees) {
  const auto size = turned(Area{w, h}, degrees);
  std::vector<std::uint8_t> to(from.size());
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      int tx = degrees == 90 ? h - 1 - y : degrees == 180 ? w - 1 - x : degrees == 270 ? y : x;
      int ty = degrees == 90 ? x : degrees == 180 ? h - 1 - y : degrees == 270 ? w - 1 - x : y;
      to[static_cast<std::size_t>(ty * size.width + tx)] = from[static_cast<std::size_t>(y * w + x)];
    }
  return to;
}
std::vector<std::uint8_t> noise(int n) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(n));
  std::uint32_t x = 7;
  for (auto& v : out) v = static_cast<std::uint8_t>((x = x * 1664525 + 1013904223) >> 24);
  return out;
}

TEST(Rotate, EveryByteGoesToItsPlaceInEverySize) {
  for (auto [w, h] : {std::pair{16, 16}, {64, 128}, {130, 66}, {8, 200}, {202, 10}, {70, 74}, {2, 2}, {35, 18}})
    for (int degrees : {0, 90, 180, 270}) {
      const auto from = noise(w * h);
      const auto size = turned(Area{w, h}, degrees);
      std::vector<std::uint8_t> to(from.size());
      rotate_plane(from.data(), w, w, h, to.data(), size.width, degrees);
      ASSERT_EQ(to, slowly(from, w, h, degrees)) << w << "x" << h << " by " << degrees;
    }
}

TEST(Rotate, APartOfASurfaceGoesWhereTheWholeWouldPutIt) {
  constexpr Area area{96, 64};
  constexpr Rect part{18, 10, 44, 30};
  auto bytes = noise(96 * 64 * 3 / 2);
  ConstPlanes from{{bytes.data(), bytes.data() + 96 * 64, bytes.data() + 96 * 64 * 5 / 4}, {96, 48, 48}};
  for (int degrees : {0, 90, 180, 270}) {
    const auto size = turned(area, degrees);
    auto planes = [&](std::vector<std::uint8_t>& v) {
      return wire::Planes<std::uint8_t>{{v.data(), v.data() + 96 * 64, v.data() + 96 * 64 * 5 / 4},
                                        {size.width, size.width / 2, size.width / 2}};
    };
    std::vector<std::uint8_t> whole(bytes.size()), piece(bytes.size(), 1);
    rotate_area(from, {0, 0, 96, 64}, area, degrees, planes(whole));
    rotate_area(from, part, area, degrees, planes(piece));
    const auto place = turned(part, area, degrees);
    EXPECT_EQ(place.x % 2 + place.y % 2, 0);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        const auto at = static_cast<std::size_t>(y * size.width + x);
        const bool inside = x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height;
        ASSERT_EQ(piece[at], inside ? whole[at] : 1) << degrees;
      }
  }
}

TEST(Rotate, FourQuartersAreNone) {
  constexpr Area area{48, 32};
  Rect r{6, 4, 20, 10};
  Area a = area;
  for (int i = 0; i < 4; ++i) {
    r = turned(r, a, 90);
    a = turned(a, 90);
  }
  EXPECT_EQ(a, area);
  EXPECT_EQ(r, (Rect{6, 4, 20, 10}));
}

}  // namespace
}  // namespace fz::screen
