#include <algorithm>

#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

const std::string_view kAuditSchema = R"sql(
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, unit TEXT NOT NULL, action TEXT NOT NULL,
  object TEXT NOT NULL, refused INTEGER NOT NULL, details TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
CREATE INDEX audit_object ON audit (object, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
)sql";

namespace {
using namespace fz::audit;
using db::Row;

constexpr std::string_view kColumns = "seq, at, actor, unit, action, object, refused, details, prev, hash";

Entry entry_of(const Row& r) {
  Entry e;
  e.seq = r.integer(0);
  e.at = r.time(1);
  e.event.actor = r.text(2);
  e.event.unit = r.text(3);
  e.event.action = r.text(4);
  e.event.object = r.text(5);
  e.event.refused = r.boolean(6);
  if (auto v = json::parse(r.text(7)); v && v->is_object()) e.event.details = v->as_object();
  e.prev = r.text(8);
  e.hash = r.text(9);
  return e;
}

Checkpoint checkpoint_of(const Row& r) {
  return {r.integer(0), r.time(1), r.text(2)};
}

class SqliteTrail final : public Trail {
 public:
  explicit SqliteTrail(db::Connection& c) : c_(c) {}

  Result<void> append(const Event& event, UtcTime now) override {
    FZ_TRY(const auto last, head());
    Entry e;
    e.seq = last ? last->seq + 1 : 1;
    e.at = now;
    e.event = event;
    e.prev = last ? last->hash : std::string(kChainStart);
    e.hash = entry_hash(e);
    FZ_TRY(const auto n,
           c_.run("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?,?,?)", {e.seq, e.at, event.actor, event.unit, event.action, event.object,
                                                                     event.refused, json::write(event.details), e.prev, e.hash}));
    (void)n;
    return {};
  }

  Result<std::vector<Entry>> list(const Filter& f) const override {
    std::string sql = "SELECT " + std::string(kColumns) + " FROM audit WHERE 1";
    std::vector<db::Value> values;
    const auto want = [&](std::string_view condition, db::Value v) {
      sql += " AND ";
      sql += condition;
      values.push_back(v);
    };
    if (!f.actor.empty()) want("actor = ?", f.actor);
    if (!f.object.empty()) want("object = ?", f.object);
    if (!f.action_prefix.empty()) want("instr(action, ?) = 1", f.action_prefix);
    if (f.from) want("at >= ?", *f.from);
    if (f.until) want("at < ?", *f.until);
    if (f.before_seq > 0) want("seq < ?", f.before_seq);
    const std::string units = json::write(json::array(f.units.begin(), f.units.end()));
    if (!f.units.empty()) want("unit IN (SELECT value FROM json_each(?))", units);
    sql += " ORDER BY seq DESC LIMIT ?";
    values.emplace_back(std::clamp(f.limit, 1, 1000));
    std::vector<Entry> out;
    FZ_CHECK(c_.each(sql, values, [&](const Row& r) {
      out.push_back(entry_of(r));
      return true;
    }));
    return out;
  }

  Result<std::vector<Entry>> read_from(std::int64_t seq, int limit) const override {
    return c_.all(
        "SELECT seq, at, actor, unit, action, object, refused, details, prev, hash FROM audit WHERE seq >= ? ORDER BY seq LIMIT ?",
        {seq, limit}, entry_of);
  }
  Result<std::optional<Entry>> head() const override {
    return c_.one("SELECT seq, at, actor, unit, action, object, refused, details, prev, hash FROM audit ORDER BY seq DESC LIMIT 1", {},
                  entry_of);
  }

  Result<void> put_checkpoint(const Checkpoint& c) override {
    FZ_TRY(const auto n, c_.run("INSERT INTO audit_checkpoint VALUES (?,?,?)", {c.seq, c.at, c.envelope}));
    (void)n;
    return {};
  }
  Result<std::vector<Checkpoint>> checkpoints(std::int64_t from, std::int64_t to) const override {
    return c_.all("SELECT seq, at, envelope FROM audit_checkpoint WHERE seq >= ? AND seq <= ? ORDER BY seq", {from, to}, checkpoint_of);
  }
  Result<std::optional<Checkpoint>> last_checkpoint() const override {
    return c_.one("SELECT seq, at, envelope FROM audit_checkpoint ORDER BY seq DESC LIMIT 1", {}, checkpoint_of);
  }

 private:
  db::Connection& c_;
};
}  // namespace

std::unique_ptr<audit::Trail> make_audit(db::Connection& c) {
  return std::make_unique<SqliteTrail>(c);
}

}  // namespace fz::store::sqlite
