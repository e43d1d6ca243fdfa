// What the server makes for itself at its first start, and finds again at the next: certificate, online key, administrator.
#pragma once
#include <optional>
#include <string>

#include "server/app/config.hpp"
#include "server/store/store.hpp"
#include "shared/crypto/key.hpp"

namespace fz::app {

struct TlsFiles {
  std::string certificate_pem, key_pem;
  std::string sha256;  ///< of the certificate, for people to compare
  UtcTime expires;
};
/// data/tls/cert.pem and key.pem (0600): read, or made for the configured names, this host's name and loopback. A pair that
/// the operator put there is used as it is. Errors: key_invalid, io, disk_full.
Result<TlsFiles> load_or_make_tls(const Config& config, UtcTime now);

/// data/online.key.json (0600). Errors: key_invalid, key_exposed, io, disk_full.
Result<crypto::PrivateKey> load_or_make_online_key(const Config& config);

/// Makes the root unit and the account `admin` while there is no account at all. The password goes to data/admin-password
/// (0600) before the account exists, so that no crash leaves an account nobody can open. Returns it once.
Result<std::optional<std::string>> make_first_administrator(const Config& config, store::Store& store, UtcTime now);

}  // namespace fz::app
