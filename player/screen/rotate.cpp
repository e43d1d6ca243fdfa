#include "player/screen/rotate.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>

namespace fz::screen {

namespace {
constexpr int kBlock = 8;
constexpr int kTile = 64;  // a tile of both pictures fits the first cache

// Eight rows of eight bytes become eight columns. Row n of the result is written at to + n * to_step.
void transpose(const std::uint8_t* from, std::ptrdiff_t from_step, std::uint8_t* to, std::ptrdiff_t to_step) {
#if defined(__SSE2__)
  auto row = [&](int n) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + n * from_step)); };
  auto store = [&](int n, __m128i v) { _mm_storel_epi64(reinterpret_cast<__m128i*>(to + n * to_step), v); };
  __m128i a = _mm_unpacklo_epi8(row(0), row(1)), b = _mm_unpacklo_epi8(row(2), row(3));
  __m128i c = _mm_unpacklo_epi8(row(4), row(5)), d = _mm_unpacklo_epi8(row(6), row(7));
  __m128i ab = _mm_unpacklo_epi16(a, b), ab_high = _mm_unpackhi_epi16(a, b);
  __m128i cd = _mm_unpacklo_epi16(c, d), cd_high = _mm_unpackhi_epi16(c, d);
  __m128i r01 = _mm_unpacklo_epi32(ab, cd), r23 = _mm_unpackhi_epi32(ab, cd);
  __m128i r45 = _mm_unpacklo_epi32(ab_high, cd_high), r67 = _mm_unpackhi_epi32(ab_high, cd_high);
  store(0, r01), store(1, _mm_srli_si128(r01, 8));
  store(2, r23), store(3, _mm_srli_si128(r23, 8));
  store(4, r45), store(5, _mm_srli_si128(r45, 8));
  store(6, r67), store(7, _mm_srli_si128(r67, 8));
#else
  for (int y = 0; y < kBlock; ++y)
    for (int x = 0; x < kBlock; ++x) to[x * to_step + y] = from[y * from_step + x];
#endif
}

void rotate_half(const std::uint8_t* from, int from_stride, int width, int height, std::uint8_t* to, int to_stride) {
  for (int y = 0; y < height; ++y) {
    const auto* row = from + static_cast<std::ptrdiff_t>(y) * from_stride;
    std::reverse_copy(row, row + width, to + static_cast<std::ptrdiff_t>(height - 1 - y) * to_stride);
  }
}

// Byte (x, y) goes to row x, column height - 1 - y; or, the other way round, to row width - 1 - x, column y.
void rotate_quarter(const std::uint8_t* from, std::ptrdiff_t fs, int width, int height, std::uint8_t* to, std::ptrdiff_t ts,
                    bool clockwise) {
  auto target = [&](int x, int y) { return clockwise ? to + x * ts + (height - 1 - y) : to + (width - 1 - x) * ts + y; };
  auto block = [&](int x, int y) {
    if (clockwise)
      transpose(from + (y + kBlock - 1) * fs + x, -fs, target(x, y + kBlock - 1), ts);
    else
      transpose(from + y * fs + x, fs, target(x, y), -ts);
  };
  const int whole_w = width / kBlock * kBlock, whole_h = height / kBlock * kBlock;
  for (int ty = 0; ty < whole_h; ty += kTile)
    for (int tx = 0; tx < whole_w; tx += kTile)
      for (int y = ty; y < std::min(ty + kTile, whole_h); y += kBlock)
        for (int x = tx; x < std::min(tx + kTile, whole_w); x += kBlock) block(x, y);
  for (int y = 0; y < height; ++y)
    for (int x = y < whole_h ? whole_w : 0; x < width; ++x) *target(x, y) = from[y * fs + x];
}
}  // namespace

Rect turned(const Rect& r, Area s, int degrees) {
  switch (degrees) {
    case 90:
      return {s.height - r.y - r.height, r.x, r.height, r.width};
    case 180:
      return {s.width - r.x - r.width, s.height - r.y - r.height, r.width, r.height};
    case 270:
      return {r.y, s.width - r.x - r.width, r.height, r.width};
    default:
      return r;
  }
}

void rotate_plane(const std::uint8_t* from, int from_stride, int width, int height, std::uint8_t* to, int to_stride, int degrees) {
  if (degrees == 90 || degrees == 270) return rotate_quarter(from, from_stride, width, height, to, to_stride, degrees == 90);
  if (degrees == 180) return rotate_half(from, from_stride, width, height, to, to_stride);
  for (int y = 0; y < height; ++y)
    std::memcpy(to + static_cast<std::ptrdiff_t>(y) * to_stride, from + static_cast<std::ptrdiff_t>(y) * from_stride,
                static_cast<std::size_t>(width));
}

void rotate_area(const ConstPlanes& from, const Rect& rect, Area surface, int degrees, const wire::Planes<std::uint8_t>& to) {
  const auto source = planes_from(from, rect.x, rect.y);
  const auto place = turned(rect, surface, degrees);
  const auto target = planes_from(to, place.x, place.y);
  for (int i = 0; i < 3; ++i) {
    int shift = i == 0 ? 0 : 1;
    rotate_plane(source.data[i], source.stride[i], rect.width >> shift, rect.height >> shift, target.data[i], target.stride[i], degrees);
  }
}

}  // namespace fz::screen
