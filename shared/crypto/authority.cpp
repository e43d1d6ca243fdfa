#include "shared/crypto/authority.hpp"

#include <array>

#include "shared/base/bytes.hpp"
#include "shared/crypto/certificate_parts.hpp"

namespace fz::crypto {
namespace {

using namespace ossl;

Error broken(const ErrorQueue& queue) {
  return fail(Code::internal, {{"id", "certificate"}}, queue.text());
}

bool add_extension_by(X509* cert, X509* issuer, int nid, const char* value) {
  X509V3_CTX ctx;
  X509V3_set_ctx_nodb(&ctx);
  X509V3_set_ctx(&ctx, issuer, cert, nullptr, nullptr, 0);
  Extension extension(X509V3_EXT_conf_nid(nullptr, &ctx, nid, value));
  return extension && X509_add_ext(cert, extension.get(), -1) == 1;
}

bool begin(X509* cert, EVP_PKEY* key, std::string_view common, UtcTime not_before, UtcTime not_after) {
  return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) && set_time(X509_getm_notBefore(cert), not_before) &&
         set_time(X509_getm_notAfter(cert), not_after) && X509_set_pubkey(cert, key) == 1 &&
         X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common.data()),
                                    static_cast<int>(common.size()), -1, 0) == 1;
}

UtcTime time_of(const ASN1_TIME* field) {
  std::tm tm{};
  if (ASN1_TIME_to_tm(field, &tm) != 1) return {};
  return from_unix_ms(static_cast<std::int64_t>(timegm(&tm)) * 1000);
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  std::array<char, 64> text{};
  const int family = address->length == 4 ? AF_INET : address->length == 16 ? AF_INET6 : 0;
  if (family == 0 || !inet_ntop(family, address->data, text.data(), text.size())) return {};
  return text.data();
}

std::vector<std::string> names_of(X509* cert) {
  struct FreeNames {
    void operator()(GENERAL_NAMES* n) const { GENERAL_NAMES_free(n); }
  };
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(cert, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> out;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()) && out.size() < 100; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    std::string text;
    if (name->type == GEN_DNS)
      text.assign(reinterpret_cast<const char*>(name->d.dNSName->data), static_cast<std::size_t>(name->d.dNSName->length));
    else if (name->type == GEN_IPADD)
      text = address_text(name->d.iPAddress);
    if (!text.empty() && is_utf8(text)) out.push_back(text);
  }
  return out;
}

}  // namespace

Result<Certificate> make_authority(std::string_view name, UtcTime not_before, UtcTime not_after) {
  if (name.empty() || !is_utf8(name) || utf8_length(name) > 60) return fail(Code::bad_field, {{"field", "name"}, {"what", "1-60"}});
  if (not_after <= not_before) return fail(Code::bad_field, {{"field", "not_after"}, {"what", "not_after <= not_before"}});
  const ErrorQueue queue;
  const Pkey key(EVP_EC_gen("P-256"));
  const Cert cert(X509_new());
  if (!key || !cert || !begin(cert.get(), key.get(), name, not_before, not_after) ||
      X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get())) != 1 ||
      !add_extension(cert.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(cert.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(cert.get(), NID_subject_key_identifier, "hash") || X509_sign(cert.get(), key.get(), EVP_sha256()) <= 0)
    return broken(queue);
  auto out = written(cert.get(), key.get());
  if (out.certificate_pem.empty() || out.key_pem.empty()) return broken(queue);
  return out;
}

Result<Certificate> issue(std::string_view authority_pem, std::string_view authority_key_pem, const std::vector<std::string>& names,
                          UtcTime not_before, UtcTime not_after) {
  FZ_CHECK(check_names(names));
  FZ_CHECK(check_pair(authority_pem, authority_key_pem));
  FZ_TRY(const auto authority, read_certificate(authority_pem));
  FZ_TRY(const auto authority_key, read_key(authority_key_pem));
  const ErrorQueue queue;
  const Pkey key(EVP_EC_gen("P-256"));
  const Cert cert(X509_new());
  const std::string all = alternatives(names);
  if (!key || !cert || !begin(cert.get(), key.get(), names.front(), not_before, not_after) ||
      X509_set_issuer_name(cert.get(), X509_get_subject_name(authority.get())) != 1 ||
      !add_extension_by(cert.get(), authority.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension_by(cert.get(), authority.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension_by(cert.get(), authority.get(), NID_ext_key_usage, "serverAuth") ||
      !add_extension_by(cert.get(), authority.get(), NID_subject_key_identifier, "hash") ||
      !add_extension_by(cert.get(), authority.get(), NID_authority_key_identifier, "keyid") ||
      !add_extension_by(cert.get(), authority.get(), NID_subject_alt_name, all.c_str()) ||
      X509_sign(cert.get(), authority_key.get(), EVP_sha256()) <= 0)
    return broken(queue);
  auto out = written(cert.get(), key.get());
  if (out.certificate_pem.empty() || out.key_pem.empty()) return broken(queue);
  return out;
}

Result<CertificateFacts> certificate_facts(std::string_view pem) {
  FZ_TRY(const auto cert, read_certificate(pem));
  const ErrorQueue queue;
  CertificateFacts out;
  out.sha256 = der_sha256(cert.get());
  out.not_before = time_of(X509_get0_notBefore(cert.get()));
  out.not_after = time_of(X509_get0_notAfter(cert.get()));
  out.names = names_of(cert.get());
  out.self_signed = X509_self_signed(cert.get(), 1) == 1;
  return out;
}

Result<bool> certificate_names(std::string_view pem, const std::string& host) {
  FZ_TRY(const auto cert, read_certificate(pem));
  const ErrorQueue queue;
  if (is_ip(host)) return X509_check_ip_asc(cert.get(), host.c_str(), 0) == 1;
  return X509_check_host(cert.get(), host.data(), host.size(), 0, nullptr) == 1;
}

Result<bool> issued_by(std::string_view pem, std::string_view authority_pem) {
  FZ_TRY(const auto cert, read_certificate(pem));
  FZ_TRY(const auto authority, read_certificate(authority_pem));
  const ErrorQueue queue;
  return X509_check_issued(authority.get(), cert.get()) == X509_V_OK && X509_verify(cert.get(), X509_get0_pubkey(authority.get())) == 1;
}

Result<void> check_pair(std::string_view pem, std::string_view key_pem) {
  FZ_TRY(const auto cert, read_certificate(pem));
  FZ_TRY(const auto key, read_key(key_pem));
  const ErrorQueue queue;
  if (X509_check_private_key(cert.get(), key.get()) != 1) return fail(Code::certificate_key);
  return {};
}

}  // namespace fz::crypto
