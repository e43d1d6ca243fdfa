// Units, accounts, sessions and tokens: who is asking, and what branch of the tree is theirs.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/audit/audit.hpp"
#include "shared/base/clock.hpp"

namespace fz::accounts {

/// A node of the organisation tree: city > district > town > village or unit.
struct Unit {
  std::string id;      ///< the division code (GB/T 2260) where there is one, else a UUID
  std::string parent;  ///< empty for the root
  std::string code;    ///< division code, or that of the nearest node above
  std::string name;
  std::string path;       ///< ids from the root, each followed by '/': "500000/500119/"; a branch is a prefix
  int review_steps = 2;   ///< 1: final; 2: first, final; 3: first, second, final
  int review_hours = 48;  ///< a step of the review is overdue after so long; 0: never
  bool checklist = true;  ///< who passes a step confirms each point of the checklist (server/review)
};

/// What an account may do. `duty` (duty officer), `operate` (operator of screens), `inspect` (inspector: reads everything of its
/// branch). `administrator` keeps units and sites, `security` accounts, roles and trust documents, `auditor` the trail; unless
/// the server is told to keep the three apart, an administrator is all of them.
enum class Role : std::uint8_t { contributor, reviewer, publisher, administrator, duty, operate, inspect, security, auditor };
std::string_view role_name(Role role);
std::optional<Role> role_from_name(std::string_view name);
using Roles = std::set<Role>;
/// Roles that ask for a second factor by policy: all who review, publish, withdraw or administer.
bool needs_second_factor(const Roles& roles);

struct Account {
  std::string id;
  std::string login;  ///< lower case, [a-z0-9._-], 2..40
  std::string name;   ///< shown to people, 1..60 characters
  std::string unit;   ///< it acts on this branch only
  Roles roles;
  std::string holder;  ///< the person's name in the reviewers document; empty if none
  bool enabled = true;
  bool must_change = false;  ///< the password was given by somebody else
  UtcTime created;
};

/// Who is asking, once it is known.
struct Actor {
  std::string account;  ///< id; "system" for the server itself
  std::string name, unit, unit_path, holder;
  Roles roles;
  std::string session;  ///< hash of the session or token; for ending it
  bool must_change = false;
  bool second_factor = false;  ///< the account has one
  bool api_token = false;      ///< asked by an API token, not by a session
  bool strict = false;         ///< the three administrators are kept apart
  bool has(Role role) const {
    const bool implied = !strict && (role == Role::security || role == Role::auditor) && roles.contains(Role::administrator);
    return implied || roles.contains(role);
  }
  /// True if the branch of this actor holds the unit with that path.
  bool covers(std::string_view path) const { return path.starts_with(unit_path); }
};
/// The server acting by itself: the whole tree, all roles.
Actor system_actor();

/// What every changing function needs besides its own arguments.
struct Context {
  const Actor& who;
  audit::Trail& trail;
  UtcTime now;
  /// Appends an entry by this actor.
  Result<void> record(std::string action, std::string object, json::object details = {}) const;
};

/// forbidden_role{role} unless the actor has it (an administrator does not have the other roles by being one).
Result<void> require(const Actor& who, Role role);
/// not_found{what} unless the branch covers the path: a stranger learns nothing.
Result<void> require_branch(const Actor& who, std::string_view unit_path, std::string_view what);

struct Session {
  std::string token_hash;  ///< hex SHA-256 of the token
  std::string account;
  UtcTime created, seen;
  std::string address, agent;  ///< for the list that people see
};
struct ApiToken {
  std::string id, account, name, token_hash;
  Roles roles;  ///< at most those of the account
  UtcTime created, expires;
};
/// A time-based one-time password (RFC 6238) of an account.
struct SecondFactor {
  std::string secret;          ///< base32; sealed at rest. Empty: it could not be opened, and no code is right
  std::int64_t last_step = 0;  ///< of the last code that was accepted: no step counts twice
  bool confirmed = false;      ///< a code was given once; only then it is asked for
  UtcTime created;
};
inline constexpr int kRecoveryCodes = 10;
/// Failed logins of one name from one address: others cannot lock a person out. Address "*": from all addresses from which the
/// account has never logged in, so that many addresses together are slowed down, too.
struct Failures {
  int count = 0;
  UtcTime last;
};

/// What this noun needs of the store.
class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::optional<Unit>> unit(std::string_view id) const = 0;
  virtual Result<std::vector<Unit>> units(std::string_view path_prefix) const = 0;  ///< by path
  virtual Result<void> put_unit(const Unit& unit) = 0;
  /// All paths that begin with `from` begin with `to` instead.
  virtual Result<void> move_paths(std::string_view from, std::string_view to) = 0;
  /// True if anything but accounts belongs to the unit.
  virtual Result<bool> unit_is_used(std::string_view id) const = 0;
  /// Another id for the root, whose accounts follow. REQUIRES: no other unit, !unit_is_used.
  virtual Result<void> rename_root(std::string_view from, std::string_view to) = 0;

