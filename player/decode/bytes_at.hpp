// Bounded positioned reads of a regular file, and big- and little-endian numbers out of them.
#pragma once
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace fz::decode {

/// Reads by position; never past the size it was made with; a short result means the end. Borrows the descriptor.
class BytesAt {
 public:
  BytesAt(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  std::uint64_t size() const { return size_; }
  std::vector<std::uint8_t> read(std::uint64_t at, std::size_t n) const {
    if (at >= size_) return {};
    std::vector<std::uint8_t> out(static_cast<std::size_t>(std::min<std::uint64_t>(n, size_ - at)));
    std::size_t got = 0;
    while (got < out.size()) {
      auto r = ::pread(fd_, out.data() + got, out.size() - got, static_cast<off_t>(at + got));
      if (r <= 0) break;
      got += static_cast<std::size_t>(r);
    }
    out.resize(got);
    return out;
  }

 private:
  int fd_;
  std::uint64_t size_;
};

/// REQUIRES: at + 4 <= b.size().
inline std::uint32_t be32(const std::vector<std::uint8_t>& b, std::size_t at) {
  return static_cast<std::uint32_t>(b[at]) << 24 | static_cast<std::uint32_t>(b[at + 1]) << 16 |
         static_cast<std::uint32_t>(b[at + 2]) << 8 | b[at + 3];
}
inline std::uint32_t le32(const std::vector<std::uint8_t>& b, std::size_t at) {
  return static_cast<std::uint32_t>(b[at + 3]) << 24 | static_cast<std::uint32_t>(b[at + 2]) << 16 |
         static_cast<std::uint32_t>(b[at + 1]) << 8 | b[at];
}

}  // namespace fz::decode
