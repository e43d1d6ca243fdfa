#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <map>

#include "shared/base/log.hpp"
#include "shared/db/db.hpp"

namespace fz::db {
namespace {

Error map_error(const SQLite::Exception& e, const std::string& file) {
  const std::string detail = std::string(e.what()) + " (" + std::to_string(e.getExtendedErrorCode()) + ")";
  switch (e.getErrorCode()) {
    case SQLITE_FULL:
      return fail(Code::disk_full, {}, detail);
    case SQLITE_CONSTRAINT:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(Code::conflict, {{"what", "记录 (record)"}}, detail);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return fail(Code::db_damaged, {{"path", file}}, detail);
    default:
      return fail(Code::io, {{"path", file}, {"what", e.what()}}, detail);
  }
}

void bind(SQLite::Statement& s, std::span<const Value> values) {
  int index = 0;
  for (const Value& v : values) {
    ++index;
    switch (v.kind) {
      case Value::Kind::null:
        s.bind(index);
        break;
      case Value::Kind::integer:
        s.bind(index, static_cast<int64_t>(v.number));
        break;
      case Value::Kind::text:
        s.bind(index, std::string(v.text));
        break;
      case Value::Kind::blob:  // a null pointer would bind NULL
        s.bindNoCopy(index, v.text.empty() ? "" : v.text.data(), static_cast<int>(v.text.size()));
        break;
    }
  }
}

/// A statement of the cache, in use until the end of the scope.
struct Cached {
  std::unique_ptr<SQLite::Statement> statement;
  bool busy = false;
};

void set(sqlite3* db, int option, int value) {
  sqlite3_db_config(db, option, value, nullptr);
}

}  // namespace

std::int64_t Row::integer(int column) const {
  return s_.getColumn(column).getInt64();
}
std::string Row::text(int column) const {
  return s_.getColumn(column).getString();
}
Bytes Row::blob(int column) const {
  const auto c = s_.getColumn(column);
  const auto* data = static_cast<const std::uint8_t*>(c.getBlob());
  return data ? Bytes(data, data + c.getBytes()) : Bytes{};
}
bool Row::is_null(int column) const {
  return s_.isColumnNull(column);
}
std::optional<std::int64_t> Row::maybe_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}
std::optional<std::string> Row::maybe_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}
std::optional<UtcTime> Row::maybe_time(int column) const {
  return is_null(column) ? std::nullopt : std::optional(time(column));
}

struct Connection::Impl {
  std::string file;
  std::unique_ptr<SQLite::Database> db;
  std::map<std::string, Cached, std::less<>> statements;  // node-based: entries stay where they are

  template <class F>
  auto guard(F&& f) -> std::invoke_result_t<F> {
    try {
      return f();
    } catch (const SQLite::Exception& e) {
      return map_error(e, file);
    }
  }

