// The permanent output: a video pipeline and a sound pipeline that share one clock and never stop. A sound device that
// fails takes no picture with it.
#pragma once
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "player/screen/frame.hpp"
#include "player/screen/note.hpp"
#include "player/screen/presenter.hpp"
#include "player/screen/timeline.hpp"
#include "player/screen/x_window.hpp"

namespace fz::screen {

/// audio: an endpoint that is heard only; its surface is a few pixels that nobody sees.
enum class SinkKind { null, x11, headless, audio };
std::string_view sink_name(SinkKind kind);

struct OutputOptions {
  SinkKind sink = SinkKind::headless;
  Area area;         ///< of the surface, as it is seen; 0x0: see surface_area()
  int rotation = 0;  ///< degrees clockwise to the panel: 0, 90, 180, 270
  Rate rate;
  bool sync = true;           ///< false: as fast as it goes (for tests of leaks)
  bool fullscreen = true;     ///< x11 only
  bool follow = true;         ///< x11 only: a window of another size is another surface
  bool audio_device = false;  ///< false: sound goes nowhere, in time
  /// Instead of both: makes what takes the sound (floating). For tests of devices that fail.
  std::function<GstElement*()> make_audio_sink = nullptr;
};

/// The size that a surface with these options has, as it is seen; asks the display if none is given. Errors: screen_sink.
Result<Area> surface_area(const OutputOptions& options);

/// Loads the few GStreamer plugins that an output needs, without a registry: no parser and no decoder gets into this
/// process, and nothing is scanned at start. Call once, before anything else of this module.
void init_gstreamer();

class Output {
 public:
  /// Opens display and window, builds and starts both pipelines. On the sink's thread `announce` is called for every frame
  /// before it is shown, `report` after. Errors: screen_sink (no display, no such sink).
  /// `heard` is called on the sound pipeline's thread for every block it takes, as loud as it is taken.
  using HeardFn = std::function<void(const PlayRef& play, Ns pts, std::span<const std::int16_t> samples)>;
  static Result<std::unique_ptr<Output>> open(const OutputOptions& options, std::function<void(const Presented&)> report,
                                              std::function<void(const Presented&)> announce, HeardFn heard = nullptr);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  const OutputOptions& options() const { return options_; }  ///< with the real area
  const Presenter& presenter() const { return *presenter_; }
  std::int64_t epoch() const { return epoch_; }  ///< monotonic time of running time 0
  /// Puts the window on the screen; call when the first frame is about to come.
  void show();
  /// Time since this output was opened, by the monotonic clock: a frame with this PTS is due now.
  Ns running_time() const;
  /// Hands a frame to the sink; blocks while two are waiting. Dropped while the sink is being built anew. Painter only.
  void push(BufferPtr frame, Ns pts, Ns duration);
  /// Interleaved stereo samples of `play` that are due at `pts`; never blocks: what the device cannot take is dropped. They are
  /// brought to the volume here, in place. Painter only.
  void push_audio(std::span<std::int16_t> samples, Ns pts, const PlayRef& play);
  /// The surface has another size from now on: builds the picture's pipeline anew. Painter only.
  void resize(Area area);
  /// The surface's size when the window has another one now. Main thread, after tend().
  std::optional<Area> resized() const;
  /// From the next block on, without a click. Any thread.
  void set_volume(int percent, bool muted);
  /// There should be sound, but its device failed or is not there; it is tried again and again. Any thread.
  bool sound_lost() const { return sound_lost_; }
  /// Looks for errors of the pipelines, and builds a failed one again (at most once a second). Main thread, ten times a second.
  void tend();
  /// True once a person has closed the window (never of a full screen). Main thread.
  bool closed() const { return closed_; }
  /// The same for a sink that takes no frames any more.
  void rebuild_video();

 private:
  explicit Output(OutputOptions options) : options_(std::move(options)) {}
  Result<void> build_video();
  void build_audio();
  void rebuild();
  GstElement* make_audio_sink();
  void tend_audio(std::int64_t now);
  static GstPadProbeReturn listen(GstPad*, GstPadProbeInfo* info, gpointer self);
  void close(GstElement*& pipeline, GstAppSrc*& source);
  bool failed(GstElement* pipeline, const char* which);
  void start(GstElement* pipeline);

  OutputOptions options_;
  bool closed_ = false;
  std::unique_ptr<Presenter> presenter_;
  std::unique_ptr<XWindow> window_;
  std::int64_t epoch_ = 0;       // monotonic time of running time 0
  mutable std::mutex building_;  // one thread at a time takes pipelines down and builds them
  std::mutex mutex_;             // the pipelines' pointers
  GstElement *video_ = nullptr, *audio_ = nullptr;
  GstAppSrc *video_source_ = nullptr, *audio_source_ = nullptr;
  HeardFn heard_;
  std::atomic<float> level_{1.0F};  // what the volume asks for; 0 when muted
  float gain_ = 1.0F;               // of the last sample pushed; painter only
  std::atomic<bool> sound_lost_{false};
  std::atomic<std::int64_t> sound_taken_{0}, sound_pushed_{0};  // monotonic times
  Ns video_retry_ = 0, audio_retry_ = 0, audio_back_off_ = 0;
};

}  // namespace fz::screen
