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
  Actor actor{a.id, a.name, a.unit, unit->path, a.holder, a.roles, std::move(session), a.must_change};
  FZ_TRY(const auto factor, db.second_factor(a.id));
  actor.second_factor = factor && factor->confirmed;
  return actor;
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

namespace {

/// Failures from addresses that the account does not know count together from this many on: a flood of addresses gets no more
/// attempts a day than one address would, and people at their own desks do not notice.
constexpr int kForeignFailures = 50;
constexpr std::string_view kForeign = "*";

Result<void> check_delay(const Failures& f, int free, UtcTime now) {
  const UtcTime open = f.last + login_delay(std::max(0, f.count - free));
  if (f.count == 0 || now >= open) return {};
  const auto seconds = std::chrono::ceil<Seconds>(open - now).count();
  return fail(Code::login_delayed, {{"seconds", std::to_string(seconds)}});
}

Result<void> count_failure(Store& db, std::string_view login, std::string_view address, UtcTime now) {
  FZ_TRY(Failures f, db.failures(login, address));
  f.count = std::min(f.count + 1, 1000);
  f.last = now;
  return db.put_failures(login, address, f);
}

/// The attempt failed: delays grow, and the trail knows.
Result<Login> refuse_login(Store& db, audit::Trail& trail, const Credentials& c, std::string_view address, UtcTime now, Code why) {
  FZ_CHECK(count_failure(db, c.login, address, now));
  bool known = false;
  if (!c.account.empty()) {
    FZ_TRY(known, db.known_address(c.account, address));
  }
  if (!known) FZ_CHECK(count_failure(db, c.login, kForeign, now));
  FZ_TRY(const Failures f, db.failures(c.login, address));
  audit::Event e;
  e.actor = "?";
  e.action = "session.create";
  e.object = c.account;
  e.refused = true;
  e.details = {{"address", address}, {"code", code_name(why)}, {"failures", f.count}};
  FZ_CHECK(trail.append(e, now));
  Login out;
  out.why = why;
  return out;
}

}  // namespace

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
  FZ_TRY(const Failures here, db.failures(c.login, address));
  FZ_CHECK(check_delay(here, 0, now));
  c.hash = kNoHash;
  FZ_TRY(const auto account, db.account_by_login(c.login));
  bool known = false;
  if (account) {
    FZ_TRY(known, db.known_address(account->id, address));
  }
  if (!known) {
    FZ_TRY(const Failures foreign, db.failures(c.login, kForeign));
    FZ_CHECK(check_delay(foreign, kForeignFailures, now));
  }
  if (account && account->enabled) {
    c.account = account->id;
    FZ_TRY(c.hash, db.password_hash(account->id));
  }
  return c;
}

Result<Login> finish_login(Store& db, audit::Trail& trail, const Credentials& c, bool password_good, std::string_view address,
                           std::string_view agent, UtcTime now, std::string_view code) {
  std::optional<Account> account;
  if (!c.account.empty() && password_good) {
    FZ_TRY(account, db.account(c.account));
    if (account && !account->enabled) account.reset();
  }
  if (!account) return refuse_login(db, trail, c, address, now, Code::login_failed);
  FZ_TRY(const auto factor, db.second_factor(account->id));
  if (factor && factor->confirmed) {
    if (code.empty()) {
      Login out;
      out.why = Code::login_code_needed;
      return out;
    }
    FZ_TRY(const bool good, take_code(db, account->id, code, now));
    if (!good) return refuse_login(db, trail, c, address, now, Code::login_code_wrong);
  }
  FZ_CHECK(db.clear_failures(c.login, address));
  FZ_CHECK(db.put_known_address(account->id, address.substr(0, 100), now));
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

Result<Authenticated> authenticate(const Store& db, std::string_view token, UtcTime now, const SessionLimits& limits) {
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
    out.actor.api_token = true;
    return out;
  }
  FZ_TRY(const auto s, db.session(hash));
  if (!s || now >= s->created + limits.life || now >= s->seen + limits.idle) return refused();
  FZ_TRY(const auto account, db.account(s->account));
  if (!account || !account->enabled) return refused();
  FZ_TRY(out.actor, actor_of(db, *account, hash));
  out.touch = now - s->seen > std::min<Millis>(std::chrono::minutes(1), limits.idle / 4);
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

std::string session_id(const Session& session) {
  return session.token_hash.substr(0, 16);
}

namespace {
/// One's own account, or one of the branch for security.
Result<void> may_touch_sessions(const Store& db, const Actor& who, std::string_view account) {
  if (account == who.account) return {};
  FZ_CHECK(require(who, Role::security));
  FZ_TRY(const auto found, db.account(account));
  if (!found) return fail(Code::not_found, {{"what", std::string(account)}});
  FZ_TRY(const auto unit, db.unit(found->unit));
  return require_branch(who, unit ? unit->path : "", account);
}
}  // namespace

Result<std::vector<Session>> list_sessions(const Store& db, const Actor& who, std::string_view account) {
  FZ_CHECK(may_touch_sessions(db, who, account));
  return db.sessions(account);
}

Result<void> end_sessions(Store& db, const Context& ctx, std::string_view account, std::string_view id) {
  FZ_CHECK(may_touch_sessions(db, ctx.who, account));
  FZ_TRY(const auto all, db.sessions(account));
  std::int64_t ended = 0;
  for (const Session& s : all) {
    if (id.empty() ? s.token_hash == ctx.who.session : session_id(s) != id) continue;
    FZ_CHECK(db.remove_session(s.token_hash));
    ++ended;
  }
  if (ended == 0 && !id.empty()) return fail(Code::not_found, {{"what", std::string(id)}});
  return ctx.record("session.end", std::string(account), {{"ended", ended}});
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

Result<void> sweep(Store& db, UtcTime now, const SessionLimits& limits) {
  FZ_CHECK(db.remove_sessions_before(now - limits.idle, now - limits.life));
  return db.remove_failures_before(now - Days{1});
}

}  // namespace fz::accounts
