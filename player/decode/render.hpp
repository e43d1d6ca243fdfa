// fz-decode --render: the renditions that screens play, made from an upload.
#pragma once
#include "player/decode/options.hpp"
#include "shared/base/error.hpp"

namespace fz::decode {

struct Size {
  int width = 0, height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};
/// The largest even size of the same shape that fits into the box (turned for portrait) without enlarging. Pure.
Size fit_into(Size picture, Size box);
/// The rendition's frame rate: the source's, halved until it is at most 30 (0 or senseless: 30). Pure.
std::pair<int, int> rendition_rate(int fps_n, int fps_d);

/// Makes rendition `o.profile` of descriptor `in` on descriptor `out` (a regular file, read and write, empty), telling
/// {"progress":0...1000} on standard output and at the end {"width","height","bytes","mime"}.
/// 1080p, 720p: MP4 with moov first, H.264 High (closed GOPs of 2 s, BT.709 limited range), AAC-LC 128 kbit/s 48 kHz stereo;
/// Its sound is brought to -23 LUFS, true peaks below -1 dBTP (loudness.hpp). audio: M4A, AAC-LC 128 kbit/s 48 kHz stereo at
/// -16 LUFS, of anything with sound;
/// still-1080p: PNG from PNG, else JPEG; page: PNG of a PDF's first page (pdf.hpp); thumb: JPEG (PNG of a PDF) of at most 480 x 480. Equal
/// input gives equal bytes. Errors: the media_* codes, disk_full, io.
Result<void> render(const Options& o, int in, int out);

// The kinds behind it.
Result<void> render_film(const Options& o, int in, int out);
Result<void> render_still(const Options& o, int in, int out);
Result<void> render_sound(const Options& o, int in, int out);
Result<void> render_page(int in, int out, int max_side);  // render_still.cpp

}  // namespace fz::decode
