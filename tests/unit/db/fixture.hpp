#pragma once
#include <gtest/gtest.h>

#include "shared/base/id.hpp"
#include "shared/db/db.hpp"

namespace fz::db {

class DbTest : public ::testing::Test {
 protected:
  DbTest() : dir_(fs::temp_directory_path() / ("fz-db-" + random_code(8))), file_(dir_ / "x.db") { fs::create_directories(dir_); }
  ~DbTest() override { fs::remove_all(dir_); }
  static constexpr Migration kSteps[] = {
      {1, "first", "CREATE TABLE t(k INTEGER PRIMARY KEY, v TEXT) STRICT; CREATE TABLE sum(n INTEGER) STRICT; INSERT INTO sum VALUES(0);"},
      {2, "second", "CREATE TABLE child(t INTEGER NOT NULL REFERENCES t(k)) STRICT; CREATE UNIQUE INDEX t_v ON t(v)"},
  };
  std::unique_ptr<Connection> open() {
    auto c = Connection::open(file_);
    EXPECT_TRUE(c) << to_log(c.error());
    EXPECT_TRUE((*c)->migrate(kSteps));
    return *std::move(c);
  }
  static std::int64_t number(Connection& c, std::string_view sql) {
    auto r = c.one(sql, {}, [](const Row& row) { return row.integer(0); });
    EXPECT_TRUE(r) << to_log(r.error());
    return r->value_or(-1);
  }
  fs::path dir_, file_;
};

}  // namespace fz::db
