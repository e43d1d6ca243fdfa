#include "player/screen/signature.hpp"

#include <zlib.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace fz::screen {

namespace {
constexpr int kSampleStep = 3;  // every third row is within 1 of the full mean on real pictures, at a third of the cost

// At most this many rows are added up before the columns are: 257 bytes of 255 fit into 16 bits.
constexpr int kMostRows = 257;

// Adds a row of bytes to a row of sums: a shape that the compiler turns into vector code.
void add_row(const std::uint8_t* __restrict row, std::uint16_t* __restrict sums, int width) {
  for (int x = 0; x < width; ++x) sums[x] = static_cast<std::uint16_t>(sums[x] + row[x]);
}
}  // namespace

Signature measure(const ConstPlanes& planes, int width, int height, int rows) {
  Signature out;
  uLong crc = ::crc32(0, nullptr, 0);
  for (int plane = 0; plane < 3; ++plane) {
    int shift = plane == 0 ? 0 : 1;
    for (int y = 0; y < rows >> shift; y += kRowStep)
      crc = ::crc32(crc, planes.data[plane] + static_cast<std::ptrdiff_t>(y) * planes.stride[plane], static_cast<uInt>(width >> shift));
  }
  out.crc = static_cast<std::uint32_t>(crc);

  std::uint64_t total = 0, pixels = 0;
  std::vector<std::uint16_t> columns(static_cast<std::size_t>(width));
  for (int gy = 0; gy < kGridHeight; ++gy) {
    int top = gy * height / kGridHeight, bottom = std::max(top + 1, (gy + 1) * height / kGridHeight);
    int step = std::max(kSampleStep, (bottom - top + kMostRows - 1) / kMostRows), rows_added = 0;
    std::fill(columns.begin(), columns.end(), std::uint16_t{0});
    for (int y = top; y < bottom; y += step, ++rows_added)
      add_row(planes.data[0] + static_cast<std::ptrdiff_t>(y) * planes.stride[0], columns.data(), width);
    for (int gx = 0; gx < kGridWidth; ++gx) {
      int left = gx * width / kGridWidth, right = (gx + 1) * width / kGridWidth;
      auto cell = std::accumulate(columns.begin() + left, columns.begin() + right, std::uint64_t{0});
      auto sampled = static_cast<std::uint64_t>(right - left) * static_cast<std::uint64_t>(rows_added);
      out.grid[static_cast<std::size_t>(gy) * kGridWidth + static_cast<std::size_t>(gx)] = static_cast<std::uint8_t>(cell / sampled);
      total += cell;
      pixels += sampled;
    }
  }
  out.luma = static_cast<int>(total / pixels);
  return out;
}

}  // namespace fz::screen
