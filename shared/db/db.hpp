// SQLite through SQLiteCpp: connections with safe settings, numbered migrations, short statements, one writer and several
// readers. Errors are values: disk_full, conflict (a constraint, or locked for too long), io, db_newer, db_damaged.
#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "shared/base/bytes.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/file.hpp"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace fz::db {

/// A step of the schema. Numbers begin at 1 and have no gaps; a released step is never edited.
struct Migration {
  int version;
  std::string_view name;
  std::string_view sql;  ///< statements separated by semicolons; run in one transaction
};

struct Options {
  bool read_only = false;
  Millis busy_timeout{5000};
  int cache_kib = 8192;
  bool auto_checkpoint = true;  ///< false: the owner calls checkpoint() itself, so that no commit ever waits for one
};

/// A row that a statement stands on; valid until the statement goes on. Columns count from 0.
class Row {
 public:
  explicit Row(SQLite::Statement& s) : s_(s) {}
  std::int64_t integer(int column) const;
  int small(int column) const { return static_cast<int>(integer(column)); }
  bool boolean(int column) const { return integer(column) != 0; }
  std::string text(int column) const;
  Bytes blob(int column) const;
  bool is_null(int column) const;
  UtcTime time(int column) const { return from_unix_ms(integer(column)); }
  std::optional<std::int64_t> maybe_integer(int column) const;
  std::optional<std::string> maybe_text(int column) const;
  std::optional<UtcTime> maybe_time(int column) const;

 private:
  SQLite::Statement& s_;
};

/// A value bound to a "?". Text and bytes are borrowed for the length of the call.
class Value {
 public:
  enum class Kind { null, integer, text, blob };
  Value(std::nullptr_t) : kind(Kind::null) {}
  template <std::integral T>
  Value(T v) : kind(Kind::integer), number(static_cast<std::int64_t>(v)) {}
  Value(UtcTime t) : kind(Kind::integer), number(to_unix_ms(t)) {}
  Value(std::string_view s) : kind(Kind::text), text(s) {}
  Value(const std::string& s) : kind(Kind::text), text(s) {}
  Value(const char* s) : kind(Kind::text), text(s) {}
  Value(ByteView b) : kind(Kind::blob), text(as_text(b)) {}
  Value(const Bytes& b) : kind(Kind::blob), text(as_text(b)) {}
  template <class T>
  Value(const std::optional<T>& v) : Value(v ? Value(*v) : Value(nullptr)) {}
  Kind kind;
  std::int64_t number = 0;
  std::string_view text;
};

/// One connection. Used by one thread at a time. Statements are prepared once and kept.
class Connection {
 public:
  /// WAL, synchronous=FULL, foreign keys on, defensive. Errors: db_damaged, io, disk_full.
  static Result<std::unique_ptr<Connection>> open(const fs::path& file, const Options& options = {});
  ~Connection();

  /// Runs one statement to its end; rows changed. Errors: conflict, disk_full, io.
  Result<std::int64_t> run(std::string_view sql, std::initializer_list<Value> values = {});
  /// Calls `each` for every row; it returns false to stop.
  Result<void> each(std::string_view sql, std::span<const Value> values, const std::function<bool(const Row&)>& each);
  /// All rows, mapped.
  template <class Map>
  auto all(std::string_view sql, std::initializer_list<Value> values, Map map)
      -> Result<std::vector<std::invoke_result_t<Map, const Row&>>> {
    std::vector<std::invoke_result_t<Map, const Row&>> out;
    auto r = each(sql, {values.begin(), values.size()}, [&](const Row& row) {
      out.push_back(map(row));
      return true;
    });
    if (!r) return std::move(r).error();
    return out;
  }
  /// The first row, mapped, if there is one.
  template <class Map>
  auto one(std::string_view sql, std::initializer_list<Value> values, Map map)
      -> Result<std::optional<std::invoke_result_t<Map, const Row&>>> {
    std::optional<std::invoke_result_t<Map, const Row&>> out;
    auto r = each(sql, {values.begin(), values.size()}, [&](const Row& row) {
      out.emplace(map(row));
      return false;
    });
    if (!r) return std::move(r).error();
    return out;
  }
  /// Several statements without values.
  Result<void> script(std::string_view sql);
  std::int64_t last_id() const;

  Result<void> begin(bool immediate);
  Result<void> commit();
  void rollback() noexcept;
  /// `f()` between begin and commit; any error it returns, or any exception, rolls back.
  template <class F>
  auto transaction(bool immediate, F&& f) -> std::invoke_result_t<F> {
    if (auto b = begin(immediate); !b) return std::move(b).error();
    Rollback guard{this};
    auto r = std::forward<F>(f)();
    if (!r) return r;
    if (auto c = commit(); !c) return std::move(c).error();
    guard.connection = nullptr;
    return r;
  }

  /// Brings the schema up. Errors: db_newer (made by a newer release; nothing is touched), io.
  Result<void> migrate(std::span<const Migration> steps);
  Result<int> version();
  /// Moves the log into the database file. `truncate` also empties the log.
  Result<void> checkpoint(bool truncate);
  /// PRAGMA quick_check. Errors: db_damaged.
  Result<void> check();
  /// A copy of the whole database while it is in use (SQLite's backup API), fsynced and renamed onto `to`.
  Result<void> backup(const fs::path& to);

 private:
  struct Rollback {
    Connection* connection;
    ~Rollback() {
      if (connection) connection->rollback();
    }
  };
  struct Impl;
  explicit Connection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A database file with one writing connection (callers queue for it) and a pool of readers. Thread-safe.
class Database {
 public:
  /// Opens, migrates and checks. `readers` connections are opened when first needed.
  static Result<std::unique_ptr<Database>> open(const fs::path& file, std::span<const Migration> steps, int readers = 4,
                                                const Options& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `f(Connection&) -> Result<T>` in one immediate transaction; committed if it returns a value. Durable on return.
  template <class F>
  auto write(F&& f) -> std::invoke_result_t<F, Connection&> {
    Lease lease = writer();
    return lease->transaction(true, [&] { return f(*lease); });
  }
  /// `f(Connection&) -> Result<T>` on a consistent snapshot. Must not write.
  template <class F>
  auto read(F&& f) -> std::invoke_result_t<F, Connection&> {
    auto lease = reader();
    if (!lease) return std::move(lease).error();
    return (*lease)->transaction(false, [&] { return f(**lease); });
  }
  /// Exclusive use of a connection, given back by the destructor.
  class Lease {
   public:
    Lease(Lease&& o) noexcept : owner_(std::exchange(o.owner_, nullptr)), c_(o.c_), slot_(o.slot_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection* operator->() const { return c_; }
    Connection& operator*() const { return *c_; }

   private:
    friend class Database;
    Lease(Database* owner, Connection* c, int slot) : owner_(owner), c_(c), slot_(slot) {}
    Database* owner_;
    Connection* c_;
    int slot_;  // -1: the writer
  };
  Lease writer();
  Result<Lease> reader();

 private:
  struct Impl;
  explicit Database(std::unique_ptr<Impl> impl);
  void give_back(int slot);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fz::db
