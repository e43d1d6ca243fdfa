// The trail as a file that an outsider verifies with nothing else: one JSON text a line. Format: README.md. No I/O.
#pragma once
#include <functional>
#include <map>

#include "server/audit/audit.hpp"
#include "shared/crypto/key.hpp"

namespace fz::audit {

inline constexpr std::string_view kCheckpointType = "application/vnd.fz.audit-checkpoint.v1+json";
inline constexpr std::size_t kMaxExportLine = 64 * 1024;
inline constexpr Days kKept{184};  ///< entries are never removed before; this server removes none at all

/// The last entry, signed; nothing if there is none, or it has a checkpoint already.
Result<std::optional<Checkpoint>> make_checkpoint(Trail& trail, const crypto::PrivateKey& online, UtcTime now);
/// As above if the last checkpoint is a day old and something has happened since.
Result<std::optional<Checkpoint>> daily_checkpoint(Trail& trail, const crypto::PrivateKey& online, UtcTime now);

/// The first line: what the file begins with, and the server's keys.
std::string export_header(std::string_view prev, std::int64_t first_seq, const std::vector<crypto::PublicKey>& keys, UtcTime now);
/// The last line: without it the file was cut.
std::string export_end(std::int64_t entries, std::int64_t last_seq, std::string_view hash);
inline std::string export_line(const Entry& entry) {
  return json::write(entry_json(entry, true));
}

struct Report {
  std::int64_t first = 0, last = 0, entries = 0, checkpoints = 0;
  std::int64_t signed_until = 0;  ///< the last entry under a checkpoint: nothing up to it can have been changed without the key
  UtcTime from, until;            ///< of the entries
  std::map<std::string, std::int64_t> signers;  ///< keyid -> checkpoints
  std::string head;                             ///< hash of the last entry
};

/// Takes the lines of an export in order. The first failure is the verdict.
class Verifier {
 public:
  /// `trusted`: the only keys that count, hex of Ed25519 public keys; empty: those that the file names (which then proves only
  /// that nothing was changed by somebody without them).
  explicit Verifier(std::vector<crypto::PublicKey> trusted) : trusted_(std::move(trusted)) {}
  /// Errors: audit_broken{seq,what}.
  Result<void> line(std::string_view text);
  /// After the last line. Errors: audit_broken (cut, nothing signed).
  Result<Report> finish();

 private:
  Result<void> header(const json::value& v);
  Result<void> entry(const json::value& v);
  Result<void> checkpoint(std::string_view text);
  Result<void> end(const json::value& v);
  Error broken(std::string what) const;
  std::vector<crypto::PublicKey> trusted_;
  std::map<std::string, crypto::PublicKey> keys_;
  std::map<std::int64_t, std::string> hashes_;  ///< of entries that no checkpoint has covered yet
  Report report_;
  std::int64_t next_ = 0;
  std::string prev_;
  bool begun_ = false, ended_ = false;
};

}  // namespace fz::audit
