#include "server/app/certificates.hpp"

#include <mutex>

#include "shared/base/log.hpp"
#include "shared/crypto/authority.hpp"

namespace fz::app {
namespace {

constexpr Days kAuthorityLife{3660}, kCertificateLife{3650};  // screens pin it: it must not run out from under them
constexpr std::string_view kBetween = "-----FANZHA KEY-----\n";

/// Two files are one change: tls/next holds both until both are in place. Once it is there, a start finishes the change.
Result<void> announce_pair(const fs::path& folder, std::string_view chain, std::string_view key) {
  return write_atomic(folder / "next", std::string(chain) + std::string(kBetween) + std::string(key), 0600);
}
Result<void> put_pair(const fs::path& folder, std::string_view chain, std::string_view key) {
  FZ_CHECK(write_atomic(folder / "key.pem", key, 0600));
  FZ_CHECK(write_atomic(folder / "cert.pem", chain, 0644));
  return remove_file(folder / "next");
}

class CertificatesImpl final : public setup::Certificates {
 public:
  CertificatesImpl(fs::path folder, TakeCertificate take) : folder_(std::move(folder)), take_(std::move(take)) {}

  Result<void> open(const TlsFiles& current) {
    if (fs::exists(folder_ / "ca.crt")) {
      FZ_TRY(authority_, read_file(folder_ / "ca.crt", 64 * 1024));
    }
    FZ_TRY(state_, setup::describe(current.certificate_pem, authority_));
    chain_ = current.certificate_pem;
    key_ = current.key_pem;
    return {};
  }

  setup::CertificateState state() const override {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  std::string authority_pem() const override {
    const std::lock_guard lock(mutex_);
    return authority_;
  }

  Result<setup::CertificateState> use_office_authority(const std::string& office, const std::vector<std::string>& names,
                                                       UtcTime now) override {
    const std::lock_guard lock(mutex_);
    FZ_TRY(const auto key, authority_key(office, now));
    FZ_TRY(const auto made, crypto::issue(authority_, key, names, now - Days{1}, now + kCertificateLife));
    return use(made.certificate_pem + authority_, made.key_pem);
  }
  Result<setup::CertificateState> use_given(const std::string& chain_pem, const std::string& key_pem) override {
    const std::lock_guard lock(mutex_);
    return use(chain_pem, key_pem);
  }

 private:
  /// The authority's key; the authority is made if there is none. As with the server's own pair the certificate is written last.
  Result<std::string> authority_key(const std::string& office, UtcTime now) {
    if (!authority_.empty()) return read_file(folder_ / "ca.key", 64 * 1024);
    FZ_TRY(auto made, crypto::make_authority(office, now - Days{1}, now + kAuthorityLife));
    FZ_CHECK(write_atomic(folder_ / "ca.key", made.key_pem, 0600));
    FZ_CHECK(write_atomic(folder_ / "ca.crt", made.certificate_pem, 0644));
    authority_ = made.certificate_pem;
    return std::move(made.key_pem);
  }

  Result<setup::CertificateState> use(const std::string& chain, const std::string& key) {
    FZ_TRY(auto fresh, setup::describe(chain, authority_));
    FZ_CHECK(take_(chain, key));  // refuses what cannot be served, before anything is written
    if (auto kept = announce_pair(folder_, chain, key); !kept) {
      if (const auto back = take_(chain_, key_); !back) log::error("certificate: {}", to_log(back.error()));
      return std::move(kept).error();
    }
    if (const auto put = put_pair(folder_, chain, key); !put)
      log::error("certificate, finished at the next start: {}", to_log(put.error()));
    chain_ = chain;
    key_ = key;
    state_ = std::move(fresh);
    return state_;
  }

  const fs::path folder_;
  const TakeCertificate take_;
  mutable std::mutex mutex_;
  setup::CertificateState state_;
  std::string authority_;    ///< PEM; empty: none
  std::string chain_, key_;  ///< in force
};

}  // namespace

Result<std::unique_ptr<setup::Certificates>> keep_certificates(const Config& config, const TlsFiles& current, TakeCertificate take) {
  auto out = std::make_unique<CertificatesImpl>(config.data / "tls", std::move(take));
  FZ_CHECK(out->open(current));
  return std::unique_ptr<setup::Certificates>(std::move(out));
}

Result<void> finish_certificate_change(const Config& config) {
  const fs::path folder = config.data / "tls";
  if (!fs::exists(folder / "next")) return {};
  FZ_TRY(const auto both, read_file(folder / "next", 512 * 1024));
  const auto at = both.find(kBetween);
  if (at == std::string::npos) return remove_file(folder / "next");
  return put_pair(folder, std::string_view(both).substr(0, at), std::string_view(both).substr(at + kBetween.size()));
}

}  // namespace fz::app
