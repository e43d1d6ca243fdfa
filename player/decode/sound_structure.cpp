// Framing of files that hold sound alone: RIFF WAVE, MPEG audio with ID3 (id3.org, ISO/IEC 11172-3), ADTS (ISO/IEC 13818-7),
// FLAC (RFC 9639), Ogg (RFC 3533).
#include <algorithm>
#include <cstring>

#include "player/decode/bytes_at.hpp"
#include "player/decode/structure.hpp"

namespace fz::decode {
namespace {

using namespace std::string_view_literals;

Error truncated(const char* what) {
  return fail(Code::media_truncated, {{"what", what}});
}
Error unsupported(const char* what) {
  return fail(Code::media_codec_unsupported, {{"codec", what}});
}
Structure sound(const char* container, const char* mime, std::uint64_t skip = 0) {
  Structure s{container, mime, Kind::audio};
  s.skip_bytes = skip;
  return s;
}
bool is(const std::vector<std::uint8_t>& b, std::size_t at, std::string_view text) {
  return b.size() >= at + text.size() && std::memcmp(b.data() + at, text.data(), text.size()) == 0;
}

// Chunks up to the samples; a size of 0 or all ones is what recorders write that never come back.
Result<Structure> read_wave(const BytesAt& in) {
  bool format = false;
  std::uint64_t at = 12;
  for (int chunks = 0; chunks < 1000; ++chunks) {
    auto head = in.read(at, 10);
    if (head.size() < 8) return truncated("WAV");
    std::uint64_t size = le32(head, 4);
    if (is(head, 0, "data"sv)) {
      if (!format) return fail(Code::media_corrupt, {{"what", "WAV fmt"}});
      if (size != 0 && size != 0xffffffff && size > in.size() - (at + 8)) return truncated("WAV");
      return sound("wav", "audio/wav");
    }
    if (is(head, 0, "fmt "sv) && head.size() == 10) {
      int tag = head[8] | head[9] << 8;
      if (tag != 1 && tag != 3 && tag != 0xfffe) return unsupported("WAV (not PCM)");
      format = true;
    }
    at += 8 + size + size % 2;
  }
  return fail(Code::media_corrupt, {{"what", "WAV"}});
}

// The last page says that it is the last.
Result<Structure> read_ogg(const BytesAt& in) {
  constexpr std::uint64_t kMostPage = 65307;
  auto tail = in.read(in.size() - std::min(in.size(), kMostPage), kMostPage);
  for (auto at = static_cast<std::ptrdiff_t>(tail.size()) - 27; at >= 0; --at) {
    if (!is(tail, static_cast<std::size_t>(at), "OggS"sv)) continue;
    if (!(tail[static_cast<std::size_t>(at) + 5] & 4)) break;
    return sound("ogg", "audio/ogg");
  }
  return truncated("Ogg");
}

Result<Structure> read_mpeg(const BytesAt& in, std::uint64_t skip) {
  // Between tag and sound there may be padding.
  auto b = in.read(skip, 8192);
  for (std::size_t at = 0; at + 4 <= b.size(); ++at) {
    if (b[at] == 0) continue;
    if (b[at] != 0xff || (b[at + 1] & 0xe0) != 0xe0) break;
    int layer = b[at + 1] >> 1 & 3;
    if (layer == 0 && (b[at + 1] & 0xf6) == 0xf0) return sound("adts", "audio/aac", skip + at);
    if (layer != 1) return unsupported("MPEG Layer I / II");
    if ((b[at + 2] >> 4) == 15 || (b[at + 2] >> 2 & 3) == 3) break;
    return sound("mp3", "audio/mpeg", skip + at);
  }
  return fail(Code::media_not_media);
}

}  // namespace

Result<std::optional<Structure>> read_sound_structure(const BytesAt& in) {
  auto head = in.read(0, 16);
  auto some = [](Result<Structure> s) -> Result<std::optional<Structure>> {
    if (!s) return s.error();
    return std::optional(*std::move(s));
  };
  if (is(head, 0, "RIFF"sv) && is(head, 8, "WAVE"sv)) return some(read_wave(in));
  if (is(head, 0, "fLaC"sv)) return some(sound("flac", "audio/flac"));
  if (is(head, 0, "OggS"sv)) return some(read_ogg(in));
  if (is(head, 0, "ID3"sv) && head.size() >= 10) {
    std::uint64_t size = 0;  // seven bits a byte
    for (std::size_t k = 6; k < 10; ++k) size = size << 7 | (head[k] & 0x7f);
    auto skip = 10 + size + (head[5] & 0x10 ? 10 : 0);
    if (skip >= in.size()) return truncated("MP3");
    if (is(in.read(skip, 4), 0, "fLaC"sv)) return some(sound("flac", "audio/flac", skip));
    return some(read_mpeg(in, skip));
  }
  if (head.size() >= 2 && head[0] == 0xff && (head[1] & 0xe0) == 0xe0 && (head[1] & 0x18) != 0x08) return some(read_mpeg(in, 0));
  return std::optional<Structure>{};
}

}  // namespace fz::decode
