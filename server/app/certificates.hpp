// The certificate in the data folder: tls/cert.pem, tls/key.pem, and the office's authority in tls/ca.crt and tls/ca.key.
#pragma once
#include <functional>
#include <memory>

#include "server/app/identity.hpp"
#include "server/setup/setup.hpp"

namespace fz::app {

/// Puts a pair into force for new connections. Errors: bad_certificate.
using TakeCertificate = std::function<Result<void>(const std::string& chain_pem, const std::string& key_pem)>;

/// `current`: what load_or_make_tls gave. Errors: key_invalid, io.
Result<std::unique_ptr<setup::Certificates>> keep_certificates(const Config& config, const TlsFiles& current, TakeCertificate take);
/// Finishes a change of the pair that a crash interrupted; before the pair is read. Errors: io, disk_full.
Result<void> finish_certificate_change(const Config& config);

}  // namespace fz::app
