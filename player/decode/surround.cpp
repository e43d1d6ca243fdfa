#include "player/decode/surround.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace fz::decode {

namespace {
constexpr int kSeam = 2;       // pixels of the picture's rim that the scaler may have mixed with its border
constexpr int kOne = 256;      // the grid's unit
constexpr int kFollow = 4;     // a new look counts one quarter
constexpr int kDarkLuma = 50;  // percent of what is over black
constexpr int kDarkChroma = 75;
constexpr int kBlurs = 2;

int even_down(int n) {
  return n & ~1;
}
}  // namespace

layout::Rect picture_area(int from_width, int from_height, int width, int height) {
  layout::Rect all{0, 0, width, height};
  if (from_width <= 0 || from_height <= 0) return all;
  auto wide = static_cast<std::int64_t>(from_width) * height, high = static_cast<std::int64_t>(from_height) * width;
  if (wide == high) return all;
  int w = width, h = height;
  if (wide > high)
    h = static_cast<int>(high / from_width);
  else
    w = static_cast<int>(wide / from_height);
  if (width - w < 2 && height - h < 2) return all;
  layout::Rect r = all;
  if (wide > high) {
    r.y = even_down((height - h) / 2 + 1 + kSeam);
    r.height = std::max(2, even_down(height - 2 * r.y));
  } else {
    r.x = even_down((width - w) / 2 + 1 + kSeam);
    r.width = std::max(2, even_down(width - 2 * r.x));
  }
  return r;
}

BlurredSurround::BlurredSurround(int width, int height, layout::Rect picture) : width_(width), height_(height), picture_(picture) {
  if (!needed()) return;
  for (std::size_t i = 0; i < 3; ++i)
    big_[i].resize(static_cast<std::size_t>(width >> (i > 0)) * static_cast<std::size_t>(height >> (i > 0)));
}

// The tiny picture: means over a grid, by a few samples of each cell, blurred.
BlurredSurround::Grid BlurredSurround::look(const wire::Planes<std::uint8_t>& planes, int plane) const {
  const int shift = plane > 0;
  const int x0 = picture_.x >> shift, y0 = picture_.y >> shift, w = picture_.width >> shift, h = picture_.height >> shift;
  Grid g{};
  for (int row = 0; row < kGrid; ++row)
    for (int column = 0; column < kGrid; ++column) {
      int sum = 0, n = 0;
      for (int i = 0; i < 4; ++i)
        for (int k = 0; k < 4; ++k, ++n) {
          const int y = y0 + std::min(h - 1, (row * 4 + i) * h / (kGrid * 4)), x = x0 + std::min(w - 1, (column * 4 + k) * w / (kGrid * 4));
          sum += planes.data[plane][static_cast<std::ptrdiff_t>(y) * planes.stride[plane] + x];
        }
      g[cell(row, column)] = sum * kOne / n;
    }
  for (int pass = 0; pass < kBlurs; ++pass) {
    Grid soft{};
    for (int row = 0; row < kGrid; ++row)
      for (int column = 0; column < kGrid; ++column) {
        int sum = 0;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx) sum += g[cell(std::clamp(row + dy, 0, kGrid - 1), std::clamp(column + dx, 0, kGrid - 1))];
        soft[cell(row, column)] = sum / 9;
      }
    g = soft;
  }
  const int zero = plane == 0 ? 16 * kOne : 128 * kOne, keep = plane == 0 ? kDarkLuma : kDarkChroma;
  for (auto& v : g) v = zero + (v - zero) * keep / 100;
  return g;
}

// The tiny picture over the whole zone, filling it as `cover` does; only outside of the picture.
void BlurredSurround::enlarge(int plane) {
  const int shift = plane > 0, w = width_ >> shift, h = height_ >> shift;
  const layout::Rect p{picture_.x >> shift, picture_.y >> shift, picture_.width >> shift, picture_.height >> shift};
  const double scale = std::max(static_cast<double>(w) / p.width, static_cast<double>(h) / p.height);
  const auto position = [](int n, int whole, double covered) {
    const double u = 0.5 + (n + 0.5 - whole / 2.0) / covered;
    return std::clamp(static_cast<int>((u * kGrid - 0.5) * kOne), 0, (kGrid - 1) * kOne - 1);
  };
  std::vector<int> columns(static_cast<std::size_t>(w));
  for (int x = 0; x < w; ++x) columns[static_cast<std::size_t>(x)] = position(x, w, p.width * scale);
  const auto& grid = grid_[static_cast<std::size_t>(plane)];
  std::array<int, kGrid> line{};
  for (int y = 0; y < h; ++y) {
    const int v = position(y, h, p.height * scale), row = v / kOne, part = v % kOne;
    for (int i = 0; i < kGrid; ++i) {
      const auto at = cell(row, i);
      line[static_cast<std::size_t>(i)] = (grid[at] * (kOne - part) + grid[at + kGrid] * part) / kOne;
    }
    auto* to = big_[static_cast<std::size_t>(plane)].data() + static_cast<std::ptrdiff_t>(y) * w;
    const bool beside = y >= p.y && y < p.y + p.height;
    for (int x = 0; x < w; ++x) {
      if (beside && x == p.x) x = p.x + p.width;
      if (x >= w) break;
      const int u = columns[static_cast<std::size_t>(x)];
      const auto i = static_cast<std::size_t>(u / kOne);
      to[x] = static_cast<std::uint8_t>((line[i] * (kOne - u % kOne) + line[i + 1] * (u % kOne)) / (kOne * kOne));
    }
  }
}

void BlurredSurround::paint(const wire::Planes<std::uint8_t>& planes, std::int64_t frame) {
  if (!needed()) return;
  if (!seen_ || frame % kEvery == 0) {
    for (int plane = 0; plane < 3; ++plane) {
      const auto now = look(planes, plane);
      auto& grid = grid_[static_cast<std::size_t>(plane)];
      for (std::size_t i = 0; i < grid.size(); ++i) grid[i] = seen_ ? grid[i] + (now[i] - grid[i]) / kFollow : now[i];
      enlarge(plane);
    }
    seen_ = true;
  }
  for (int plane = 0; plane < 3; ++plane) {
    const int shift = plane > 0, w = width_ >> shift, h = height_ >> shift;
    const layout::Rect p{picture_.x >> shift, picture_.y >> shift, picture_.width >> shift, picture_.height >> shift};
    const auto* from = big_[static_cast<std::size_t>(plane)].data();
    for (int y = 0; y < h; ++y, from += w) {
      auto* to = planes.data[plane] + static_cast<std::ptrdiff_t>(y) * planes.stride[plane];
      if (y < p.y || y >= p.y + p.height) {
        std::memcpy(to, from, static_cast<std::size_t>(w));
        continue;
      }
      std::memcpy(to, from, static_cast<std::size_t>(p.x));
      const int right = p.x + p.width;
      std::memcpy(to + right, from + right, static_cast<std::size_t>(w - right));
    }
  }
}

}  // namespace fz::decode
