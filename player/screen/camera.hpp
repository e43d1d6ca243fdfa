// Pictures of what is really shown: the preview file and screenshots, made on a thread of low priority.
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "player/screen/frame.hpp"
#include "shared/base/error.hpp"
#include "shared/base/file.hpp"

namespace fz::screen {

/// A JPEG (full range, BT.601 as JFIF wants it) of an I420 frame, scaled down to at most `max_width` and until it has at
/// most `max_bytes`. Errors: internal (the encoder failed), too_large (not even the smallest fits).
Result<Bytes> encode_jpeg(const ConstPlanes& planes, const GstVideoInfo& info, int max_width, std::size_t max_bytes);

class Camera {
 public:
  Camera();
  ~Camera();
  Camera(const Camera&) = delete;
  Camera& operator=(const Camera&) = delete;

  /// Writes `folder`/preview.jpg once a second, atomically, at most 200 kB. Call before the first frame.
  void preview_to(fs::path folder);
  /// Calls `done` on this object's thread with a picture of the next frame shown.
  void take(std::size_t max_bytes, std::function<void(Result<Bytes>)> done);
  /// The sink's thread: a frame of this layout was shown. Takes a reference if a picture is wanted; no other work.
  void saw(GstBuffer* frame, const GstVideoInfo& info, std::int64_t running_time);

 private:
  void run();
  void write_preview(const ConstPlanes& planes, const GstVideoInfo& info);
  struct Shot {
    std::size_t max_bytes;
    std::function<void(Result<Bytes>)> done;
  };
  GstVideoInfo info_{};  // of frame_
  fs::path folder_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Shot> shots_;
  BufferPtr frame_;
  bool preview_due_ = false, busy_ = false, stop_ = false;
  std::int64_t next_preview_ = 0;
  std::thread thread_;
};

}  // namespace fz::screen
