#include "player/screen/output.hpp"

#include <gst/app/gstappsrc.h>
#include <gst/audio/streamvolume.h>
#include <gst/video/videooverlay.h>

#include <cstdlib>
#include <initializer_list>

#include "player/screen/rotate.hpp"
#include "shared/base/log.hpp"

namespace fz::screen {

namespace {
constexpr Ns kRetry = 1 * kNsPerS;

void load_plugins(std::initializer_list<const char*> names) {
  const char* folder = std::getenv("FZ_GST_PLUGINS");
  for (const char* name : names) {
    std::string path = std::string(folder ? folder : FZ_GST_PLUGINS_DIR) + "/libgst" + name + ".so";
    GError* error = nullptr;
    GstPlugin* plugin = gst_plugin_load_file(path.c_str(), &error);
    if (plugin) gst_object_unref(plugin);
    if (error) log::warn("plugin {}: {}", path, error->message);
    g_clear_error(&error);
  }
}

GstElement* make(const char* factory) {
  return gst_element_factory_make(factory, nullptr);
}
Error no_sink(SinkKind kind, const char* what) {
  return fail(Code::screen_sink, {{"sink", std::string(sink_name(kind))}, {"what", what}});
}
// Late frames are shown, not dropped: the painter alone decides what to leave out.
void set_sink(GstElement* sink, bool sync) {
  g_object_set(sink, "sync", sync ? TRUE : FALSE, "async", FALSE, "qos", FALSE, "max-lateness", static_cast<gint64>(-1),
               "enable-last-sample", FALSE, nullptr);
}
void connect_source(GstAppSrc* source, GstCaps* caps) {
  gst_app_src_set_caps(source, caps);
  gst_caps_unref(caps);
  g_object_set(source, "format", GST_FORMAT_TIME, "stream-type", 0, nullptr);
}
}  // namespace

std::string_view sink_name(SinkKind kind) {
  switch (kind) {
    case SinkKind::null:
      return "null";
    case SinkKind::x11:
      return "x11";
    case SinkKind::headless:
      return "headless";
  }
  return "null";
}

Result<Area> surface_area(const OutputOptions& options) {
  if (options.area.width > 0) return options.area;
  if (options.sink != SinkKind::x11) return turned(Area{1920, 1080}, options.rotation);
  FZ_TRY(auto panel, display_area());
  return turned(panel, options.rotation);
}

void init_gstreamer() {
  ::setenv("GST_REGISTRY_DISABLE", "yes", 1);
  gst_init(nullptr, nullptr);
  ::unsetenv("GST_REGISTRY_DISABLE");  // not for the decoders that this process may start
  load_plugins({"coreelements"});
}

Result<std::unique_ptr<Output>> Output::open(OutputOptions options, std::function<void(const Presented&)> report,
                                             std::function<void(const Presented&)> announce) {
  std::unique_ptr<Output> out(new Output(options));
  out->epoch_ = monotonic_ns();
  FZ_TRY(out->options_.area, surface_area(options));
  if (options.sink == SinkKind::x11) load_plugins({"ximagesink"});
  if (options.audio_device) load_plugins({"audioconvert", "audioresample", "volume", "alsa", "pulseaudio", "autodetect"});
  if (options.sink == SinkKind::x11) {
    FZ_TRY(out->window_, XWindow::open(turned(out->options_.area, options.rotation), options.fullscreen));
  }
  out->presenter_ = std::make_unique<Presenter>(out->options_.area, std::move(report));
  out->presenter_->announce_to(std::move(announce));
  FZ_CHECK(out->build_video());
  out->build_audio();
  return out;
}

Output::~Output() {
  close(audio_, audio_source_);
  close(video_, video_source_);
}

void Output::show() {
  if (window_) window_->show();
}

Ns Output::running_time() const {
  return monotonic_ns() - epoch_;
}

// Same clock, same running time 0 for both pipelines and after a rebuild: PTS go on where they were.
void Output::start(GstElement* pipeline) {
  GstClock* clock = gst_system_clock_obtain();  // monotonic by default
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock);
  gst_object_unref(clock);
  gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time(pipeline, static_cast<GstClockTime>(epoch_));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
}

