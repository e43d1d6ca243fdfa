// One-time codes by time (RFC 6238 over RFC 4226, HMAC-SHA-1, 30 s): what every authenticator app computes. Pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"
#include "shared/base/clock.hpp"

namespace fz::crypto {

inline constexpr Seconds kTotpStep{30};
inline constexpr int kTotpDigits = 6;

/// Seconds since 1970 divided by 30: the counter of RFC 4226.
std::int64_t totp_step(UtcTime now);
/// The code of a step; `digits` 6..8. The secret may have any length.
std::string totp_code(ByteView secret, std::int64_t step, int digits = kTotpDigits);
/// The step that `code` belongs to: the one before `now`'s, its own or the next one (a clock may be 30 s off), and later than
/// `last_step`, so that no code counts twice. Nothing if it is none of them.
std::optional<std::int64_t> totp_match(ByteView secret, std::string_view code, UtcTime now, std::int64_t last_step);

/// RFC 4648 base32 without padding, upper case; reading takes lower case, blanks and padding, too. Errors: bad_field{secret}.
std::string to_base32(ByteView data);
Result<Bytes> from_base32(std::string_view text);

}  // namespace fz::crypto
