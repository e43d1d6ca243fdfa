// Byte strings, hexadecimal and base64. Pure functions, any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"

namespace fz {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
inline std::string_view as_text(ByteView b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}
inline Bytes to_bytes(std::string_view s) {
  return Bytes(s.begin(), s.end());
}

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);
/// Strict: even length, lower-case digits only; Code::bad_request otherwise.
Result<Bytes> from_hex(std::string_view hex);
/// True for exactly 64 lower-case hexadecimal digits: the name of a blob.
bool is_sha256_hex(std::string_view s);

/// RFC 4648 section 4, padded.
std::string to_base64(ByteView bytes);
/// Canonical only: padded, no white space, unused bits zero, so that one byte string has one text. bad_request otherwise.
Result<Bytes> from_base64(std::string_view text);

/// True if `s` is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view s);
/// Number of code points in well-formed UTF-8.
std::size_t utf8_length(std::string_view s);

}  // namespace fz
