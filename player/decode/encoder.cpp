#include "player/decode/encoder.hpp"

#include <cerrno>

namespace fz::decode {
namespace {

Error to_error(GstMessage* m) {
  GError* e = nullptr;
  char* debug = nullptr;
  gst_message_parse_error(m, &e, &debug);
  Error out = fail(Code::process_failed, {{"program", "fz-decode"}, {"what", std::string(e->message).substr(0, 200)}});
  std::string detail = std::string(e->message) + (debug ? std::string(" | ") + debug : "");
  if (e->domain == GST_RESOURCE_ERROR) {
    bool full = e->code == GST_RESOURCE_ERROR_NO_SPACE_LEFT || detail.find("No space left") != std::string::npos;
    out = full ? fail(Code::disk_full) : fail(Code::io, {{"path", "rendition"}, {"what", std::string(e->message).substr(0, 200)}});
  }
  out.detail = detail;
  g_clear_error(&e);
  g_free(debug);
  return out;
}

}  // namespace

Result<std::unique_ptr<Encoder>> Encoder::start(const std::string& description) {
  GError* error = nullptr;
  auto encoder = std::make_unique<Encoder>();
  encoder->pipe_.reset(gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  if (!encoder->pipe_) {
    auto e = fail(Code::unavailable, {{"what", "GStreamer"}}, error ? error->message : description);
    g_clear_error(&error);
    return e;
  }
  gst_object_ref_sink(encoder->pipe_.get());
  encoder->video_.reset(gst_bin_get_by_name(GST_BIN(encoder->pipe_.get()), "video"));
  encoder->audio_.reset(gst_bin_get_by_name(GST_BIN(encoder->pipe_.get()), "audio"));
  gst_element_set_state(encoder->pipe_.get(), GST_STATE_PLAYING);
  return encoder;
}
Encoder::~Encoder() {
  if (pipe_) gst_element_set_state(pipe_.get(), GST_STATE_NULL);
}

bool Encoder::push(bool video, GstSample* sample, std::int64_t origin_ns) {
  auto& source = video ? video_ : audio_;
  auto running = running_time(sample);
  if (!source || failed_) return !failed_;
  auto t = running.value_or(origin_ns) - origin_ns;
  if (t < -500'000'000) return true;
  GstBuffer* b = gst_buffer_copy(gst_sample_get_buffer(sample));
  GST_BUFFER_PTS(b) = static_cast<GstClockTime>(std::max<std::int64_t>(t, 0));
  GST_BUFFER_DTS(b) = GST_CLOCK_TIME_NONE;
  // Whole blocks of sound before the picture fall; of one that reaches into it the rest is kept.
  if (!video && t < 0) {
    auto bytes = static_cast<gsize>(-t * 48000 / 1'000'000'000) * 4;
    if (bytes >= gst_buffer_get_size(b)) {
      gst_buffer_unref(b);
      return true;
    }
    gst_buffer_resize(b, static_cast<gssize>(bytes), -1);
    GST_BUFFER_DURATION(b) = GST_CLOCK_TIME_NONE;
  }
  GstSample* moved = gst_sample_new(b, gst_sample_get_caps(sample), nullptr, nullptr);
  gst_buffer_unref(b);
  auto flow = gst_app_src_push_sample(GST_APP_SRC(source.get()), moved);
  gst_sample_unref(moved);
  return flow == GST_FLOW_OK && !failed_;
}
void Encoder::end(bool video) {
  auto& source = video ? video_ : audio_;
  if (source) gst_app_src_end_of_stream(GST_APP_SRC(source.get()));
}
Result<void> Encoder::check() {
  GstRef<GstBus> bus(gst_element_get_bus(pipe_.get()));
  GstMessage* m = gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR);
  if (!m) return {};
  auto e = to_error(m);
  gst_message_unref(m);
  failed_ = true;
  return e;
}
Result<void> Encoder::finish() {
  GstRef<GstBus> bus(gst_element_get_bus(pipe_.get()));
  GstMessage* m =
      gst_bus_timed_pop_filtered(bus.get(), GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  Result<void> out;
  if (GST_MESSAGE_TYPE(m) == GST_MESSAGE_ERROR) out = to_error(m);
  gst_message_unref(m);
  gst_element_set_state(pipe_.get(), GST_STATE_NULL);
  return out;
}

}  // namespace fz::decode
