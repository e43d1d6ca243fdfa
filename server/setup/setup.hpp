// The first hour of an office: what is done of it, its certificate, and what its PCs need to believe that. Pure but for the interface
// Certificates, which server/app keeps in the data folder.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/accounts/accounts.hpp"

namespace fz::setup {

// ---- the certificate ---------------------------------------------------------------------------------------------
enum class Kind : std::uint8_t { none, self_signed, office_ca, given };
std::string_view kind_name(Kind kind);

struct CertificateState {
  Kind kind = Kind::none;  ///< none: without TLS, behind a proxy
  std::vector<std::string> names;
  std::optional<UtcTime> expires;
  std::string fingerprint;  ///< SHA-256 of the leaf: what screens pin
  std::string authority;    ///< SHA-256 of the office's own authority; empty while there is none
  std::optional<UtcTime> authority_expires;
};
/// `authority_pem` may be empty. Errors: key_invalid.
Result<CertificateState> describe(std::string_view certificate_pem, std::string_view authority_pem);
/// What people brought: certificate chain (leaf first) and key belong together, are in force, and name all hosts that people will ask
/// for. Errors: key_invalid, certificate_key, certificate_host{host,names}, bad_field.
Result<void> check_given(std::string_view chain_pem, std::string_view key_pem, const std::vector<std::string>& hosts, UtcTime now);

/// The certificate in use. Thread-safe.
class Certificates {
 public:
  virtual ~Certificates() = default;
  virtual CertificateState state() const = 0;
  /// Empty while there is none.
  virtual std::string authority_pem() const = 0;
  /// Makes the authority, called after `office`, if there is none, and from it a certificate for these names. In force for new
  /// connections when this returns, and after a restart. Errors: bad_field, disk_full, io; nothing has changed then.
  virtual Result<CertificateState> use_office_authority(const std::string& office, const std::vector<std::string>& names, UtcTime now) = 0;
  /// REQUIRES: check_given. Errors: key_invalid, disk_full, io; nothing has changed then.
  virtual Result<CertificateState> use_given(const std::string& chain_pem, const std::string& key_pem) = 0;
};

/// A file for office PCs: "ca.crt" (DER would do as well; PEM is what both systems take), "install-windows.cmd", "install-linux.sh".
struct File {
  std::string mime, bytes;
};
/// Nothing for another name. Errors: key_invalid.
Result<std::optional<File>> office_file(std::string_view name, std::string_view authority_pem);

// ---- the steps ---------------------------------------------------------------------------------------------------
/// The code of a root unit that nobody has named yet.
inline constexpr std::string_view kUnnamed = "000000";
bool organisation_done(const accounts::Unit& root);
struct People {
  bool done = false;  ///< a contributor, a publisher, and two reviewers who are holders of keys
  std::int64_t count = 0;
  std::map<std::string, std::int64_t> roles;  ///< enabled accounts by role
};
People people_of(const std::vector<accounts::Account>& accounts);

}  // namespace fz::setup
