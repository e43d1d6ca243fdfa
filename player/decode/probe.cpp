#include "player/decode/probe.hpp"

#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "player/decode/media_pipeline.hpp"
#include "player/decode/pdf.hpp"

namespace fz::decode {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kShort = 30 * kSecond;        // decoded whole
constexpr std::int64_t kShortSound = 600 * kSecond;  // the same without a picture
constexpr std::int64_t kSection = 4 * kSecond;       // of a longer one: beginning, middle, end
constexpr std::int64_t kBrief = kSecond;
constexpr std::int64_t kSlack = kSecond / 2;  // sound and picture seldom end together
constexpr int kComplaintsAfterSeek = 3;       // a decoder that starts in the middle may miss a reference
constexpr const char* kUpright = "videoconvert n-threads=2 ! videoflip video-direction=auto";

/// One pass over a part of the file, and what it saw.
class Pass {
 public:
  Pass(const Options& o, int media, const Structure& structure, bool strict, bool sound = false) : options_(o), sound_(sound) {
    MediaPipeline::Setup s;
    s.fd = media;
    s.container = structure.container;
    s.skip_bytes = structure.skip_bytes;
    s.strict = strict;
    if (!sound) {
      s.video_chain = kUpright;
      s.video = [this](GstSample* sample) { return video(sample); };
    }
    s.audio = [this](GstSample* sample) { return audio(sample); };
    pipeline_ = std::make_unique<MediaPipeline>(std::move(s));
  }
  /// Decodes from `from` until `until` (of the file's time), or to the end.
  Result<void> run(std::int64_t from, std::int64_t until) {
    auto ran = decode(from, until);
    pipeline_->close();
    return ran;
  }
  static constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t kOneFrame = 0;

  MediaInfo info;  ///< size, rate, frames, origin
  std::int64_t duration() const { return duration_; }
  std::int64_t end() const { return std::max<std::int64_t>(video_end_, audio_end_); }
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }
  Streams streams() const { return pipeline_->streams(); }
  int complaints() const { return pipeline_->complaints(); }

 private:
  Result<void> decode(std::int64_t from, std::int64_t until) {
    until_ = until;
    FZ_CHECK(pipeline_->start(from));
    for (;;) {
      FZ_TRY(auto outcome, pipeline_->wait(Millis{50}));
      if (duration_ == 0) duration_ = pipeline_->duration_ns();
      if (!options_.full && until_ == kAll && duration_ > (sound_ ? kShortSound : kShort) && from == 0) until_ = kSection;
      if (outcome == MediaPipeline::Outcome::running) continue;
      if (too_large_) return *too_large_;
      return {};
    }
  }
  bool video(GstSample* sample) {
    auto t = stream_time(sample).value_or(0);
    if (info.frames++ == 0) {
      first_ = t;
      info.origin_ns = running_time(sample).value_or(0);
      if (!read_caps(gst_sample_get_caps(sample))) return false;
    }
    last_ = std::max(last_, t);
    note_end(sample, video_end_);
    return t < until_;
  }
  bool audio(GstSample* sample) {
    note_end(sample, audio_end_);
    if (!sound_) return true;
    auto t = stream_time(sample).value_or(0);
    if (info.frames++ == 0) {
      first_ = t;
      info.origin_ns = running_time(sample).value_or(0);
    }
    last_ = std::max(last_, t);
    return t < until_;
  }
  bool read_caps(GstCaps* caps) {
    GstVideoInfo v;
    if (!gst_video_info_from_caps(&v, caps)) return true;
    info.width = static_cast<int>(gst_util_uint64_scale_int_round(static_cast<guint64>(v.width), v.par_n, std::max(v.par_d, 1)));
    info.height = v.height;
    info.fps_n = v.fps_n;
    info.fps_d = std::max(v.fps_d, 1);
    auto fits = check_size(info.width, info.height, options_.picture);
    if (!fits) too_large_ = fits.error();
    return static_cast<bool>(fits);
  }
  static void note_end(GstSample* sample, std::atomic<std::int64_t>& end) {
    auto* b = gst_sample_get_buffer(sample);
    auto t = stream_time(sample);
    if (!t) return;
    end = std::max<std::int64_t>(end, *t + (GST_BUFFER_DURATION_IS_VALID(b) ? static_cast<std::int64_t>(GST_BUFFER_DURATION(b)) : 0));
  }

  const Options& options_;
  const bool sound_;  ///< there is no picture, and none is asked for
  std::atomic<std::int64_t> until_{kAll}, video_end_{0}, audio_end_{0};
  std::int64_t duration_ = 0, first_ = 0, last_ = 0;
  std::optional<Error> too_large_;
  std::unique_ptr<MediaPipeline> pipeline_;  // last: ends its threads before the rest goes
};

