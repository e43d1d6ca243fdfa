// Passwords of accounts. Any thread; each call takes about 0.1 s and 64 MiB: run it on a pool, few at once.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/error.hpp"

namespace fz::crypto {

/// argon2id, 2 passes over 64 MiB (libsodium's "interactive" cost; above OWASP's 19 MiB x 2).
inline constexpr std::uint64_t kPasswordOps = 2;
inline constexpr std::size_t kPasswordMemory = std::size_t{64} << 20;

/// The PHC string ("$argon2id$v=19$..."), which carries salt and cost. Errors: unavailable (no memory),
/// bad_field (longer than 1024 bytes).
Result<std::string> hash_password(std::string_view password);
/// True if it is the password; false for anything else, a malformed hash included.
bool verify_password(std::string_view hash, std::string_view password);
/// True if the hash was made with another cost and should be replaced after the next good login.
bool password_needs_rehash(std::string_view hash);

}  // namespace fz::crypto
