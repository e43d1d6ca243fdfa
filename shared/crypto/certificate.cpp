#include "shared/crypto/certificate.hpp"

#include <arpa/inet.h>

#include <ctime>

#include "shared/base/id.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/openssl.hpp"

namespace fz::crypto {
namespace {

Error broken(const ossl::ErrorQueue& queue) {
  return fail(Code::internal, {{"id", "certificate"}}, queue.text());
}
bool is_ip(const std::string& name) {
  unsigned char buffer[16];
  return inet_pton(AF_INET, name.c_str(), buffer) == 1 || inet_pton(AF_INET6, name.c_str(), buffer) == 1;
}
bool is_dns(const std::string& name) {
  if (name.empty() || name.size() > 64) return false;  // 64: also fits the common name
  for (char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.')) return false;
  return true;
}
bool add_extension(X509* cert, int nid, const std::string& value) {
  X509V3_CTX ctx;
  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, cert, cert, nullptr, nullptr, 0);
  ossl::Extension extension(X509V3_EXT_conf_nid(nullptr, &ctx, nid, value.c_str()));
  return extension && X509_add_ext(cert, extension.get(), -1) == 1;
}
bool set_time(ASN1_TIME* field, UtcTime t) {
  return ASN1_TIME_set(field, static_cast<std::time_t>(to_unix_ms(t) / 1000)) != nullptr;
}
std::string der_sha256(X509* cert) {
  unsigned char* der = nullptr;
  int n = i2d_X509(cert, &der);
  if (n <= 0) return {};
  std::string out = sha256_hex(ByteView(der, static_cast<std::size_t>(n)));
  OPENSSL_free(der);
  return out;
}
bool fill(X509* cert, EVP_PKEY* key, const std::vector<std::string>& names, UtcTime not_before, UtcTime not_after) {
  std::string alternatives;
  for (auto& name : names) alternatives += (alternatives.empty() ? "" : ",") + std::string(is_ip(name) ? "IP:" : "DNS:") + name;
  Bytes serial = random_bytes(16);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);  // positive, and never shorter
  std::unique_ptr<BIGNUM, ossl::Deleter<BN_free>> number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  auto* subject = X509_get_subject_name(cert);
  auto* common = reinterpret_cast<const unsigned char*>(names.front().c_str());
  return X509_set_version(cert, X509_VERSION_3) == 1 && number &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(cert)) != nullptr && set_time(X509_getm_notBefore(cert), not_before) &&
         set_time(X509_getm_notAfter(cert), not_after) &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, common, -1, -1, 0) == 1 && X509_set_issuer_name(cert, subject) == 1 &&
         X509_set_pubkey(cert, key) == 1 && add_extension(cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         add_extension(cert, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
         add_extension(cert, NID_ext_key_usage, "serverAuth") && add_extension(cert, NID_subject_key_identifier, "hash") &&
         add_extension(cert, NID_subject_alt_name, alternatives) && X509_sign(cert, key, EVP_sha256()) > 0;
}
Result<ossl::Cert> read_certificate(std::string_view pem) {
  ossl::ErrorQueue queue;
  ossl::Cert cert(PEM_read_bio_X509(ossl::bio_over(pem).get(), nullptr, &ossl::no_passphrase, nullptr));
  if (!cert) return fail(Code::key_invalid, {{"what", "PEM, X.509"}}, queue.text());
  return cert;
}
}  // namespace

// CA:TRUE: clients that pin the file as a trust anchor (curl --cacert, Python) accept it under X509_STRICT too.
Result<Certificate> make_self_signed(const std::vector<std::string>& names, UtcTime not_before, UtcTime not_after) {
  if (names.empty() || names.size() > 64) return fail(Code::bad_field, {{"field", "names"}, {"what", "1...64"}});
  for (auto& name : names)
    if (!is_ip(name) && !is_dns(name)) return fail(Code::bad_field, {{"field", "names"}, {"what", name}});
  if (not_after <= not_before) return fail(Code::bad_field, {{"field", "not_after"}, {"what", "not_after <= not_before"}});
  ossl::ErrorQueue queue;
  ossl::Pkey key(EVP_EC_gen("P-256"));
  ossl::Cert cert(X509_new());
  ossl::Bio cert_bio(BIO_new(BIO_s_mem())), key_bio(BIO_new(BIO_s_secmem()));
  if (!key || !cert || !cert_bio || !key_bio || !fill(cert.get(), key.get(), names, not_before, not_after)) return broken(queue);
  if (PEM_write_bio_X509(cert_bio.get(), cert.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return broken(queue);
  return Certificate{ossl::bio_text(cert_bio.get()), ossl::bio_text(key_bio.get()), der_sha256(cert.get())};
}

Result<std::string> certificate_sha256(std::string_view pem) {
  FZ_TRY(auto cert, read_certificate(pem));
  return der_sha256(cert.get());
}
Result<UtcTime> certificate_not_after(std::string_view pem) {
  FZ_TRY(auto cert, read_certificate(pem));
  std::tm tm{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(cert.get()), &tm) != 1) return fail(Code::key_invalid, {{"what", "notAfter"}});
  return from_unix_ms(static_cast<std::int64_t>(timegm(&tm)) * 1000);
}
}  // namespace fz::crypto
