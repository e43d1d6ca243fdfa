// Keys as people give them on the command line.
#pragma once
#include <string>

#include "player/keys/commands.hpp"
#include "shared/crypto/key.hpp"

namespace fz::keys {

inline constexpr std::size_t kMaxText = 2 * 1024 * 1024;  ///< of any file that is read

/// Hex, or a file with hex, a key file, or a public PEM. Errors: disk errors, key_invalid.
Result<crypto::PublicKey> read_public_key(const std::string& text);
/// A key file, with its passphrase from where `shared` says. Errors: those of read_key_file and PassphraseSource.
Result<crypto::PrivateKey> open_key_file(const Shared& shared, const std::string& path);

}  // namespace fz::keys
