// One file through GStreamer: fdsrc -> demuxer -> decoder -> optional elements -> appsinks, whose samples go to callbacks.
// The elements are named here, one chain for each known format, instead of being found by uridecodebin3: with 1.22.0 that
// stood still for ever in about one of a hundred starts on a busy machine (its source paused, no message), and what is
// not named cannot be reached by a file.
#pragma once
#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "shared/base/clock.hpp"
#include "shared/base/error.hpp"
#include "shared/layout/layout.hpp"

namespace fz::decode {

struct Unref {
  void operator()(void* object) const { gst_object_unref(object); }
};
template <class T>
using GstRef = std::unique_ptr<T, Unref>;

/// What the demuxer said is in the file.
struct Streams {
  std::string video_codec, audio_codec;  ///< "h264" "hevc" "vp9" "aac" ...; "" when there is none
  std::string missing;                   ///< a video or audio format that is in the file but not taken here
};

/// A sample's time on the file's own axis: running time in ns; nothing when the buffer has no PTS.
std::optional<std::int64_t> running_time(GstSample* sample);
/// The same as a position in the file, also after start(from_ns).
std::optional<std::int64_t> stream_time(GstSample* sample);

/// One pass over a file. start() and wait() belong to one thread; callbacks come from GStreamer's streaming threads, at
/// most one at a time per kind, and never after the destructor returned.
class MediaPipeline {
 public:
  using Callback = std::function<bool(GstSample*)>;
  struct Setup {
    int fd = -1;                   ///< its offset is moved; borrowed
    std::string container;         ///< from read_structure()
    std::uint64_t skip_bytes = 0;  ///< from read_structure()
    std::string video_chain;       ///< gst-launch text between decoder and sink, or ""
    std::string audio_chain;
    /// Called with every sample; false ends the pass (outcome stopped). No callback: the kind is dropped unseen.
    Callback video, audio;
    std::function<void(bool is_video)> ended;  ///< a kind's last sample has been given
    /// Asked in the demuxer's thread when the file has sound and no picture; true: go on with the sound. Empty or false: an error.
    std::function<bool()> sound_alone;
    bool strict = false;      ///< any decoder error is an error of the pass; else the decoder carries on as it can
    bool any_layout = false;  ///< the video callback maps with GstVideoFrame: padded planes are welcome, and spare a copy
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
  /// Ends the threads, which share the descriptor's position with whoever reads it next. What was found stays known.
  void close();

  /// What the demuxer has told so far: all once wait() reported eos or stopped.
  Streams streams() const;
  /// Of the picture upright, in square pixels, before the element named "scale"; 0x0 until it is known or without one.
  layout::Extent display_size() const;
  std::int64_t duration_ns() const;  ///< 0: not known
  /// With `strict`: damage that libav reported and painted over.
  int complaints() const { return complaints_; }

 private:
  static void on_pad(GstElement*, GstPad* pad, gpointer self);
  static void on_no_more_pads(GstElement*, gpointer self);
  static void on_element(GstBin*, GstBin*, GstElement* element, gpointer self);
  static void on_log(GstDebugCategory*, GstDebugLevel, const gchar*, const gchar*, gint, GObject*, GstDebugMessage*, gpointer);
  void watch_size(GstElement* scale);
  Result<void> build();
  void link(GstPad* pad);
  bool lacks_picture() const;
  void attach(GstPad* pad, const std::string& chain, Callback* callback);
  Result<void> handle(GstMessage* message);
  Error to_error(GstMessage* message) const;
  Error no_picture() const;
  Result<void> seek(std::int64_t from_ns);

  Setup setup_;
  mutable std::mutex mutex_;
  Streams streams_;              // under mutex_: written by the demuxer's thread
  layout::Extent display_size_;  // under mutex_: written by the streaming thread
  GstRef<GstElement> pipe_;
  bool has_video_ = false, has_audio_ = false, eos_ = false;
  std::atomic<bool> stop_{false};
  std::atomic<bool> no_video_{false};
  std::atomic<int> complaints_{0};
};

}  // namespace fz::decode
