// Messages that only one reader opens, whoever carries them: libsodium's sealed boxes (X25519, XSalsa20-Poly1305, an ephemeral key each).
#pragma once
#include <string>
#include <string_view>

#include "shared/crypto/key.hpp"

namespace fz::crypto {

/// Bytes that a sealed message is longer than its plain text.
inline constexpr std::size_t kSealOverhead = 48;

/// Seals `plain` for the holder of this X25519 key (64 hexadecimal digits). Any thread. Errors: key_invalid.
Result<std::string> seal(std::string_view plain, std::string_view public_hex);

/// The reader's key pair; the secret is wiped on destruction.
class SealedBoxKey {
 public:
  /// Always the same pair for one signing key and purpose: there is no second secret to be kept and backed up. Whoever replaces the
  /// signing key opens nothing of before any more.
  static SealedBoxKey derive(const PrivateKey& key, std::string_view purpose);
  SealedBoxKey(SealedBoxKey&& o) noexcept;
  SealedBoxKey& operator=(SealedBoxKey&&) = delete;
  ~SealedBoxKey();
  const std::string& public_hex() const { return public_hex_; }
  /// Errors: signature_wrong (not sealed for this key, or not as it was written).
  Result<std::string> open(std::string_view sealed) const;

 private:
  SealedBoxKey() = default;
  Bytes secret_, public_;
  std::string public_hex_;
};

}  // namespace fz::crypto
