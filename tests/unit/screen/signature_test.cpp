#include "player/screen/signature.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <vector>

namespace fz::screen {
namespace {

struct Frame {
  int w, h, pad;
  std::vector<std::uint8_t> y, u, v;
  Frame(int width, int height, int padding) : w(width), h(height), pad(padding) {
    y.assign(static_cast<std::size_t>((w + pad) * h), 0xEE);
    u.assign(static_cast<std::size_t>((w / 2 + pad) * h / 2), 0xEE);
    v = u;
    unsigned seed = 7;
    auto fill = [&](std::vector<std::uint8_t>& p, int columns, int rows) {
      for (int r = 0; r < rows; ++r)
        for (int c = 0; c < columns; ++c)
          p[static_cast<std::size_t>(r * (columns + pad) + c)] = static_cast<std::uint8_t>((seed = seed * 1103515245u + 12345u) >> 24);
    };
    fill(y, w, h);
    fill(u, w / 2, h / 2);
    fill(v, w / 2, h / 2);
  }
  ConstPlanes planes() const {
    ConstPlanes p;
    p.data[0] = y.data();
    p.data[1] = u.data();
    p.data[2] = v.data();
    p.stride[0] = w + pad;
    p.stride[1] = p.stride[2] = w / 2 + pad;
    return p;
  }
};

TEST(Signature, CrcIsOfEvery37thRowOfEachPlane) {
  Frame f(320, 180, 0);
  uLong want = 0;
  for (int y = 0; y < 160; y += 37) want = crc32(want, f.y.data() + y * 320, 320);
  for (int y = 0; y < 80; y += 37) want = crc32(want, f.u.data() + y * 160, 160);
  for (int y = 0; y < 80; y += 37) want = crc32(want, f.v.data() + y * 160, 160);
  EXPECT_EQ(measure(f.planes(), 320, 180, 160).crc, want);
}

TEST(Signature, PaddingDoesNotCount) {
  Frame tight(320, 180, 0), padded(320, 180, 64);
  auto a = measure(tight.planes(), 320, 180, 180), b = measure(padded.planes(), 320, 180, 180);
  EXPECT_EQ(a.crc, b.crc);
  EXPECT_EQ(a.grid, b.grid);
  EXPECT_EQ(a.luma, b.luma);
}

TEST(Signature, RowsUnderTheTickerDoNotCount) {
  Frame a(320, 180, 0), b(320, 180, 0);
  b.y[static_cast<std::size_t>(170 * 320)] ^= 0xFF;
  b.y[static_cast<std::size_t>(148 * 320)] ^= 0xFF;  // row 4*37
  EXPECT_NE(measure(a.planes(), 320, 180, 180).crc, measure(b.planes(), 320, 180, 180).crc);
  EXPECT_EQ(measure(a.planes(), 320, 180, 148).crc, measure(b.planes(), 320, 180, 148).crc);
}

TEST(Signature, GridIsTheMeanOfEachArea) {
  Frame f(320, 180, 0);
  for (int y = 0; y < 180; ++y)
    for (int x = 0; x < 320; ++x) f.y[static_cast<std::size_t>(y * 320 + x)] = static_cast<std::uint8_t>((y / 20) * 20 + x / 20);
  auto s = measure(f.planes(), 320, 180, 180);
  for (int gy = 0; gy < 9; ++gy)
    for (int gx = 0; gx < 16; ++gx) EXPECT_EQ(s.grid[static_cast<std::size_t>(gy * 16 + gx)], gy * 20 + gx);
  EXPECT_EQ(s.luma, 87);
}

TEST(Signature, OddShapes) {
  for (auto [w, h] : {std::pair{16, 16}, {512, 128}, {1920, 384}, {1080, 1920}, {18, 4096}}) {
    Frame f(w, h, 0);
    auto s = measure(f.planes(), w, h, h);
    EXPECT_NEAR(s.luma, 127, 12) << w << "x" << h;
  }
}

}  // namespace
}  // namespace fz::screen
