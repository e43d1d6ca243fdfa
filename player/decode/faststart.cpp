#include "player/decode/faststart.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "player/decode/bytes_at.hpp"
#include "shared/base/file.hpp"

namespace fz::decode {
namespace {

using Box = std::vector<std::uint8_t>;

struct Place {
  std::uint64_t at = 0, size = 0;
};
Error unexpected(const char* what) {
  return fail(Code::media_corrupt, {{"what", what}}, "output of the muxer");
}
Error write_error() {
  return disk_error(errno, "rendition");
}

void put32(Box& b, std::size_t at, std::uint32_t v) {
  for (int k = 0; k < 4; ++k) b[at + static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(v >> (24 - 8 * k));
}
std::uint64_t get64(const Box& b, std::size_t at) {
  return std::uint64_t{be32(b, at)} << 32 | be32(b, at + 4);
}

/// Chunk offsets and times inside moov; false when a table does not fit its box or an offset would overflow.
bool patch(Box& b, std::size_t from, std::size_t to, std::uint64_t shift) {
  for (std::size_t at = from; at < to;) {
    if (to - at < 8) return false;
    auto size = be32(b, at);
    if (size < 8 || size > to - at) return false;
    std::string_view kind(reinterpret_cast<const char*>(b.data()) + at + 4, 4);
    std::size_t end = at + size;
    if (kind == "trak" || kind == "mdia" || kind == "minf" || kind == "stbl") {
      if (!patch(b, at + 8, end, shift)) return false;
    } else if ((kind == "mvhd" || kind == "tkhd" || kind == "mdhd") && size >= 28) {
      std::size_t times = b[at + 8] == 1 ? 16 : 8;  // version 1: 64 bits each
      std::memset(b.data() + at + 12, 0, times);
    } else if (kind == "stco" || kind == "co64") {
      std::size_t width = kind == "stco" ? 4 : 8;
      if (size < 16 || be32(b, at + 12) > (size - 16) / width) return false;
      for (std::uint32_t k = 0; k < be32(b, at + 12); ++k) {
        auto p = at + 16 + k * width;
        auto value = (width == 4 ? be32(b, p) : get64(b, p)) + shift;
        if (width == 4 && value > 0xffffffff) return false;
        if (width == 8) put32(b, p, static_cast<std::uint32_t>(value >> 32));
        put32(b, p + width - 4, static_cast<std::uint32_t>(value));
      }
    }
    at = end;
  }
  return true;
}

/// Moves [at, at+size) up by `shift` bytes, last part first.
bool move_up(int fd, const BytesAt& in, std::uint64_t at, std::uint64_t size, std::uint64_t shift) {
  constexpr std::uint64_t kStep = 4 << 20;
  for (auto left = size; left > 0;) {
    auto n = std::min(left, kStep);
    left -= n;
    auto part = in.read(at + left, static_cast<std::size_t>(n));
    if (part.size() != n) return false;
    for (std::size_t done = 0; done < part.size();) {
      auto w = ::pwrite(fd, part.data() + done, part.size() - done, static_cast<off_t>(at + left + shift + done));
      if (w <= 0) return false;
      done += static_cast<std::size_t>(w);
    }
  }
  return true;
}

}  // namespace

Result<void> make_faststart(int fd) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) return write_error();
  auto size = static_cast<std::uint64_t>(st.st_size);
  BytesAt in(fd, size);
  Place moov, mdat;
  for (std::uint64_t at = 0; at < size;) {
    auto head = in.read(at, 16);
    if (head.size() < 8) return unexpected("MP4");
    std::uint64_t n = be32(head, 0);
    if (n == 1 && head.size() == 16) n = get64(head, 8);
    if (n < 8 || n > size - at) return unexpected("MP4");
    if (std::memcmp(head.data() + 4, "moov", 4) == 0) moov = {at, n};
    if (std::memcmp(head.data() + 4, "mdat", 4) == 0 && mdat.size == 0) mdat = {at, n};
    at += n;
  }
  if (moov.size == 0 || mdat.size == 0 || moov.size > (64 << 20)) return unexpected("MP4 moov");
  bool last = moov.at > mdat.at;
  if (last && moov.at + moov.size != size) return unexpected("MP4 order");
  auto box = in.read(moov.at, static_cast<std::size_t>(moov.size));
  if (box.size() != moov.size || !patch(box, 8, box.size(), last ? moov.size : 0)) return unexpected("MP4 tables");
  auto target = last ? mdat.at : moov.at;
  if (last && !move_up(fd, in, mdat.at, moov.at - mdat.at, moov.size)) return write_error();
  for (std::size_t done = 0; done < box.size();) {
    auto w = ::pwrite(fd, box.data() + done, box.size() - done, static_cast<off_t>(target + done));
    if (w <= 0) return write_error();
    done += static_cast<std::size_t>(w);
  }
  return {};
}

}  // namespace fz::decode
