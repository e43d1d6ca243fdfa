// Pictures on their way to the sink: pooled I420 buffers, views on somebody's planes, and copies between them.
#pragma once
#include <gst/gst.h>
#include <gst/video/video.h>

#include <cstdint>
#include <memory>

#include "player/screen/signature.hpp"
#include "shared/render/surface.hpp"

namespace fz::screen {

/// Even width and height in pixels.
struct Area {
  int width = 0, height = 0;
  bool operator==(const Area&) const = default;
};

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
  std::uint64_t painted() const;
  void set_painted(std::uint64_t tag);
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

/// I420, BT.709, limited range, square pixels, progressive.
GstVideoInfo video_info(Area area);

}  // namespace fz::screen
