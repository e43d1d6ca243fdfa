#include "player/decode/foreign.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace fz::decode {
namespace {

using namespace std::string_view_literals;

std::string text_at(const BytesAt& in, std::uint64_t at, std::size_t n) {
  const auto b = in.read(at, n);
  return {b.begin(), b.end()};
}
bool has(std::string_view b, std::size_t at, std::string_view magic) {
  return b.size() >= at + magic.size() && b.substr(at, magic.size()) == magic;
}
bool holds(std::string_view b, std::string_view what) {
  return b.find(what) != std::string_view::npos;
}
Error office(std::string_view kind) {
  return fail(Code::media_office, {{"kind", std::string(kind)}});
}
Error archive(std::string_view kind) {
  return fail(Code::media_archive, {{"kind", std::string(kind)}});
}

// The names of a ZIP's files stand in its directory at the end; the first ones also at its beginning (an unfinished one has no end).
Error zip(const BytesAt& in) {
  constexpr std::uint64_t kDirectory = 1 << 20;
  std::string names = text_at(in, 0, 64 * 1024);
  names += text_at(in, in.size() - std::min(in.size(), kDirectory), kDirectory);
  if (holds(names, "AndroidManifest.xml") || holds(names, "META-INF/MANIFEST.MF")) return fail(Code::media_program);
  if (holds(names, "application/vnd.oasis.opendocument")) return office("OpenDocument");
  if (holds(names, "[Content_Types].xml")) {
    if (holds(names, "ppt/")) return office("PowerPoint");
    if (holds(names, "word/")) return office("Word");
    if (holds(names, "xl/")) return office("Excel");
    return office("Office");
  }
  return archive("ZIP");
}

// An OLE2 file is a file system: its directory names its streams in UTF-16. The directory's first sector is in the header.
Error ole2(const BytesAt& in) {
  const auto header = in.read(0, 512);
  std::string names;
  if (header.size() == 512) {
    const unsigned shift = std::min<unsigned>(header[30], 16);
    const std::uint64_t at = (std::uint64_t{le32(header, 48)} + 1) << shift;
    for (const char c : text_at(in, at, 16 * 1024))
      if (c != 0) names += c;
  }
  // Office encrypts by putting the whole file into such a stream.
  if (holds(names, "EncryptedPackage")) return fail(Code::media_encrypted);
  if (holds(names, "PowerPoint Document")) return office("PowerPoint");
  if (holds(names, "WordDocument")) return office("Word");
  if (holds(names, "Workbook") || holds(names, "Book")) return office("Excel");
  return office("Office");
}

constexpr std::array kPrograms{"MZ"sv,
                               "\x7f"
                               "ELF"sv,
                               "L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0F"sv,
                               "\xcf\xfa\xed\xfe"sv,
                               "\xca\xfe\xba\xbe"sv,
                               "#!/"sv,
                               "@echo off"sv,
                               "dex\n"sv};
struct Magic {
  std::size_t at;
  std::string_view bytes, name;
};
constexpr std::array kArchives{Magic{0, "Rar!\x1a\x07"sv, "RAR"},
                               Magic{0, "7z\xbc\xaf\x27\x1c"sv, "7z"},
                               Magic{0, "\x1f\x8b\x08"sv, "GZIP"},
                               Magic{0, "BZh"sv, "BZIP2"},
                               Magic{0,
                                     "\xfd"
                                     "7zXZ\0"sv,
                                     "XZ"},
                               Magic{0, "MSCF\0\0\0\0"sv, "CAB"},
                               Magic{257, "ustar"sv, "TAR"}};
// Media, but not such as are taken here.
constexpr std::array kNotTaken{
    Magic{0, "GIF8"sv, "GIF"},  Magic{0, "BM"sv, "BMP"},    Magic{0, "II*\0"sv, "TIFF"},         Magic{0, "MM\0*"sv, "TIFF"},
    Magic{0, "FLV\1"sv, "FLV"}, Magic{0, "8BPS"sv, "PSD"},  Magic{0, "\0\0\1\xba"sv, "MPEG-PS"}, Magic{0, "#!AMR"sv, "AMR"},
    Magic{0, "CWS"sv, "Flash"}, Magic{0, "FWS"sv, "Flash"}, Magic{0, ".RMF"sv, "RealMedia"},     Magic{0, "\x25!PS"sv, "PostScript / AI"}};

bool is_web_page(std::string_view head) {
  std::string text(head);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string_view t(text);
  if (t.starts_with("\xef\xbb\xbf")) t.remove_prefix(3);
  t.remove_prefix(std::min(t.find_first_not_of(" \t\r\n"), t.size()));
  if (t.starts_with("<!doctype html") || t.starts_with("<html") || t.starts_with("[internetshortcut]")) return true;
  if ((t.starts_with("<?xml") || t.starts_with("<!--")) && holds(t, "<html")) return true;
  // A saved page is a letter with many parts.
  return holds(t.substr(0, 2048), "mime-version:") && holds(t, "multipart/related");
}

}  // namespace

