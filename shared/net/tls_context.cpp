#include "shared/net/tls_context.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>

#include "shared/base/bytes.hpp"

namespace fz::net {
namespace {

struct BioFree {
  void operator()(BIO* b) const { BIO_free(b); }
};
using BioPtr = std::unique_ptr<BIO, BioFree>;

constexpr unsigned char kAlpn[] = "\x08http/1.1";

int choose_alpn(SSL*, const unsigned char** out, unsigned char* outlen, const unsigned char* in, unsigned inlen, void*) {
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, outlen, kAlpn, sizeof kAlpn - 1, in, inlen) != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

void common_settings(SSL_CTX* ctx) {
  SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20");  // TLS 1.2: forward secrecy and AEAD only
}

Result<void> load_chain(SSL_CTX* ctx, const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  bool first = true;
  for (;; first = false) {
    X509* cert = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
    if (!cert) break;
    // add0 takes ownership when it succeeds; use_certificate takes a reference.
    const bool ok = first ? SSL_CTX_use_certificate(ctx, cert) == 1 : SSL_CTX_add0_chain_cert(ctx, cert) == 1;
    if (first || !ok) X509_free(cert);
    if (!ok) return fail(Code::bad_certificate, {{"what", ssl_error_text()}});
  }
  ERR_clear_error();  // the end of the file is an "error" of the PEM reader
  if (first) return fail(Code::bad_certificate, {{"what", "no certificate in the PEM text"}});
  return {};
}

}  // namespace

std::string ssl_error_text() {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (!code) return "connection closed";
  const char* reason = ERR_reason_error_string(code);
  return reason ? reason : "error " + std::to_string(code);
}

Result<SslCtx> server_context(const ServerTls& tls) {
  ERR_clear_error();
  SslCtx ctx(SSL_CTX_new(TLS_server_method()));
  common_settings(ctx.get());
  SSL_CTX_set_options(ctx.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_ciphersuites(ctx.get(), "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256");
  SSL_CTX_set_num_tickets(ctx.get(), 1);  // resumption saves a reconnecting screen 0.8 ms of our CPU
  SSL_CTX_set_session_id_context(ctx.get(), reinterpret_cast<const unsigned char*>("fz"), 2);
  SSL_CTX_set_alpn_select_cb(ctx.get(), choose_alpn, nullptr);
  FZ_CHECK(load_chain(ctx.get(), tls.certificate_pem));
  const BioPtr bio(BIO_new_mem_buf(tls.key_pem.data(), static_cast<int>(tls.key_pem.size())));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  const bool ok = key && SSL_CTX_use_PrivateKey(ctx.get(), key) == 1 && SSL_CTX_check_private_key(ctx.get()) == 1;
  EVP_PKEY_free(key);
  if (!ok) return fail(Code::bad_certificate, {{"what", "private key: " + ssl_error_text()}});
  return ctx;
}

Result<SslCtx> client_context(const ClientOptions& options) {
  ERR_clear_error();
  SslCtx ctx(SSL_CTX_new(TLS_client_method()));
  common_settings(ctx.get());
  SSL_CTX_set_alpn_protos(ctx.get(), kAlpn, sizeof kAlpn - 1);
  SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  if (!options.pin_sha256.empty()) {
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_NONE, nullptr);
    return ctx;
  }
  SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
  const bool ok = options.ca_file.empty() ? SSL_CTX_set_default_verify_paths(ctx.get()) == 1
                                          : SSL_CTX_load_verify_locations(ctx.get(), options.ca_file.c_str(), nullptr) == 1;
  if (!ok) return fail(Code::bad_certificate, {{"what", options.ca_file.string() + ": " + ssl_error_text()}});
  return ctx;
}

std::string peer_fingerprint(SSL* ssl) {
  X509* cert = SSL_get1_peer_certificate(ssl);
  if (!cert) return {};
  std::array<std::uint8_t, 32> digest{};
  unsigned n = 0;
  const bool ok = X509_digest(cert, EVP_sha256(), digest.data(), &n) == 1;
  X509_free(cert);
  return ok ? to_hex(digest) : std::string{};
}

}  // namespace fz::net
