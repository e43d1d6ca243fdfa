#include "player/decode/media_pipeline.hpp"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>
#include <unistd.h>

#include <cstring>

namespace fz::decode {
namespace {

struct Format {
  const char* caps;
  int version;  ///< of mpegversion and its like; 0: any
  const char* name;
  const char* decoder;
};
constexpr int kVc1 = 100;  // WMV 9 "advanced", which has no number of its own
constexpr Format kVideo[] = {{"video/x-h264", 0, "h264", "h264parse ! avdec_h264"},
                             {"video/x-h265", 0, "hevc", "h265parse ! avdec_h265"},
                             {"video/x-vp9", 0, "vp9", "vp9dec"},
                             {"video/x-vp8", 0, "vp8", "vp8dec"},
                             {"video/mpeg", 4, "mpeg4", "mpeg4videoparse ! avdec_mpeg4"},
                             {"video/mpeg", 2, "mpeg2", "mpegvideoparse ! avdec_mpeg2video"},
                             {"video/x-prores", 0, "prores", "avdec_prores"},
                             {"video/x-wmv", 1, "wmv1", "avdec_wmv1"},
                             {"video/x-wmv", 2, "wmv2", "avdec_wmv2"},
                             {"video/x-wmv", 3, "wmv3", "avdec_wmv3"},
                             {"video/x-wmv", kVc1, "vc1", "avdec_vc1"},
                             {"video/x-divx", 3, "msmpeg4v3", "avdec_msmpeg4"},
                             {"video/x-divx", 0, "mpeg4", "mpeg4videoparse ! avdec_mpeg4"},
                             {"video/x-msmpeg", 42, "msmpeg4v2", "avdec_msmpeg4v2"},
                             {"video/x-msmpeg", 43, "msmpeg4v3", "avdec_msmpeg4"},
                             {"image/jpeg", 0, "mjpeg", "jpegdec"}};
constexpr Format kAudio[] = {{"audio/mpeg", 4, "aac", "aacparse ! avdec_aac"},
                             {"audio/mpeg", 2, "aac", "aacparse ! avdec_aac"},
                             {"audio/mpeg", 1, "mp3", "mpegaudioparse ! avdec_mp3float"},
                             {"audio/x-opus", 0, "opus", "opusdec"},
                             {"audio/x-vorbis", 0, "vorbis", "vorbisdec"},
                             {"audio/x-ac3", 0, "ac3", "avdec_ac3"},
                             {"audio/x-eac3", 0, "eac3", "avdec_eac3"},
                             {"audio/x-alac", 0, "alac", "avdec_alac"},
                             {"audio/x-flac", 0, "flac", "flacparse ! flacdec"},
                             {"audio/x-wma", 1, "wmav1", "avdec_wmav1"},
                             {"audio/x-wma", 2, "wmav2", "avdec_wmav2"},
                             {"audio/x-wma", 3, "wmapro", "avdec_wmapro"},
                             {"audio/x-raw", 0, "pcm", "identity"}};
/// What opens a container. A still and a file of bare sound have one chain; others get their decoders when the demuxer has
/// told its streams.
struct Opener {
  const char* container;
  const char* chain;
  enum { streams, picture, sound } gives;
  const char* codec = "";  ///< of bare sound
};
constexpr Opener kOpeners[] = {{"mp4", "qtdemux name=open", Opener::streams},
                               {"mov", "qtdemux name=open", Opener::streams},
                               {"matroska", "matroskademux name=open", Opener::streams},
                               {"webm", "matroskademux name=open", Opener::streams},
                               {"ogg", "oggdemux name=open", Opener::streams},
                               {"avi", "avidemux name=open", Opener::streams},
                               {"asf", "asfdemux name=open", Opener::streams},
                               {"png", "pngdec name=open", Opener::picture},
                               {"jpeg", "jpegparse ! jpegdec name=open", Opener::picture},
                               {"webp", "webpdec name=open", Opener::picture},
                               {"wav", "wavparse name=open", Opener::sound, "pcm"},
                               {"mp3", "mpegaudioparse ! avdec_mp3float name=open", Opener::sound, "mp3"},
                               {"adts", "aacparse ! avdec_aac name=open", Opener::sound, "aac"},
                               {"flac", "flacparse ! flacdec name=open", Opener::sound, "flac"}};

template <std::size_t N>
const Format* find_format(const Format (&formats)[N], const GstStructure* s) {
  int version = 0;
  for (const char* name : {"mpegversion", "wmvversion", "wmaversion", "divxversion", "msmpegversion"})
    if (gst_structure_get_int(s, name, &version)) break;
  const char* format = gst_structure_get_string(s, "format");
  if (format && std::strcmp(format, "WVC1") == 0) version = kVc1;
  for (auto& f : formats)
    if (gst_structure_has_name(s, f.caps) && (f.version == 0 || f.version == version)) return &f;
  return nullptr;
}

// Compressed data wait here, so that a film whose sound lies apart from its picture flows on.
constexpr const char* kQueue = "queue max-size-buffers=0 max-size-bytes=16777216 max-size-time=5000000000 ! ";
constexpr const char* kSink = "appsink name=sink sync=false enable-last-sample=false wait-on-eos=false max-buffers=";

// An appsink does not say that its user looks at strides and offsets (which GstVideoFrame does), and then libav copies every
// frame out of its padded buffers: 3 MB at 1080p. It does so too when the coded height is not the shown one (1088 and 1080 lines),
// unless downstream offers a pool whose buffers may be padded (gst-libav 1.22, decide_allocation): so one is offered.
GstPadProbeReturn offer_padded_pool(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstQuery* query = GST_PAD_PROBE_INFO_QUERY(info);
  if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gboolean need_pool = FALSE;
  GstVideoInfo video;
  gst_query_parse_allocation(query, &caps, &need_pool);
  if (need_pool && caps && gst_video_info_from_caps(&video, caps)) {
    GstRef<GstBufferPool> pool(GST_BUFFER_POOL(gst_object_ref_sink(gst_video_buffer_pool_new())));
    gst_query_add_allocation_pool(query, pool.get(), static_cast<guint>(video.size), 0, 0);
  }
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return GST_PAD_PROBE_HANDLED;
}
void accept_any_layout(GstElement* sink) {
  GstRef<GstPad> pad(gst_element_get_static_pad(sink, "sink"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, offer_padded_pool, nullptr, nullptr);
}

// videoflip copies every frame of a film that is not rotated (GStreamer 1.22). It hears of a rotation by a tag; until then it
// passes frames through.
void spare_upright(GstElement* flip) {
  gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(flip), TRUE);
  GstPad* pad = gst_element_get_static_pad(flip, "sink");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer element) {
        GstTagList* tags = nullptr;
        gchar* orientation = nullptr;
        if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_TAG) gst_event_parse_tag(GST_PAD_PROBE_INFO_EVENT(info), &tags);
        if (tags && gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &orientation))
          gst_base_transform_set_passthrough(GST_BASE_TRANSFORM(element), std::strcmp(orientation, "rotate-0") == 0);
        g_free(orientation);
        return GST_PAD_PROBE_OK;
      },
      flip, nullptr);
  gst_object_unref(pad);
}

