#include "server/setup/setup.hpp"

#include <array>
#include <set>

#include "shared/crypto/authority.hpp"

namespace fz::setup {

std::string_view kind_name(Kind kind) {
  constexpr std::array<std::string_view, 4> kNames{"none", "self_signed", "office_ca", "given"};
  return kNames.at(static_cast<std::size_t>(kind));
}

Result<CertificateState> describe(std::string_view certificate_pem, std::string_view authority_pem) {
  FZ_TRY(auto facts, crypto::certificate_facts(certificate_pem));
  CertificateState out;
  out.kind = facts.self_signed ? Kind::self_signed : Kind::given;
  out.names = std::move(facts.names);
  out.expires = facts.not_after;
  out.fingerprint = std::move(facts.sha256);
  if (authority_pem.empty()) return out;
  FZ_TRY(const auto authority, crypto::certificate_facts(authority_pem));
  FZ_TRY(const bool ours, crypto::issued_by(certificate_pem, authority_pem));
  if (ours) out.kind = Kind::office_ca;
  out.authority = authority.sha256;
  out.authority_expires = authority.not_after;
  return out;
}

Result<void> check_given(std::string_view chain_pem, std::string_view key_pem, const std::vector<std::string>& hosts, UtcTime now) {
  FZ_TRY(const auto facts, crypto::certificate_facts(chain_pem));
  FZ_CHECK(crypto::check_pair(chain_pem, key_pem));
  if (facts.not_after <= now || facts.not_before > now + Days{1})
    return fail(Code::bad_field, {{"field", "certificate"},
                                  {"what", "有效期 valid " + format_time(facts.not_before) + " – " + format_time(facts.not_after)}});
  std::string names;
  for (const auto& name : facts.names) names += (names.empty() ? "" : ", ") + name;
  for (const auto& host : hosts) {
    FZ_TRY(const bool good, crypto::certificate_names(chain_pem, host));
    if (!good) return fail(Code::certificate_host, {{"host", host}, {"names", names.empty() ? "–" : names}});
  }
  return {};
}

bool organisation_done(const accounts::Unit& root) {
  return root.id != kUnnamed && !root.name.empty();
}

People people_of(const std::vector<accounts::Account>& accounts) {
  using accounts::Role;
  People out;
  std::set<std::string> holders;
  for (const auto& a : accounts) {
    if (!a.enabled) continue;
    ++out.count;
    for (const Role role : a.roles) ++out.roles[std::string(accounts::role_name(role))];
    if (a.roles.contains(Role::reviewer) && !a.holder.empty()) holders.insert(a.holder);
  }
  out.done = out.roles["contributor"] > 0 && out.roles["publisher"] > 0 && holders.size() >= 2;
  std::erase_if(out.roles, [](const auto& r) { return r.second == 0; });
  return out;
}

}  // namespace fz::setup
