// The key ceremony: root, reviewers, the first withdrawals document and all the keys, made in memory first and written
// only when everything is there.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "player/keys/description.hpp"
#include "shared/base/file.hpp"
#include "shared/crypto/key_file.hpp"

namespace fz::keys {

struct CeremonyOrder {
  Description description;
  crypto::PublicKey online;  ///< the server's
  bool demo = false;         ///< marks the root "x-demo"; release builds refuse such a root
  UtcTime now;
  fs::path out;  ///< folder; made if missing, never overwritten
};
struct MadeKey {
  std::string holder, purpose, keyid, file;
};
struct CeremonyResult {
  std::vector<std::string> documents;  ///< file names in `out`: 1.root.json, reviewers.json, withdrawals.json
  std::vector<MadeKey> keys;
};
/// The passphrase for a holder's new key; nothing: the key is written plain (demo only).
using AskPassphrase = std::function<Result<std::optional<std::string>>(const std::string& holder)>;

/// Errors: file_exists (there is a ceremony in `out` already), those of asking and writing.
Result<CeremonyResult> hold_ceremony(const CeremonyOrder& order, const AskPassphrase& ask);

}  // namespace fz::keys
