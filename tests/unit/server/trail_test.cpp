// Checkpoints, exports, and what happens when the trail cannot be written; upgrades of the schema.
#include <SQLiteCpp/SQLiteCpp.h>

#include "server/audit/export.hpp"
#include "server/store/sqlite/nouns.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::audit {
namespace {

class TrailTest : public ServerTest {
 protected:
  std::optional<Checkpoint> daily() {
    return *store_->write([&](store::Tx& tx) { return daily_checkpoint(tx.audit(), office_.online, now_); });
  }
  std::optional<Checkpoint> now() {
    return *store_->write([&](store::Tx& tx) { return make_checkpoint(tx.audit(), office_.online, now_); });
  }
  std::vector<std::string> lines() {
    return *store_->read([&](const store::Tx& tx) -> Result<std::vector<std::string>> {
      FZ_TRY(const auto entries, tx.audit().read_from(1, 100000));
      FZ_TRY(const auto checkpoints, tx.audit().checkpoints(1, 100000));
      std::vector<std::string> out{export_header(kChainStart, 1, {office_.online.public_key()}, now_)};
      auto c = checkpoints.begin();
      for (const auto& e : entries) {
        out.push_back(export_line(e));
        for (; c != checkpoints.end() && c->seq <= e.seq; ++c) out.push_back(c->envelope);
      }
      out.push_back(export_end(static_cast<std::int64_t>(entries.size()), entries.back().seq, entries.back().hash));
      return out;
    });
  }
  static Result<Report> verify(const std::vector<std::string>& all, std::vector<crypto::PublicKey> trusted = {}) {
    Verifier v(std::move(trusted));
    for (const auto& line : all) FZ_CHECK(v.line(line));
    return v.finish();
  }
};

TEST_F(TrailTest, ACheckpointADayWhileThingsHappen) {
  ASSERT_TRUE(daily());
  EXPECT_FALSE(daily());
  now_ += std::chrono::hours(23);
  ASSERT_TRUE(slogan("甲", clerk_));
  EXPECT_FALSE(daily());
  now_ += std::chrono::hours(1);
  ASSERT_TRUE(daily());
  now_ += Days{3};
  EXPECT_FALSE(daily());  // nothing happened
  EXPECT_EQ(store_->read([](const store::Tx& tx) { return tx.audit().checkpoints(1, 100000); })->size(), 2u);
}

TEST_F(TrailTest, AnExportVerifiesByItselfAndEveryChangeIsSeen) {
  ASSERT_TRUE(now());
  ASSERT_TRUE(slogan("甲", clerk_));
  ASSERT_TRUE(slogan("乙", clerk_));
  ASSERT_TRUE(now());
  const auto all = lines();
  const auto good = verify(all);
  ASSERT_TRUE(good) << message(good.error(), Lang::en);
  EXPECT_EQ(good->checkpoints, 2);
  EXPECT_EQ(good->signed_until, good->last);
  EXPECT_EQ(good->signers.begin()->first, office_.online.id());
  EXPECT_TRUE(verify(all, {office_.online.public_key()}));
  EXPECT_EQ(verify(all, {office_.stranger.public_key()}).error().code, Code::audit_broken);
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto cut = all;
    cut.erase(cut.begin() + static_cast<std::ptrdiff_t>(i));
    const bool checkpoint = all[i].find("payload") != std::string::npos;  // one of two may be missing: the other signs more
    EXPECT_EQ(verify(cut).has_value(), checkpoint) << i;
    auto twice = all;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), all[i]);
    EXPECT_EQ(verify(twice).has_value(), checkpoint) << i;
    if (i + 1 < all.size()) {
      EXPECT_FALSE(verify({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i) + 1})) << i;
    }
    for (std::size_t at = 0; at < all[i].size(); at += 7) {
      auto edited = all;
      edited[i][at] = edited[i][at] == '1' ? '2' : '1';
      const auto r = verify(edited);
      // The date of the export is nobody's word.
      if (r) {
        EXPECT_TRUE(i == 0 && all[0].substr(at > 30 ? at - 30 : 0, 40).find("made") != std::string::npos) << i << " " << edited[i];
      }
    }
  }
}

TEST_F(TrailTest, AForgerWhoComputesTheChainAnewLacksTheKey) {
  ASSERT_TRUE(slogan("甲", clerk_));
  ASSERT_TRUE(now());
  const auto all = lines();
  // Every entry from the third on computed anew after an edit; the checkpoint still says the old hash.
  std::vector<std::string> forged{all[0]};
  auto entries = *store_->read([](const store::Tx& tx) { return tx.audit().read_from(1, 1000); });
  entries[2].event.actor = "somebody-else";
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].prev = i == 0 ? std::string(kChainStart) : entries[i - 1].hash;
    entries[i].hash = entry_hash(entries[i]);
    forged.push_back(export_line(entries[i]));
  }
  EXPECT_TRUE(verify_chain(entries, kChainStart, 1));
  auto with_old = forged;
  with_old.push_back(all[all.size() - 2]);
  with_old.push_back(export_end(static_cast<std::int64_t>(entries.size()), entries.back().seq, entries.back().hash));
  EXPECT_EQ(verify(with_old).error().code, Code::audit_broken);
  forged.push_back(export_end(static_cast<std::int64_t>(entries.size()), entries.back().seq, entries.back().hash));
  EXPECT_EQ(verify(forged).error().code, Code::audit_broken);  // and without any checkpoint it proves nothing
}

