// Pictures on their way to the sink: pooled I420 buffers, views on somebody's planes, and copies between them.
#pragma once
#include <gst/gst.h>
#include <gst/video/video.h>

#include <array>
#include <cstdint>
#include <memory>

#include "player/screen/signature.hpp"
#include "shared/layout/layout.hpp"
#include "shared/render/surface.hpp"

namespace fz::screen {

/// Even width and height in pixels.
struct Area {
  int width = 0, height = 0;
  bool operator==(const Area&) const = default;
};

using layout::Rect;
constexpr Area area_of(const Rect& r) {
  return {r.width, r.height};
}

/// What a frame is painted from, lowest first. They never cover one another: where the ticker stands over main, main is cut.
enum class Layer : std::uint8_t { background, main, side, corner, ticker, count };
inline constexpr std::size_t kLayers = static_cast<std::size_t>(Layer::count);
/// A number for what is in each layer: equal numbers are equal pixels. 0: nothing.
using Tags = std::array<std::uint64_t, kLayers>;
/// Where each layer is; empty where there is none.
using Regions = std::array<Rect, kLayers>;

/// The planes from (x, y) on. REQUIRES: both even.
template <class Byte>
wire::Planes<Byte> planes_from(wire::Planes<Byte> p, int x, int y) {
  for (int i = 0; i < 3; ++i) {
    int shift = i == 0 ? 0 : 1;
    p.data[i] += static_cast<std::ptrdiff_t>(y >> shift) * p.stride[i] + (x >> shift);
  }
  return p;
}
inline ConstPlanes readable(const wire::Planes<std::uint8_t>& p) {
  return {{p.data[0], p.data[1], p.data[2]}, {p.stride[0], p.stride[1], p.stride[2]}};
}

/// Somebody's picture, to be copied from. `serial` names the content: equal serials are equal pixels.
struct View {
  std::uint64_t serial = 0;  ///< 0: no picture
  ConstPlanes planes;
  std::shared_ptr<const void> owner;  ///< keeps the planes alive; empty when a Source does
  explicit operator bool() const { return serial != 0; }
};

/// A number that no other picture of this process has. Any thread.
std::uint64_t new_serial();

/// A picture in plain memory (text pages, the slate, a held frame).
class Still {
 public:
  /// Converts. REQUIRES: the surface's size is `area`.
  static View from_surface(const render::Surface& surface, Area area);
  /// Copies.
  static View from_view(const View& view, Area area);
  /// Another size, by the nearest pixel: for a picture that is held for a moment while the layout changes.
  static View scaled(const View& view, Area from, Area to);
  /// One colour (I420).
  static View plain(Area area, std::uint8_t y, std::uint8_t u, std::uint8_t v);
};

struct BufferUnref {
  void operator()(GstBuffer* b) const { gst_buffer_unref(b); }
};
using BufferPtr = std::unique_ptr<GstBuffer, BufferUnref>;

/// A pooled buffer, mapped for writing.
class Canvas {
 public:
  Canvas(BufferPtr buffer, const GstVideoInfo& info);
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  ~Canvas();

  const wire::Planes<std::uint8_t>& planes() const { return planes_; }
  /// What was painted into this buffer when it was last used: pixels survive a round through the pool.
  Tags& painted();
  /// Unmaps and gives the buffer away.
  BufferPtr finish();

 private:
  BufferPtr buffer_;
  GstMapInfo map_{};
  wire::Planes<std::uint8_t> planes_;
};

/// The pool that every painted frame comes from (GstVideoBufferPool: grows on need, never shrinks). One thread takes; any returns.
class FramePool {
 public:
  explicit FramePool(Area area);
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;
  /// A canvas; null when memory is out.
  std::unique_ptr<Canvas> take();
  const GstVideoInfo& info() const { return info_; }
  Area area() const { return area_; }

 private:
  Area area_;
  GstVideoInfo info_;
  GstBufferPool* pool_ = nullptr;
};

/// The planes of a buffer in the pool's layout, mapped for reading while this lives.
class MappedBuffer {
 public:
  MappedBuffer(GstBuffer* buffer, const GstVideoInfo& info);
  MappedBuffer(const MappedBuffer&) = delete;
  MappedBuffer& operator=(const MappedBuffer&) = delete;
  ~MappedBuffer();
  explicit operator bool() const { return planes_.data[0] != nullptr; }
  const ConstPlanes& planes() const { return planes_; }

 private:
  GstBuffer* buffer_;
  GstMapInfo map_{};
  ConstPlanes planes_;
};

/// Copies rows [0, rows) of the luma plane and rows/2 of each chroma plane; `brightness_percent` 0...100 dims towards black.
/// REQUIRES: rows even.
void copy_rows(const ConstPlanes& from, const wire::Planes<std::uint8_t>& to, Area area, int rows, int brightness_percent = 100);

/// A cross-fade of two pictures of one size: `per_mille` of `to_come`, the rest of `going`. REQUIRES: rows even.
void blend_rows(const ConstPlanes& going, const ConstPlanes& to_come, const wire::Planes<std::uint8_t>& to, Area area, int rows,
                int per_mille);

/// A colour in I420, BT.709, limited range.
struct Colour {
  std::uint8_t y = 16, u = 128, v = 128;
};
Colour colour_of(std::uint32_t rgb);
/// As copy_rows() dims.
Colour dimmed(Colour c, int brightness_percent);
void fill(const wire::Planes<std::uint8_t>& to, Area area, Colour colour);

/// I420, BT.709, limited range, square pixels, progressive.
GstVideoInfo video_info(Area area);

}  // namespace fz::screen
