#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

const std::string_view kReviewSchema = R"sql(
CREATE TABLE decision (
  id INTEGER PRIMARY KEY, item TEXT NOT NULL REFERENCES item (id), version INTEGER NOT NULL, act INTEGER NOT NULL,
  from_state INTEGER NOT NULL, to_state INTEGER NOT NULL, account TEXT NOT NULL, holder TEXT NOT NULL, comment TEXT NOT NULL,
  at INTEGER NOT NULL) STRICT;
CREATE INDEX decision_item ON decision (item, version, id);
CREATE TABLE terms (
  item TEXT NOT NULL REFERENCES item (id), version INTEGER NOT NULL, kind INTEGER NOT NULL, venues TEXT NOT NULL, regions TEXT NOT NULL,
  approver_group TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, offline_days INTEGER NOT NULL,
  PRIMARY KEY (item, version)) STRICT, WITHOUT ROWID;
CREATE TABLE statement (
  item TEXT NOT NULL REFERENCES item (id), version INTEGER NOT NULL, approval_id TEXT NOT NULL UNIQUE, payload BLOB NOT NULL,
  PRIMARY KEY (item, version)) STRICT;
CREATE TABLE approval (
  approval_id TEXT PRIMARY KEY, item TEXT NOT NULL REFERENCES item (id), version INTEGER NOT NULL, envelope BLOB NOT NULL,
  sha256 TEXT NOT NULL, complete INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, withdrawn INTEGER) STRICT;
CREATE INDEX approval_item ON approval (item, version);
CREATE INDEX approval_until ON approval (valid_until) WHERE complete = 1 AND withdrawn IS NULL;
CREATE INDEX approval_blob ON approval (sha256) WHERE sha256 <> '';
CREATE TABLE trust_document (name TEXT PRIMARY KEY, version INTEGER NOT NULL, envelope BLOB NOT NULL) STRICT;
CREATE TABLE withdrawal (
  approval_id TEXT PRIMARY KEY, at INTEGER NOT NULL, until INTEGER NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL) STRICT;
)sql";

namespace {
using namespace fz::review;
using db::Row;

std::string words(const std::vector<std::string>& list) {
  return json::write(json::array(list.begin(), list.end()));
}
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  const auto v = json::parse(text);
  if (!v || !v->is_array()) return out;
  for (const auto& x : v->as_array()) {
    if (const auto* s = x.if_string()) out.emplace_back(*s);
  }
  return out;
}

std::string bytes_of(const Row& r, int column) {
  return std::string(as_text(r.blob(column)));
}

Decision decision_of(const Row& r) {
  return {r.text(0),
          r.small(1),
          static_cast<Act>(r.integer(2)),
          static_cast<State>(r.integer(3)),
          static_cast<State>(r.integer(4)),
          r.text(5),
          r.text(6),
          r.text(7),
          r.time(8),
          words_of(r.text(9))};
}
Terms terms_of(const Row& r) {
  Terms t;
  t.kind = static_cast<trust::Kind>(r.integer(0));
  t.audience = {words_of(r.text(1)), words_of(r.text(2))};
  t.group = r.text(3);
  t.valid_from = r.time(4);
  t.valid_until = r.time(5);
  t.offline_days = r.small(6);
  return t;
}
constexpr std::string_view kApproval =
    "SELECT approval_id, item, version, envelope, sha256, complete, valid_from, valid_until, withdrawn FROM approval ";
StoredApproval approval_of_row(const Row& r) {
  return {r.text(0), r.text(1), r.small(2), bytes_of(r, 3), r.text(4), r.boolean(5), r.time(6), r.time(7), r.maybe_time(8)};
}

class SqliteReview final : public review::Store {
 public:
  explicit SqliteReview(db::Connection& c) : c_(c) {}