  /// Runs `f` on the prepared statement for `sql`; a nested use of the same text gets a statement of its own.
  template <class F>
  void with(std::string_view sql, std::span<const Value> values, F&& f) {
    auto it = statements.find(sql);
    if (it == statements.end()) {
      it = statements.emplace(std::string(sql), Cached{std::make_unique<SQLite::Statement>(*db, std::string(sql)), false}).first;
    }
    if (it->second.busy) {
      SQLite::Statement own(*db, std::string(sql));
      bind(own, values);
      f(own);
      return;
    }
    struct InUse {
      Cached& c;
      explicit InUse(Cached& cached) : c(cached) { c.busy = true; }
      ~InUse() {
        c.statement->tryReset();
        c.busy = false;
      }
    } in_use(it->second);
    it->second.statement->tryReset();
    it->second.statement->clearBindings();
    bind(*it->second.statement, values);
    f(*it->second.statement);
  }
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() {
  impl_->statements.clear();  // before the database they belong to
}

Result<std::unique_ptr<Connection>> Connection::open(const fs::path& file, const Options& options) {
  auto impl = std::make_unique<Impl>();
  impl->file = file.string();
  auto done = impl->guard([&]() -> Result<void> {
    const int flags = SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX | (options.read_only ? 0 : SQLite::OPEN_CREATE);
    impl->db = std::make_unique<SQLite::Database>(impl->file, flags, static_cast<int>(options.busy_timeout.count()));
    auto& db = *impl->db;
    set(db.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1);
    set(db.getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
    set(db.getHandle(), SQLITE_DBCONFIG_DQS_DML, 0);
    set(db.getHandle(), SQLITE_DBCONFIG_DQS_DDL, 0);
    db.exec("PRAGMA journal_mode=WAL");
    db.exec("PRAGMA synchronous=FULL");
    db.exec("PRAGMA foreign_keys=ON");
    db.exec("PRAGMA cache_size=-" + std::to_string(options.cache_kib));
    db.exec(options.auto_checkpoint ? "PRAGMA wal_autocheckpoint=1000" : "PRAGMA wal_autocheckpoint=0");
    if (options.read_only) db.exec("PRAGMA query_only=ON");
    return {};
  });
  if (!done) return std::move(done).error();
  return std::unique_ptr<Connection>(new Connection(std::move(impl)));
}

Result<std::int64_t> Connection::run(std::string_view sql, std::initializer_list<Value> values) {
  return impl_->guard([&]() -> Result<std::int64_t> {
    std::int64_t changed = 0;
    impl_->with(sql, {values.begin(), values.size()}, [&](SQLite::Statement& s) {
      while (s.executeStep()) {
      }
      changed = impl_->db->getChanges();
    });
    return changed;
  });
}

Result<void> Connection::each(std::string_view sql, std::span<const Value> values, const std::function<bool(const Row&)>& each) {
  return impl_->guard([&]() -> Result<void> {
    impl_->with(sql, values, [&](SQLite::Statement& s) {
      const Row row(s);
      while (s.executeStep() && each(row)) {
      }
    });
    return {};
  });
}

Result<void> Connection::script(std::string_view sql) {
  return impl_->guard([&]() -> Result<void> {
    impl_->db->exec(std::string(sql));
    return {};
  });
}

std::int64_t Connection::last_id() const {
  return impl_->db->getLastInsertRowid();
}

Result<void> Connection::begin(bool immediate) {
  auto r = run(immediate ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED");
  if (!r) return std::move(r).error();
  return {};
}
Result<void> Connection::commit() {
  auto r = run("COMMIT");
  if (!r) return std::move(r).error();
  return {};
}
void Connection::rollback() noexcept {
  // SQLite has rolled back by itself after some errors; the statement then fails, which is as good.
  if (sqlite3_get_autocommit(impl_->db->getHandle()) == 0) {
    if (auto r = run("ROLLBACK"); !r) log::error("rollback failed: {}", to_log(r.error()));
  }
}

Result<int> Connection::version() {
  FZ_TRY(const auto table, one("SELECT 1 FROM sqlite_schema WHERE name = 'schema_version'", {}, [](const Row&) { return true; }));
  if (!table) return 0;
  FZ_TRY(const auto v, one("SELECT max(version) FROM schema_version", {}, [](const Row& r) { return r.small(0); }));
  return v.value_or(0);
}

Result<void> Connection::migrate(std::span<const Migration> steps) {
  const int known = steps.empty() ? 0 : steps.back().version;
  FZ_TRY(const int found, version());
  if (found > known) {
    return fail(Code::db_newer, {{"path", impl_->file}, {"found", std::to_string(found)}, {"known", std::to_string(known)}});
  }
  for (const Migration& step : steps) {
    if (step.version <= found) continue;
    const auto apply = [&]() -> Result<void> {
      FZ_TRY(const int now, version());  // another process may have been quicker
      if (now >= step.version) return {};
      FZ_CHECK(
          script("CREATE TABLE IF NOT EXISTS schema_version(version INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                 "applied INTEGER NOT NULL) STRICT"));
      FZ_CHECK(script(step.sql));
      FZ_TRY(const auto n,
             run("INSERT INTO schema_version VALUES(?, ?, CAST(strftime('%s') AS INTEGER) * 1000)", {step.version, step.name}));
      (void)n;
      return {};
    };
    FZ_CHECK(transaction(true, apply));
  }
  return {};
}

Result<void> Connection::checkpoint(bool truncate) {
  auto r = run(truncate ? "PRAGMA wal_checkpoint(TRUNCATE)" : "PRAGMA wal_checkpoint(PASSIVE)");
  if (!r) return std::move(r).error();
  return {};
}

Result<void> Connection::check() {
  FZ_TRY(const auto said, one("PRAGMA quick_check(1)", {}, [](const Row& r) { return r.text(0); }));
  if (said != "ok") return fail(Code::db_damaged, {{"path", impl_->file}}, said.value_or("no answer"));
  return {};
}

Result<void> Connection::backup(const fs::path& to) {
  const fs::path temp = to.string() + ".tmp";
  FZ_CHECK(remove_file(temp));
  auto copied = impl_->guard([&]() -> Result<void> {
    SQLite::Database target(temp.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup copying(target, *impl_->db);
    copying.executeStep(-1);
    return {};
  });
  FZ_CHECK(std::move(copied));
  FZ_TRY(const Fd fd, open_read(temp));
  FZ_CHECK(sync_file(fd.get(), temp));
  FZ_CHECK(rename_file(temp, to));
  return sync_dir(to.parent_path());
}

}  // namespace fz::db