Result<void> Output::build_video() {
  GstElement* pipeline = gst_pipeline_new("video");
  GstElement* source = GST_ELEMENT(g_object_new(GST_TYPE_APP_SRC, nullptr));
  bool x11 = options_.sink == SinkKind::x11;
  GstElement* sink = make(x11 ? "ximagesink" : "fakesink");
  if (!sink) {
    gst_object_unref(pipeline);
    gst_object_unref(gst_object_ref_sink(source));
    return no_sink(options_.sink, "the GStreamer plugin is missing; install gstreamer1.0-x");
  }
  set_sink(sink, options_.sync);
  g_object_set(source, "block", TRUE, "max-buffers", static_cast<guint64>(2), "max-bytes", static_cast<guint64>(0), nullptr);
  gst_bin_add_many(GST_BIN(pipeline), source, sink, nullptr);
  GstPad* pad = gst_element_get_static_pad(sink, "sink");
  Presenter::Timing timing{epoch_, options_.sync, x11, nullptr};
  if (x11) {
    gst_video_overlay_set_window_handle(GST_VIDEO_OVERLAY(sink), window_->id());
    // Frames stay I420 up to the sink's pad, where the tap measures them; only there they become what the server takes.
    timing.convert = std::make_shared<XConverter>(options_.area, options_.rotation);
    connect_source(GST_APP_SRC(source), XConverter::caps(turned(options_.area, options_.rotation), options_.rate.n, options_.rate.d));
  } else {
    GstVideoInfo info = presenter_->info();
    info.fps_n = options_.rate.n;
    info.fps_d = options_.rate.d;
    connect_source(GST_APP_SRC(source), gst_video_info_to_caps(&info));
  }
  gst_element_link(source, sink);
  presenter_->attach(pad, std::move(timing));
  gst_object_unref(pad);
  start(pipeline);
  std::lock_guard lock(mutex_);
  video_ = pipeline;
  video_source_ = GST_APP_SRC(gst_object_ref(source));
  return {};
}

void Output::build_audio() {
  GstElement* pipeline = gst_pipeline_new("audio");
  GstElement* source = GST_ELEMENT(g_object_new(GST_TYPE_APP_SRC, nullptr));
  GstElement* volume = nullptr;
  gst_bin_add(GST_BIN(pipeline), source);
  connect_source(GST_APP_SRC(source), gst_caps_from_string("audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved"));
  // What the device does not take within half a second is dropped, so that sound never holds up the picture.
  g_object_set(source, "block", FALSE, "max-bytes", static_cast<guint64>(0), "max-time", static_cast<guint64>(500 * kNsPerMs), "leaky-type",
               2 /* downstream */, nullptr);
  GstElement* sink = nullptr;
  if (options_.audio_device) {
    volume = make("volume");
    GstElement *convert = make("audioconvert"), *resample = make("audioresample");
    sink = make("autoaudiosink");
    if (volume && convert && resample && sink) {
      gst_bin_add_many(GST_BIN(pipeline), convert, resample, volume, sink, nullptr);
      gst_element_link_many(source, convert, resample, volume, sink, nullptr);
      g_object_set(volume, "volume", level_.load(), "mute", muted_.load() ? TRUE : FALSE, nullptr);
    }
  } else {
    sink = make("fakesink");
    set_sink(sink, options_.sync);
    gst_bin_add(GST_BIN(pipeline), sink);
    gst_element_link(source, sink);
  }
  start(pipeline);
  std::lock_guard lock(mutex_);
  audio_ = pipeline;
  audio_source_ = GST_APP_SRC(gst_object_ref(source));
  volume_ = volume;
}

void Output::close(GstElement*& pipeline, GstAppSrc*& source) {
  GstElement* dead = nullptr;
  GstAppSrc* dead_source = nullptr;
  {
    std::lock_guard lock(mutex_);
    std::swap(dead, pipeline);
    std::swap(dead_source, source);
    if (&source == &audio_source_) volume_ = nullptr;
  }
  if (!dead) return;
  gst_element_set_state(dead, GST_STATE_NULL);  // also frees a painter that waits in push()
  gst_object_unref(dead);
  gst_object_unref(dead_source);
}

