#include "shared/crypto/password.hpp"

#include <sodium.h>

namespace fz::crypto {
namespace {
constexpr std::size_t kMaxPassword = 1024;  // longer ones only burn time
bool ready() {
  static const bool ok = sodium_init() >= 0;
  return ok;
}
/// libsodium wants a C string of at most crypto_pwhash_STRBYTES.
bool well_formed(std::string_view hash) {
  return hash.size() < crypto_pwhash_STRBYTES && hash.find('\0') == std::string_view::npos;
}
}  // namespace

Result<std::string> hash_password(std::string_view password) {
  if (password.size() > kMaxPassword) return fail(Code::bad_field, {{"field", "password"}, {"what", "> 1024 B"}});
  char out[crypto_pwhash_STRBYTES];
  if (!ready() || crypto_pwhash_str(out, password.data(), password.size(), kPasswordOps, kPasswordMemory) != 0)
    return fail(Code::unavailable, {{"what", "argon2id, 64 MiB"}});
  return std::string(out);
}
bool verify_password(std::string_view hash, std::string_view password) {
  if (!ready() || !well_formed(hash) || password.size() > kMaxPassword) return false;
  return crypto_pwhash_str_verify(std::string(hash).c_str(), password.data(), password.size()) == 0;
}
bool password_needs_rehash(std::string_view hash) {
  return !ready() || !well_formed(hash) || crypto_pwhash_str_needs_rehash(std::string(hash).c_str(), kPasswordOps, kPasswordMemory) != 0;
}
}  // namespace fz::crypto
