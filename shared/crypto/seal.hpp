// Small secrets at rest: sealed under a key that lies in a file beside the database, so that a copy of the database alone
// tells none of them. XChaCha20-Poly1305 (libsodium), a random nonce each.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"
#include "shared/base/file.hpp"

namespace fz::crypto {

/// Any thread. The key is wiped with the object.
class SealKey {
 public:
  /// Reads the key file, or makes one (0600, never overwritten). Errors: key_exposed (others can read it), key_invalid, disk errors.
  static Result<SealKey> load_or_make(const fs::path& file);
  SealKey(SealKey&&) noexcept = default;
  SealKey& operator=(SealKey&&) noexcept = default;
  SealKey(const SealKey&) = delete;
  SealKey& operator=(const SealKey&) = delete;
  ~SealKey();

  /// "sealed1:<base64>". `context` (whose secret it is) must be given again to open it: nothing sealed stands for another.
  std::string seal(std::string_view secret, std::string_view context) const;
  /// Errors: key_invalid (another key or context, or damaged).
  Result<std::string> open(std::string_view sealed, std::string_view context) const;
  static bool is_sealed(std::string_view text);

 private:
  explicit SealKey(Bytes key) : key_(std::move(key)) {}
  Bytes key_;
};

}  // namespace fz::crypto