std::optional<std::int64_t> known(std::uint64_t t) {
  if (t == GST_CLOCK_TIME_NONE) return std::nullopt;
  return static_cast<std::int64_t>(t);
}

}  // namespace

std::optional<std::int64_t> running_time(GstSample* sample) {
  auto pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  return known(gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, pts));
}
std::optional<std::int64_t> stream_time(GstSample* sample) {
  auto pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  return known(gst_segment_to_stream_time(gst_sample_get_segment(sample), GST_FORMAT_TIME, pts));
}

MediaPipeline::MediaPipeline(Setup setup) : setup_(std::move(setup)) {
  if (!setup_.strict) return;
  // libav conceals damage and only logs it; in a strict pass a log line of level error counts.
  gst_debug_set_threshold_for_name("libav", GST_LEVEL_ERROR);
  gst_debug_add_log_function(on_log, this, nullptr);
}
void MediaPipeline::close() {
  stop_ = true;
  if (pipe_) gst_element_set_state(pipe_.get(), GST_STATE_NULL);
}
MediaPipeline::~MediaPipeline() {
  close();
  if (setup_.strict) gst_debug_remove_log_function_by_data(this);
}

void MediaPipeline::on_log(GstDebugCategory* category, GstDebugLevel level, const gchar*, const gchar*, gint, GObject*, GstDebugMessage*,
                           gpointer self) {
  auto* p = static_cast<MediaPipeline*>(self);
  // A decoder that is stopped in the middle may complain of what it did not get.
  if (level == GST_LEVEL_ERROR && !p->stop_ && std::strcmp(gst_debug_category_get_name(category), "libav") == 0) ++p->complaints_;
}
void MediaPipeline::on_element(GstBin*, GstBin*, GstElement* element, gpointer self) {
  if (!static_cast<MediaPipeline*>(self)->setup_.strict) return;
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "max-errors")) g_object_set(element, "max-errors", 0, nullptr);
}
void MediaPipeline::on_pad(GstElement*, GstPad* pad, gpointer self) {
  static_cast<MediaPipeline*>(self)->link(pad);
}
void MediaPipeline::on_no_more_pads(GstElement*, gpointer self) {
  auto* p = static_cast<MediaPipeline*>(self);
  if (p->lacks_picture()) p->no_video_ = true;
}
// A picture is wanted, there is none, and the sound alone will not do. Asked once, when all streams are told.
bool MediaPipeline::lacks_picture() const {
  if (!setup_.video || has_video_) return false;
  return !(has_audio_ && streams().missing.empty() && setup_.sound_alone && setup_.sound_alone());
}

