#include "player/decode/play.hpp"

#include <gst/video/video.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>

#include "player/decode/audio_feed.hpp"
#include "player/decode/level.hpp"
#include "player/decode/media_pipeline.hpp"
#include "player/decode/report.hpp"
#include "player/decode/surround.hpp"

namespace fz::decode {
namespace {

constexpr Millis kFirstFrameLimit{10'000};
constexpr Millis kEndOfSound{5'000};
constexpr std::size_t kSoundAhead = 2 * wire::kAudioRate;  // decoded beyond the ring when there is no picture to wait for

// Colour first, at the file's own size, then geometry in I420: one element doing both paints grey borders around full-range
// pictures (GStreamer 1.22), and scales before it has heard of a rotation. What needs no change passes through untouched.
std::string video_chain(const Options& o) {
  auto w = std::to_string(o.geometry.width), h = std::to_string(o.geometry.height);
  std::string text = "videoconvert n-threads=2 ! video/x-raw,format=I420,colorimetry=bt709 ! videoflip name=flip video-direction=auto ! ";
  if (o.fit == wire::Fit::cover) text += "aspectratiocrop aspect-ratio=" + w + "/" + h + " ! ";
  // Pixel for pixel: only cells that are not square are scaled; copy() centres what comes.
  if (o.fit == wire::Fit::exact)
    return text + "videoscale add-borders=false ! video/x-raw,format=I420,pixel-aspect-ratio=1/1,colorimetry=bt709";
  text += "videoscale name=scale n-threads=2 add-borders=true ! video/x-raw,format=I420,width=" + w + ",height=" + h +
          ",pixel-aspect-ratio=1/1,colorimetry=bt709";
  return text;
}

/// The streaming threads' side: frames and samples into the ring.
class Player {
 public:
  Player(const Options& o, wire::RingWriter& ring, bool still) : options_(o), ring_(ring), feed_(ring), still_(still) {}

  /// Call before the first frame; the pipeline must outlive this.
  void watch(const MediaPipeline& pipeline) { pipeline_ = &pipeline; }
  bool video(GstSample* sample) {
    auto running = running_time(sample);
    if (first_ < 0) {
      first_ = running.value_or(0);
      feed_.set_origin(first_);
    }
    auto* buffer = gst_sample_get_buffer(sample);
    std::int64_t duration = GST_BUFFER_DURATION_IS_VALID(buffer) ? static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)) : 0;
    if (still_) duration = std::int64_t{options_.still_ms} * 1'000'000;
    // A decoder that loses a timestamp loses no frame: it follows the one before.
    auto pts = running ? std::max<std::int64_t>(*running - first_, 0) : next_;
    next_ = pts + duration;
    if (!copy(sample, pts, duration)) return false;
    return !still_;
  }
  /// There is no picture: the sound leads. REQUIRES: before any sample.
  bool begin_sound() {
    if (ring_.geometry().audio_frames == 0) return false;
    sound_ = true;
    ring_.start_sound();
    return true;
  }
  bool sound_only() const { return sound_; }
  bool audio(GstSample* sample) {
    auto running = running_time(sample);
    auto* buffer = gst_sample_get_buffer(sample);
    if (sound_ && first_ < 0 && running) feed_.set_origin(first_ = *running);
    GstMapInfo map;
    if (!running || !gst_buffer_map(buffer, &map, GST_MAP_READ)) return true;
    feed_.add(*running, reinterpret_cast<const std::int16_t*>(map.data), map.size / 4);
    gst_buffer_unmap(buffer, &map);
    // Back-pressure, as for frames: whoever started us ends us when it lost interest.
    while (sound_ && !feed_.wait_below(kSoundAhead, Seconds{1})) {
    }
    return true;
  }
  /// The sound after the last frame: until it is in the ring or the picture is over for good.
  void drain() {
    while (sound_ && !feed_.drain(Seconds{1})) {
    }
    for (auto left = kEndOfSound; left.count() > 0 && !feed_.drain(Millis{50}); left -= Millis{50}) note_shown();
  }

 private:
  bool copy(GstSample* sample, std::int64_t pts, std::int64_t duration) {
    GstVideoInfo info;
    GstVideoFrame frame;
    const auto& zone = options_.geometry;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample))) return false;
    const bool same = GST_VIDEO_INFO_WIDTH(&info) == zone.width && GST_VIDEO_INFO_HEIGHT(&info) == zone.height;
    if (!same && options_.fit != wire::Fit::exact) return false;
    if (!gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ)) return false;
    auto to = wait_for_slot();
    for (int p = 0; p < 3 && !same; ++p) centre(frame, p, to);
    for (int p = 0; p < 3 && same; ++p) {
      auto* from = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, p));
      int from_stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, p), rows = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, p);
      auto bytes = static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_WIDTH(&frame, p));
      if (from_stride == to.stride[p])
        std::memcpy(to.data[p], from, static_cast<std::size_t>(from_stride) * static_cast<std::size_t>(rows - 1) + bytes);
      else
        for (int y = 0; y < rows; ++y)
          std::memcpy(to.data[p] + std::ptrdiff_t{y} * to.stride[p], from + std::ptrdiff_t{y} * from_stride, bytes);
    }
    gst_video_frame_unmap(&frame);
    if (options_.fit == wire::Fit::contain && options_.surround == wire::Surround::blur) surround(to);
    shown_at_[ring_.frames_written() % shown_at_.size()] = pts;
    ring_.commit_frame(pts, duration);
    return true;
  }
  // A plane of a picture of another size than the zone's: its middle in the zone's middle, black around it.
  void centre(const GstVideoFrame& frame, int p, const wire::Planes<std::uint8_t>& to) const {
    const int shift = p > 0, w = options_.geometry.width >> shift, h = options_.geometry.height >> shift;
    const int have_w = GST_VIDEO_FRAME_COMP_WIDTH(&frame, p), have_h = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, p);
    // Even steps in the luma plane, so that the colour stays where it belongs.
    const auto offset = [shift](int space) { return shift ? (space * 2) / 4 : space / 4 * 2; };
    const int left = offset(std::max(0, w - have_w)), top = offset(std::max(0, h - have_h));
    const int skip_x = offset(std::max(0, have_w - w)), skip_y = offset(std::max(0, have_h - h));
    const auto bytes = static_cast<std::size_t>(std::min(w - left, have_w - skip_x));
    for (int y = 0; y < h; ++y) {
      auto* row = to.data[p] + std::ptrdiff_t{y} * to.stride[p];
      const int source = y - top + skip_y;
      std::memset(row, p == 0 ? 16 : 128, static_cast<std::size_t>(w));
      if (source < skip_y || source >= have_h) continue;
      const auto* from = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, p));
      std::memcpy(row + left, from + std::ptrdiff_t{source} * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, p) + skip_x, bytes);
    }
  }
  void surround(const wire::Planes<std::uint8_t>& slot) {
    if (!surround_) {
      auto size = pipeline_->display_size();
      auto g = options_.geometry;
      surround_.emplace(g.width, g.height, picture_area(size.width, size.height, g.width, g.height));
    }
    surround_->paint(slot, static_cast<std::int64_t>(ring_.frames_written()));
  }
  // Back-pressure: the decoder rests until the screen has taken a frame. Whoever started us ends us when it lost interest.
  wire::Planes<std::uint8_t> wait_for_slot() {
    for (;;) {
      note_shown();
      if (auto p = ring_.begin_frame()) return *p;
      pollfd q{ring_.space_fd(), POLLIN, 0};
      ::poll(&q, 1, 100);
      ring_.clear_space();
    }
  }
  void note_shown() {
    if (auto read = ring_.frames_read(); read > 0) feed_.set_shown(shown_at_[(read - 1) % shown_at_.size()]);
  }

  const Options& options_;
  wire::RingWriter& ring_;
  AudioFeed feed_;
  bool still_;
  std::atomic<bool> sound_{false};
  const MediaPipeline* pipeline_ = nullptr;
  std::optional<BlurredSurround> surround_;
  std::int64_t first_ = -1, next_ = 0;
  std::array<std::int64_t, 128> shown_at_{};  // PTS of the last frames written; more than the ring has slots
};

