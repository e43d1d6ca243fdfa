#include "shared/render/surface.hpp"

#include <cairo.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

namespace fz::render {
namespace {

// BT.709, limited range, 16-bit fixed point. The luma coefficients add up to 219/255 of one, the chroma ones to zero, so
// that white is exactly 235 and greys are exactly 128.
constexpr int kYr = 11966, kYg = 40254, kYb = 4064;
constexpr int kUr = -6596, kUg = -22188, kUb = 28784;
constexpr int kVr = 28784, kVg = -26145, kVb = -2639;
constexpr int kHalf = 1 << 15, kHalfOfFour = 1 << 17;

// One row. Plain loops over independent elements, which the compiler turns into SIMD; twice, so that a processor with AVX2
// uses it. (The sanitizers do not go with functions that are chosen while the program is loaded.)
#if defined(__x86_64__) && !defined(FZ_SANITIZE)
#define FZ_VECTOR [[gnu::target_clones("avx2", "default")]]
#else
#define FZ_VECTOR
#endif
FZ_VECTOR void luma_row(const std::uint32_t* __restrict src, std::uint8_t* __restrict y, int n) {
  for (int i = 0; i < n; ++i) {
    std::uint32_t p = src[i];
    int b = static_cast<int>(p & 0xff), g = static_cast<int>(p >> 8 & 0xff), r = static_cast<int>(p >> 16 & 0xff);
    y[i] = static_cast<std::uint8_t>((kYr * r + kYg * g + kYb * b + (16 << 16) + kHalf) >> 16);
  }
}
FZ_VECTOR void chroma_row(const std::uint32_t* __restrict top, const std::uint32_t* __restrict low, std::uint8_t* __restrict u,
                          std::uint8_t* __restrict v, int pairs) {
  constexpr std::uint32_t kMask = 0x00ff00ff;
  for (int i = 0; i < pairs; ++i) {
    std::uint32_t a = top[2 * i], b = top[2 * i + 1], c = low[2 * i], d = low[2 * i + 1];
    std::uint32_t rb = (a & kMask) + (b & kMask) + (c & kMask) + (d & kMask);  // sums of four bytes fit 16 bits
    int g = static_cast<int>((a >> 8 & 0xff) + (b >> 8 & 0xff) + (c >> 8 & 0xff) + (d >> 8 & 0xff));
    int bl = static_cast<int>(rb & 0xffff), r = static_cast<int>(rb >> 16);
    u[i] = static_cast<std::uint8_t>((kUr * r + kUg * g + kUb * bl + (128 << 18) + kHalfOfFour) >> 18);
    v[i] = static_cast<std::uint8_t>((kVr * r + kVg * g + kVb * bl + (128 << 18) + kHalfOfFour) >> 18);
  }
}

const std::uint32_t* row(const Surface& s, int y) {
  return reinterpret_cast<const std::uint32_t*>(s.data() + static_cast<std::ptrdiff_t>(y) * s.stride());
}

// `n` columns from column `x` of `from` to column `at` of `to`. x, at even.
void block(const Surface& from, int x, int n, const I420& to, int at) {
  int h = from.height();
  for (int y = 0; y < h; y += 2) {
    int second = std::min(y + 1, h - 1);
    const std::uint32_t *top = row(from, y) + x, *low = row(from, second) + x;
    luma_row(top, to.y + static_cast<std::ptrdiff_t>(y) * to.y_stride + at, n);
    if (second != y) luma_row(low, to.y + static_cast<std::ptrdiff_t>(second) * to.y_stride + at, n);
    auto uv = static_cast<std::ptrdiff_t>(y / 2) * to.uv_stride + at / 2;
    chroma_row(top, low, to.u + uv, to.v + uv, n / 2);
    if (n % 2) {  // the last column counts itself twice
      std::uint32_t t[2] = {top[n - 1], top[n - 1]}, l[2] = {low[n - 1], low[n - 1]};
      chroma_row(t, l, to.u + uv + n / 2, to.v + uv + n / 2, 1);
    }
  }
}

}  // namespace

void Surface::Free::operator()(std::uint8_t* p) const {
  std::free(p);
}

Surface::Surface(int width, int height) : width_(width), height_(height), stride_((width * 4 + 63) / 64 * 64) {
  pixels_.reset(static_cast<std::uint8_t*>(std::aligned_alloc(64, bytes())));
  if (!pixels_) throw std::bad_alloc();
  std::memset(pixels_.get(), 0, bytes());
}

void to_i420(const Surface& from, const I420& to) {
  block(from, 0, from.width(), to, 0);
}

void strip_to_i420(const Surface& from, int x, int width, const I420& to) {
  for (int at = 0; at < width;) {
    int n = std::min(width - at, from.width() - x);
    block(from, x, n, to, at);
    at += n;
    x = 0;
  }
}

Result<void> write_png(const Surface& s, const fs::path& path) {
  // Cairo only reads here, though its interface cannot say so.
  auto* pixels = const_cast<std::uint8_t*>(s.data());
  cairo_surface_t* image = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_RGB24, s.width(), s.height(), s.stride());
  std::string png;
  auto append = [](void* to, const unsigned char* data, unsigned n) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), n);
    return CAIRO_STATUS_SUCCESS;
  };
  cairo_status_t status = cairo_surface_write_to_png_stream(image, append, &png);
  cairo_surface_destroy(image);
  if (status != CAIRO_STATUS_SUCCESS) return fail(Code::io, {{"path", path.string()}, {"what", cairo_status_to_string(status)}});
  return write_atomic(path, png);
}

}  // namespace fz::render
