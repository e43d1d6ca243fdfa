#include "player/screen/x_convert.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fz::screen {
namespace {

int full_range(double v) {
  return static_cast<int>(std::lround(std::min(255.0, std::max(0.0, v))));
}

TEST(XConvert, ColoursAreThoseOfBt709) {
  constexpr int w = 32, h = 4;
  std::vector<std::uint8_t> y(w * h), u(w * h / 4), v(w * h / 4), out(w * h * 4);
  ConstPlanes planes;
  planes.data[0] = y.data();
  planes.data[1] = u.data();
  planes.data[2] = v.data();
  planes.stride[0] = w;
  planes.stride[1] = planes.stride[2] = w / 2;
  for (int luma = 0; luma < 256; luma += 15)
    for (int cb = 0; cb < 256; cb += 15)
      for (int cr = 0; cr < 256; cr += 15) {
        std::fill(y.begin(), y.end(), static_cast<std::uint8_t>(luma));
        std::fill(u.begin(), u.end(), static_cast<std::uint8_t>(cb));
        std::fill(v.begin(), v.end(), static_cast<std::uint8_t>(cr));
        to_bgrx(planes, w, 0, h, out.data(), w * 4);
        double l = (luma - 16) / 219.0 * 255, b = (cb - 128) / 224.0 * 255, r = (cr - 128) / 224.0 * 255;
        ASSERT_NEAR(out[2], full_range(l + 1.5748 * r), 2) << luma << " " << cb << " " << cr;
        ASSERT_NEAR(out[1], full_range(l - 0.1873 * b - 0.4681 * r), 2) << luma << " " << cb << " " << cr;
        ASSERT_NEAR(out[0], full_range(l + 1.8556 * b), 2) << luma << " " << cb << " " << cr;
        ASSERT_EQ(out[(w * h - 1) * 4], out[0]);
      }
}

TEST(XConvert, OnlyTheRowsAskedFor) {
  constexpr int w = 16, h = 8;
  std::vector<std::uint8_t> y(w * h, 235), c(w * h / 4, 128), out(w * h * 4, 7);
  ConstPlanes planes;
  planes.data[0] = y.data();
  planes.data[1] = planes.data[2] = c.data();
  planes.stride[0] = w;
  planes.stride[1] = planes.stride[2] = w / 2;
  to_bgrx(planes, w, 4, 2, out.data(), w * 4);
  EXPECT_EQ(out[4 * w * 4 - 1], 7);
  EXPECT_EQ(out[4 * w * 4], 255);
  EXPECT_EQ(out[6 * w * 4], 7);
}

}  // namespace
}  // namespace fz::screen