Error corrupt(std::int64_t faults) {
  return fail(Code::media_corrupt, {{"what", "decoding errors / 解码错误: " + std::to_string(faults)}});
}
Error missing_end(std::int64_t have, std::int64_t want) {
  auto seconds = [](std::int64_t ns) { return std::to_string(ns / kSecond) + "." + std::to_string(ns % kSecond / (kSecond / 10)) + " s"; };
  return fail(Code::media_truncated, {{"what", seconds(have) + " / " + seconds(want)}});
}

Result<Structure> structure_of(const Options& o, int media) {
  FZ_TRY(auto s, read_structure(media, o.picture, o.declared));
  if (!o.declared.empty()) FZ_CHECK(check_declared(s, o.declared));
  return s;
}
void fill(MediaInfo& info, const Structure& s, const Streams& streams) {
  info.container = s.container;
  info.skip_bytes = s.skip_bytes;
  info.mime = s.mime;
  info.kind = s.kind;
  info.video_codec = streams.video_codec;
  info.audio_codec = streams.audio_codec;
  if (s.container == "asf") info.fps_n = 0, info.fps_d = 1;  // it states none; GStreamer then says 25
}

Result<void> check_film(const Options& o, int media, const Pass& begin, const Structure& structure, MediaInfo& info) {
  auto duration = begin.duration();
  if (begin.info.frames == 0 || (begin.last() == begin.first() && (begin.info.frames > 1 || duration <= 0)))
    return fail(Code::media_zero_duration);
  // A browser's WebM may leave its duration open, a whole MP4 may not.
  bool must_state = (structure.container == "mp4" || structure.container == "mov") && !structure.fragmented;
  if (must_state && duration <= 0) return fail(Code::media_zero_duration);
  if (duration / 1'000'000 > o.max_duration_ms)
    return fail(Code::media_too_long,
                {{"seconds", std::to_string(duration / kSecond)}, {"limit", std::to_string(o.max_duration_ms / 1000)}});
  if (o.brief) {
    info.duration_ms = duration / 1'000'000;
    return {};
  }
  auto slack = std::max(kSlack, duration / 50);
  if (o.full || duration <= kShort) {
    if (begin.end() < duration - slack) return missing_end(begin.end(), duration);
  } else {
    for (auto from : {duration / 2, duration - kSection}) {
      Pass part(o, media, structure, false);
      bool last = from != duration / 2;
      FZ_CHECK(part.run(from, last ? Pass::kAll : from + kSection));
      if (part.info.frames == 0) return missing_end(from, duration);
      if (last && part.end() < duration - slack) return missing_end(part.end(), duration);
      if (part.complaints() > kComplaintsAfterSeek) return corrupt(part.complaints());
      info.frames += part.info.frames;
    }
  }
  info.duration_ms = (duration > 0 ? duration : begin.end()) / 1'000'000;
  return {};
}

Structure as_sound(Structure s) {
  s.kind = Kind::audio;
  if (s.container == "mp4" || s.container == "mov") s.mime = "audio/mp4";
  if (s.container == "asf") s.mime = "audio/x-ms-wma";
  if (s.container == "matroska" || s.container == "webm") s.mime = "audio/" + s.mime.substr(s.mime.find('/') + 1);
  return s;
}
// The film has no picture, and nothing in it that could be one.
bool has_only_sound(const Error& e, const Streams& streams) {
  return e.code == Code::media_no_video && !streams.audio_codec.empty();
}

// A tape or a stream need not know how long it is; a file that states it has to hold it.
Result<MediaInfo> probe_sound(const Options& o, int media, const Structure& structure) {
  Pass begin(o, media, structure, true, true);
  FZ_CHECK(begin.run(0, o.brief ? kBrief : Pass::kAll));
  if (!begin.streams().missing.empty()) return fail(Code::media_codec_unsupported, {{"codec", begin.streams().missing}});
  auto info = begin.info;
  if (info.frames == 0 || begin.end() <= begin.first()) return fail(Code::media_zero_duration);
  if (begin.complaints() > kComplaintsAfterSeek) return corrupt(begin.complaints());
  auto duration = std::max(begin.duration(), begin.end());
  if (duration / 1'000'000 > o.max_duration_ms)
    return fail(Code::media_too_long,
                {{"seconds", std::to_string(duration / kSecond)}, {"limit", std::to_string(o.max_duration_ms / 1000)}});
  bool exact = structure.container != "mp3" && structure.container != "adts";
  auto slack = std::max(kSlack, duration / 50);
  if (o.brief) {
    duration = std::max(duration - begin.first(), std::int64_t{0});
  } else if (o.full || duration <= kShortSound) {
    if (exact && begin.end() < duration - slack) return missing_end(begin.end(), duration);
    duration = begin.end() - begin.first();
  } else {
    Pass end(o, media, structure, false, true);
    FZ_CHECK(end.run(duration - 3 * kSection, Pass::kAll));
    if (exact && end.end() < duration - slack) return missing_end(end.end(), duration);
    info.frames += end.info.frames;
  }
  fill(info, structure, begin.streams());
  info.duration_ms = duration / 1'000'000;
  info.fps_n = 0;
  return info;
}

