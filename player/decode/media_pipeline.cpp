#include "player/decode/media_pipeline.hpp"

#include <gst/pbutils/missing-plugins.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace fz::decode {
namespace {

struct CodecName {
  const char* caps;
  const char* name;
};
constexpr std::array kCodecs{
    CodecName{"video/x-h264", "h264"}, CodecName{"video/x-h265", "hevc"},     CodecName{"video/x-vp9", "vp9"},
    CodecName{"video/x-vp8", "vp8"},   CodecName{"video/x-av1", "av1"},       CodecName{"video/x-prores", "prores"},
    CodecName{"image/jpeg", "jpeg"},   CodecName{"image/png", "png"},         CodecName{"image/webp", "webp"},
    CodecName{"audio/x-opus", "opus"}, CodecName{"audio/x-vorbis", "vorbis"}, CodecName{"audio/x-raw", "pcm"},
    CodecName{"audio/x-ac3", "ac3"},   CodecName{"audio/x-eac3", "eac3"},     CodecName{"audio/x-alac", "alac"}};

std::string codec_name(const GstCaps* caps) {
  if (!caps || gst_caps_is_empty(caps) || gst_caps_is_any(caps)) return "?";
  auto* s = gst_caps_get_structure(caps, 0);
  std::string name = gst_structure_get_name(s);
  int version = 0;
  if (name == "audio/mpeg") return gst_structure_get_int(s, "mpegversion", &version) && version == 1 ? "mp3" : "aac";
  if (name == "video/mpeg") return gst_structure_get_int(s, "mpegversion", &version) && version == 4 ? "mpeg4" : "mpeg2";
  for (auto& c : kCodecs)
    if (name == c.caps) return c.name;
  return name.substr(0, 64);
}

constexpr const char* kSink = "appsink name=sink sync=false enable-last-sample=false wait-on-eos=false max-buffers=";

Error media_error(Code code, const char* text) {
  std::string what = text ? std::string(text).substr(0, 200) : "";
  return fail(code, {{"what", what}}, what);
}

}  // namespace

std::optional<std::int64_t> running_time(GstSample* sample) {
  auto pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  auto t = gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, pts);
  if (t == GST_CLOCK_TIME_NONE) return std::nullopt;
  return static_cast<std::int64_t>(t);
}
std::optional<std::int64_t> stream_time(GstSample* sample) {
  auto pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  auto t = gst_segment_to_stream_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, pts);
  if (t == GST_CLOCK_TIME_NONE) return std::nullopt;
  return static_cast<std::int64_t>(t);
}

MediaPipeline::MediaPipeline(Setup setup) : setup_(std::move(setup)) {
  if (!setup_.strict) return;
  // libav conceals damage and only logs it; in a strict pass a log line of level error counts.
  gst_debug_set_threshold_for_name("libav", GST_LEVEL_ERROR);
  gst_debug_add_log_function(on_log, this, nullptr);
}
MediaPipeline::~MediaPipeline() {
  stop_ = true;
  if (pipe_) gst_element_set_state(pipe_.get(), GST_STATE_NULL);
  if (setup_.strict) gst_debug_remove_log_function_by_data(this);
}

void MediaPipeline::on_log(GstDebugCategory* category, GstDebugLevel level, const gchar*, const gchar*, gint, GObject*, GstDebugMessage*,
                           gpointer self) {
  if (level == GST_LEVEL_ERROR && std::strcmp(gst_debug_category_get_name(category), "libav") == 0)
    ++static_cast<MediaPipeline*>(self)->complaints_;
}

void MediaPipeline::on_element(GstBin*, GstBin*, GstElement* element, gpointer self) {
  if (!static_cast<MediaPipeline*>(self)->setup_.strict) return;
  auto* klass = gst_element_get_metadata(element, GST_ELEMENT_METADATA_KLASS);
  if (klass && std::strstr(klass, "Decoder") && g_object_class_find_property(G_OBJECT_GET_CLASS(element), "max-errors"))
    g_object_set(element, "max-errors", 0, nullptr);
}

void MediaPipeline::on_pad(GstElement*, GstPad* pad, gpointer self) {
  static_cast<MediaPipeline*>(self)->link(pad);
}

