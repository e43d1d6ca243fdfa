#include "shared/crypto/totp.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "shared/crypto/hash.hpp"

namespace fz::crypto {
namespace {
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
}  // namespace

std::int64_t totp_step(UtcTime now) {
  return to_unix_ms(now) / 1000 / kTotpStep.count();
}

std::string totp_code(ByteView secret, std::int64_t step, int digits) {
  std::array<std::uint8_t, 8> counter{};
  for (std::size_t i = 0; i < 8; ++i) counter[7 - i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(step) >> (8 * i));
  std::array<std::uint8_t, 20> mac{};
  unsigned length = 0;
  static constexpr std::uint8_t kNothing = 0;  // HMAC() takes no null pointer for a key of no bytes
  if (::HMAC(EVP_sha1(), secret.empty() ? &kNothing : secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(),
             mac.data(), &length) == nullptr)
    return {};
  const std::size_t at = mac[19] & 0x0f;
  const std::uint32_t number = (static_cast<std::uint32_t>(mac[at] & 0x7f) << 24) | (static_cast<std::uint32_t>(mac[at + 1]) << 16) |
                               (static_cast<std::uint32_t>(mac[at + 2]) << 8) | mac[at + 3];
  std::uint64_t limit = 1;
  for (int i = 0; i < digits; ++i) limit *= 10;
  std::string text = std::to_string(number % limit);
  return std::string(static_cast<std::size_t>(digits) - std::min(text.size(), static_cast<std::size_t>(digits)), '0') + text;
}

std::optional<std::int64_t> totp_match(ByteView secret, std::string_view code, UtcTime now, std::int64_t last_step) {
  std::optional<std::int64_t> found;
  const std::int64_t here = totp_step(now);
  for (std::int64_t step = here - 1; step <= here + 1; ++step) {  // all three, so that time does not tell which one it was
    const bool same = equal_constant_time(totp_code(secret, step), code);
    if (same && step > last_step && !found) found = step;
  }
  return found;
}

std::string to_base32(ByteView data) {
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const std::uint8_t byte : data) {
    bits = (bits << 8) | byte;
    for (have += 8; have >= 5; have -= 5) out += kAlphabet[(bits >> (have - 5)) & 31];
  }
  if (have > 0) out += kAlphabet[(bits << (5 - have)) & 31];
  return out;
}

Result<Bytes> from_base32(std::string_view text) {
  Bytes out;
  std::uint32_t bits = 0;
  int have = 0;
  for (char c : text) {
    if (c == ' ' || c == '-' || c == '=' || c == '\n' || c == '\r') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    const auto at = kAlphabet.find(c);
    if (at == std::string_view::npos) return fail(Code::bad_field, {{"field", "secret"}, {"what", "base32"}});
    bits = (bits << 5) | static_cast<std::uint32_t>(at);
    have += 5;
    if (have >= 8) {
      out.push_back(static_cast<std::uint8_t>(bits >> (have - 8)));
      have -= 8;
    }
  }
  return out;
}

}  // namespace fz::crypto
