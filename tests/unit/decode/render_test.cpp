#include "player/decode/render.hpp"

#include <gtest/gtest.h>

namespace fz::decode {
namespace {

TEST(Render, FitsWithoutEnlargingAndKeepsTheShape) {
  constexpr Size hd{1920, 1080}, small{1280, 720};
  EXPECT_EQ(fit_into({1920, 1080}, hd), (Size{1920, 1080}));
  EXPECT_EQ(fit_into({3840, 2160}, hd), (Size{1920, 1080}));
  EXPECT_EQ(fit_into({1920, 1080}, small), (Size{1280, 720}));
  EXPECT_EQ(fit_into({640, 360}, hd), (Size{640, 360}));
  EXPECT_EQ(fit_into({2160, 3840}, hd), (Size{1080, 1920}));
  EXPECT_EQ(fit_into({1080, 1920}, small), (Size{720, 1280}));
  EXPECT_EQ(fit_into({4000, 1000}, hd), (Size{1920, 480}));
  EXPECT_EQ(fit_into({1000, 1000}, hd), (Size{1000, 1000}));
  EXPECT_EQ(fit_into({641, 361}, hd), (Size{642, 362}));
  EXPECT_EQ(fit_into({16000, 20}, hd), (Size{1920, 16}));
  for (int w = 16; w < 5000; w += 97)
    for (int h = 16; h < 5000; h += 103) {
      auto s = fit_into({w, h}, hd);
      EXPECT_TRUE(s.width % 2 == 0 && s.height % 2 == 0);
      EXPECT_LE(std::max(s.width, s.height), 1920);
      EXPECT_LE(std::min(s.width, s.height), 1080);
    }
}

TEST(Render, RatesUpToThirty) {
  using Rate = std::pair<int, int>;
  EXPECT_EQ(rendition_rate(30, 1), Rate(30, 1));
  EXPECT_EQ(rendition_rate(25, 1), Rate(25, 1));
  EXPECT_EQ(rendition_rate(30000, 1001), Rate(30000, 1001));
  EXPECT_EQ(rendition_rate(60, 1), Rate(30, 1));
  EXPECT_EQ(rendition_rate(60000, 1001), Rate(30000, 1001));
  EXPECT_EQ(rendition_rate(50, 1), Rate(25, 1));
  EXPECT_EQ(rendition_rate(0, 1), Rate(30, 1));
  EXPECT_EQ(rendition_rate(90000, 1), Rate(30, 1));
  EXPECT_EQ(rendition_rate(1, 10), Rate(30, 1));
}

}  // namespace
}  // namespace fz::decode
