#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

const std::string_view kAccountsSchema = R"sql(
CREATE TABLE unit (
  id TEXT PRIMARY KEY, parent TEXT REFERENCES unit (id), code TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL UNIQUE,
  review_steps INTEGER NOT NULL) STRICT;
CREATE TABLE account (
  id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL, unit TEXT NOT NULL REFERENCES unit (id), holder TEXT NOT NULL,
  enabled INTEGER NOT NULL, must_change INTEGER NOT NULL, created INTEGER NOT NULL, password_hash TEXT NOT NULL DEFAULT '') STRICT;
CREATE INDEX account_unit ON account (unit);
CREATE TABLE account_role (account TEXT NOT NULL REFERENCES account (id), role TEXT NOT NULL, PRIMARY KEY (account, role)) STRICT, WITHOUT ROWID;
CREATE TABLE session (
  token_hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), created INTEGER NOT NULL, seen INTEGER NOT NULL,
  address TEXT NOT NULL, agent TEXT NOT NULL) STRICT;
CREATE INDEX session_account ON session (account);
CREATE TABLE api_token (
  id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), name TEXT NOT NULL, token_hash TEXT NOT NULL UNIQUE,
  roles TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX api_token_account ON api_token (account);
CREATE TABLE login_failure (
  login TEXT NOT NULL, address TEXT NOT NULL, count INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (login, address)) STRICT, WITHOUT ROWID;
CREATE INDEX login_failure_last ON login_failure (last);
)sql";

namespace {
using namespace fz::accounts;
using db::Row;

Unit unit_of(const Row& r) {
  return {r.text(0), r.maybe_text(1).value_or(""), r.text(2), r.text(3), r.text(4), r.small(5), r.small(6), r.boolean(7)};
}
constexpr std::string_view kUnit = "SELECT id, parent, code, name, path, review_steps, review_hours, checklist FROM unit ";

Roles roles_of(std::string_view list) {
  Roles out;
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (const auto role = role_from_name(list.substr(0, comma))) out.insert(*role);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return out;
}
std::string list_of(const Roles& roles) {
  std::string out;
  for (Role r : roles) {
    if (!out.empty()) out += ',';
    out += role_name(r);
  }
  return out;
}

constexpr std::string_view kAccount =
    "SELECT a.id, a.login, a.name, a.unit, a.holder, a.enabled, a.must_change, a.created, "
    "(SELECT group_concat(role) FROM account_role WHERE account = a.id) FROM account a ";
Account account_of(const Row& r) {
  Account a;
  a.id = r.text(0);
  a.login = r.text(1);
  a.name = r.text(2);
  a.unit = r.text(3);
  a.holder = r.text(4);
  a.enabled = r.boolean(5);
  a.must_change = r.boolean(6);
  a.created = r.time(7);
  a.roles = roles_of(r.maybe_text(8).value_or(""));
  return a;
}

Session session_of(const Row& r) {
  return {r.text(0), r.text(1), r.time(2), r.time(3), r.text(4), r.text(5)};
}
ApiToken token_of(const Row& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), roles_of(r.text(4)), r.time(5), r.time(6)};
}

/// The end of a range of paths that begin with `prefix`: no path has a byte above 0x7f at its end.
std::string path_end(std::string_view prefix) {
  return std::string(prefix) + "\xff";
}

class SqliteAccounts final : public accounts::Store {
 public:
  SqliteAccounts(db::Connection& c, const crypto::SealKey& seal) : c_(c), seal_(seal) {}

  Result<std::optional<Unit>> unit(std::string_view id) const override {
    return c_.one(std::string(kUnit) + "WHERE id = ?", {id}, unit_of);
  }
  Result<std::vector<Unit>> units(std::string_view prefix) const override {
    return c_.all(std::string(kUnit) + "WHERE path >= ? AND path < ? ORDER BY path", {prefix, path_end(prefix)}, unit_of);
  }
  Result<void> put_unit(const Unit& u) override {
    return run(
        "INSERT INTO unit (id, parent, code, name, path, review_steps, review_hours, checklist) VALUES (?,?,?,?,?,?,?,?) "
        "ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, code = excluded.code, name = excluded.name, path = excluded.path, "
        "review_steps = excluded.review_steps, review_hours = excluded.review_hours, checklist = excluded.checklist",
        {u.id, u.parent.empty() ? db::Value(nullptr) : db::Value(u.parent), u.code, u.name, u.path, u.review_steps, u.review_hours,
         u.checklist});
  }
  Result<bool> unit_is_used(std::string_view id) const override {
    FZ_TRY(const auto used, c_.one("SELECT EXISTS (SELECT 1 FROM item WHERE unit = ?1) OR EXISTS (SELECT 1 FROM upload WHERE unit = ?1) OR "
                                   "EXISTS (SELECT 1 FROM site WHERE unit = ?1) OR EXISTS (SELECT 1 FROM campaign WHERE unit = ?1) OR "
                                   "EXISTS (SELECT 1 FROM alert WHERE unit = ?1) OR EXISTS (SELECT 1 FROM share WHERE unit = ?1) OR "
                                   "EXISTS (SELECT 1 FROM offer WHERE from_unit = ?1 OR to_unit = ?1)",
                                   {id}, [](const Row& r) { return r.boolean(0); }));
    return used.value_or(false);
  }
  Result<void> rename_root(std::string_view from, std::string_view to) override {
    FZ_CHECK(run("PRAGMA defer_foreign_keys = ON", {}));  // accounts name it until the next statement; ends with the transaction
    FZ_CHECK(run("UPDATE unit SET id = ?2, path = ?2 || '/' WHERE id = ?1", {from, to}));
    return run("UPDATE account SET unit = ?2 WHERE unit = ?1", {from, to});
  }
  Result<void> move_paths(std::string_view from, std::string_view to) override {
    return run("UPDATE unit SET path = ?1 || substr(path, length(?2) + 1) WHERE path >= ?2 AND path < ?3", {to, from, path_end(from)});
  }

