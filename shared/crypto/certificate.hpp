// The TLS certificate that a server makes for itself at its first start.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"

namespace fz::crypto {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;  ///< PKCS#8, secret: store with mode 0600
  std::string sha256;   ///< hex SHA-256 of the DER certificate: the pin shown to people and put in site packages
};

/// An ECDSA P-256 key and a self-signed X.509 v3 certificate (RFC 5280) for a TLS server. `names` are DNS names and IP
/// addresses (at least one; each becomes a subjectAltName of its kind, the first also the common name).
/// Errors: bad_field, internal.
Result<Certificate> make_self_signed(const std::vector<std::string>& names, UtcTime not_before, UtcTime not_after);

/// hex SHA-256 of the DER form of the first certificate in a PEM text; and its end. Errors: key_invalid.
Result<std::string> certificate_sha256(std::string_view pem);
Result<UtcTime> certificate_not_after(std::string_view pem);

}  // namespace fz::crypto
