// Private to shared/crypto: what certificates are made of.
#pragma once
#include <arpa/inet.h>

#include <ctime>

#include "shared/base/id.hpp"
#include "shared/crypto/certificate.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/openssl.hpp"

namespace fz::crypto::ossl {

inline bool is_ip(const std::string& name) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, name.c_str(), buffer) == 1 || inet_pton(AF_INET6, name.c_str(), buffer) == 1;
}
inline bool is_dns(const std::string& name) {
  if (name.empty() || name.size() > 64) return false;  // 64: also fits the common name
  for (char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
  return true;
}
inline bool add_extension(X509* cert, int nid, const std::string& value) {
  X509V3_CTX ctx;
  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, cert, cert, nullptr, nullptr, 0);
  ossl::Extension extension(X509V3_EXT_conf_nid(nullptr, &ctx, nid, value.c_str()));
  return extension && X509_add_ext(cert, extension.get(), -1) == 1;
}
inline bool set_time(ASN1_TIME* field, UtcTime t) {
  return ASN1_TIME_set(field, static_cast<std::time_t>(to_unix_ms(t) / 1000)) != nullptr;
}
inline std::string der_sha256(X509* cert) {
  unsigned char* der = nullptr;
  int n = i2d_X509(cert, &der);
  if (n <= 0) return {};
  std::string out = sha256_hex(ByteView(der, static_cast<std::size_t>(n)));
  OPENSSL_free(der);
  return out;
}
inline std::string alternatives(const std::vector<std::string>& names) {
  std::string out;
  for (auto& name : names) out += (out.empty() ? "" : ",") + std::string(is_ip(name) ? "IP:" : "DNS:") + name;
  return out;
}
inline bool set_serial(X509* cert) {
  Bytes serial = random_bytes(16);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);  // positive, and never shorter
  std::unique_ptr<BIGNUM, Deleter<BN_free>> number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(cert)) != nullptr;
}
inline Result<void> check_names(const std::vector<std::string>& names) {
  if (names.empty() || names.size() > 64) return fail(Code::bad_field, {{"field", "names"}, {"what", "1...64"}});
  for (auto& name : names)
    if (!is_ip(name) && !is_dns(name)) return fail(Code::bad_field, {{"field", "names"}, {"what", name.substr(0, 80)}});
  return {};
}
/// Texts are empty where OpenSSL failed.
inline Certificate written(X509* cert, EVP_PKEY* key) {
  Bio cert_bio(BIO_new(BIO_s_mem())), key_bio(BIO_new(BIO_s_secmem()));
  if (!cert_bio || !key_bio || PEM_write_bio_X509(cert_bio.get(), cert) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return {};
  return {bio_text(cert_bio.get()), bio_text(key_bio.get()), der_sha256(cert)};
}
inline Result<Cert> read_certificate(std::string_view pem) {
  ErrorQueue queue;
  Cert cert(PEM_read_bio_X509(bio_over(pem).get(), nullptr, &no_passphrase, nullptr));
  if (!cert) return fail(Code::key_invalid, {{"what", "PEM, X.509"}}, queue.text());
  return cert;
}
inline Result<Pkey> read_key(std::string_view pem) {
  ErrorQueue queue;
  Pkey key(PEM_read_bio_PrivateKey(bio_over(pem).get(), nullptr, &no_passphrase, nullptr));
  if (!key) return fail(Code::key_invalid, {{"what", "PEM, 私钥（不带密码） private key without a passphrase"}}, queue.text());
  return key;
}

}  // namespace fz::crypto::ossl
