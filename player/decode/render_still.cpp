#include <gst/video/video.h>
#include <unistd.h>

#include <cerrno>

#include "player/decode/encoder.hpp"
#include "player/decode/media_pipeline.hpp"
#include "player/decode/pdf.hpp"
#include "player/decode/probe.hpp"
#include "player/decode/render.hpp"
#include "player/decode/report.hpp"
#include "shared/base/file.hpp"

namespace fz::decode {
namespace {

/// One upright frame in RGBA, its transparent parts laid on white paper.
Result<GstSample*> take_frame(const MediaInfo& info, int in, std::int64_t at_ns) {
  GstSample* taken = nullptr;
  MediaPipeline::Setup setup;
  setup.fd = in;
  setup.container = info.container;
  setup.video_chain = "videoconvert n-threads=2 ! video/x-raw,format=RGBA ! videoflip video-direction=auto";
  setup.video = [&](GstSample* s) {
    if (!taken) taken = gst_sample_ref(s);
    return false;
  };
  MediaPipeline pipeline(std::move(setup));
  FZ_CHECK(pipeline.start(at_ns));
  FZ_TRY(auto outcome, pipeline.wait(Seconds{3600}));
  if (!taken || outcome == MediaPipeline::Outcome::running) return fail(Code::media_corrupt, {{"what", "no picture"}});
  return taken;
}

GstSample* on_white(GstSample* s) {
  GstBuffer* b = gst_buffer_copy_deep(gst_sample_get_buffer(s));
  GstMapInfo map;
  if (gst_buffer_map(b, &map, GST_MAP_READWRITE)) {
    for (gsize k = 0; k + 3 < map.size; k += 4) {
      unsigned alpha = map.data[k + 3];
      if (alpha == 255) continue;
      for (gsize c = 0; c < 3; ++c) map.data[k + c] = static_cast<guint8>((map.data[k + c] * alpha + 255 * (255 - alpha) + 127) / 255);
      map.data[k + 3] = 255;
    }
    gst_buffer_unmap(b, &map);
  }
  GST_BUFFER_PTS(b) = 0;
  GST_BUFFER_DURATION(b) = GST_CLOCK_TIME_NONE;
  GstSample* out = gst_sample_new(b, gst_sample_get_caps(s), nullptr, nullptr);
  gst_buffer_unref(b);
  gst_sample_unref(s);
  return out;
}

}  // namespace

Result<void> render_page(int in, int out, int max_side) {
  FZ_TRY(const auto page, draw_first_page(in, max_side));
  FZ_CHECK(write_all(out, as_bytes(page.png), "rendition"));
  print_line(json::object{{"progress", 1000},
                          {"width", page.width},
                          {"height", page.height},
                          {"duration_ms", 0},
                          {"bytes", static_cast<std::int64_t>(page.png.size())},
                          {"mime", "image/png"}});
  return {};
}

Result<void> render_still(const Options& o, int in, int out) {
  bool thumb = o.profile == "thumb";
  FZ_TRY(auto structure, read_structure(in, o.picture, o.declared));
  if (structure.container == "pdf" && (thumb || o.profile == "page")) return render_page(in, out, thumb ? 480 : kPdfSide);
  if (structure.container == "pdf" || o.profile == "page") return fail(Code::unsupported, {{"what", o.profile + " / " + structure.mime}});
  FZ_TRY(auto info, look(o, in));
  if (!thumb && info.kind != Kind::image) return fail(Code::unsupported, {{"what", o.profile + " / " + info.mime}});
  const bool print = o.profile == "still-print", people = print || o.profile == "still-chat";  // for people: JPEG whatever it was
  auto size = fit_into({info.width, info.height}, thumb ? Size{480, 480} : print ? Size{4096, 4096} : Size{1920, 1080});
  bool png = !thumb && !people && info.container == "png";
  // A film's face: a tenth into it, past a fade from black.
  FZ_TRY(auto* frame, take_frame(info, in, info.kind == Kind::video ? info.duration_ms * 100'000 : 0));
  frame = on_white(frame);
  auto text = std::string("appsrc name=video format=time ! videoscale n-threads=2 method=lanczos add-borders=false ! video/x-raw,width=") +
              std::to_string(size.width) + ",height=" + std::to_string(size.height) + ",pixel-aspect-ratio=1/1 ! videoconvert ! " +
              // A JPEG's own colours: BT.601, full range.
              (png ? "video/x-raw,format=RGB ! pngenc"
                   : "video/x-raw,format=I420,colorimetry=1:4:0:0 ! jpegenc quality=" + std::string(thumb   ? "80"
                                                                                                    : print ? "95"
                                                                                                            : "92")) +
              " ! fdsink sync=false async=false fd=" + std::to_string(out);
  auto encoder = Encoder::start(text);
  if (encoder) {
    (*encoder)->push(true, frame, 0);
    (*encoder)->end(true);
  }
  gst_sample_unref(frame);
  if (!encoder) return encoder.error();
  FZ_CHECK((*encoder)->finish());
  auto bytes = ::lseek(out, 0, SEEK_END);
  print_line(json::object{{"progress", 1000},
                          {"width", size.width},
                          {"height", size.height},
                          {"duration_ms", 0},
                          {"bytes", static_cast<std::int64_t>(bytes)},
                          {"mime", png ? "image/png" : "image/jpeg"}});
  return {};
}

}  // namespace fz::decode
