// The other end of a render: raw samples in, a file on a descriptor out.
#pragma once
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <string>

#include "player/decode/media_pipeline.hpp"

namespace fz::decode {

/// A gst-launch pipeline with appsrc elements named "video" and, maybe, "audio". Samples may be pushed from several threads.
class Encoder {
 public:
  /// Errors: unavailable (an element is missing).
  static Result<std::unique_ptr<Encoder>> start(const std::string& description);
  ~Encoder();
  /// Passes the sample on with its running time reduced by `origin_ns` (what ends before is dropped). Waits when the
  /// encoder is behind; false once it has failed.
  bool push(bool video, GstSample* sample, std::int64_t origin_ns);
  /// No more of this kind.
  void end(bool video);
  /// An error that has come up. Errors: disk_full, io, process_failed.
  Result<void> check();
  /// Waits for the file's end after both kinds have ended.
  Result<void> finish();

 private:
  GstRef<GstElement> pipe_, video_, audio_;
  std::atomic<bool> failed_{false};
};

}  // namespace fz::decode