void Output::push(BufferPtr frame, Ns pts, Ns duration) {
  GST_BUFFER_PTS(frame.get()) = static_cast<GstClockTime>(pts);
  GST_BUFFER_DURATION(frame.get()) = static_cast<GstClockTime>(duration);
  GstAppSrc* source = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (video_source_) source = GST_APP_SRC(gst_object_ref(video_source_));
  }
  if (!source) return;
  gst_app_src_push_buffer(source, frame.release());
  gst_object_unref(source);
}

void Output::push_audio(std::span<const std::int16_t> samples, Ns pts) {
  std::lock_guard lock(mutex_);
  if (!audio_source_ || samples.empty()) return;
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, samples.size_bytes(), nullptr);
  gst_buffer_fill(buffer, 0, samples.data(), samples.size_bytes());
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(pts);
  GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(pts_of_sample(static_cast<std::int64_t>(samples.size() / 2)));
  gst_app_src_push_buffer(audio_source_, buffer);
}

void Output::set_volume(int percent, bool muted) {
  // Loudness is felt, not counted: half the slider is half as loud.
  level_ = gst_stream_volume_convert_volume(GST_STREAM_VOLUME_FORMAT_CUBIC, GST_STREAM_VOLUME_FORMAT_LINEAR, percent / 100.0);
  muted_ = muted;
  std::lock_guard lock(mutex_);
  if (volume_) g_object_set(volume_, "volume", level_.load(), "mute", muted ? TRUE : FALSE, nullptr);
}

bool Output::failed(GstElement* pipeline, const char* which) {
  if (!pipeline) return true;
  GstBus* bus = gst_element_get_bus(pipeline);
  bool bad = false;
  while (GstMessage* message = gst_bus_pop(bus)) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      GError* error = nullptr;
      gst_message_parse_error(message, &error, nullptr);
      log::error("{} output: {}", which, error->message);
      g_error_free(error);
      bad = true;
    }
    gst_message_unref(message);
  }
  gst_object_unref(bus);
  return bad;
}

void Output::resize(Area area) {
  std::lock_guard lock(building_);
  close(video_, video_source_);  // its thread ends: nobody measures any more
  options_.area = area;
  presenter_->resize(area);
  if (auto built = build_video(); !built) log::error("{}", to_log(built.error()));
}

std::optional<Area> Output::resized() const {
  std::lock_guard lock(building_);
  if (!window_ || !options_.follow) return std::nullopt;
  auto area = turned(window_->area(), options_.rotation);  // a quarter turn there is one back
  return area == options_.area ? std::nullopt : std::optional(area);
}

void Output::tend() {
  std::lock_guard lock(building_);
  auto now = monotonic_ns();
  // On a full screen nobody may close anything; what asks for it there is a mistake of the window manager.
  if (window_ && !window_->tend() && !options_.fullscreen) closed_ = true;
  if (failed(video_, "video")) {
    close(video_, video_source_);
    if (now >= video_retry_) {
      video_retry_ = now + kRetry;
      rebuild();
    }
  }
  if (failed(audio_, "audio")) {
    close(audio_, audio_source_);
    if (now >= audio_retry_) {
      audio_retry_ = now + 10 * kRetry;
      build_audio();
    }
  }
}

void Output::rebuild_video() {
  std::lock_guard lock(building_);
  rebuild();
}

void Output::rebuild() {
  close(video_, video_source_);
  if (window_) {
    window_.reset();  // it may be what failed
    auto panel = turned(options_.area, options_.rotation);
    if (auto now = display_area(); now && options_.fullscreen && options_.follow) panel = *now;  // it may have another mode
    auto window = XWindow::open(panel, options_.fullscreen);
    if (!window) {
      log::error("{}", to_log(window.error()));
      return;
    }
    window_ = *std::move(window);
    window_->show();
  }
  if (auto built = build_video(); !built) log::error("{}", to_log(built.error()));
}

}  // namespace fz::screen