  Result<std::optional<Account>> account(std::string_view id) const override {
    return c_.one(std::string(kAccount) + "WHERE a.id = ?", {id}, account_of);
  }
  Result<std::optional<Account>> account_by_login(std::string_view login) const override {
    return c_.one(std::string(kAccount) + "WHERE a.login = ?", {login}, account_of);
  }
  Result<std::vector<Account>> accounts(std::string_view prefix) const override {
    return c_.all(std::string(kAccount) + "JOIN unit u ON u.id = a.unit WHERE u.path >= ? AND u.path < ? ORDER BY a.login",
                  {prefix, path_end(prefix)}, account_of);
  }
  Result<std::int64_t> count_accounts() const override {
    FZ_TRY(const auto n, c_.one("SELECT count(*) FROM account", {}, [](const Row& r) { return r.integer(0); }));
    return n.value_or(0);
  }
  Result<void> put_account(const Account& a) override {
    FZ_CHECK(
        run("INSERT INTO account (id, login, name, unit, holder, enabled, must_change, created) VALUES (?,?,?,?,?,?,?,?) "
            "ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, unit = excluded.unit, "
            "holder = excluded.holder, enabled = excluded.enabled, must_change = excluded.must_change",
            {a.id, a.login, a.name, a.unit, a.holder, a.enabled, a.must_change, a.created}));
    FZ_CHECK(run("DELETE FROM account_role WHERE account = ?", {a.id}));
    for (Role role : a.roles) FZ_CHECK(run("INSERT INTO account_role VALUES (?,?)", {a.id, role_name(role)}));
    return {};
  }
  Result<std::string> password_hash(std::string_view account) const override {
    FZ_TRY(auto h, c_.one("SELECT password_hash FROM account WHERE id = ?", {account}, [](const Row& r) { return r.text(0); }));
    return h.value_or("");
  }
  Result<void> set_password_hash(std::string_view account, std::string_view hash) override {
    return run("UPDATE account SET password_hash = ? WHERE id = ?", {hash, account});
  }

  Result<std::optional<Session>> session(std::string_view hash) const override {
    return c_.one("SELECT token_hash, account, created, seen, address, agent FROM session WHERE token_hash = ?", {hash}, session_of);
  }
  Result<std::vector<Session>> sessions(std::string_view account) const override {
    return c_.all("SELECT token_hash, account, created, seen, address, agent FROM session WHERE account = ? ORDER BY created", {account},
                  session_of);
  }
  Result<void> put_session(const Session& s) override {
    return run("INSERT INTO session VALUES (?,?,?,?,?,?) ON CONFLICT (token_hash) DO UPDATE SET seen = excluded.seen",
               {s.token_hash, s.account, s.created, s.seen, s.address, s.agent});
  }
  Result<void> remove_session(std::string_view hash) override { return run("DELETE FROM session WHERE token_hash = ?", {hash}); }
  Result<void> remove_sessions(std::string_view account) override { return run("DELETE FROM session WHERE account = ?", {account}); }
  Result<void> remove_sessions_before(UtcTime seen, UtcTime created) override {
    return run("DELETE FROM session WHERE seen < ? OR created < ?", {seen, created});
  }

