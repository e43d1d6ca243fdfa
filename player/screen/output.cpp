#include "player/screen/output.hpp"

#include <gst/app/gstappsrc.h>
#include <gst/video/videooverlay.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <initializer_list>

#include "player/screen/rotate.hpp"
#include "shared/base/log.hpp"

namespace fz::screen {

namespace {
constexpr Ns kRetry = 1 * kNsPerS;
constexpr Ns kLongestRetry = 60 * kNsPerS;
constexpr Ns kSoundStalled = 3 * kNsPerS;  // a device that takes nothing for so long is gone
constexpr Area kNoSurface{64, 36};

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
    case SinkKind::audio:
      return "audio";
  }
  return "null";
}

Result<Area> surface_area(const OutputOptions& options) {
  if (options.area.width > 0) return options.area;
  if (options.sink == SinkKind::audio) return kNoSurface;
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

Result<std::unique_ptr<Output>> Output::open(const OutputOptions& options, std::function<void(const Presented&)> report,
                                             std::function<void(const Presented&)> announce, HeardFn heard) {
  std::unique_ptr<Output> out(new Output(options));
  out->epoch_ = monotonic_ns();
  out->heard_ = std::move(heard);
  FZ_TRY(out->options_.area, surface_area(options));
  if (options.sink == SinkKind::x11) load_plugins({"ximagesink"});
  if (options.audio_device) load_plugins({"audioconvert", "audioresample", "alsa", "pulseaudio", "autodetect"});
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
  gst_bin_add(GST_BIN(pipeline), source);
  connect_source(GST_APP_SRC(source), gst_caps_from_string("audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved"));
  // What the device does not take within half a second is dropped, so that sound never holds up the picture.
  // (Without a clock the painter would outrun any sink: then it waits.)
  g_object_set(source, "block", options_.sync ? FALSE : TRUE, "max-bytes", static_cast<guint64>(0), "max-time",
               static_cast<guint64>(500 * kNsPerMs), "leaky-type", options_.sync ? 2 : 0 /* downstream, none */, nullptr);
  if (GstElement* sink = make_audio_sink()) {
    gst_bin_add(GST_BIN(pipeline), sink);
    gst_element_link(source, sink);
  }
  GstPad* pad = gst_element_get_static_pad(source, "src");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, &Output::listen, this, nullptr);
  gst_object_unref(pad);
  sound_taken_ = sound_pushed_ = monotonic_ns();
  start(pipeline);
  std::lock_guard lock(mutex_);
  audio_ = pipeline;
  audio_source_ = GST_APP_SRC(gst_object_ref(source));
}

GstElement* Output::make_audio_sink() {
  if (options_.make_audio_sink) return options_.make_audio_sink();
  if (!options_.audio_device) {
    GstElement* sink = make("fakesink");
    set_sink(sink, options_.sync);
    return sink;
  }
  GError* error = nullptr;
  GstElement* bin = gst_parse_bin_from_description("audioconvert ! audioresample ! autoaudiosink", TRUE, &error);
  if (error) log::error("sound: {}", error->message);
  g_clear_error(&error);
  return bin;
}

GstPadProbeReturn Output::listen(GstPad*, GstPadProbeInfo* info, gpointer user) {
  auto* self = static_cast<Output*>(user);
  self->sound_taken_ = monotonic_ns();
  GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
  const Note* note = note_of(buffer);
  GstMapInfo map;
  if (!note || !note->zones[0].play || !self->heard_ || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return GST_PAD_PROBE_OK;
  self->heard_(note->zones[0].play, static_cast<Ns>(GST_BUFFER_PTS(buffer)),
               {reinterpret_cast<const std::int16_t*>(map.data), map.size / 2});
  gst_buffer_unmap(buffer, &map);
  return GST_PAD_PROBE_OK;
}

void Output::close(GstElement*& pipeline, GstAppSrc*& source) {
  GstElement* dead = nullptr;
  GstAppSrc* dead_source = nullptr;
  {
    std::lock_guard lock(mutex_);
    std::swap(dead, pipeline);
    std::swap(dead_source, source);
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

void Output::push_audio(std::span<std::int16_t> samples, Ns pts, const PlayRef& play) {
  // From the gain of the last block to the one that is wanted now, over this block: a step would click.
  const std::size_t frames = samples.size() / 2;
  float to = level_, step = frames == 0 ? 0 : (to - gain_) / static_cast<float>(frames);
  for (std::size_t k = 0; (gain_ != 1.0F || to != 1.0F) && k + 1 < samples.size(); k += 2) {
    gain_ += step;
    for (auto* s : {&samples[k], &samples[k + 1]}) *s = static_cast<std::int16_t>(std::lround(static_cast<float>(*s) * gain_));
  }
  gain_ = to;
  sound_pushed_ = monotonic_ns();
  GstAppSrc* source = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (audio_source_ && !samples.empty()) source = GST_APP_SRC(gst_object_ref(audio_source_));
  }
  if (!source) return;
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, samples.size_bytes(), nullptr);
  gst_buffer_fill(buffer, 0, samples.data(), samples.size_bytes());
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(pts);
  GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(pts_of_sample(static_cast<std::int64_t>(samples.size() / 2)));
  Note note;
  note.zones[0].play = play;  // sound is of the main zone alone
  attach_note(buffer, std::move(note));
  gst_app_src_push_buffer(source, buffer);
  gst_object_unref(source);
}

void Output::set_volume(int percent, bool muted) {
  // Loudness is felt, not counted: half the slider is half as loud.
  auto part = static_cast<float>(std::clamp(percent, 0, 100)) / 100;
  level_ = muted ? 0 : part * part * part;
}

bool Output::failed(GstElement* pipeline, const char* which) {
  if (!pipeline) return true;
  GstBus* bus = gst_element_get_bus(pipeline);
  bool bad = false;
  while (GstMessage* message = gst_bus_pop(bus)) {
    // A warning of the sound pipeline is how it says that no device was found.
    bool warning = GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING && pipeline == audio_;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR || warning) {
      GError* error = nullptr;
      warning ? gst_message_parse_warning(message, &error, nullptr) : gst_message_parse_error(message, &error, nullptr);
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
  tend_audio(now);
}

// PTS go by the clock, so sound that comes back is at the right position of whatever plays then.
void Output::tend_audio(std::int64_t now) {
  bool stalled = audio_ && options_.sync && sound_pushed_ - sound_taken_ > kSoundStalled;
  if (audio_ && (failed(audio_, "audio") || stalled)) {
    if (stalled) log::error("audio output: it takes no sound");
    close(audio_, audio_source_);
    sound_lost_ = true;
    audio_back_off_ = std::clamp(2 * audio_back_off_, kRetry, kLongestRetry);
    audio_retry_ = now + audio_back_off_;
  }
  if (!audio_ && now >= audio_retry_) {
    build_audio();
    audio_retry_ = now + audio_back_off_;
  } else if (audio_ && sound_lost_ && now - audio_retry_ > 2 * kRetry) {
    sound_lost_ = false;  // it has held for a while
    audio_back_off_ = 0;
    log::info("audio output: it is back");
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
