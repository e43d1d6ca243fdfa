// One file through GStreamer: fd:// -> uridecodebin3 -> optional elements -> appsinks, whose samples go to callbacks.
#pragma once
#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shared/base/clock.hpp"
#include "shared/base/error.hpp"

namespace fz::decode {

struct Unref {
  void operator()(void* object) const { gst_object_unref(object); }
};
template <class T>
using GstRef = std::unique_ptr<T, Unref>;

/// What the demuxer said is in the file.
struct Streams {
  std::string video_codec, audio_codec;  ///< "h264" "hevc" "vp9" "aac" ...; "" when there is none
  std::string missing;                   ///< a codec that is in the file but not supported here
};

/// A sample's time on the file's own axis: running time in ns; nothing when the buffer has no PTS.
std::optional<std::int64_t> running_time(GstSample* sample);
/// The same as a position in the file, also after start(from_ns).
std::optional<std::int64_t> stream_time(GstSample* sample);

/// One pass over a file. start() and wait() belong to one thread; callbacks come from GStreamer's streaming threads, at
/// most one at a time per kind, and never after the destructor returned.
class MediaPipeline {
 public:
  struct Setup {
    int fd = -1;              ///< its offset is moved; borrowed
    std::string video_chain;  ///< gst-launch text between decoder and sink, or ""
    std::string audio_chain;
    /// Called with every sample; false ends the pass (outcome stopped). No callback: the kind is dropped unseen.
    std::function<bool(GstSample*)> video, audio;
    bool strict = false;  ///< any decoder error is an error of the pass; else the decoder carries on as it can
  };
  enum class Outcome { eos, stopped, running };

  explicit MediaPipeline(Setup setup);
  ~MediaPipeline();
  MediaPipeline(const MediaPipeline&) = delete;
  MediaPipeline& operator=(const MediaPipeline&) = delete;

  /// Starts decoding; from `from_ns` (the key frame before it) when that is over 0. Errors: see wait().
  Result<void> start(std::int64_t from_ns = 0);
  /// Waits for the end of the pass, at most `limit`. Errors: media_codec_unsupported, media_not_media, media_corrupt,
  /// media_truncated, media_no_video, io.
  Result<Outcome> wait(Millis limit);
  /// Ends the pass from a callback or another thread.
  void stop() { stop_ = true; }

  /// What wait() has learnt so far: all once it reported eos or stopped.
  const Streams& streams() const { return streams_; }
  std::int64_t duration_ns() const;  ///< 0: not known
  /// With `strict`: damage that libav reported and painted over.
  int complaints() const { return complaints_; }

 private:
  static void on_pad(GstElement*, GstPad* pad, gpointer self);
  static void on_element(GstBin*, GstBin*, GstElement* element, gpointer self);
  static void on_log(GstDebugCategory*, GstDebugLevel, const gchar*, const gchar*, gint, GObject*, GstDebugMessage*, gpointer);
  void link(GstPad* pad);
  Result<void> handle(GstMessage* message);
  void note_streams(GstMessage* message);
  Error to_error(GstMessage* message) const;

  Setup setup_;
  Streams streams_;
  GstRef<GstElement> pipe_;
  bool has_video_ = false, has_audio_ = false, eos_ = false;
  std::atomic<bool> stop_{false};
  std::atomic<int> complaints_{0};
};

}  // namespace fz::decode
