#include <atomic>
#include <thread>

#include "tests/unit/db/fixture.hpp"

namespace fz::db {
namespace {

using DatabaseTest = DbTest;

TEST_F(DatabaseTest, WritersQueueAndReadersSeeWholeTransactions) {
  auto db = Database::open(file_, kSteps, 2);
  ASSERT_TRUE(db) << to_log(db.error());
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int w = 0; w < 4; ++w) {
    threads.emplace_back([&, w] {
      for (int i = 0; i < 50; ++i) {
        auto r = (*db)->write([&](Connection& c) -> Result<std::int64_t> {
          FZ_TRY(const auto n, c.run("INSERT INTO t VALUES(?, ?)", {w * 1000 + i, std::to_string(w * 1000 + i)}));
          (void)n;
          return c.run("UPDATE sum SET n = n + 1");
        });
        ASSERT_TRUE(r) << to_log(r.error());
      }
    });
  }
  std::atomic<int> reads{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop || reads == 0) {
        auto r = (*db)->read(
            [&](Connection& c) -> Result<bool> { return number(c, "SELECT count(*) FROM t") == number(c, "SELECT n FROM sum"); });
        ASSERT_TRUE(r) << to_log(r.error());
        EXPECT_TRUE(*r);
        ++reads;
      }
    });
  }
  for (auto& t : threads) t.join();
  stop = true;
  for (auto& t : readers) t.join();
  auto n = (*db)->read([&](Connection& c) -> Result<std::int64_t> { return number(c, "SELECT n FROM sum"); });
  EXPECT_EQ(*n, 200);
}

TEST_F(DatabaseTest, ReadersCannotWrite) {
  auto db = Database::open(file_, kSteps);
  auto r = (*db)->read([&](Connection& c) { return c.run("INSERT INTO t VALUES(1, 'a')"); });
  EXPECT_FALSE(r);
}

}  // namespace
}  // namespace fz::db
