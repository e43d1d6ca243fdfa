// I420 to what an X server takes, written straight into the sink's shared memory, and only where it changed.
#pragma once
#include <gst/gst.h>

#include "player/screen/frame.hpp"

namespace fz::screen {

/// Rows [first, first + rows) of an I420 frame (BT.709, limited range) as BGRx, chroma repeated over 2x2. `to` points at the
/// frame's first row. Half the cost of GStreamer's converter with AVX2. REQUIRES: first even.
void to_bgrx(const ConstPlanes& from, int width, int first, int rows, std::uint8_t* to, int to_stride);

/// Converts frame after frame for one ximagesink; turns them where the panel hangs on its side. The sink's thread only.
class XConverter {
 public:
  /// `area`: of the frames; the sink gets them turned clockwise by `rotation` degrees.
  XConverter(Area area, int rotation);
  ~XConverter();
  XConverter(const XConverter&) = delete;
  XConverter& operator=(const XConverter&) = delete;

  static GstCaps* caps(Area area, int fps_n, int fps_d);  ///< of what convert() makes for a sink of this area; the caller unrefs
  /// A buffer from the pool of the sink behind `pad`, with PTS and duration of `frame`; null when there is none.
  /// A layer that the buffer holds already, by its tag, is left as it is.
  BufferPtr convert(GstPad* pad, GstBuffer* frame, const ConstPlanes& planes, const Tags& tags, const Regions& regions);

 private:
  bool find_pool(GstPad* pad);
  void turn(const ConstPlanes& planes, const Tags& tags, const Regions& regions);
  Area area_;
  int rotation_;
  GstVideoInfo info_{};
  GstBufferPool* pool_ = nullptr;
  // The turned frame, kept so that only what changed is turned.
  std::unique_ptr<std::uint8_t[]> turned_;
  wire::Planes<std::uint8_t> turned_planes_;
  Tags turned_tags_{};
};

}  // namespace fz::screen
