#include "shared/render/surface.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace fz::render {
namespace {

struct Planes {
  int w, h, cw, ch;
  std::vector<std::uint8_t> y, u, v;
  Planes(int width, int height)
      : w(width),
        h(height),
        cw((width + 1) / 2),
        ch((height + 1) / 2),
        y(static_cast<std::size_t>(w * h), 1),
        u(static_cast<std::size_t>(cw * ch), 1),
        v(u) {}
  I420 view() { return {y.data(), u.data(), v.data(), w, cw}; }
};
void set(Surface& s, int x, int y, std::uint32_t rgb) {
  std::memcpy(s.data() + y * s.stride() + x * 4, &rgb, 4);
}

TEST(Convert, KnownColours) {
  struct Case {
    std::uint32_t rgb;
    int y, u, v;
  };
  // BT.709 limited range, as in ITU-R BT.709-6 with 8 bits.
  for (auto& c : {Case{0xffffff, 235, 128, 128}, Case{0x000000, 16, 128, 128}, Case{0x808080, 126, 128, 128}, Case{0xff0000, 63, 102, 240},
                  Case{0x00ff00, 173, 42, 26}, Case{0x0000ff, 32, 240, 118}, Case{0xffff00, 219, 16, 138}}) {
    Surface s(4, 2);
    for (int i = 0; i < 8; ++i) set(s, i % 4, i / 4, c.rgb);
    Planes p(4, 2);
    to_i420(s, p.view());
    EXPECT_NEAR(p.y[7], c.y, 0) << std::hex << c.rgb;
    EXPECT_NEAR(p.u[1], c.u, 0) << std::hex << c.rgb;
    EXPECT_NEAR(p.v[1], c.v, 0) << std::hex << c.rgb;
  }
}
TEST(Convert, AgreesWithFloatingPointAtEverySize) {
  std::mt19937 random(3);
  for (auto [w, h] : {std::pair{1, 1}, {2, 2}, {3, 5}, {17, 4}, {64, 33}, {130, 6}}) {
    Surface s(w, h);
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x) set(s, x, y, random() & 0xffffff);
    Planes p(w, h);
    to_i420(s, p.view());
    auto at = [&](int x, int y, int shift) {
      return static_cast<double>(s.data()[std::min(y, h - 1) * s.stride() + std::min(x, w - 1) * 4 + shift]);
    };
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x) {
        double luma = 16 + 219.0 / 255 * (0.2126 * at(x, y, 2) + 0.7152 * at(x, y, 1) + 0.0722 * at(x, y, 0));
        ASSERT_NEAR(p.y[static_cast<std::size_t>(y * w + x)], luma, 0.51) << w << "x" << h;
      }
    for (int y = 0; y < p.ch; ++y)
      for (int x = 0; x < p.cw; ++x) {
        double c[3] = {};
        for (int k = 0; k < 3; ++k)
          for (int d = 0; d < 4; ++d) c[k] += at(2 * x + d % 2, 2 * y + d / 2, k) / 4;
        double luma = 0.2126 * c[2] + 0.7152 * c[1] + 0.0722 * c[0];
        ASSERT_NEAR(p.u[static_cast<std::size_t>(y * p.cw + x)], 128 + 224.0 / 255 * (c[0] - luma) / 1.8556, 0.52);
        ASSERT_NEAR(p.v[static_cast<std::size_t>(y * p.cw + x)], 128 + 224.0 / 255 * (c[2] - luma) / 1.5748, 0.52);
      }
  }
}
TEST(Convert, StripWrapsAround) {
  Surface s(10, 2);
  for (int x = 0; x < 10; ++x)
    for (int y = 0; y < 2; ++y) set(s, x, y, static_cast<std::uint32_t>(x * 0x101010));
  Planes whole(10, 2), part(14, 2);
  to_i420(s, whole.view());
  strip_to_i420(s, 6, 14, part.view());
  for (int i = 0; i < 14; ++i) EXPECT_EQ(part.y[static_cast<std::size_t>(i)], whole.y[static_cast<std::size_t>((6 + i) % 10)]) << i;
}
TEST(Surface, WritesPngAndSaysWhyNot) {
  Surface s(3, 3);
  auto dir = fs::temp_directory_path() / ("fz-surface-" + std::to_string(::getpid()));
  fs::create_directories(dir);
  ASSERT_TRUE(write_png(s, dir / "a.png"));
  EXPECT_EQ(read_file(dir / "a.png", 1 << 20)->substr(1, 3), "PNG");
  EXPECT_FALSE(write_png(s, dir / "none" / "a.png"));
  fs::remove_all(dir);
}
}  // namespace
}  // namespace fz::render
