// Framing of the films that offices still have: AVI (RIFF, OpenDML 1.02) and ASF (WMV; revision 01.20.03).
#include <cstring>
#include <vector>

#include "player/decode/bytes_at.hpp"
#include "player/decode/structure.hpp"

namespace fz::decode {
namespace {

using namespace std::string_view_literals;

bool is(const std::vector<std::uint8_t>& b, std::size_t at, std::string_view text) {
  return b.size() >= at + text.size() && std::memcmp(b.data() + at, text.data(), text.size()) == 0;
}
std::uint64_t le64(const std::vector<std::uint8_t>& b, std::size_t at) {
  return std::uint64_t{le32(b, at + 4)} << 32 | le32(b, at);
}
Error truncated(const char* what) {
  return fail(Code::media_truncated, {{"what", what}});
}
Error corrupt(const char* what) {
  return fail(Code::media_corrupt, {{"what", what}});
}

// The first RIFF holds the header list; a recorder that never came back leaves lengths of 0.
Result<Structure> read_avi(const BytesAt& in) {
  const auto head = in.read(0, 24);
  if (head.size() < 24) return truncated("AVI");
  if (!is(head, 12, "LIST"sv) || !is(head, 20, "hdrl"sv)) return corrupt("AVI hdrl");
  const std::uint64_t riff = le32(head, 4), list = le32(head, 16);
  if (20 + list > in.size() || (riff != 0 && riff + 8 > in.size())) return truncated("AVI");
  Structure s{"avi", "video/x-msvideo", Kind::video};
  return s;
}

constexpr std::string_view kHeader = "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"sv;
constexpr std::string_view kFile = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65"sv;
constexpr std::string_view kEncryption = "\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e"sv;
constexpr std::string_view kEncryption2 = "\x14\xe6\x8a\x29\x22\x26\x17\x4c\xb9\x35\xda\xe0\x7e\xe9\x28\x9c"sv;

// The objects of the header must tile it; one of them says how long the file is, another that it is protected.
Result<Structure> read_asf(const BytesAt& in) {
  Structure s{"asf", "video/x-ms-asf", Kind::video};
  const auto head = in.read(0, 30);
  if (head.size() < 30) return truncated("WMV");
  const auto header = le64(head, 16);
  if (header < 30) return corrupt("WMV");
  if (header > in.size()) return truncated("WMV");
  std::uint64_t at = 30;
  for (int objects = 0; at + 24 <= header && objects < 1000; ++objects) {
    const auto object = in.read(at, 104);
    if (object.size() < 24) return truncated("WMV");
    const auto size = le64(object, 16);
    if (size < 24 || size > header - at) return corrupt("WMV");
    if (is(object, 0, kEncryption) || is(object, 0, kEncryption2)) return fail(Code::media_encrypted);
    if (is(object, 0, kFile) && object.size() >= 92) {
      const bool live = (le32(object, 88) & 1) != 0;
      if (!live && le64(object, 40) > in.size()) return truncated("WMV");
    }
    at += size;
  }
  return s;
}

}  // namespace

Result<std::optional<Structure>> read_film_structure(const BytesAt& in) {
  const auto head = in.read(0, 16);
  const auto some = [](Result<Structure> s) -> Result<std::optional<Structure>> {
    if (!s) return s.error();
    return std::optional(*std::move(s));
  };
  if (is(head, 0, "RIFF"sv) && is(head, 8, "AVI "sv)) return some(read_avi(in));
  if (is(head, 0, kHeader.substr(0, 8))) return some(read_asf(in));  // enough to know it, and to name one that is cut
  return std::optional<Structure>{};
}

}  // namespace fz::decode
