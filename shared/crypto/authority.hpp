// An office's own certificate authority, and what certificates that people bring say of themselves (RFC 5280).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/crypto/certificate.hpp"

namespace fz::crypto {

/// An ECDSA P-256 key and a self-signed certificate that may sign those of servers and nothing else. `name` is what people see in
/// their list of authorities, 1..60 characters. Errors: bad_field, internal.
Result<Certificate> make_authority(std::string_view name, UtcTime not_before, UtcTime not_after);
/// A key and a server's certificate for these DNS names and addresses, signed by the authority. `certificate_pem` is the leaf alone.
/// Errors: bad_field, key_invalid (the authority's texts), internal.
Result<Certificate> issue(std::string_view authority_pem, std::string_view authority_key_pem, const std::vector<std::string>& names,
                          UtcTime not_before, UtcTime not_after);

/// Of the first certificate of a PEM text.
struct CertificateFacts {
  std::string sha256;
  UtcTime not_before, not_after;
  std::vector<std::string> names;  ///< DNS names and addresses
  bool self_signed = false;
};
/// Errors: key_invalid.
Result<CertificateFacts> certificate_facts(std::string_view pem);
/// True if a client that asks for this host name or address may accept the certificate; "*.example" counts. Errors: key_invalid.
Result<bool> certificate_names(std::string_view pem, const std::string& host);
/// True if `authority_pem` signed it. Errors: key_invalid.
Result<bool> issued_by(std::string_view pem, std::string_view authority_pem);
/// Errors: key_invalid (one cannot be read, or the key has a passphrase), certificate_key (they are no pair).
Result<void> check_pair(std::string_view pem, std::string_view key_pem);

}  // namespace fz::crypto
