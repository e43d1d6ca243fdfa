#include "server/store/store.hpp"

#include <thread>

#include "shared/db/db.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::store {
namespace {

using StoreTest = ServerTest;

TEST_F(StoreTest, WhatIsCommittedIsThereAfterAStart) {
  const auto made = slogan("不轻信", clerk_);
  open();
  EXPECT_EQ((*store_->read([&](const Tx& tx) { return tx.library().item(made->id); }))->title, "不轻信");
}

TEST_F(StoreTest, ADatabaseOfANewerReleaseIsRefusedAndNotTouched) {
  store_.reset();
  const auto file = folder_ / "fanzha.db";
  {
    auto c = db::Connection::open(file);
    ASSERT_TRUE((*c)->run("INSERT INTO schema_version VALUES (99, 'of the future', 0)"));
  }
  EXPECT_EQ(open_sqlite(folder_).error().code, Code::db_newer);
  auto c = db::Connection::open(file);
  ASSERT_TRUE((*c)->run("DELETE FROM schema_version WHERE version = 99"));
  c->reset();
  open();
}

TEST_F(StoreTest, ManyThreadsWriteAndTheTrailHasNoGap) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 15; ++i) {
        auto r = slogan("口号 " + std::to_string(t) + "." + std::to_string(i), clerk_);
        ASSERT_TRUE(r) << to_log(r.error());
        auto seen = store_->read([&](const Tx& tx) { return tx.library().item(r->id); });
        ASSERT_TRUE(seen && *seen);
      }
    });
  }
  for (auto& t : threads) t.join();
  auto trail = store_->read([](const Tx& tx) { return tx.audit().read_from(1, 1000); });
  EXPECT_TRUE(audit::verify_chain(*trail, audit::kChainStart, 1));
  library::ItemFilter f;
  f.limit = 200;
  EXPECT_EQ(store_->read([&](const Tx& tx) { return tx.library().items(f); })->size(), 60u);
}

TEST_F(StoreTest, TwoPeopleDecideAtOnceAndOneIsTold) {
  import_trust();
  auto made = slogan("不轻信", clerk_);
  ASSERT_TRUE(store_->write([&](Tx& tx) { return review::submit(tx.reviewing(), tx.context(clerk_, now_), made->id, terms()); }));
  std::array<Code, 2> codes{};
  std::array<bool, 2> passed{};
  std::thread one([&] {
    auto r = store_->write([&](Tx& tx) { return review::pass(tx.reviewing(), tx.context(first_, now_), made->id, verdict()); });
    passed[0] = r.has_value();
    if (!r) codes[0] = r.error().code;
  });
  std::thread two([&] {
    auto r =
        store_->write([&](Tx& tx) { return review::send_back(tx.reviewing(), tx.context(second_, now_), made->id, verdict("事实有误")); });
    passed[1] = r.has_value();
    if (!r) codes[1] = r.error().code;
  });
  one.join();
  two.join();
  // `back` may follow `pass` (it is allowed from `final`), but never `pass` after `back`.
  EXPECT_TRUE(passed[1]);
  EXPECT_TRUE(passed[0] || codes[0] == Code::review_state);
  EXPECT_EQ((*store_->read([&](const Tx& tx) { return tx.library().item(made->id); }))->state, library::State::draft);
}

TEST_F(StoreTest, ABackupWhileRunningIsTheSame) {
  const auto made = slogan("不轻信", clerk_);
  const auto to = folder_ / "backup";
  ASSERT_TRUE(store_->backup(to));
  ASSERT_TRUE(slogan("later", clerk_));
  auto copy = open_sqlite(to);
  ASSERT_TRUE(copy) << to_log(copy.error());
  auto seen = (*copy)->read([&](const Tx& tx) { return tx.library().item(made->id); });
  EXPECT_TRUE(*seen);
  auto theirs = (*copy)->read([](const Tx& tx) { return tx.audit().read_from(1, 1000); });
  auto ours = store_->read([&](const Tx& tx) { return tx.audit().read_from(1, static_cast<int>(theirs->size())); });
  ASSERT_EQ(ours->size(), theirs->size());
  EXPECT_EQ(ours->back().hash, theirs->back().hash);
  EXPECT_TRUE(store_->checkpoint());
}

TEST_F(StoreTest, AnExceptionRollsBackAndTheStoreGoesOn) {
  EXPECT_THROW((void)store_->write([&](Tx& tx) -> Result<void> {
    library::NewText t;
    t.title = "x";
    t.digest = digest("x");
    auto made = library::create_text(tx.library(), tx.context(clerk_, now_), t);
    EXPECT_TRUE(made);
    throw std::runtime_error("bug");
  }),
               std::runtime_error);
  library::ItemFilter f;
  EXPECT_TRUE(store_->read([&](const Tx& tx) { return tx.library().items(f); })->empty());
  EXPECT_TRUE(slogan("weiter", clerk_));
}

}  // namespace
}  // namespace fz::store