Result<void> run(const Options& o, int media, wire::RingWriter& ring) {
  FZ_TRY(auto structure, read_structure(media, o.picture));
  bool still = structure.kind == Kind::image;
  Player player(o, ring, still);
  MediaPipeline::Setup setup;
  setup.fd = media;
  setup.container = structure.container;
  setup.skip_bytes = structure.skip_bytes;
  setup.video_chain = video_chain(o);
  setup.audio_chain = kSoundChain;
  setup.any_layout = true;
  setup.video = [&](GstSample* s) { return player.video(s); };
  setup.sound_alone = [&] { return player.begin_sound(); };
  if (o.geometry.audio_frames > 0) setup.audio = [&](GstSample* s) { return player.audio(s); };
  MediaPipeline pipeline(std::move(setup));
  player.watch(pipeline);
  FZ_CHECK(pipeline.start());
  auto first = o.limit_ms > 0 ? Millis{o.limit_ms} : kFirstFrameLimit;
  FZ_TRY(auto outcome, pipeline.wait(first));
  if (outcome == MediaPipeline::Outcome::running && ring.frames_written() == 0 && ring.audio_written() == 0)
    return fail(Code::media_timeout, {{"seconds", std::to_string(first.count() / 1000)}});
  while (outcome == MediaPipeline::Outcome::running) {
    auto more = pipeline.wait(Seconds{3600});
    if (!more) return more.error();
    outcome = *more;
  }
  if (player.sound_only()) {
    player.drain();
    if (ring.audio_written() == 0) return fail(Code::media_zero_duration);
    ring.finish();
    return {};
  }
  if (ring.frames_written() == 0) return fail(Code::media_zero_duration);
  ring.finish();
  player.drain();
  return {};
}

}  // namespace

Result<void> play(const Options& o, int media, wire::RingWriter ring) {
  auto done = run(o, media, ring);
  if (!done) ring.fail(done.error().code);
  return done;
}

}  // namespace fz::decode