void MediaPipeline::link(GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (!caps) caps = gst_pad_query_caps(pad, nullptr);
  std::string name = gst_caps_is_empty(caps) ? "" : gst_structure_get_name(gst_caps_get_structure(caps, 0));
  gst_caps_unref(caps);
  bool video = name.starts_with("video/"), audio = name.starts_with("audio/");
  std::function<bool(GstSample*)>* callback = nullptr;
  std::string text;
  if (video && !has_video_) {
    has_video_ = true;
    callback = &setup_.video;
    text = setup_.video_chain + (setup_.video_chain.empty() ? "" : " ! ") + kSink + "4";
  } else if (audio && !has_audio_) {
    has_audio_ = true;
    callback = &setup_.audio;
    text = setup_.audio_chain + (setup_.audio_chain.empty() ? "" : " ! ") + kSink + "40";
  }
  if (!callback || !*callback) text = "fakesink name=sink sync=false async=false", callback = nullptr;
  GError* error = nullptr;
  GstElement* bin = gst_parse_bin_from_description(text.c_str(), TRUE, &error);
  if (!bin) {
    GST_ELEMENT_ERROR(pipe_.get(), CORE, FAILED, ("%s", error ? error->message : text.c_str()), (nullptr));
    g_clear_error(&error);
    return;
  }
  if (callback) {
    GstElement* sink = gst_bin_get_by_name(GST_BIN(bin), "sink");
    struct Context {
      MediaPipeline* self;
      std::function<bool(GstSample*)>* callback;
    };
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = [](GstAppSink* s, gpointer user) -> GstFlowReturn {
      auto* c = static_cast<Context*>(user);
      GstSample* sample = gst_app_sink_pull_sample(s);
      if (!sample) return GST_FLOW_EOS;
      bool on = !c->self->stop_ && (*c->callback)(sample);
      gst_sample_unref(sample);
      if (!on) c->self->stop_ = true;
      return on ? GST_FLOW_OK : GST_FLOW_EOS;
    };
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, new Context{this, callback},
                               [](gpointer p) { delete static_cast<Context*>(p); });
    gst_object_unref(sink);
  }
  gst_bin_add(GST_BIN(pipe_.get()), bin);
  GstPad* target = gst_element_get_static_pad(bin, "sink");
  if (gst_pad_link(pad, target) != GST_PAD_LINK_OK) GST_ELEMENT_ERROR(pipe_.get(), CORE, NEGOTIATION, (nullptr), ("%s", name.c_str()));
  gst_object_unref(target);
  gst_element_sync_state_with_parent(bin);
}

Result<void> MediaPipeline::start(std::int64_t from_ns) {
  ::lseek(setup_.fd, 0, SEEK_SET);
  pipe_.reset(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  GstElement* source = gst_element_factory_make("uridecodebin3", nullptr);
  if (!source) return fail(Code::unavailable, {{"what", "GStreamer uridecodebin3"}});
  g_object_set(source, "uri", ("fd://" + std::to_string(setup_.fd)).c_str(), nullptr);
  gst_bin_add(GST_BIN(pipe_.get()), source);
  g_signal_connect(source, "pad-added", G_CALLBACK(on_pad), this);
  g_signal_connect(pipe_.get(), "deep-element-added", G_CALLBACK(on_element), this);
  if (from_ns > 0) {
    gst_element_set_state(pipe_.get(), GST_STATE_PAUSED);
    GstRef<GstBus> bus(gst_element_get_bus(pipe_.get()));
    for (bool ready = false; !ready;) {
      GstMessage* m = gst_bus_timed_pop(bus.get(), 20 * GST_SECOND);
      if (!m) return fail(Code::media_timeout, {{"seconds", "20"}});
      ready = GST_MESSAGE_TYPE(m) == GST_MESSAGE_ASYNC_DONE;
      auto handled = handle(m);
      gst_message_unref(m);
      FZ_CHECK(handled);
      if (eos_) return {};
    }
    gst_element_seek_simple(pipe_.get(), GST_FORMAT_TIME,
                            static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE), from_ns);
  }
  gst_element_set_state(pipe_.get(), GST_STATE_PLAYING);  // a failure comes as a message
  return {};
}

