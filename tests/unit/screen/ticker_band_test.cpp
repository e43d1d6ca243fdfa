#include "player/screen/ticker_band.hpp"

#include <gtest/gtest.h>

namespace fz::screen {
namespace {

// A strip whose column x is gray of brightness x.
render::Surface ramp(int width, int height) {
  render::Surface s(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) s.data()[y * s.stride() + x * 4 + c] = static_cast<std::uint8_t>(x);
  return s;
}
int luma_of(int gray) {
  return 16 + (gray * 219 + 127) / 255;
}

TEST(TickerBand, MovesAtItsSpeedAndWraps) {
  constexpr Area area{64, 16};
  TickerStrip strip(ramp(200, 16), 120);
  std::vector<std::uint8_t> y(64 * 48, 1), u(32 * 24, 1), v(32 * 24, 1);
  wire::Planes<std::uint8_t> planes;
  planes.data[0] = y.data();
  planes.data[1] = u.data();
  planes.data[2] = v.data();
  planes.stride[0] = 64;
  planes.stride[1] = planes.stride[2] = 32;

  auto band = planes_from(planes, 0, 32);
  strip.draw(band, area, 0);
  EXPECT_EQ(y[31 * 64], 1) << "nothing above the band";
  EXPECT_NEAR(y[32 * 64 + 10], luma_of(10), 1);
  EXPECT_NEAR(u[16 * 32], 128, 1);
  strip.draw(band, area, kNsPerS / 2);
  EXPECT_NEAR(y[47 * 64], luma_of(60), 1);
  // one tick of 30 fps: 4 pixels
  strip.draw(band, area, tick_pts(1, {30, 1}) + 1);
  EXPECT_NEAR(y[32 * 64], luma_of(4), 1);
  strip.draw(band, area, 150 * kNsPerS / 120);
  EXPECT_NEAR(y[32 * 64 + 49], luma_of(199), 1);
  EXPECT_NEAR(y[32 * 64 + 50], luma_of(0), 1) << "end to end";
}

}  // namespace
}  // namespace fz::screen