  virtual Result<std::optional<Account>> account(std::string_view id) const = 0;
  virtual Result<std::optional<Account>> account_by_login(std::string_view login) const = 0;
  virtual Result<std::vector<Account>> accounts(std::string_view path_prefix) const = 0;  ///< by login
  virtual Result<std::int64_t> count_accounts() const = 0;
  virtual Result<void> put_account(const Account& account) = 0;  ///< conflict: the login is taken
  virtual Result<std::string> password_hash(std::string_view account) const = 0;
  virtual Result<void> set_password_hash(std::string_view account, std::string_view hash) = 0;

  virtual Result<std::optional<Session>> session(std::string_view token_hash) const = 0;
  virtual Result<std::vector<Session>> sessions(std::string_view account) const = 0;
  virtual Result<void> put_session(const Session& session) = 0;
  virtual Result<void> remove_session(std::string_view token_hash) = 0;
  virtual Result<void> remove_sessions(std::string_view account) = 0;
  virtual Result<void> remove_sessions_before(UtcTime seen, UtcTime created) = 0;

  virtual Result<std::optional<SecondFactor>> second_factor(std::string_view account) const = 0;
  virtual Result<void> put_second_factor(std::string_view account, const SecondFactor& factor) = 0;
  virtual Result<void> remove_second_factor(std::string_view account) = 0;  ///< with its recovery codes
  virtual Result<void> put_recovery_codes(std::string_view account, const std::vector<std::string>& hashes) = 0;  ///< instead of all others
  virtual Result<bool> use_recovery_code(std::string_view account, std::string_view hash, UtcTime now) = 0;       ///< false: none, or used
  virtual Result<int> recovery_codes_left(std::string_view account) const = 0;
  virtual Result<bool> known_address(std::string_view account, std::string_view address) const = 0;
  virtual Result<void> put_known_address(std::string_view account, std::string_view address, UtcTime now) = 0;

  virtual Result<std::optional<ApiToken>> api_token(std::string_view token_hash) const = 0;
  virtual Result<std::vector<ApiToken>> api_tokens(std::string_view account) const = 0;
  virtual Result<void> put_api_token(const ApiToken& token) = 0;
  virtual Result<bool> remove_api_token(std::string_view account, std::string_view id) = 0;

  virtual Result<Failures> failures(std::string_view login, std::string_view address) const = 0;
  virtual Result<void> put_failures(std::string_view login, std::string_view address, const Failures& f) = 0;
  virtual Result<void> clear_failures(std::string_view login, std::string_view address) = 0;
  virtual Result<void> remove_failures_before(UtcTime last) = 0;
};

inline constexpr Millis kSessionIdle = std::chrono::hours(2);
inline constexpr Millis kSessionLife = std::chrono::hours(12);
/// When a session ends by itself: without a request for `idle`, and after `life` in any case.
struct SessionLimits {
  Millis idle = kSessionIdle, life = kSessionLife;
};
inline constexpr Days kApiTokenMax{366};

// ---- tree and accounts -------------------------------------------------------------------------------------------
struct NewUnit {
  std::string parent;  ///< id; empty only for the very first unit
  std::string code;    ///< division code of 6, 9 or 12 digits, or empty: the parent's
  std::string name;
  int review_steps = 2;
};
/// A unit with a code of its own takes it as id. Errors: bad_field, not_found{unit}, conflict, forbidden_role,
/// division_unknown, division_outside.
Result<Unit> create_unit(Store& db, const Context& ctx, const NewUnit& unit);
struct UnitChange {
  std::optional<std::string> name, parent;
  std::optional<int> review_steps, review_hours;
  std::optional<bool> checklist;
};
/// With another parent the whole branch moves; both places must be the actor's. Errors: as create_unit, unit_loop.
Result<Unit> change_unit(Store& db, const Context& ctx, std::string_view id, const UnitChange& change);
/// Name and division code of the root, which is its id, too: the code changes only while nothing but accounts hangs on it. `steps` 0:
/// as it is. Errors: forbidden_role, bad_field, division_unknown.
Result<Unit> set_root(Store& db, const Context& ctx, std::string_view name, std::string_view code, int steps);

struct NewAccount {
  std::string login, name, unit;
  Roles roles;
  std::string holder;
  std::string password_hash;  ///< crypto::hash_password(), made before the transaction begins
  bool must_change = true;
};
Result<Account> create_account(Store& db, const Context& ctx, const NewAccount& account);
struct AccountChange {
  std::optional<std::string> name, unit, holder;
  std::optional<Roles> roles;
  std::optional<bool> enabled;
};
/// Disabling or changing roles ends the account's sessions. Nobody takes the last administrator away: last_administrator.
Result<Account> change_account(Store& db, const Context& ctx, std::string_view id, const AccountChange& change);
/// roles_separate where the policy keeps the three administrators apart and these do not.
Result<void> check_separation(const Actor& who, const Roles& roles);
/// Length and commonness; no composition rules (NIST SP 800-63B). Errors: password_weak{what}.
Result<void> check_password(std::string_view password, std::string_view login);
/// Ends all other sessions of the account.
Result<void> set_password(Store& db, const Context& ctx, std::string_view account, std::string_view new_hash, bool must_change);

