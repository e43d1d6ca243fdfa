// Logging in, sessions, API tokens.
#include <algorithm>

#include "server/accounts/accounts.hpp"
#include "shared/base/id.hpp"
#include "shared/crypto/hash.hpp"

namespace fz::accounts {
namespace {

constexpr std::string_view kApiPrefix = "fz_";
// Nothing hashes to this; verifying against it takes as long as against a real one, so names cannot be probed by time.
constexpr std::string_view kNoHash = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

Result<Actor> actor_of(const Store& db, const Account& a, std::string session) {
  FZ_TRY(const auto unit, db.unit(a.unit));
  if (!unit) return fail(Code::internal, {{"id", a.id}}, "account without unit");
  return Actor{a.id, a.name, a.unit, unit->path, a.holder, a.roles, std::move(session), a.must_change};
}

}  // namespace

std::string make_secret() {
  std::string s = to_base64(random_bytes(32));
  s.pop_back();  // 32 bytes always end in one '='
  std::replace(s.begin(), s.end(), '+', '-');
  std::replace(s.begin(), s.end(), '/', '_');
  return s;
}
std::string secret_hash(std::string_view secret) {
  return crypto::sha256_hex(secret);  // 256 random bits need no slow hash
}

Millis login_delay(int count) {
  if (count < 5) return Millis{0};
  const int doublings = std::min(count - 5, 9);
  return std::min<Millis>(Seconds{2} * (1 << doublings), std::chrono::minutes(15));
}

Result<Credentials> credentials(const Store& db, std::string_view login, std::string_view address, UtcTime now) {
  Credentials c;
  c.login = std::string(login.substr(0, 64));
  std::transform(c.login.begin(), c.login.end(), c.login.begin(),
                 [](char ch) { return ch >= 'A' && ch <= 'Z' ? static_cast<char>(ch + 32) : ch; });
  FZ_TRY(const Failures f, db.failures(c.login, address));
  const UtcTime open = f.last + login_delay(f.count);
  if (f.count > 0 && now < open) {
    const auto seconds = std::chrono::ceil<Seconds>(open - now).count();
    return fail(Code::login_delayed, {{"seconds", std::to_string(seconds)}});
  }
  c.hash = kNoHash;
  FZ_TRY(const auto account, db.account_by_login(c.login));
  if (account && account->enabled) {
    c.account = account->id;
    FZ_TRY(c.hash, db.password_hash(account->id));
  }
  return c;
}

Result<Login> finish_login(Store& db, audit::Trail& trail, const Credentials& c, bool password_good, std::string_view address,
                           std::string_view agent, UtcTime now) {
  std::optional<Account> account;
  if (!c.account.empty() && password_good) {
    FZ_TRY(account, db.account(c.account));
    if (account && !account->enabled) account.reset();
  }
  if (!account) {
    FZ_TRY(Failures f, db.failures(c.login, address));
    f.count = std::min(f.count + 1, 1000);
    f.last = now;
    FZ_CHECK(db.put_failures(c.login, address, f));
    audit::Event e;
    e.actor = "?";
    e.action = "session.create";
    e.object = c.account;
    e.refused = true;
    e.details = {{"address", address}, {"failures", f.count}};
    FZ_CHECK(trail.append(e, now));
    return Login{};
  }
  FZ_CHECK(db.clear_failures(c.login, address));
  Login out;
  out.ok = true;
  out.token = make_secret();
  out.account = *account;
  const Session s{secret_hash(out.token), account->id, now, now, std::string(address.substr(0, 100)), std::string(agent.substr(0, 200))};
  FZ_CHECK(db.put_session(s));
  FZ_TRY(const Actor who, actor_of(db, *account, s.token_hash));
  FZ_CHECK((Context{who, trail, now}.record("session.create", account->id, {{"address", s.address}})));
  return out;
}

Result<Authenticated> authenticate(const Store& db, std::string_view token, UtcTime now) {
  const auto refused = [] { return fail(Code::unauthenticated); };
  if (token.empty() || token.size() > 100) return refused();
  const std::string hash = secret_hash(token);
  Authenticated out;
  if (token.starts_with(kApiPrefix)) {
    FZ_TRY(const auto t, db.api_token(hash));
    if (!t || now >= t->expires) return refused();
    FZ_TRY(const auto account, db.account(t->account));
    if (!account || !account->enabled) return refused();
    FZ_TRY(out.actor, actor_of(db, *account, hash));
    Roles both;
    std::set_intersection(t->roles.begin(), t->roles.end(), account->roles.begin(), account->roles.end(), std::inserter(both, both.end()));
    out.actor.roles = std::move(both);
    return out;
  }
  FZ_TRY(const auto s, db.session(hash));
  if (!s || now >= s->created + kSessionLife || now >= s->seen + kSessionIdle) return refused();
  FZ_TRY(const auto account, db.account(s->account));
  if (!account || !account->enabled) return refused();
  FZ_TRY(out.actor, actor_of(db, *account, hash));
  out.touch = now - s->seen > std::chrono::minutes(1);
  return out;
}

Result<void> touch_session(Store& db, std::string_view token_hash, UtcTime now) {
  FZ_TRY(auto s, db.session(token_hash));
  if (!s) return {};
  s->seen = std::max(s->seen, now);
  return db.put_session(*s);
}

Result<void> logout(Store& db, const Context& ctx) {
  FZ_CHECK(db.remove_session(ctx.who.session));
  return ctx.record("session.end", ctx.who.account);
}

Result<NewApiToken> create_api_token(Store& db, const Context& ctx, std::string_view name, const Roles& roles, UtcTime expires) {
  if (name.empty() || !is_utf8(name) || utf8_length(name) > 60) {
    return fail(Code::bad_field, {{"field", "name"}, {"what", "1-60 字 (characters)"}});
  }
  if (expires <= ctx.now || expires > ctx.now + kApiTokenMax) {
    return fail(Code::bad_field, {{"field", "expires"}, {"what", "366 天以内 (within 366 days)"}});
  }
  for (Role r : roles) FZ_CHECK(require(ctx.who, r));
  NewApiToken out;
  out.secret = std::string(kApiPrefix) + make_secret();
  out.token = {uuid7(ctx.now), ctx.who.account, std::string(name), secret_hash(out.secret), roles, ctx.now, expires};
  FZ_CHECK(db.put_api_token(out.token));
  FZ_CHECK(ctx.record("token.create", out.token.id, {{"expires", format_time(expires)}}));
  return out;
}

Result<void> remove_api_token(Store& db, const Context& ctx, std::string_view id) {
  FZ_TRY(const bool there, db.remove_api_token(ctx.who.account, id));
  if (!there) return fail(Code::not_found, {{"what", std::string(id)}});
  return ctx.record("token.end", std::string(id));
}

Result<void> sweep(Store& db, UtcTime now) {
  FZ_CHECK(db.remove_sessions_before(now - kSessionIdle, now - kSessionLife));
  return db.remove_failures_before(now - Days{1});
}

}  // namespace fz::accounts
