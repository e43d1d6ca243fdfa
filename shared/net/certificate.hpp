// Certificates for TLS: the one that a server makes for itself at first start, and fingerprints to pin.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/error.hpp"

namespace fz::net {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;       ///< a secret: store it with mode 0600
};
/// Self-signed ECDSA P-256 certificate for these DNS names and IP addresses, valid from `now` - 1 day for `days`.
Result<Certificate> make_certificate(const std::vector<std::string>& names, UtcTime now, int days);
/// SHA-256 of the first certificate's DER, lower-case hex without ':'. Errors: bad_certificate{what}.
Result<std::string> certificate_fingerprint(std::string_view pem);
/// End of the first certificate's validity.
Result<UtcTime> certificate_expires(std::string_view pem);

}  // namespace fz::net
