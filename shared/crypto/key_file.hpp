// Key files: JSON, described in shared/crypto/README.md. Device and online keys are plain, mode 0600; people's keys are
// encrypted under a passphrase (argon2id, XChaCha20-Poly1305).
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/file.hpp"
#include "shared/crypto/key.hpp"

namespace fz::crypto {

/// What anybody may read in a key file.
struct KeyFileInfo {
  PublicKey key;
  std::string keyid;
  std::string holder;      ///< the person or the device ("reviewer-1", "scr-1", "server")
  std::string purpose;     ///< "root" "approve" "withdraw" "renew" "online" "device"
  bool encrypted = false;  ///< a passphrase is needed to sign
};

/// Cost of opening an encrypted key: argon2id, 3 passes over 64 MiB, one lane (about 0.2 s on an office PC).
inline constexpr std::uint64_t kKeyFileOps = 3;
inline constexpr std::size_t kKeyFileMemory = std::size_t{64} << 20;

/// The file's text. `passphrase` absent: plain. Errors: bad_field (an empty passphrase).
Result<std::string> seal_key(const PrivateKey& key, std::string_view holder, std::string_view purpose,
                             std::optional<std::string_view> passphrase);
/// Writes it atomically, mode 0600. Never overwrites: file_exists.
Result<void> write_key_file(const fs::path& path, const PrivateKey& key, std::string_view holder, std::string_view purpose,
                            std::optional<std::string_view> passphrase);

/// Errors: key_invalid (no such format, public part does not belong to the private one), passphrase_wrong,
/// passphrase_missing.
Result<PrivateKey> open_key(std::string_view text, std::optional<std::string_view> passphrase);
/// As open_key, from a file; a plain key that group or others may read is refused: key_exposed. Also reads PKCS#8 PEM.
Result<PrivateKey> read_key_file(const fs::path& path, std::optional<std::string_view> passphrase = std::nullopt);
/// The public part alone; needs no passphrase. Errors: not_found, key_invalid.
Result<KeyFileInfo> key_info(std::string_view text);
Result<KeyFileInfo> key_file_info(const fs::path& path);

}  // namespace fz::crypto
