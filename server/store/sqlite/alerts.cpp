#include "server/store/sqlite/nouns.hpp"
#include "shared/base/json.hpp"

namespace fz::store::sqlite {

const std::string_view kAlertsSchema = R"sql(
CREATE TABLE alert (
  id TEXT PRIMARY KEY, unit TEXT NOT NULL, author TEXT NOT NULL, title TEXT NOT NULL, draft TEXT NOT NULL, document TEXT NOT NULL,
  expires INTEGER NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE INDEX alert_unit ON alert (unit, id);
CREATE INDEX alert_expires ON alert (expires);
CREATE TABLE alert_ack (
  alert TEXT NOT NULL REFERENCES alert (id), screen TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, code TEXT NOT NULL,
  at INTEGER NOT NULL, PRIMARY KEY (alert, screen)) STRICT, WITHOUT ROWID;
)sql";

namespace {
using namespace fz::alerts;

struct Line {
  std::string id, unit, author, title, draft, document;
  UtcTime created;
};
constexpr const char* kColumns = "SELECT a.id, a.unit, a.author, a.title, a.draft, a.document, a.created FROM alert a ";
Line line_of(const db::Row& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3), r.text(4), r.text(5), r.time(6)};
}
Result<Alert> alert_of(const Line& l) {
  Alert a;
  a.id = l.id;
  a.unit = l.unit;
  a.author = l.author;
  a.title = l.title;
  a.created = l.created;
  FZ_TRY(const auto draft, json::parse(l.draft));
  FZ_TRY(a.what, draft_from_json(draft));
  FZ_TRY(a.document, trust::parse_alert(l.document));
  return a;
}
Result<std::vector<Alert>> alerts_of(const Result<std::vector<Line>>& lines) {
  if (!lines) return lines.error();
  std::vector<Alert> out;
  for (const auto& l : *lines) {
    FZ_TRY(auto a, alert_of(l));
    out.push_back(std::move(a));
  }
  return out;
}
Ack ack_of(const db::Row& r) {
  return {r.text(0), r.text(1), r.integer(2), r.text(3), r.text(4), r.time(5)};
}

class SqliteAlerts final : public alerts::Store {
 public:
  explicit SqliteAlerts(db::Connection& c) : c_(c) {}

  Result<std::optional<Alert>> alert(std::string_view id) const override {
    FZ_TRY(const auto line, c_.one(std::string(kColumns) + "WHERE a.id = ?", {id}, line_of));
    if (!line) return std::optional<Alert>{};
    FZ_TRY(auto a, alert_of(*line));
    return std::optional<Alert>{std::move(a)};
  }
  Result<std::vector<Alert>> alerts(std::string_view unit_path, std::string_view before, int limit) const override {
    const std::string end = std::string(unit_path) + "\xff";
    return alerts_of(c_.all(std::string(kColumns) + "JOIN unit u ON u.id = a.unit WHERE u.path >= ?1 AND u.path < ?2"
                                                    " AND (?3 = '' OR a.id < ?3) ORDER BY a.id DESC LIMIT ?4",
                            {unit_path, end, before, limit}, line_of));
  }
  Result<std::vector<Alert>> unended(UtcTime now) const override {
    return alerts_of(c_.all(std::string(kColumns) + "WHERE a.expires > ? ORDER BY a.id", {now}, line_of));
  }
  Result<void> put_alert(const Alert& a) override {
    const auto r = c_.run(
        "INSERT INTO alert VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET document = excluded.document,"
        " expires = excluded.expires",
        {a.id, a.unit, a.author, a.title, json::write(to_json(a.what)), trust::write_alert(a.document), a.document.expires, a.created});
    if (!r) return r.error();
    return {};
  }
  Result<std::vector<Ack>> acks(std::string_view alert) const override {
    return c_.all("SELECT alert, screen, version, state, code, at FROM alert_ack WHERE alert = ? ORDER BY screen", {alert}, ack_of);
  }
  Result<void> put_ack(const Ack& a) override {
    const auto r = c_.run(
        "INSERT INTO alert_ack SELECT ?1,?2,?3,?4,?5,?6 WHERE EXISTS (SELECT 1 FROM alert WHERE id = ?1)"
        " ON CONFLICT (alert, screen) DO UPDATE SET version = excluded.version, state = excluded.state, code = excluded.code,"
        " at = excluded.at WHERE excluded.version >= version AND (excluded.version > version OR state <> excluded.state)",
        {a.alert, a.screen, a.version, a.state, a.code, a.at});
    if (!r) return r.error();
    return {};
  }

 private:
  db::Connection& c_;
};
}  // namespace

std::unique_ptr<alerts::Store> make_alerts(db::Connection& c) {
  return std::make_unique<SqliteAlerts>(c);
}

}  // namespace fz::store::sqlite
