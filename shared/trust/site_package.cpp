#include "shared/trust/site_package.hpp"

#include "shared/base/bytes.hpp"
#include "shared/base/json.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::trust {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

// The address is used as it is for years, so it is checked before anything is stored.
Result<void> check(const std::string& server, const std::string& pin) {
  const auto scheme = server.find("://");
  const bool web = server.starts_with("https://") || server.starts_with("http://");
  if (!web || server.size() <= scheme + 3 || server.find_first_of("/?#@ \t\r\n", scheme + 3) != std::string::npos)
    return fail(Code::bad_field, {{"field", "server"}, {"what", "https://host:port"}});
  if (!pin.empty() && !is_sha256_hex(pin)) return fail(Code::bad_field, {{"field", "pin"}, {"what", "SHA-256"}});
  return {};
}

}  // namespace

Result<SitePackage> parse_site_package(std::string_view text) {
  FZ_TRY(const auto value, json::parse(text, {kMaxSite, 2}));
  json::Reader r(value, "site");
  r.integer("schema", 1, 1);
  SitePackage s;
  s.server = r.string("server");
  s.pin = r.string_or("pin", "");
  const auto root = r.string("root", kMaxSite);
  FZ_CHECK(r.finish());
  FZ_CHECK(check(s.server, s.pin));
  FZ_TRY(const auto bytes, from_base64(root));
  s.root.assign(bytes.begin(), bytes.end());
  return s;
}

std::string write_site_package(const SitePackage& site) {
  return json::write(json::object{{"pin", site.pin}, {"root", to_base64(as_bytes(site.root))}, {"schema", 1}, {"server", site.server}});
}

Result<SiteCode> parse_site_code(std::string_view text) {
  const auto wrong = [](const char* what) { return fail(Code::bad_field, {{"field", "site code"}, {"what", what}}); };
  if (const auto begin = text.find_first_not_of(kSpace); begin != std::string_view::npos)
    text = text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
  const auto mark = text.find("/#");
  if (mark == std::string_view::npos) return wrong("https://host:port/#root=...&pin=...");
  SiteCode c;
  c.server = text.substr(0, mark);
  for (auto rest = text.substr(mark + 2); !rest.empty();) {
    const auto part = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    if (part.starts_with("root=") && c.root_sha256.empty())
      c.root_sha256 = part.substr(5);
    else if (part.starts_with("pin=") && c.pin.empty())
      c.pin = part.substr(4);
    else
      return wrong("root, pin");
  }
  FZ_CHECK(check(c.server, c.pin));
  if (!is_sha256_hex(c.root_sha256)) return wrong("root: SHA-256");
  return c;
}

std::string write_site_code(const SitePackage& site) {
  auto text = site.server + "/#root=" + crypto::sha256_hex(site.root);
  if (!site.pin.empty()) text += "&pin=" + site.pin;
  return text;
}

}  // namespace fz::trust