// Drawn once, small: what cannot be drawn, or lacks its fonts, is refused at import.
Result<MediaInfo> probe_pdf(int media, const Structure& structure) {
  constexpr int kLook = 640;
  FZ_TRY(const auto page, draw_first_page(media, kLook));
  MediaInfo info;
  fill(info, structure, {});
  info.frames = 1;
  info.fps_n = 0;
  info.fps_d = 1;
  // As the rendition will be.
  const double w = page.width, h = page.height,
               up = std::min(kPdfSide / std::max(w, h), std::sqrt(static_cast<double>(kPdfPixels) / (w * h)));
  info.width = static_cast<int>(w * up);
  info.height = static_cast<int>(h * up);
  return info;
}

Result<MediaInfo> probe_any(const Options& o, int media, const Structure& structure) {
  if (structure.container == "pdf") return probe_pdf(media, structure);
  if (structure.kind == Kind::audio) return probe_sound(o, media, structure);
  Pass begin(o, media, structure, true);
  if (auto ran = begin.run(0, structure.kind == Kind::image ? Pass::kOneFrame : o.brief ? kBrief : Pass::kAll); !ran) {
    if (has_only_sound(ran.error(), begin.streams())) return probe_sound(o, media, as_sound(structure));
    return ran.error();
  }
  auto streams = begin.streams();
  if (!streams.missing.empty()) return fail(Code::media_codec_unsupported, {{"codec", streams.missing}});
  if (begin.complaints() > 0) return corrupt(begin.complaints());
  auto info = begin.info;
  fill(info, structure, streams);
  if (structure.kind == Kind::image) {
    if (info.frames == 0) return corrupt(1);
    info.fps_n = 0;
    info.fps_d = 1;
    return info;
  }
  FZ_CHECK(check_film(o, media, begin, structure, info));
  return info;
}

}  // namespace

Result<MediaInfo> probe(const Options& o, int media) {
  FZ_TRY(auto structure, structure_of(o, media));
  auto info = probe_any(o, media, structure);
  if (!info) return or_unfinished(media, o.declared, info.error());
  if (info->kind != Kind::audio && std::min(info->width, info->height) < o.min_side)
    return fail(
        Code::media_picture_too_small,
        {{"width", std::to_string(info->width)}, {"height", std::to_string(info->height)}, {"min_side", std::to_string(o.min_side)}});
  return info;
}

Result<MediaInfo> look(const Options& o, int media) {
  FZ_TRY(auto structure, structure_of(o, media));
  std::optional<Pass> pass;
  if (structure.kind != Kind::audio) {
    pass.emplace(o, media, structure, false);
    if (auto ran = pass->run(0, Pass::kOneFrame); !ran) {
      if (!has_only_sound(ran.error(), pass->streams())) return ran.error();
      structure = as_sound(structure);
    }
  }
  if (structure.kind == Kind::audio) {
    pass.emplace(o, media, structure, false, true);
    FZ_CHECK(pass->run(0, Pass::kOneFrame));
  }
  auto info = pass->info;
  fill(info, structure, pass->streams());
  info.duration_ms = pass->duration() / 1'000'000;
  if (info.frames == 0) return structure.kind == Kind::image ? corrupt(1) : fail(Code::media_zero_duration);
  return info;
}

json::object to_json(const MediaInfo& i) {
  return {{"container", i.container},
          {"mime", i.mime},
          {"kind", kind_name(i.kind)},
          {"width", i.width},
          {"height", i.height},
          {"duration_ms", i.duration_ms},
          {"fps_n", i.fps_n},
          {"fps_d", i.fps_d},
          {"video_codec", i.video_codec},
          {"audio_codec", i.audio_codec},
          {"has_audio", !i.audio_codec.empty()},
          {"frames_decoded", i.frames}};
}

}  // namespace fz::decode
