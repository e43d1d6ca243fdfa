#include "shared/crypto/certificate.hpp"

#include "shared/crypto/certificate_parts.hpp"

namespace fz::crypto {
namespace {

using namespace ossl;

Error broken(const ErrorQueue& queue) {
  return fail(Code::internal, {{"id", "certificate"}}, queue.text());
}
bool fill(X509* cert, EVP_PKEY* key, const std::vector<std::string>& names, UtcTime not_before, UtcTime not_after) {
  auto* subject = X509_get_subject_name(cert);
  auto* common = reinterpret_cast<const unsigned char*>(names.front().c_str());
  return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) && set_time(X509_getm_notBefore(cert), not_before) &&
         set_time(X509_getm_notAfter(cert), not_after) &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, common, -1, -1, 0) == 1 && X509_set_issuer_name(cert, subject) == 1 &&
         X509_set_pubkey(cert, key) == 1 && add_extension(cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
         add_extension(cert, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
         add_extension(cert, NID_ext_key_usage, "serverAuth") && add_extension(cert, NID_subject_key_identifier, "hash") &&
         add_extension(cert, NID_subject_alt_name, alternatives(names)) && X509_sign(cert, key, EVP_sha256()) > 0;
}
}  // namespace

// CA:TRUE: clients that pin the file as a trust anchor (curl --cacert, Python) accept it under X509_STRICT too.
Result<Certificate> make_self_signed(const std::vector<std::string>& names, UtcTime not_before, UtcTime not_after) {
  FZ_CHECK(check_names(names));
  if (not_after <= not_before) return fail(Code::bad_field, {{"field", "not_after"}, {"what", "not_after <= not_before"}});
  ErrorQueue queue;
  Pkey key(EVP_EC_gen("P-256"));
  Cert cert(X509_new());
  if (!key || !cert || !fill(cert.get(), key.get(), names, not_before, not_after)) return broken(queue);
  auto out = written(cert.get(), key.get());
  if (out.certificate_pem.empty() || out.key_pem.empty()) return broken(queue);
  return out;
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