// ---- logging in --------------------------------------------------------------------------------------------------
/// Three steps, because the hash takes 0.1 s and must not hold a transaction:
///   auto c = read(credentials(...)); bool good = crypto::verify_password(c.hash, password); write(finish_login(...)).
struct Credentials {
  std::string login;
  std::string account;  ///< empty if there is no such account; `hash` is then one that nothing matches
  std::string hash;
};
/// Errors: login_delayed{seconds} while the delay after failures runs.
Result<Credentials> credentials(const Store& db, std::string_view login, std::string_view address, UtcTime now);
struct Login {
  bool ok = false;                ///< false: answer login_failed; the failure is recorded, so the transaction must commit
  Code why = Code::login_failed;  ///< if not ok: login_failed, login_code_needed or login_code_wrong
  std::string token;              ///< shown once; 43 characters, base64url
  Account account;
};
/// `code`: of the second factor, or a recovery code; only asked for when the password is right.
Result<Login> finish_login(Store& db, audit::Trail& trail, const Credentials& c, bool password_good, std::string_view address,
                           std::string_view agent, UtcTime now, std::string_view code = {});
/// Delay before the next attempt after `count` failures in a row: none for 4, then 2 s, doubling, at most 15 min.
Millis login_delay(int count);

// ---- asking ------------------------------------------------------------------------------------------------------
struct Authenticated {
  Actor actor;
  bool touch = false;  ///< the session's `seen` is over a minute old: call touch_session in a write
};
/// From a session token or an API token ("fz_..."). Errors: unauthenticated.
Result<Authenticated> authenticate(const Store& db, std::string_view token, UtcTime now, const SessionLimits& limits = {});
Result<void> touch_session(Store& db, std::string_view token_hash, UtcTime now);
Result<void> logout(Store& db, const Context& ctx);
/// The part of a token's hash that names a session in lists.
std::string session_id(const Session& session);
/// The sessions of one's own, or of an account of the branch (security). Errors: not_found.
Result<std::vector<Session>> list_sessions(const Store& db, const Actor& who, std::string_view account);
/// Ends one session, or (id empty) all but the one that asks. Errors: not_found.
Result<void> end_sessions(Store& db, const Context& ctx, std::string_view account, std::string_view id);
struct NewApiToken {
  ApiToken token;
  std::string secret;  ///< shown once
};
Result<NewApiToken> create_api_token(Store& db, const Context& ctx, std::string_view name, const Roles& roles, UtcTime expires);
Result<void> remove_api_token(Store& db, const Context& ctx, std::string_view id);

// ---- second factor -----------------------------------------------------------------------------------------------
/// A new secret that counts once it is confirmed. Errors: second_factor_there.
Result<SecondFactor> begin_second_factor(Store& db, const Context& ctx);
/// The recovery codes, shown once. nullopt: the code is wrong; the caller lets the transaction commit.
/// Errors: not_found (nothing begun), second_factor_there.
Result<std::optional<std::vector<std::string>>> confirm_second_factor(Store& db, const Context& ctx, std::string_view code);
/// By the person (`code` checked with check_code), or by security for an account of the branch, not their own. Ends the
/// account's other sessions. Errors: not_found, forbidden_role.
Result<void> remove_second_factor(Store& db, const Context& ctx, std::string_view account);
/// Takes a code of the second factor, or a recovery code, so that it never counts again. False: wrong or used.
Result<bool> take_code(Store& db, std::string_view account, std::string_view code, UtcTime now);
/// "otpauth://totp/..." for an authenticator app.
std::string second_factor_uri(std::string_view login, std::string_view secret);

/// A new random secret (43 characters of base64url) and the form it is stored in.
std::string make_secret();
std::string secret_hash(std::string_view secret);

/// First start: the root unit and an administrator with all three simple roles off and a password that must be changed.
/// Does nothing and returns nothing if there is any account. Where the three administrators are kept apart, add_keeper() makes
/// the other two.
Result<Account> add_keeper(Store& db, audit::Trail& trail, std::string_view login, Role role, std::string_view password_hash, UtcTime now);
Result<std::optional<Account>> bootstrap(Store& db, audit::Trail& trail, std::string_view root_code, std::string_view root_name,
                                         std::string_view login, std::string_view password_hash, UtcTime now);

/// Removes what has ended. Call every few minutes.
Result<void> sweep(Store& db, UtcTime now, const SessionLimits& limits = {});

}  // namespace fz::accounts
