// Random bytes and identifiers, from the kernel's generator. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"
#include "shared/base/clock.hpp"

namespace fz {

/// `n` bytes from getrandom(2); aborts if the kernel has none to give.
Bytes random_bytes(std::size_t n);
/// UUID version 7 (RFC 9562): time-ordered, 74 random bits; "01930000-....".
std::string uuid7(UtcTime now);
/// True for the canonical lower-case form of a UUID.
bool is_uuid(std::string_view s);
/// A random token of `n` characters from letters and digits that cannot be mistaken for one another
/// (no 0 O 1 I L): 31 letters, 4.95 bits each.
std::string random_code(std::size_t n);

}  // namespace fz
