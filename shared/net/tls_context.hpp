// Internal: OpenSSL contexts for both sides.
#pragma once
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "shared/net/client.hpp"
#include "shared/net/server.hpp"

namespace fz::net {

struct SslCtxFree {
  void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
};
struct SslFree {
  void operator()(SSL* s) const { SSL_free(s); }
};
using SslCtx = std::unique_ptr<SSL_CTX, SslCtxFree>;
using SslPtr = std::unique_ptr<SSL, SslFree>;

/// Errors: bad_certificate.
Result<SslCtx> server_context(const ServerTls& tls);
/// Verifies against a CA unless a pin is set; then nothing is verified here and the caller compares fingerprints.
/// Errors: bad_certificate (the CA file).
Result<SslCtx> client_context(const ClientOptions& options);
/// Hex SHA-256 of the peer's leaf; empty without one.
std::string peer_fingerprint(SSL* ssl);
/// The oldest error of OpenSSL's queue as words; clears the queue.
std::string ssl_error_text();

}  // namespace fz::net
