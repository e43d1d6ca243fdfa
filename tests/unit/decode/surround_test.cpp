#include "player/decode/surround.hpp"

#include <gtest/gtest.h>

namespace fz::decode {
namespace {

struct Picture {
  int width, height;
  std::vector<std::uint8_t> y, u, v;
  Picture(int w, int h) : width(w), height(h), y(static_cast<std::size_t>(w * h), 1), u(y.size() / 4, 1), v(y.size() / 4, 1) {}
  wire::Planes<std::uint8_t> planes() { return {{y.data(), u.data(), v.data()}, {width, width / 2, width / 2}}; }
  void fill(layout::Rect r, int luma) {
    for (int row = r.y; row < r.y + r.height; ++row)
      for (int x = r.x; x < r.x + r.width; ++x) y[static_cast<std::size_t>(row * width + x)] = static_cast<std::uint8_t>(luma);
    for (int row = r.y / 2; row < (r.y + r.height) / 2; ++row)
      for (int x = r.x / 2; x < (r.x + r.width) / 2; ++x)
        u[static_cast<std::size_t>(row * width / 2 + x)] = v[static_cast<std::size_t>(row * width / 2 + x)] = 128;
  }
};

TEST(Surround, ThePictureStandsInTheMiddleWithEvenEdges) {
  EXPECT_EQ(picture_area(1920, 1080, 1280, 720), (layout::Rect{0, 0, 1280, 720}));
  EXPECT_EQ(picture_area(0, 0, 640, 360), (layout::Rect{0, 0, 640, 360})) << "unknown: nothing around it";
  for (auto [fw, fh, w, h] :
       {std::array{1080, 1920, 1920, 1080}, {1920, 1080, 1080, 1920}, {1920, 1080, 1920, 384}, {400, 400, 512, 128}}) {
    auto r = picture_area(fw, fh, w, h);
    EXPECT_EQ(r.x % 2 + r.y % 2 + r.width % 2 + r.height % 2, 0);
    EXPECT_TRUE(r.width == w || r.height == h);
    EXPECT_LT(r.width * r.height, w * h);
    EXPECT_LE(std::abs(w - r.width - 2 * r.x) + std::abs(h - r.height - 2 * r.y), 4) << "in the middle";
  }
}

TEST(Surround, CoversEverythingButThePictureAndIsDarker) {
  auto area = picture_area(90, 160, 160, 90);
  Picture p(160, 90);
  p.fill(area, 200);
  auto before = p.y;
  BlurredSurround around(160, 90, area);
  around.paint(p.planes(), 0);
  for (int y = 0; y < 90; ++y)
    for (int x = 0; x < 160; ++x) {
      auto v = p.y[static_cast<std::size_t>(y * 160 + x)];
      bool inside = x >= area.x && x < area.x + area.width && y >= area.y && y < area.y + area.height;
      if (inside)
        ASSERT_EQ(v, before[static_cast<std::size_t>(y * 160 + x)]);
      else
        ASSERT_EQ(v, 16 + (200 - 16) / 2) << x << "," << y;
    }
  EXPECT_EQ(p.u[0], 128);
}

TEST(Surround, FollowsTheFilmSlowlyAndTheSameWayEveryTime) {
  auto run = [] {
    auto area = picture_area(90, 160, 160, 90);
    BlurredSurround around(160, 90, area);
    std::vector<int> corner;
    for (int frame = 0; frame < 40; ++frame) {
      Picture p(160, 90);
      p.fill(area, frame == 0 ? 16 : 216);
      around.paint(p.planes(), frame);
      corner.push_back(p.y[0]);
    }
    return corner;
  };
  auto a = run();
  EXPECT_EQ(a, run());
  EXPECT_EQ(a[0], 16);
  EXPECT_EQ(a[5], 16) << "looked at every sixth frame only";
  EXPECT_GT(a[6], 16);
  EXPECT_LT(a[6], 60) << "a cut in the film is no flash around it";
  EXPECT_GT(a[39], a[6]);
}

TEST(Surround, APictureThatFillsItsZoneHasNone) {
  BlurredSurround around(64, 36, picture_area(64, 36, 64, 36));
  EXPECT_FALSE(around.needed());
  Picture p(64, 36);
  around.paint(p.planes(), 0);
  EXPECT_EQ(p.y[0], 1);
}

}  // namespace
}  // namespace fz::decode