void MediaPipeline::watch_size(GstElement* scale) {
  GstRef<GstPad> pad(gst_element_get_static_pad(scale, "sink"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        GstCaps* caps = nullptr;
        GstVideoInfo video;
        if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_CAPS) gst_event_parse_caps(GST_PAD_PROBE_INFO_EVENT(info), &caps);
        if (!caps || !gst_video_info_from_caps(&video, caps) || video.par_d <= 0) return GST_PAD_PROBE_OK;
        auto* p = static_cast<MediaPipeline*>(self);
        std::lock_guard lock(p->mutex_);
        p->display_size_ = {static_cast<int>(std::int64_t{video.width} * video.par_n / video.par_d), video.height};
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

// In the demuxer's thread: gives a new stream its decoder, or lets it fall.
void MediaPipeline::link(GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (!caps) caps = gst_pad_query_caps(pad, nullptr);
  const Format* format = nullptr;
  std::string chain;
  Callback* callback = nullptr;
  if (auto* s = gst_caps_is_empty(caps) || gst_caps_is_any(caps) ? nullptr : gst_caps_get_structure(caps, 0)) {
    std::string name = gst_structure_get_name(s);
    std::lock_guard lock(mutex_);
    if ((format = find_format(kVideo, s)) && !has_video_) {
      has_video_ = true;
      streams_.video_codec = format->name;
      callback = &setup_.video;
      chain = setup_.video_chain;
    } else if (!format && (format = find_format(kAudio, s)) && !has_audio_) {
      has_audio_ = true;
      streams_.audio_codec = format->name;
      callback = &setup_.audio;
      chain = setup_.audio_chain;
    } else if (!format && (name.starts_with("video/") || name.starts_with("audio/"))) {
      streams_.missing = name.substr(name.find('/') + 1, 60);
    }
  }
  gst_caps_unref(caps);
  if (callback && *callback)
    attach(pad, kQueue + std::string(format->decoder) + " ! " + chain + (chain.empty() ? "" : " ! "), callback);
  else  // no sink: one that waits for its preroll would hold up the demuxer
    gst_pad_add_probe(
        pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
        [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_DROP; }, nullptr, nullptr);
}

// Puts `chain` and a sink behind `pad`.
void MediaPipeline::attach(GstPad* pad, const std::string& chain, Callback* callback) {
  auto text = chain + kSink + (callback == &setup_.video ? "4" : "40");
  GError* error = nullptr;
  GstElement* bin = gst_parse_bin_from_description(text.c_str(), TRUE, &error);
  if (!bin) {
    GST_ELEMENT_ERROR(pipe_.get(), CORE, FAILED, ("%s", error ? error->message : text.c_str()), (nullptr));
    g_clear_error(&error);
    return;
  }
  struct Context {
    MediaPipeline* self;
    Callback* callback;
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
  callbacks.eos = [](GstAppSink*, gpointer user) {
    auto* c = static_cast<Context*>(user);
    if (c->self->setup_.ended) c->self->setup_.ended(c->callback == &c->self->setup_.video);
  };
  GstRef<GstElement> sink(gst_bin_get_by_name(GST_BIN(bin), "sink"));
  if (setup_.any_layout && callback == &setup_.video) accept_any_layout(sink.get());
  if (GstRef<GstElement> flip(gst_bin_get_by_name(GST_BIN(bin), "flip")); flip) spare_upright(flip.get());
  if (GstRef<GstElement> scale(gst_bin_get_by_name(GST_BIN(bin), "scale")); scale) watch_size(scale.get());
  gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, new Context{this, callback},
                             [](gpointer p) { delete static_cast<Context*>(p); });
  gst_bin_add(GST_BIN(pipe_.get()), bin);
  on_element(nullptr, nullptr, bin, this);
  gst_element_sync_state_with_parent(bin);
  GstRef<GstPad> target(gst_element_get_static_pad(bin, "sink"));
  if (gst_pad_link(pad, target.get()) != GST_PAD_LINK_OK) GST_ELEMENT_ERROR(pipe_.get(), CORE, NEGOTIATION, ("link"), ("%s", text.c_str()));
}

Result<void> MediaPipeline::build() {
  const Opener* opener = nullptr;
  for (auto& o : kOpeners)
    if (setup_.container == o.container) opener = &o;
  if (!opener) return fail(Code::media_not_media, {}, setup_.container);
  auto text = "fdsrc fd=" + std::to_string(setup_.fd) + " blocksize=65536 ! " + opener->chain;
  GError* error = nullptr;
  pipe_.reset(gst_parse_launch_full(text.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  if (!pipe_) {
    auto e = fail(Code::unavailable, {{"what", std::string("GStreamer ") + opener->chain}}, error ? error->message : "");
    g_clear_error(&error);
    return e;
  }
  gst_object_ref_sink(pipe_.get());
  g_signal_connect(pipe_.get(), "deep-element-added", G_CALLBACK(on_element), this);
  GstRef<GstElement> open(gst_bin_get_by_name(GST_BIN(pipe_.get()), "open"));
  on_element(nullptr, nullptr, open.get(), this);
  if (opener->gives == Opener::streams) {
    g_signal_connect(open.get(), "pad-added", G_CALLBACK(on_pad), this);
    g_signal_connect(open.get(), "no-more-pads", G_CALLBACK(on_no_more_pads), this);
    return {};
  }
  GstRef<GstPad> pad(gst_element_get_static_pad(open.get(), "src"));
  if (opener->gives == Opener::sound) {
    streams_.audio_codec = opener->codec;
    has_audio_ = true;
    if (lacks_picture()) return no_picture();
    attach(pad.get(), setup_.audio_chain.empty() ? "" : setup_.audio_chain + " ! ", &setup_.audio);
    return {};
  }
  streams_.video_codec = setup_.container;
  has_video_ = true;
  attach(pad.get(), setup_.video_chain.empty() ? "" : setup_.video_chain + " ! ", &setup_.video);
  return {};
}

Result<void> MediaPipeline::start(std::int64_t from_ns) {
  ::lseek(setup_.fd, static_cast<off_t>(setup_.skip_bytes), SEEK_SET);
  FZ_CHECK(build());
  if (from_ns > 0) FZ_CHECK(seek(from_ns));
  gst_element_set_state(pipe_.get(), GST_STATE_PLAYING);  // a failure comes as a message
  return {};
}

Result<void> MediaPipeline::seek(std::int64_t from_ns) {
  gst_element_set_state(pipe_.get(), GST_STATE_PAUSED);
  GstRef<GstBus> bus(gst_element_get_bus(pipe_.get()));
  for (bool ready = false; !ready && !eos_;) {
    GstMessage* m = gst_bus_timed_pop(bus.get(), 20 * GST_SECOND);
    if (!m) return fail(Code::media_timeout, {{"seconds", "20"}});
    ready = GST_MESSAGE_TYPE(m) == GST_MESSAGE_ASYNC_DONE;
    auto handled = handle(m);
    gst_message_unref(m);
    FZ_CHECK(handled);
  }
  gst_element_seek_simple(pipe_.get(), GST_FORMAT_TIME,
                          static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE), from_ns);
  return {};
}

Result<MediaPipeline::Outcome> MediaPipeline::wait(Millis limit) {
  GstRef<GstBus> bus(gst_element_get_bus(pipe_.get()));
  auto until = std::chrono::steady_clock::now() + limit;
  while (!eos_ && !stop_) {
    if (no_video_) return no_picture();
    auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(until - std::chrono::steady_clock::now()).count();
    if (left <= 0) return Outcome::running;
    GstMessage* m = gst_bus_timed_pop(bus.get(), static_cast<GstClockTime>(std::min<std::int64_t>(left, 20'000'000)));
    if (!m) continue;
    auto handled = handle(m);
    gst_message_unref(m);
    if (stop_) break;  // errors after the end of interest are of no interest
    FZ_CHECK(handled);
  }
  if (stop_) return Outcome::stopped;
  if (no_video_ || lacks_picture()) return no_picture();
  return Outcome::eos;
}

Streams MediaPipeline::streams() const {
  std::lock_guard lock(mutex_);
  return streams_;
}
layout::Extent MediaPipeline::display_size() const {
  std::lock_guard lock(mutex_);
  return display_size_;
}
Error MediaPipeline::no_picture() const {
  auto missing = streams().missing;
  return missing.empty() ? fail(Code::media_no_video) : fail(Code::media_codec_unsupported, {{"codec", missing}});
}

Result<void> MediaPipeline::handle(GstMessage* m) {
  if (GST_MESSAGE_TYPE(m) == GST_MESSAGE_EOS) eos_ = true;
  if (GST_MESSAGE_TYPE(m) == GST_MESSAGE_ERROR) return to_error(m);
  return {};
}

Error MediaPipeline::to_error(GstMessage* m) const {
  auto seen = streams();
  GError* e = nullptr;
  char* debug = nullptr;
  gst_message_parse_error(m, &e, &debug);
  Error out = fail(Code::media_corrupt, {{"what", "decoding / 解码"}});
  if (!seen.missing.empty() && seen.video_codec.empty())
    out = fail(Code::media_codec_unsupported, {{"codec", seen.missing}});
  else if (e->domain == GST_RESOURCE_ERROR && e->code == GST_RESOURCE_ERROR_READ)
    out = fail(Code::io, {{"path", "media"}, {"what", std::string(e->message).substr(0, 200)}});
  else if (e->domain == GST_STREAM_ERROR && e->code == GST_STREAM_ERROR_DEMUX && seen.video_codec.empty())
    out = fail(Code::media_zero_duration);  // a header whose tracks hold no sample
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
