// Signature keys. Schemes are named by strings, so that the list is open: "ed25519" is built in; "sm2-sm3" has its name
// and its place (key.cpp, one table) but is not compiled in, so its keys can stand in documents and verify nothing yet.
#pragma once
#include <compare>
#include <memory>
#include <string>
#include <string_view>

#include "shared/base/bytes.hpp"

namespace fz::crypto {

inline constexpr std::string_view kEd25519 = "ed25519";  ///< RFC 8032, pure; public 32 bytes, signature 64 bytes
inline constexpr std::string_view kSm2Sm3 = "sm2-sm3";   ///< GM/T 0003; reserved

/// True if this build can verify and sign with the scheme.
bool is_supported(std::string_view scheme);

/// A public key as it stands in documents.
struct PublicKey {
  std::string scheme;
  Bytes raw;
  std::string hex() const { return to_hex(raw); }
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

/// hex SHA-256(scheme || 0x00 || raw). Every reader recomputes it.
std::string keyid(const PublicKey& key);

/// A public key from its scheme and lower-case hex. Errors: key_invalid (unknown length for a supported scheme, not hex,
/// over 256 bytes). An unsupported scheme is accepted; it never verifies.
Result<PublicKey> public_key_from_hex(std::string_view scheme, std::string_view hex);
/// PEM SubjectPublicKeyInfo, as `openssl pkey -pubin` reads it. Errors: key_invalid, unsupported.
Result<std::string> public_key_to_pem(const PublicKey& key);
Result<PublicKey> public_key_from_pem(std::string_view pem);

/// True if `signature` is by `key` over `message`. False for anything else, an unsupported scheme included. Any thread.
bool verify(const PublicKey& key, ByteView message, ByteView signature);

/// A private key; its bytes are wiped on destruction and never printed. Movable; const members from any thread.
class PrivateKey {
 public:
  /// A new Ed25519 key from the kernel's generator.
  static PrivateKey generate();
  /// From the 32-byte seed of RFC 8032. Errors: key_invalid.
  static Result<PrivateKey> from_seed(ByteView seed);
  /// PKCS#8 PEM of an Ed25519 key, as made by `openssl genpkey -algorithm ed25519` (not encrypted). Errors: key_invalid.
  static Result<PrivateKey> from_pem(std::string_view pem);

  PrivateKey(PrivateKey&&) noexcept;
  PrivateKey& operator=(PrivateKey&&) noexcept;
  ~PrivateKey();

  const PublicKey& public_key() const;
  const std::string& id() const;  ///< keyid(public_key())
  Bytes sign(ByteView message) const;
  /// Secrets: for key files only.
  Bytes seed() const;
  std::string to_pem() const;

 private:
  struct Impl;
  explicit PrivateKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fz::crypto
