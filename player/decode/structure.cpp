#include "player/decode/structure.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "player/decode/bytes_at.hpp"
#include "player/decode/foreign.hpp"

namespace fz::decode {
namespace {

Error truncated(std::string what) {
  return fail(Code::media_truncated, {{"what", std::move(what)}});
}
Error corrupt(std::string what) {
  return fail(Code::media_corrupt, {{"what", std::move(what)}});
}
Error unsupported(std::string what) {
  return fail(Code::media_codec_unsupported, {{"codec", std::move(what)}});
}

// -- PNG: every chunk must lie in the file, IHDR first, IEND last.
Result<Structure> read_png(const BytesAt& in, const PictureLimits& limits) {
  Structure s{"png", "image/png", Kind::image};
  auto ihdr = in.read(8, 16);
  if (ihdr.size() < 16) return truncated("PNG");
  if (std::memcmp(ihdr.data() + 4, "IHDR", 4) != 0) return corrupt("PNG IHDR");
  auto w = be32(ihdr, 8), h = be32(ihdr, 12);
  if (w == 0 || h == 0) return corrupt("PNG IHDR");
  FZ_CHECK(check_size(w, h, limits));
  s.width = static_cast<int>(w);
  s.height = static_cast<int>(h);
  std::uint64_t at = 8;
  for (int chunks = 0; chunks < 1'000'000; ++chunks) {
    auto head = in.read(at, 8);
    if (head.size() < 8) return truncated("PNG IEND");
    auto length = be32(head, 0);
    if (length > 0x7fffffff) return corrupt("PNG");
    at += 12 + std::uint64_t{length};
    if (at > in.size()) return truncated("PNG");
    if (std::memcmp(head.data() + 4, "IEND", 4) == 0) return s;
  }
  return corrupt("PNG");
}

// -- JPEG: segments up to the picture, then an end marker. Thumbnails hide inside segments and are skipped with them.
bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}
bool has_end_marker(const BytesAt& in, std::uint64_t from) {
  constexpr std::size_t kStep = 1 << 16;
  for (std::uint64_t at = from; at < in.size(); at += kStep - 1) {
    auto part = in.read(at, kStep);
    for (std::size_t k = 0; k + 1 < part.size(); ++k)
      if (part[k] == 0xff && part[k + 1] == 0xd9) return true;
  }
  return false;
}
Result<Structure> read_jpeg(const BytesAt& in, const PictureLimits& limits) {
  Structure s{"jpeg", "image/jpeg", Kind::image};
  std::uint64_t at = 2;
  for (int segments = 0; segments < 10000; ++segments) {
    auto head = in.read(at, 10);
    if (head.size() < 4) return truncated("JPEG");
    if (head[0] != 0xff) return corrupt("JPEG");
    auto marker = head[1];
    if (marker == 0xff) {  // padding
      ++at;
      continue;
    }
    auto length = static_cast<std::uint64_t>(head[2] << 8 | head[3]);
    if (length < 2) return corrupt("JPEG");
    if (is_frame_header(marker)) {
      if (head.size() < 9) return truncated("JPEG");
      s.height = head[5] << 8 | head[6];
      s.width = head[7] << 8 | (head.size() > 8 ? head[8] : 0);
      if (s.width == 0 || s.height == 0) return corrupt("JPEG");
      FZ_CHECK(check_size(s.width, s.height, limits));
    }
    at += 2 + length;
    if (at > in.size()) return truncated("JPEG");
    if (marker == 0xda) {
      if (s.width == 0) return corrupt("JPEG");
      if (!has_end_marker(in, at)) return truncated("JPEG");
      return s;
    }
  }
  return corrupt("JPEG");
}

// -- WebP: RIFF's length, and the size from the first chunk (VP8, VP8L or VP8X).
Result<Structure> read_webp(const BytesAt& in, const PictureLimits& limits) {
  Structure s{"webp", "image/webp", Kind::image};
  auto head = in.read(0, 30);
  if (head.size() < 30) return truncated("WebP");
  if (std::uint64_t{le32(head, 4)} + 8 > in.size()) return truncated("WebP");
  auto* b = head.data() + 20;
  if (std::memcmp(head.data() + 12, "VP8 ", 4) == 0) {
    s.width = (b[6] | b[7] << 8) & 0x3fff;
    s.height = (b[8] | b[9] << 8) & 0x3fff;
  } else if (std::memcmp(head.data() + 12, "VP8L", 4) == 0) {
    auto bits = le32(head, 21);
    s.width = static_cast<int>(bits & 0x3fff) + 1;
    s.height = static_cast<int>(bits >> 14 & 0x3fff) + 1;
  } else if (std::memcmp(head.data() + 12, "VP8X", 4) == 0) {
    s.width = (b[4] | b[5] << 8 | b[6] << 16) + 1;
    s.height = (b[7] | b[8] << 8 | b[9] << 16) + 1;
    if (b[0] & 2) return unsupported("animated WebP / 动图");
  } else {
    return corrupt("WebP");
  }
  if (s.width == 0 || s.height == 0) return corrupt("WebP");
  FZ_CHECK(check_size(s.width, s.height, limits));
  return s;
}

// -- ISO base media: the boxes of the top level must tile the file, and one must be moov.
Result<Structure> read_isobmff(const BytesAt& in) {
  Structure s{"mp4", "video/mp4", Kind::video};
  auto brand = in.read(8, 4);
  if (brand.size() == 4 && std::memcmp(brand.data(), "qt  ", 4) == 0) s.container = "mov", s.mime = "video/quicktime";
  for (auto* picture : {"avif", "heic", "heix", "mif1", "msf1"})
    if (brand.size() == 4 && std::memcmp(brand.data(), picture, 4) == 0) return unsupported("HEIF / AVIF");
  bool moov = false, mdat = false;
  std::uint64_t at = 0;
  for (int boxes = 0; at < in.size(); ++boxes) {
    if (boxes > 100'000) return corrupt("MP4");
    auto head = in.read(at, 16);
    if (head.size() < 8) {
      if (moov && mdat) break;  // a few bytes of padding at the end
      return truncated("MP4");
    }
    std::uint64_t size = be32(head, 0);
    if (size == 1 && head.size() == 16) size = std::uint64_t{be32(head, 8)} << 32 | be32(head, 12);
    if (size == 0) size = in.size() - at;  // to the end of the file
    if (size < 8) return corrupt("MP4");
    bool is_moov = std::memcmp(head.data() + 4, "moov", 4) == 0, is_mdat = std::memcmp(head.data() + 4, "mdat", 4) == 0;
    if (size > in.size() - at) return moov || is_moov || is_mdat ? truncated(is_moov ? "MP4 moov" : "MP4 mdat") : corrupt("MP4");
    s.fragmented = s.fragmented || std::memcmp(head.data() + 4, "moof", 4) == 0;
    if (is_moov && is_encrypted_movie(in, at, size)) return fail(Code::media_encrypted);
    moov = moov || is_moov;
    mdat = mdat || is_mdat;
    at += size;
  }
  if (!moov || !mdat) return truncated(moov ? "MP4 mdat" : "MP4 moov");
  return s;
}

// -- Matroska: DocType from the EBML header, and the segment's length where it is stated.
/// An EBML element's id or size of at most 8 bytes (RFC 8794, section 4); `length` 0 when there is none.
std::uint64_t ebml_number(const std::vector<std::uint8_t>& b, std::size_t at, bool keep_marker, std::size_t& length,
                          bool* unknown = nullptr) {
  length = 0;
  if (at >= b.size() || b[at] == 0) return 0;
  std::size_t n = 1;
  while (!(b[at] & (0x80 >> (n - 1)))) ++n;
  if (at + n > b.size()) return 0;
  std::uint64_t value = keep_marker ? b[at] : static_cast<std::uint64_t>(b[at] & (0xff >> n)), ones = static_cast<std::uint64_t>(0xff >> n);
  for (std::size_t k = 1; k < n; ++k) value = value << 8 | b[at + k], ones = ones << 8 | 0xff;
  if (unknown) *unknown = value == ones;
  length = n;
  return value;
}
Result<Structure> read_matroska(const BytesAt& in) {
  Structure s{"matroska", "video/x-matroska", Kind::video};
  auto b = in.read(0, 4096);
  std::size_t n = 0;
  std::size_t at = 4;
  auto header = ebml_number(b, at, false, n);
  at += n;
  if (n == 0 || header > b.size() - at) return truncated("Matroska");
  std::string_view text(reinterpret_cast<const char*>(b.data()), at + header);
  if (text.find("\x42\x82\x84webm") != std::string_view::npos) s.container = "webm", s.mime = "video/webm";
  at += header;
  auto id = ebml_number(b, at, true, n);
  if (n == 0) return truncated("Matroska");
  if (id != 0x18538067) return s;  // something stands before the segment: the demuxer will say
  at += n;
  bool unknown = false;
  auto size = ebml_number(b, at, false, n, &unknown);
  if (n == 0) return truncated("Matroska");
  if (!unknown && size > in.size() - (at + n)) return truncated("Matroska");
  return s;
}

using namespace std::string_view_literals;

}  // namespace

Result<void> check_size(std::int64_t width, std::int64_t height, const PictureLimits& l) {
  if (width <= l.max_side && height <= l.max_side && width * height <= l.max_pixels) return {};
  return fail(Code::media_picture_too_large, {{"width", std::to_string(width)},
                                              {"height", std::to_string(height)},
                                              {"max_side", std::to_string(l.max_side)},
                                              {"max_megapixels", std::to_string(l.max_pixels / 1'000'000)}});
}

namespace {

// One that says that it is a PDF is a picture of its first page (pdf.hpp); its framing is its reader's.
Result<Structure> read_pdf(const BytesAt& in) {
  const auto tail = in.read(in.size() - std::min<std::uint64_t>(in.size(), 2048), 2048);
  if (std::string_view(reinterpret_cast<const char*>(tail.data()), tail.size()).find("%%EOF") == std::string_view::npos)
    return truncated("PDF %%EOF");
  return Structure{"pdf", "application/pdf", Kind::image};
}

Result<Structure> read_framing(const BytesAt& in, const PictureLimits& limits) {
  auto head = in.read(0, 16);
  std::string_view b(reinterpret_cast<const char*>(head.data()), head.size());
  auto has = [&](std::size_t at, std::string_view magic) { return b.size() >= at + magic.size() && b.substr(at, magic.size()) == magic; };
  if (has(0, "\x89PNG\r\n\x1a\n"sv)) return read_png(in, limits);
  if (has(0, "\xff\xd8\xff"sv)) return read_jpeg(in, limits);
  if (has(0, "RIFF"sv) && has(8, "WEBP"sv)) return read_webp(in, limits);
  for (auto box : {"ftyp"sv, "moov"sv, "mdat"sv, "wide"sv, "free"sv, "skip"sv})
    if (has(4, box)) return read_isobmff(in);
  if (has(0, "\x1a\x45\xdf\xa3"sv)) return read_matroska(in);
  if (has(0, "%PDF-"sv)) return read_pdf(in);
  FZ_TRY(auto film, read_film_structure(in));
  if (film) return *film;
  FZ_TRY(auto heard, read_sound_structure(in));
  if (heard) return *heard;
  if (auto other = foreign_file(in)) return *other;
  return fail(Code::media_not_media);
}

bool may_be_unfinished(Code code) {
  return code == Code::media_truncated || code == Code::media_corrupt || code == Code::media_not_media || code == Code::media_zero_duration;
}

}  // namespace

Error or_unfinished(int fd, std::string_view declared, const Error& why) {
  struct stat st {};
  if (!may_be_unfinished(why.code) || ::fstat(fd, &st) != 0 || st.st_size <= 0) return why;
  return unfinished_file(BytesAt(fd, static_cast<std::uint64_t>(st.st_size)), declared).value_or(why);
}

Result<Structure> read_structure(int fd, const PictureLimits& limits, std::string_view declared) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) return fail(Code::io, {{"path", "media"}, {"what", std::strerror(errno)}});
  if (!S_ISREG(st.st_mode)) return fail(Code::bad_field, {{"field", "media"}, {"what", "regular file"}});
  if (st.st_size == 0) return fail(Code::media_empty);
  BytesAt in(fd, static_cast<std::uint64_t>(st.st_size));
  auto found = read_framing(in, limits);
  if (!found) return or_unfinished(fd, declared, found.error());
  return found;
}

