// SHA-256, HMAC and the chunk hashes of media. Pure functions; an object belongs to one thread at a time.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "shared/base/bytes.hpp"

namespace fz::crypto {

using Digest = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4) of `data`; the second form in lower-case hexadecimal, which is how blobs are named.
Digest sha256(ByteView data);
std::string sha256_hex(ByteView data);
inline std::string sha256_hex(std::string_view text) {
  return sha256_hex(as_bytes(text));
}

/// Incremental SHA-256. After finish() the object is empty and may be used again.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void update(ByteView data);
  Digest finish();
  std::string finish_hex();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Media are hashed in chunks of this many bytes, so that one bad chunk is found and fetched again.
inline constexpr std::size_t kChunkSize = std::size_t{1} << 20;

struct ChunkedDigest {
  std::uint64_t length = 0;
  std::string sha256;               ///< of the whole, hex
  std::vector<std::string> chunks;  ///< of each 1 MiB, hex; the last one may be shorter; none for no bytes
};

/// The whole and the chunks in one pass over the bytes. After finish() the object is empty and may be used again.
class ChunkedHasher {
 public:
  void update(ByteView data);
  std::uint64_t length() const { return length_; }
  ChunkedDigest finish();

 private:
  Sha256 whole_, chunk_;
  std::size_t in_chunk_ = 0;
  std::uint64_t length_ = 0;
  std::vector<std::string> chunks_;
};

/// HMAC-SHA256 (RFC 2104). The key may have any length.
Digest hmac_sha256(ByteView key, ByteView data);

/// True if equal; takes the same time wherever they differ (the length is not a secret).
bool equal_constant_time(ByteView a, ByteView b);
inline bool equal_constant_time(std::string_view a, std::string_view b) {
  return equal_constant_time(as_bytes(a), as_bytes(b));
}

}  // namespace fz::crypto
