// fz-decode --probe: what a file is, found out by decoding it.
#pragma once
#include <string>

#include "player/decode/options.hpp"
#include "shared/base/json.hpp"

namespace fz::decode {

struct MediaInfo {
  std::string container, mime;
  std::uint64_t skip_bytes = 0;
  Kind kind = Kind::video;
  int width = 0, height = 0;  ///< as displayed: turned upright, square pixels; 0 for sound alone
  std::int64_t duration_ms = 0;
  int fps_n = 0, fps_d = 1;
  std::string video_codec, audio_codec;  ///< audio_codec "" when there is no sound
  std::int64_t frames = 0;               ///< decoded while probing
  std::int64_t origin_ns = 0;            ///< running time of the first frame, or of the first sound when there is no picture
};

/// Decodes the beginning, the middle and the end of descriptor `media` (all of it when it is short or `o.full`).
/// Errors: the media_* codes.
Result<MediaInfo> probe(const Options& o, int media);
/// Only the first frame (or sound): size, rate, streams, origin. Errors as for probe().
Result<MediaInfo> look(const Options& o, int media);
json::object to_json(const MediaInfo& info);

}  // namespace fz::decode
