// What a file is and whether it is whole, from its own framing: bounded reads of headers, no decoding.
// ISO/IEC 14496-12 (boxes), Matroska (EBML, RFC 8794), PNG (chunks), JPEG (T.81 markers), WebP (RIFF).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/error.hpp"

namespace fz::decode {

enum class Kind { image, video, audio };
/// "image" "video" "audio".
constexpr const char* kind_name(Kind k) {
  return k == Kind::image ? "image" : k == Kind::video ? "video" : "audio";
}

struct Structure {
  std::string container;         ///< "mp4" "mov" "matroska" "webm" "avi" "asf" "png" "jpeg" "webp" "pdf" "wav" "mp3" "adts" "flac" "ogg"
  std::string mime;              ///< "video/mp4" ...
  Kind kind = Kind::video;       ///< of an MP4 or Matroska: video, until it turns out to have none
  int width = 0, height = 0;     ///< pictures: as stored; 0 for videos and PDF
  std::uint64_t skip_bytes = 0;  ///< of a tag before the sound
  bool fragmented = false;       ///< MP4 in fragments: its header need not state a duration
};

class BytesAt;
/// The same for files that can hold sound alone; nothing for others. (An MP4 or Matroska tells only when it is opened.)
Result<std::optional<Structure>> read_sound_structure(const BytesAt& in);

/// AVI and ASF (WMV); nothing for others.
Result<std::optional<Structure>> read_film_structure(const BytesAt& in);

struct PictureLimits {
  int max_side = 16384;
  std::int64_t max_pixels = 100'000'000;
};
/// media_picture_too_large if a side or the area is over the limit.
Result<void> check_size(std::int64_t width, std::int64_t height, const PictureLimits& limits);

/// Reads the framing of `fd` (a regular file; its offset is not used). `declared`: the name it came with, where it is known. Errors:
/// media_empty, media_not_media, media_truncated, media_corrupt, media_picture_too_large, media_encrypted, io, those of foreign_file()
/// and unfinished_file().
Result<Structure> read_structure(int fd, const PictureLimits& limits, std::string_view declared = {});
/// `why`, or media_unfinished where the file is bad because it never arrived in full. For errors of reading or decoding it.
Error or_unfinished(int fd, std::string_view declared, const Error& why);

/// media_mislabelled if the extension or media type `declared` ("poster.png", "image/png") names another format than `s`.
/// Close relatives (mp4/mov/m4v, mkv/webm) are one; an unknown extension says nothing.
Result<void> check_declared(const Structure& s, std::string_view declared);

}  // namespace fz::decode