  Result<std::optional<SecondFactor>> second_factor(std::string_view account) const override {
    return c_.one("SELECT secret, last_step, confirmed, created FROM second_factor WHERE account = ?", {account}, [&](const Row& r) {
      auto secret = seal_.open(r.text(0), account);  // without its key no code is right: recovery codes are, and a reset helps
      return SecondFactor{secret ? *std::move(secret) : std::string(), r.integer(1), r.boolean(2), r.time(3)};
    });
  }
  Result<void> put_second_factor(std::string_view account, const SecondFactor& f) override {
    const std::string sealed = seal_.seal(f.secret, account);
    return run("INSERT OR REPLACE INTO second_factor VALUES (?,?,?,?,?)", {account, sealed, f.last_step, f.confirmed, f.created});
  }
  Result<void> remove_second_factor(std::string_view account) override {
    FZ_CHECK(run("DELETE FROM recovery_code WHERE account = ?", {account}));
    return run("DELETE FROM second_factor WHERE account = ?", {account});
  }
  Result<void> put_recovery_codes(std::string_view account, const std::vector<std::string>& hashes) override {
    FZ_CHECK(run("DELETE FROM recovery_code WHERE account = ?", {account}));
    for (const auto& hash : hashes) FZ_CHECK(run("INSERT INTO recovery_code VALUES (?,?,NULL)", {account, hash}));
    return {};
  }
  Result<bool> use_recovery_code(std::string_view account, std::string_view hash, UtcTime now) override {
    FZ_TRY(const auto n,
           c_.run("UPDATE recovery_code SET used = ?3 WHERE account = ?1 AND code_hash = ?2 AND used IS NULL", {account, hash, now}));
    return n > 0;
  }
  Result<int> recovery_codes_left(std::string_view account) const override {
    FZ_TRY(const auto n, c_.one("SELECT count(*) FROM recovery_code WHERE account = ? AND used IS NULL", {account},
                                [](const Row& r) { return r.small(0); }));
    return n.value_or(0);
  }
  Result<bool> known_address(std::string_view account, std::string_view address) const override {
    FZ_TRY(const auto n, c_.one("SELECT 1 FROM login_address WHERE account = ? AND address = ?", {account, address},
                                [](const Row& r) { return r.small(0); }));
    return n.has_value();
  }
  Result<void> put_known_address(std::string_view account, std::string_view address, UtcTime now) override {
    FZ_CHECK(run("INSERT OR REPLACE INTO login_address VALUES (?,?,?)", {account, address, now}));
    return run(
        "DELETE FROM login_address WHERE account = ?1 AND address NOT IN "
        "(SELECT address FROM login_address WHERE account = ?1 ORDER BY last DESC LIMIT 20)",
        {account});
  }

  Result<std::optional<ApiToken>> api_token(std::string_view hash) const override {
    return c_.one("SELECT id, account, name, token_hash, roles, created, expires FROM api_token WHERE token_hash = ?", {hash}, token_of);
  }
  Result<std::vector<ApiToken>> api_tokens(std::string_view account) const override {
    return c_.all("SELECT id, account, name, token_hash, roles, created, expires FROM api_token WHERE account = ? ORDER BY id", {account},
                  token_of);
  }
  Result<void> put_api_token(const ApiToken& t) override {
    return run("INSERT INTO api_token VALUES (?,?,?,?,?,?,?)",
               {t.id, t.account, t.name, t.token_hash, list_of(t.roles), t.created, t.expires});
  }
  Result<bool> remove_api_token(std::string_view account, std::string_view id) override {
    FZ_TRY(const auto n, c_.run("DELETE FROM api_token WHERE account = ? AND id = ?", {account, id}));
    return n > 0;
  }

  Result<Failures> failures(std::string_view login, std::string_view address) const override {
    FZ_TRY(const auto f,
           c_.one("SELECT count, last FROM login_failure WHERE login = ? AND address = ?", {login, address}, [](const Row& r) {
             return Failures{r.small(0), r.time(1)};
           }));
    return f.value_or(Failures{});
  }
  Result<void> put_failures(std::string_view login, std::string_view address, const Failures& f) override {
    return run("INSERT OR REPLACE INTO login_failure VALUES (?,?,?,?)", {login, address, f.count, f.last});
  }
  Result<void> clear_failures(std::string_view login, std::string_view address) override {
    return run("DELETE FROM login_failure WHERE login = ? AND address = ?", {login, address});
  }
  Result<void> remove_failures_before(UtcTime last) override { return run("DELETE FROM login_failure WHERE last < ?", {last}); }

 private:
  Result<void> run(std::string_view sql, std::initializer_list<db::Value> values) {
    auto r = c_.run(sql, values);
    if (!r) return std::move(r).error();
    return {};
  }
  db::Connection& c_;
  const crypto::SealKey& seal_;
};
}  // namespace

std::unique_ptr<accounts::Store> make_accounts(db::Connection& c, const crypto::SealKey& seal) {
  return std::make_unique<SqliteAccounts>(c, seal);
}

}  // namespace fz::store::sqlite