TEST_F(TrailTest, CheckpointsStay) {
  ASSERT_TRUE(now());
  store_.reset();
  SQLite::Database db((folder_ / "fanzha.db").string(), SQLite::OPEN_READWRITE);
  EXPECT_THROW(db.exec("UPDATE audit_checkpoint SET at = 0"), SQLite::Exception);
  EXPECT_THROW(db.exec("DELETE FROM audit_checkpoint"), SQLite::Exception);
}

TEST_F(TrailTest, AWithdrawalDoesNotWaitForATrailThatCannotBeWritten) {
  import_trust();
  const auto i = in_final("不轻信");
  const auto approved = import(sign(i.id, {&office_.reviewer1, &office_.reviewer2}), first_);
  ASSERT_TRUE(approved && approved->complete);
  {
    SQLite::Database db((folder_ / "fanzha.db").string(), SQLite::OPEN_READWRITE);
    db.exec("CREATE TRIGGER audit_full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
  }
  EXPECT_FALSE(slogan("别的", clerk_));  // what is not recorded does not happen
  const auto bytes = office_.withdrawals_bytes(office_.withdrawals(5, {approved->approval_id}, now_));
  std::size_t lost = 0;
  const auto r = store_->write([&](store::Tx& tx) -> Result<review::Withdrawn> {
    TolerantTrail trail(tx.audit());
    auto done = review::import_withdrawals(tx.reviewing(), accounts::Context{clerk_, trail, now_}, bytes);
    lost = trail.lost().size();
    return done;
  });
  ASSERT_TRUE(r) << to_log(r.error());  // but taking down does
  EXPECT_EQ(r->items, std::vector<std::string>{i.id});
  EXPECT_EQ(lost, 2u);
  EXPECT_EQ((*store_->read([&](const store::Tx& tx) { return tx.library().item(i.id); }))->state, library::State::withdrawn);
}

/// The rows of a release before, as its own program would have left them.
void fill_first_release(const fs::path& file) {
  SQLite::Database db(file.string(), SQLite::OPEN_READWRITE);
  db.exec("INSERT INTO unit VALUES ('500119', NULL, '500119', '南川区', '500119/', 2)");
  db.exec(
      "INSERT INTO account (id, login, name, unit, holder, enabled, must_change, created) VALUES ('a1', 'old', '老人', '500119', '', 1, 0, "
      "1)");
  db.exec("INSERT INTO account_role VALUES ('a1', 'administrator')");
  db.exec("INSERT INTO item VALUES ('i1', '500119', 'a1', 'a1', 3, '旧口号', '', 'method', 1, 'aa', 1, '', '', 1, '', '', 1, 1, 1, 1)");
  db.exec(
      "INSERT INTO decision (item, version, act, from_state, to_state, account, holder, comment, at) VALUES ('i1', 1, 0, 0, 1, 'a1', '', "
      "'', 1)");
  Entry e;
  e.seq = 1;
  e.at = from_unix_ms(1000);
  e.event.actor = "a1";
  e.event.action = "item.create";
  e.prev = kChainStart;
  SQLite::Statement insert(db, "INSERT INTO audit VALUES (1, 1000, 'a1', '', 'item.create', '', 0, '{}', ?, ?)");
  insert.bind(1, e.prev);
  insert.bind(2, entry_hash(e));
  insert.exec();
}

TEST(Upgrade, FromEveryEarlierSchemaWithItsRows) {
  const auto steps = store::sqlite::migrations();
  for (std::size_t n = 1; n <= steps.size(); ++n) {
    const auto folder = fs::temp_directory_path() / ("fz-upgrade-" + random_code(8));
    fs::create_directories(folder);
    {
      auto old = db::Database::open(folder / "fanzha.db", std::span(steps).first(n));
      ASSERT_TRUE(old) << to_log(old.error());
    }
    if (n == 1) fill_first_release(folder / "fanzha.db");
    {
      auto opened = store::open_sqlite(folder);
      ASSERT_TRUE(opened) << n << ": " << to_log(opened.error());
      auto& s = **opened;
      if (n == 1) {
        const auto unit = **s.read([](const store::Tx& tx) { return tx.accounts().unit("500119"); });
        EXPECT_EQ(unit.review_hours, 48);
        EXPECT_TRUE(unit.checklist);
        EXPECT_TRUE((*s.read([](const store::Tx& tx) {
                      return tx.accounts().account_by_login("old");
                    }))->roles.contains(accounts::Role::administrator));
        EXPECT_EQ((*s.read([](const store::Tx& tx) { return tx.library().item("i1"); }))->title, "旧口号");
        EXPECT_EQ(s.read([](const store::Tx& tx) { return tx.review().decisions("i1", 1); })->size(), 1u);
        const auto trail = *s.read([](const store::Tx& tx) { return tx.audit().read_from(1, 10); });
        EXPECT_TRUE(verify_chain(trail, kChainStart, 1));
        EXPECT_EQ(trail.size(), 1u);
      }
      // And it goes on as a new one would.
      EXPECT_TRUE(s.write([](store::Tx& tx) { return tx.audit().append({"system", "", "test", "", false, {}}, from_unix_ms(2000)); }));
    }
    fs::remove_all(folder);
  }
}

}  // namespace
}  // namespace fz::audit
