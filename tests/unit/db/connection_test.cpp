#include "tests/unit/db/fixture.hpp"

namespace fz::db {
namespace {

using ConnectionTest = DbTest;

TEST_F(ConnectionTest, SettingsAreTheSafeOnes) {
  auto c = open();
  EXPECT_EQ(number(*c, "PRAGMA synchronous"), 2);
  EXPECT_EQ(number(*c, "PRAGMA foreign_keys"), 1);
  EXPECT_EQ(**c->one("PRAGMA journal_mode", {}, [](const Row& r) { return r.text(0); }), "wal");
}

TEST_F(ConnectionTest, EveryKindOfValueComesBack) {
  auto c = open();
  ASSERT_TRUE(c->script("CREATE TABLE k(a INTEGER, b TEXT, c BLOB, d INTEGER, e TEXT, f BLOB) STRICT"));
  const Bytes raw{0, 1, 255};
  const UtcTime t = from_unix_ms(1234567890123);
  ASSERT_TRUE(c->run("INSERT INTO k VALUES(?,?,?,?,?,?)", {t, "反诈\0x", raw, std::optional<std::int64_t>(), std::string(), Bytes{}}));
  auto rows = c->all("SELECT a,b,c,d,e,f FROM k", {}, [&](const Row& r) {
    EXPECT_EQ(r.time(0), t);
    EXPECT_EQ(r.text(1), "反诈");
    EXPECT_EQ(r.blob(2), raw);
    EXPECT_TRUE(r.is_null(3));
    EXPECT_FALSE(r.maybe_integer(3));
    EXPECT_EQ(r.maybe_text(4), "");
    EXPECT_FALSE(r.is_null(5));
    EXPECT_TRUE(r.blob(5).empty());
    return 1;
  });
  EXPECT_EQ(rows->size(), 1u);
}

TEST_F(ConnectionTest, ErrorsHaveTheirCodes) {
  auto c = open();
  ASSERT_TRUE(c->run("INSERT INTO t VALUES(1, 'a')"));
  EXPECT_EQ(c->run("INSERT INTO t VALUES(2, 'a')").error().code, Code::conflict);
  EXPECT_EQ(c->run("INSERT INTO child VALUES(99)").error().code, Code::conflict);
  EXPECT_EQ(c->run("SELECT nonsense").error().code, Code::io);
  ASSERT_TRUE(c->script("PRAGMA max_page_count=20"));
  auto r = c->transaction(true, [&]() -> Result<void> {
    for (int i = 10; i < 1000; ++i) {
      FZ_TRY(const auto n, c->run("INSERT INTO t VALUES(?, ?)", {i, std::string(500, 'x') + std::to_string(i)}));
      (void)n;
    }
    return {};
  });
  EXPECT_EQ(r.error().code, Code::disk_full);
  EXPECT_EQ(number(*c, "SELECT count(*) FROM t"), 1);
}

TEST_F(ConnectionTest, AnErrorOrAnExceptionRollsBack) {
  auto c = open();
  auto r = c->transaction(true, [&]() -> Result<int> {
    EXPECT_TRUE(c->run("INSERT INTO t VALUES(1, 'a')"));
    return fail(Code::cancelled);
  });
  EXPECT_EQ(r.error().code, Code::cancelled);
  EXPECT_THROW((void)c->transaction(true,
                                    [&]() -> Result<int> {
                                      EXPECT_TRUE(c->run("INSERT INTO t VALUES(1, 'a')"));
                                      throw std::runtime_error("bug");
                                    }),
               std::runtime_error);
  EXPECT_EQ(number(*c, "SELECT count(*) FROM t"), 0);
  ASSERT_TRUE(c->transaction(true, [&] { return c->run("INSERT INTO t VALUES(1, 'a')"); }));
  EXPECT_EQ(number(*c, "SELECT count(*) FROM t"), 1);
}

TEST_F(ConnectionTest, TheSameStatementMayBeNested) {
  auto c = open();
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(c->run("INSERT INTO t VALUES(?, ?)", {i, std::to_string(i)}));
  int seen = 0;
  const std::string_view sql = "SELECT k FROM t ORDER BY k";
  ASSERT_TRUE(c->each(sql, {}, [&](const Row&) {
    EXPECT_TRUE(c->each(sql, {}, [&](const Row& r) {
      seen += r.small(0);
      return true;
    }));
    return true;
  }));
  EXPECT_EQ(seen, 18);
}

TEST_F(ConnectionTest, MigratesInStepsAndRefusesANewerDatabase) {
  auto c = open();
  EXPECT_EQ(*c->version(), 2);
  EXPECT_TRUE(c->migrate(kSteps));
  auto older = c->migrate(std::span(kSteps).first(1));
  EXPECT_EQ(older.error().code, Code::db_newer);
  static constexpr Migration kBroken[] = {kSteps[0], kSteps[1], {3, "broken", "CREATE TABLE u(a INTEGER); CREATE TABLE t(again TEXT)"}};
  EXPECT_FALSE(c->migrate(kBroken));
  EXPECT_EQ(*c->version(), 2);  // and nothing of the broken step is there
  EXPECT_EQ(number(*c, "SELECT count(*) FROM sqlite_schema WHERE name = 'u'"), 0);
}

TEST_F(ConnectionTest, AFileThatIsNoDatabaseIsDamaged) {
  ASSERT_TRUE(write_atomic(file_, std::string(8192, 'x')));
  EXPECT_EQ(Connection::open(file_).error().code, Code::db_damaged);
}

TEST_F(ConnectionTest, BackupIsTheSameDatabase) {
  auto c = open();
  ASSERT_TRUE(c->run("INSERT INTO t VALUES(1, 'a')"));
  ASSERT_TRUE(c->backup(dir_ / "copy.db"));
  auto copy = Connection::open(dir_ / "copy.db");
  ASSERT_TRUE(copy);
  EXPECT_TRUE((*copy)->check());
  EXPECT_EQ(number(**copy, "SELECT count(*) FROM t"), 1);
  EXPECT_EQ(*(*copy)->version(), 2);
}

}  // namespace
}  // namespace fz::db
