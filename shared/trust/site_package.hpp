// What an installer brings to a new screen, on a stick or as a QR code: which server, its certificate, and the root of trust.
// Pure functions; any thread. Both forms say the same: the file holds the root document, the code only its hash.
#pragma once
#include <string>
#include <string_view>

#include "shared/base/error.hpp"

namespace fz::trust {

inline constexpr std::string_view kSiteFile = "fanzha-site.json", kSiteCodeFile = "fanzha-site.txt";
inline constexpr std::size_t kMaxSite = 1 << 20;

struct SitePackage {
  std::string server;  ///< "https://host:port", no path
  std::string pin;     ///< SHA-256 of its certificate, hex; empty: by the system's authorities
  std::string root;    ///< text of 1.root.json; not checked here
};
/// {"schema":1,"server":...,"pin":...,"root":"<base64>"}. Errors: bad_json, bad_field, missing_field, unknown_field.
Result<SitePackage> parse_site_package(std::string_view text);
std::string write_site_package(const SitePackage& site);

struct SiteCode {
  std::string server, pin;
  std::string root_sha256;  ///< of the bytes that GET /v1/metadata/1.root.json must give
};
/// "https://host:port/#root=<hex>&pin=<hex>", white space around it ignored; as a QR code it is one line of some 170 characters.
/// Errors: bad_field.
Result<SiteCode> parse_site_code(std::string_view text);
std::string write_site_code(const SitePackage& site);

}  // namespace fz::trust
