// I420 to what an X server takes, written straight into the sink's shared memory, and only where it changed.
#pragma once
#include <gst/gst.h>

#include "player/screen/frame.hpp"

namespace fz::screen {

/// Rows [first, first + rows) of an I420 frame (BT.709, limited range) as BGRx, chroma repeated over 2x2. `to` points at the
/// frame's first row. Half the cost of GStreamer's converter with AVX2. REQUIRES: first even.
void to_bgrx(const ConstPlanes& from, int width, int first, int rows, std::uint8_t* to, int to_stride);

/// Converts frame after frame for one ximagesink. The sink's thread only.
class XConverter {
 public:
  explicit XConverter(Area area) : area_(area) {}
  ~XConverter();
  XConverter(const XConverter&) = delete;
  XConverter& operator=(const XConverter&) = delete;

  static GstCaps* caps(Area area, int fps_n, int fps_d);  ///< of what convert() makes; the caller unrefs
  /// A buffer from the pool of the sink behind `pad`, with PTS and duration of `frame`; null when there is none.
  /// `base` names what is in the first `rows` rows: a buffer that holds it already gets only the rows below.
  BufferPtr convert(GstPad* pad, GstBuffer* frame, const ConstPlanes& planes, std::uint64_t base, int rows);

 private:
  bool find_pool(GstPad* pad);
  Area area_;
  GstVideoInfo info_{};
  GstBufferPool* pool_ = nullptr;
};

}  // namespace fz::screen