std::optional<Error> foreign_file(const BytesAt& in) {
  const std::string head = text_at(in, 0, 4096);
  if (has(head, 0, "PK\3\4"sv) || has(head, 0, "PK\5\6"sv)) return zip(in);
  if (has(head, 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv)) return ole2(in);
  for (const auto& magic : kNotTaken)  // first: "#!AMR" is no script
    if (has(head, magic.at, magic.bytes)) return fail(Code::media_codec_unsupported, {{"codec", std::string(magic.name)}});
  for (const auto magic : kPrograms)
    if (has(head, 0, magic)) return fail(Code::media_program);
  for (const auto& magic : kArchives)
    if (has(head, magic.at, magic.bytes)) return archive(magic.name);
  if (is_web_page(head)) return fail(Code::media_web_page);
  return std::nullopt;
}

std::optional<Error> unfinished_file(const BytesAt& in, std::string_view declared) {
  static constexpr std::array kHeld{"crdownload"sv, "part"sv, "partial"sv, "download"sv, "downloading"sv, "opdownload"sv,
                                    "xltd"sv,       "td"sv,   "!ut"sv,     "bc!"sv,      "aria2"sv,       "tmp"sv};
  std::string name(declared.substr(declared.rfind('.') == std::string_view::npos ? declared.size() : declared.rfind('.') + 1));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(kHeld.begin(), kHeld.end(), name) != kHeld.end()) return fail(Code::media_unfinished, {{"what", "." + name}});
  // Enough of them that no format ends so by its own rules.
  constexpr std::uint64_t kTail = 64 * 1024;
  const std::uint64_t least = std::min(kTail, in.size() / 4);
  if (least < 1024) return std::nullopt;
  const auto tail = in.read(in.size() - least, least);
  if (tail.size() != least || std::any_of(tail.begin(), tail.end(), [](std::uint8_t b) { return b != 0; })) return std::nullopt;
  return fail(Code::media_unfinished, {{"what", "后半部分是空的 its tail is empty"}});
}

bool is_encrypted_movie(const BytesAt& in, std::uint64_t at, std::uint64_t size) {
  constexpr std::uint64_t kMost = 16 << 20;
  const auto moov = text_at(in, at, std::min(size, kMost));
  // A sample entry: its length, then its name; a description of samples holds few of them and each is short.
  for (const auto entry : {"encv"sv, "enca"sv})
    for (auto k = moov.find(entry); k != std::string::npos; k = moov.find(entry, k + 4)) {
      if (k < 4 || moov[k - 4] != 0 || moov[k - 3] != 0) continue;
      const auto length = static_cast<std::size_t>(static_cast<unsigned char>(moov[k - 2])) << 8 | static_cast<unsigned char>(moov[k - 1]);
      if (length >= 36 && k - 4 + length <= moov.size() && holds(std::string_view(moov).substr(k, length - 4), "sinf")) return true;
    }
  return false;
}

}  // namespace fz::decode