Result<void> check_declared(const Structure& s, std::string_view declared) {
  struct Label {
    std::string_view text, family;
  };
  static constexpr Label kLabels[] = {{"mp4", "mp4"},
                                      {"m4v", "mp4"},
                                      {"mov", "mp4"},
                                      {"3gp", "mp4"},
                                      {"video/mp4", "mp4"},
                                      {"video/x-m4v", "mp4"},
                                      {"video/quicktime", "mp4"},
                                      {"webm", "matroska"},
                                      {"mkv", "matroska"},
                                      {"video/webm", "matroska"},
                                      {"video/x-matroska", "matroska"},
                                      {"png", "png"},
                                      {"image/png", "png"},
                                      {"jpg", "jpeg"},
                                      {"jpeg", "jpeg"},
                                      {"jpe", "jpeg"},
                                      {"image/jpeg", "jpeg"},
                                      {"webp", "webp"},
                                      {"image/webp", "webp"},
                                      {"gif", "gif"},
                                      {"avi", "avi"},
                                      {"pdf", "pdf"},
                                      {"m4a", "mp4"},
                                      {"audio/mp4", "mp4"},
                                      {"audio/x-m4a", "mp4"},
                                      {"weba", "matroska"},
                                      {"mka", "matroska"},
                                      {"audio/webm", "matroska"},
                                      {"mp3", "mp3"},
                                      {"audio/mpeg", "mp3"},
                                      {"aac", "adts"},
                                      {"audio/aac", "adts"},
                                      {"wav", "wav"},
                                      {"audio/wav", "wav"},
                                      {"audio/x-wav", "wav"},
                                      {"audio/vnd.wave", "wav"},
                                      {"flac", "flac"},
                                      {"audio/flac", "flac"},
                                      {"audio/x-flac", "flac"},
                                      {"ogg", "ogg"},
                                      {"oga", "ogg"},
                                      {"opus", "ogg"},
                                      {"audio/ogg", "ogg"},
                                      {"audio/opus", "ogg"},
                                      {"video/x-msvideo", "avi"},
                                      {"application/pdf", "pdf"},
                                      {"wmv", "asf"},
                                      {"wma", "asf"},
                                      {"asf", "asf"},
                                      {"video/x-ms-wmv", "asf"},
                                      {"video/x-ms-asf", "asf"}};
  std::string text(declared.substr(0, 512));
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (auto dot = text.rfind('.'); dot != std::string::npos) text = text.substr(dot + 1);
  std::string_view family = s.container == "mov" ? "mp4" : s.container == "webm" ? "matroska" : std::string_view(s.container);
  for (auto& l : kLabels)
    if (l.text == text && l.family != family) return fail(Code::media_mislabelled, {{"declared", text}, {"actual", s.container}});
  return {};
}

}  // namespace fz::decode
