// Passphrases from a terminal (not echoed) or the first line of a file.
#pragma once
#include <optional>
#include <string>

#include "shared/base/file.hpp"

namespace fz::keys {

/// At least this many bytes for a new key.
inline constexpr std::size_t kMinPassphrase = 8;

struct PassphraseSource {
  std::string file;  ///< empty: ask on the terminal
  /// For an existing key; asks "prompt". Errors: passphrase_missing (no file and no terminal), disk errors.
  Result<std::string> existing(const std::string& prompt) const;
  /// For a new key: asked twice, at least kMinPassphrase bytes. Errors: bad_field too.
  Result<std::string> fresh(const std::string& prompt) const;
};

}  // namespace fz::keys
