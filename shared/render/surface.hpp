// Pixels: an owned BGRx picture, and its conversion for video sinks.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "shared/base/error.hpp"
#include "shared/base/file.hpp"

namespace fz::render {

/// Width and height in pixels.
struct Size {
  int width = 0, height = 0;
  bool operator==(const Size&) const = default;
};
inline constexpr int kMinSide = 16, kMaxSide = 8192;  ///< of everything but ticker strips (width up to kMaxStripWidth)
inline constexpr int kMaxStripWidth = 200'000;

/// An opaque picture, 4 bytes a pixel in memory order blue, green, red, unused (GStreamer BGRx, Cairo RGB24 on little
/// endian). Move-only; owns its memory; no thread rules beyond those of plain memory.
class Surface {
 public:
  Surface() = default;
  /// Black. REQUIRES: 1 <= width <= kMaxStripWidth, 1 <= height <= kMaxSide.
  Surface(int width, int height);
  int width() const { return width_; }
  int height() const { return height_; }
  int stride() const { return stride_; }  ///< bytes a row, a multiple of 64
  std::size_t bytes() const { return static_cast<std::size_t>(stride_) * static_cast<std::size_t>(height_); }
  std::uint8_t* data() { return pixels_.get(); }
  const std::uint8_t* data() const { return pixels_.get(); }
  explicit operator bool() const { return width_ > 0; }

 private:
  int width_ = 0, height_ = 0, stride_ = 0;
  struct Free {
    void operator()(std::uint8_t* p) const;
  };
  std::unique_ptr<std::uint8_t[], Free> pixels_;
};

/// Three planes of the caller's memory.
struct I420 {
  std::uint8_t *y = nullptr, *u = nullptr, *v = nullptr;
  int y_stride = 0, uv_stride = 0;  ///< bytes a row
};

/// BGRx -> I420, BT.709, limited range (16-235 / 16-240), chroma averaged over 2x2 (an odd last row or column counts
/// itself twice). Writes width x height luma and ceil(width/2) x ceil(height/2) chroma of the caller's planes.
void to_i420(const Surface& from, const I420& to);
/// The same for the columns [x, x + width) of `from`, wrapping around at its right edge: one frame of a scrolling strip.
/// REQUIRES: 0 <= x < from.width(), x even.
void strip_to_i420(const Surface& from, int x, int width, const I420& to);

/// Writes a PNG atomically. About 0.2 s for 1080p: never on a hot path. Errors: io, disk_full.
Result<void> write_png(const Surface& s, const fs::path& path);

}  // namespace fz::render
