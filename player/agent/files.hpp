// The agent's folder: state files (replaced atomically), the device key, the blobs, the spool. Layout: README.md.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "player/agent/core/agent.hpp"
#include "shared/base/file.hpp"
#include "shared/crypto/key.hpp"

namespace fz::agent {

class Files {
 public:
  /// Makes the folders if they are missing. Errors: io, disk_full.
  static Result<Files> open(const fs::path& folder);

  fs::path blobs() const { return folder_ / "blobs"; }
  fs::path spool() const { return folder_ / "spool.db"; }
  fs::path probes() const { return folder_ / "state" / "probes.json"; }
  fs::path status() const { return folder_ / "status.json"; }

  /// The device key; made on the first start, mode 0600, and never leaves the folder. Errors: key_invalid, key_exposed, io.
  Result<crypto::PrivateKey> device_key() const;
  /// A state file as it was saved; nothing when it is missing or cannot be read.
  std::optional<std::string> load(StateFile file) const;
  Result<void> save(const SaveState& a) const;

 private:
  explicit Files(fs::path folder) : folder_(std::move(folder)) {}
  fs::path path_of(StateFile file) const;
  fs::path folder_;
};

}  // namespace fz::agent
