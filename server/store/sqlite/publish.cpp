#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

const std::string_view kPublishSchema = R"sql(
CREATE TABLE counter(id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL) STRICT;
INSERT INTO counter VALUES(1, 0);
CREATE TABLE cohort(
  key TEXT PRIMARY KEY, targets_version INTEGER NOT NULL, snapshot_version INTEGER NOT NULL, targets TEXT NOT NULL,
  snapshot TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE TABLE screen_document(
  screen TEXT PRIMARY KEY, cohort TEXT NOT NULL, version INTEGER NOT NULL, snapshot_version INTEGER NOT NULL,
  assignment TEXT NOT NULL, timestamp TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
)sql";

namespace {

using namespace publish;

class PublishTables final : public publish::Store {
 public:
  explicit PublishTables(db::Connection& c) : c_(c) {}

  Result<std::int64_t> next_version(std::int64_t at_least) override {
    FZ_CHECK(c_.run("UPDATE counter SET value = max(value + 1, ?)", {at_least}));
    return current_version();
  }
  Result<std::int64_t> current_version() const override {
    FZ_TRY(const auto value, c_.one("SELECT value FROM counter", {}, [](const db::Row& r) { return r.integer(0); }));
    return value.value_or(0);
  }
  Result<std::vector<Cohort>> cohorts() const override {
    return c_.all("SELECT key, targets_version, snapshot_version, targets, snapshot, expires FROM cohort ORDER BY key", {},
                  [](const db::Row& r) { return Cohort{r.text(0), r.integer(1), r.integer(2), r.text(3), r.text(4), r.time(5)}; });
  }
  Result<void> put_cohort(const Cohort& c) override {
    FZ_CHECK(c_.run("INSERT OR REPLACE INTO cohort VALUES(?,?,?,?,?,?)",
                    {c.key, c.targets_version, c.snapshot_version, c.targets, c.snapshot, c.expires}));
    return {};
  }
  Result<void> remove_cohort(std::string_view key) override {
    FZ_CHECK(c_.run("DELETE FROM cohort WHERE key = ?", {key}));
    return {};
  }
  Result<std::vector<ScreenDocument>> screen_documents() const override {
    return c_.all(
        "SELECT screen, cohort, version, snapshot_version, assignment, timestamp, expires FROM screen_document ORDER BY screen", {},
        [](const db::Row& r) { return ScreenDocument{r.text(0), r.text(1), r.integer(2), r.integer(3), r.text(4), r.text(5), r.time(6)}; });
  }
  Result<void> put_screen_document(const ScreenDocument& d) override {
    FZ_CHECK(c_.run("INSERT OR REPLACE INTO screen_document VALUES(?,?,?,?,?,?,?)",
                    {d.screen, d.cohort, d.version, d.snapshot_version, d.assignment, d.timestamp, d.expires}));
    return {};
  }

 private:
  db::Connection& c_;
};

}  // namespace

std::unique_ptr<publish::Store> make_publish(db::Connection& c) {
  return std::make_unique<PublishTables>(c);
}

}  // namespace fz::store::sqlite
