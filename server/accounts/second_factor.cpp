// The second factor: one-time codes of an authenticator app, and printed recovery codes.
#include <algorithm>

#include "server/accounts/accounts.hpp"
#include "shared/base/id.hpp"
#include "shared/crypto/hash.hpp"
#include "shared/crypto/totp.hpp"

namespace fz::accounts {
namespace {

constexpr std::size_t kSecretBytes = 20;      // RFC 4226, 4: as long as the hash
constexpr std::size_t kRecoveryLetters = 16;  // 79 bits: a plain hash of it is enough

/// As people type it: blanks, hyphens and small letters aside.
std::string plain(std::string_view code) {
  std::string out;
  for (char c : code) {
    if (c == ' ' || c == '-') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return out;
}

std::string recovery_hash(std::string_view account, std::string_view code) {
  return crypto::sha256_hex("fz-recovery-v1\n" + std::string(account) + "\n" + plain(code));
}

std::string grouped(const std::string& code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); i += 4) out += (i == 0 ? "" : "-") + code.substr(i, 4);
  return out;
}

}  // namespace

std::string second_factor_uri(std::string_view login, std::string_view secret) {
  return "otpauth://totp/Fanzha:" + std::string(login) + "?secret=" + std::string(secret) +
         "&issuer=Fanzha&algorithm=SHA1&digits=6&period=30";
}

Result<SecondFactor> begin_second_factor(Store& db, const Context& ctx) {
  FZ_TRY(const auto there, db.second_factor(ctx.who.account));
  if (there && there->confirmed) return fail(Code::second_factor_there);
  SecondFactor f;
  f.secret = crypto::to_base32(random_bytes(kSecretBytes));
  f.created = ctx.now;
  FZ_CHECK(db.put_second_factor(ctx.who.account, f));
  return f;
}

Result<bool> take_code(Store& db, std::string_view account, std::string_view code, UtcTime now) {
  FZ_TRY(auto f, db.second_factor(account));
  if (!f) return false;
  const std::string text = plain(code);
  if (text.size() == kRecoveryLetters) return db.use_recovery_code(account, recovery_hash(account, text), now);
  if (f->secret.empty()) return false;
  FZ_TRY(const Bytes secret, crypto::from_base32(f->secret));
  const auto step = crypto::totp_match(secret, text, now, f->last_step);
  if (!step) return false;
  f->last_step = *step;
  FZ_CHECK(db.put_second_factor(account, *f));
  return true;
}

Result<std::optional<std::vector<std::string>>> confirm_second_factor(Store& db, const Context& ctx, std::string_view code) {
  using Codes = std::optional<std::vector<std::string>>;
  FZ_TRY(auto f, db.second_factor(ctx.who.account));
  if (!f) return fail(Code::not_found, {{"what", "second factor"}});
  if (f->confirmed) return fail(Code::second_factor_there);
  FZ_TRY(const bool good, take_code(db, ctx.who.account, code, ctx.now));
  if (!good) return Codes{};
  FZ_TRY(f, db.second_factor(ctx.who.account));
  f->confirmed = true;
  FZ_CHECK(db.put_second_factor(ctx.who.account, *f));
  std::vector<std::string> codes, hashes;
  for (int i = 0; i < kRecoveryCodes; ++i) {
    const std::string one = random_code(kRecoveryLetters);
    hashes.push_back(recovery_hash(ctx.who.account, one));
    codes.push_back(grouped(one));
  }
  FZ_CHECK(db.put_recovery_codes(ctx.who.account, hashes));
  FZ_CHECK(ctx.record("account.second_factor", ctx.who.account));
  return Codes(std::move(codes));
}

Result<void> remove_second_factor(Store& db, const Context& ctx, std::string_view account) {
  FZ_TRY(const auto found, db.account(account));
  if (!found) return fail(Code::not_found, {{"what", std::string(account)}});
  if (account != ctx.who.account) {
    FZ_CHECK(require(ctx.who, Role::security));
    FZ_TRY(const auto unit, db.unit(found->unit));
    FZ_CHECK(require_branch(ctx.who, unit ? unit->path : "", account));
  }
  FZ_TRY(const auto there, db.second_factor(account));
  if (!there) return fail(Code::not_found, {{"what", "second factor"}});
  FZ_CHECK(db.remove_second_factor(account));
  FZ_TRY(const auto sessions, db.sessions(account));
  for (const Session& s : sessions) {
    if (s.token_hash != ctx.who.session) FZ_CHECK(db.remove_session(s.token_hash));
  }
  return ctx.record("account.second_factor_removed", std::string(account));
}

}  // namespace fz::accounts