  Result<std::vector<Decision>> decisions(std::string_view item, int version) const override {
    return c_.all(
        "SELECT item, version, act, from_state, to_state, account, holder, comment, at, checked FROM decision "
        "WHERE item = ? AND version = ? ORDER BY id",
        {item, version}, decision_of);
  }
  Result<void> add_decision(const Decision& d) override {
    return run(
        "INSERT INTO decision (item, version, act, from_state, to_state, account, holder, comment, at, checked) VALUES "
        "(?,?,?,?,?,?,?,?,?,?)",
        {d.item, d.version, static_cast<int>(d.act), static_cast<int>(d.from), static_cast<int>(d.to), d.account, d.holder, d.comment, d.at,
         words(d.checked)});
  }
  Result<std::optional<Terms>> terms(std::string_view item, int version) const override {
    return c_.one(
        "SELECT kind, venues, regions, approver_group, valid_from, valid_until, offline_days FROM terms WHERE item = ? AND version = ?",
        {item, version}, terms_of);
  }
  Result<void> put_terms(std::string_view item, int version, const Terms& t) override {
    return run("INSERT OR REPLACE INTO terms VALUES (?,?,?,?,?,?,?,?,?)",
               {item, version, static_cast<int>(t.kind), words(t.audience.venues), words(t.audience.regions), t.group, t.valid_from,
                t.valid_until, t.offline_days});
  }
  Result<std::optional<std::string>> statement(std::string_view item, int version) const override {
    return c_.one("SELECT payload FROM statement WHERE item = ? AND version = ?", {item, version},
                  [](const Row& r) { return bytes_of(r, 0); });
  }
  Result<void> put_statement(std::string_view item, int version, std::string_view approval_id, std::string_view payload) override {
    return run("INSERT OR REPLACE INTO statement VALUES (?,?,?,?)", {item, version, approval_id, as_bytes(payload)});
  }
  Result<std::optional<StoredApproval>> approval(std::string_view id) const override {
    return c_.one(std::string(kApproval) + "WHERE approval_id = ?", {id}, approval_of_row);
  }
  Result<std::optional<StoredApproval>> approval_of(std::string_view item, int version) const override {
    return c_.one(std::string(kApproval) + "WHERE item = ? AND version = ? ORDER BY complete DESC, rowid DESC LIMIT 1", {item, version},
                  approval_of_row);
  }
  Result<std::vector<StoredApproval>> live_approvals(UtcTime now) const override {
    return c_.all(std::string(kApproval) + "WHERE complete = 1 AND withdrawn IS NULL AND valid_until > ? ORDER BY approval_id", {now},
                  approval_of_row);
  }
  Result<void> put_approval(const StoredApproval& a) override {
    return run(
        "INSERT INTO approval VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (approval_id) DO UPDATE SET envelope = excluded.envelope, "
        "sha256 = excluded.sha256, complete = excluded.complete, withdrawn = excluded.withdrawn",
        {a.approval_id, a.item, a.version, as_bytes(a.envelope), a.sha256, a.complete, a.valid_from, a.valid_until, a.withdrawn});
  }
  Result<std::vector<std::string>> approvals_ended(UtcTime now) const override {
    return c_.all(
        "SELECT a.approval_id FROM approval a JOIN item i ON i.id = a.item AND i.version = a.version "
        "WHERE a.complete = 1 AND a.withdrawn IS NULL AND a.valid_until <= ? AND i.state = ? ORDER BY a.approval_id",
        {now, static_cast<int>(State::approved)}, [](const Row& r) { return r.text(0); });
  }
  Result<std::optional<std::string>> trust_document(std::string_view name) const override {
    return c_.one("SELECT envelope FROM trust_document WHERE name = ?", {name}, [](const Row& r) { return bytes_of(r, 0); });
  }
  Result<void> put_trust_document(std::string_view name, std::string_view bytes, std::int64_t version) override {
    return run("INSERT OR REPLACE INTO trust_document VALUES (?,?,?)", {name, version, as_bytes(bytes)});
  }
  Result<std::vector<trust::Withdrawal>> withdrawals() const override {
    return c_.all("SELECT approval_id, at, until, by, reason FROM withdrawal ORDER BY approval_id", {}, [](const Row& r) {
      return trust::Withdrawal{r.text(0), r.time(1), r.time(2), r.text(3), r.text(4)};
    });
  }
  Result<void> add_withdrawal(const trust::Withdrawal& w) override {
    return run("INSERT INTO withdrawal VALUES (?,?,?,?,?) ON CONFLICT (approval_id) DO UPDATE SET until = max(until, excluded.until)",
               {w.approval_id, w.at, w.until, w.by, w.reason});
  }

 private:
  Result<void> run(std::string_view sql, std::initializer_list<db::Value> values) {
    auto r = c_.run(sql, values);
    if (!r) return std::move(r).error();
    return {};
  }
  db::Connection& c_;
};
}  // namespace

std::unique_ptr<review::Store> make_review(db::Connection& c) {
  return std::make_unique<SqliteReview>(c);
}

}  // namespace fz::store::sqlite
