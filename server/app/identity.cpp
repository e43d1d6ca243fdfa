#include "server/app/identity.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "shared/base/id.hpp"
#include "shared/base/log.hpp"
#include "shared/crypto/certificate.hpp"
#include "shared/crypto/key_file.hpp"
#include "shared/crypto/password.hpp"

namespace fz::app {
namespace {

constexpr Days kCertificateLife{3650};  // screens pin it: it must not run out from under them

std::vector<std::string> certificate_names(const Config& config) {
  std::vector<std::string> names = config.names;
  const auto add = [&](const std::string& name) {
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) add(host.data());
  for (const char* name : {"localhost", "127.0.0.1", "::1"}) add(name);
  if (const auto listen = parse_listen(config.listen); listen && listen->first != "0.0.0.0" && listen->first != "::") add(listen->first);
  return names;
}

}  // namespace

Result<TlsFiles> load_or_make_tls(const Config& config, UtcTime now) {
  const fs::path folder = config.data / "tls", cert = folder / "cert.pem", key = folder / "key.pem";
  TlsFiles out;
  // The certificate is written last: a key alone is the trace of a crash and is made anew.
  if (fs::exists(cert)) {
    FZ_TRY(out.certificate_pem, read_file(cert, 256 * 1024));
    FZ_TRY(out.key_pem, read_file(key, 64 * 1024));
  } else {
    FZ_CHECK(make_dirs(folder, 0700));
    FZ_TRY(const auto made, crypto::make_self_signed(certificate_names(config), now - Days{1}, now + kCertificateLife));
    FZ_CHECK(write_atomic(key, made.key_pem, 0600));
    FZ_CHECK(write_atomic(cert, made.certificate_pem, 0644));
    out.certificate_pem = made.certificate_pem;
    out.key_pem = made.key_pem;
  }
  FZ_TRY(out.sha256, crypto::certificate_sha256(out.certificate_pem));
  FZ_TRY(out.expires, crypto::certificate_not_after(out.certificate_pem));
  return out;
}

Result<crypto::PrivateKey> load_or_make_online_key(const Config& config) {
  const fs::path path = config.data / "online.key.json";
  if (!fs::exists(path)) {
    const auto key = crypto::PrivateKey::generate();
    FZ_CHECK(crypto::write_key_file(path, key, "server", "online", std::nullopt));
  }
  return crypto::read_key_file(path);
}

namespace {
/// Where the three administrators are kept apart somebody must be each of them: the missing ones are made, their passwords beside
/// the first administrator's.
Result<void> make_keepers(const Config& config, store::Store& store, UtcTime now) {
  using accounts::Role;
  for (const Role role : {Role::security, Role::auditor}) {
    const std::string login(accounts::role_name(role));
    FZ_TRY(const auto all, store.read([](const store::Tx& tx) { return tx.accounts().accounts(""); }));
    if (std::any_of(all.begin(), all.end(), [&](const auto& a) { return a.enabled && a.roles.contains(role); })) continue;
    const std::string password = random_code(16);
    FZ_CHECK(write_atomic(config.data / (login + "-password"), password + "\n", 0600));
    FZ_TRY(const auto hash, crypto::hash_password(password));
    FZ_CHECK(store.write([&](store::Tx& tx) -> Result<void> {
      FZ_TRY(const auto made, accounts::add_keeper(tx.accounts(), tx.audit(), login, role, hash, now));
      (void)made;
      return {};
    }));
  }
  return {};
}
}  // namespace

Result<std::optional<std::string>> make_first_administrator(const Config& config, store::Store& store, UtcTime now) {
  FZ_TRY(const auto count, store.read([](const store::Tx& tx) { return tx.accounts().count_accounts(); }));
  if (count > 0) {
    if (config.three_administrators) FZ_CHECK(make_keepers(config, store, now));
    return std::optional<std::string>{};
  }
  const std::string password = random_code(16);  // 79 bits
  FZ_CHECK(write_atomic(config.data / "admin-password", password + "\n", 0600));
  FZ_TRY(const auto hash, crypto::hash_password(password));
  FZ_TRY(const auto made, store.write([&](store::Tx& tx) {
    return accounts::bootstrap(tx.accounts(), tx.audit(), config.region, config.unit_name, "admin", hash, now);
  }));
  if (config.three_administrators) FZ_CHECK(make_keepers(config, store, now));
  if (!made) return std::optional<std::string>{};
  return std::optional<std::string>{password};
}

}  // namespace fz::app