Result<MediaPipeline::Outcome> MediaPipeline::wait(Millis limit) {
  GstRef<GstBus> bus(gst_element_get_bus(pipe_.get()));
  auto until = std::chrono::steady_clock::now() + limit;
  while (!eos_ && !stop_) {
    auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(until - std::chrono::steady_clock::now()).count();
    if (left <= 0) return Outcome::running;
    GstMessage* m = gst_bus_timed_pop(bus.get(), static_cast<GstClockTime>(std::min<std::int64_t>(left, 20'000'000)));
    if (!m) continue;
    auto handled = handle(m);
    gst_message_unref(m);
    if (stop_) break;  // errors after the end of interest are of no interest
    FZ_CHECK(handled);
  }
  while (GstMessage* m =
             gst_bus_pop_filtered(bus.get(), static_cast<GstMessageType>(GST_MESSAGE_STREAM_COLLECTION | GST_MESSAGE_ELEMENT))) {
    [[maybe_unused]] auto ignored = handle(m);
    gst_message_unref(m);
  }
  if (stop_) return Outcome::stopped;
  if (setup_.video && !has_video_)
    return streams_.missing.empty() ? fail(Code::media_no_video) : fail(Code::media_codec_unsupported, {{"codec", streams_.missing}});
  return Outcome::eos;
}

Result<void> MediaPipeline::handle(GstMessage* m) {
  switch (GST_MESSAGE_TYPE(m)) {
    case GST_MESSAGE_EOS:
      eos_ = true;
      break;
    case GST_MESSAGE_STREAM_COLLECTION:
      note_streams(m);
      break;
    case GST_MESSAGE_ERROR:
      return to_error(m);
    case GST_MESSAGE_ELEMENT:
      if (gst_is_missing_plugin_message(m)) {
        char* text = gst_missing_plugin_message_get_description(m);
        streams_.missing = text ? std::string(text).substr(0, 100) : "?";
        g_free(text);
      }
      break;
    default:
      break;
  }
  return {};
}

void MediaPipeline::note_streams(GstMessage* m) {
  GstStreamCollection* collection = nullptr;
  gst_message_parse_stream_collection(m, &collection);
  if (!collection) return;
  for (guint k = 0; k < gst_stream_collection_get_size(collection); ++k) {
    GstStream* s = gst_stream_collection_get_stream(collection, k);
    GstCaps* caps = gst_stream_get_caps(s);
    auto type = gst_stream_get_stream_type(s);
    if ((type & GST_STREAM_TYPE_VIDEO) && streams_.video_codec.empty()) streams_.video_codec = codec_name(caps);
    if ((type & GST_STREAM_TYPE_AUDIO) && streams_.audio_codec.empty()) streams_.audio_codec = codec_name(caps);
    if (caps) gst_caps_unref(caps);
  }
  gst_object_unref(collection);
}

Error MediaPipeline::to_error(GstMessage* m) const {
  GError* e = nullptr;
  char* debug = nullptr;
  gst_message_parse_error(m, &e, &debug);
  Error out = media_error(Code::media_corrupt, e->message);
  if (e->domain == GST_STREAM_ERROR) {
    if (e->code == GST_STREAM_ERROR_CODEC_NOT_FOUND || !streams_.missing.empty())
      out = fail(Code::media_codec_unsupported, {{"codec", streams_.missing.empty() ? streams_.video_codec : streams_.missing}});
    else if (e->code == GST_STREAM_ERROR_TYPE_NOT_FOUND)
      out = fail(Code::media_not_media);
  } else if (e->domain == GST_CORE_ERROR && e->code == GST_CORE_ERROR_MISSING_PLUGIN) {
    out = fail(Code::media_codec_unsupported, {{"codec", streams_.missing.empty() ? streams_.video_codec : streams_.missing}});
  } else if (e->domain == GST_RESOURCE_ERROR) {
    out = fail(Code::io, {{"path", "media"}, {"what", e->message}});
  }
  out.detail = std::string(GST_OBJECT_NAME(GST_MESSAGE_SRC(m))) + ": " + e->message + (debug ? std::string(" | ") + debug : "");
  g_clear_error(&e);
  g_free(debug);
  return out;
}

std::int64_t MediaPipeline::duration_ns() const {
  gint64 d = 0;
  return pipe_ && gst_element_query_duration(pipe_.get(), GST_FORMAT_TIME, &d) && d > 0 ? d : 0;
}

}  // namespace fz::decode
