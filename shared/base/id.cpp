#include "shared/base/id.hpp"

#include <sys/random.h>

#include <cstdlib>

namespace fz {
Bytes random_bytes(std::size_t n) {
  Bytes out(n);
  for (std::size_t done = 0; done < n;) {
    ssize_t r = getrandom(out.data() + done, n - done, 0);
    if (r < 0 && errno == EINTR) continue;
    if (r <= 0) std::abort();
    done += static_cast<std::size_t>(r);
  }
  return out;
}
std::string uuid7(UtcTime now) {
  auto b = random_bytes(16);
  auto ms = static_cast<std::uint64_t>(to_unix_ms(now));
  for (int i = 0; i < 6; ++i) b[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  b[6] = static_cast<std::uint8_t>(0x70 | (b[6] & 0x0f));
  b[8] = static_cast<std::uint8_t>(0x80 | (b[8] & 0x3f));
  auto h = to_hex(b);
  return h.substr(0, 8) + "-" + h.substr(8, 4) + "-" + h.substr(12, 4) + "-" + h.substr(16, 4) + "-" + h.substr(20);
}
bool is_uuid(std::string_view s) {
  if (s.size() != 36) return false;
  for (std::size_t i = 0; i < 36; ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    bool hex = (s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f');
    if (dash ? s[i] != '-' : !hex) return false;
  }
  return true;
}
std::string random_code(std::size_t n) {
  constexpr std::string_view kAlphabet = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";  // 31 characters
  std::string out;
  while (out.size() < n)
    for (auto b : random_bytes(n))
      if (b < 248 && out.size() < n) out += kAlphabet[b % 31];  // 248 = 8 * 31: no bias
  return out;
}
}  // namespace fz
