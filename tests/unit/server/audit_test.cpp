#include "server/audit/audit.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/unit/server/fixture.hpp"

namespace fz::audit {
namespace {

class AuditTest : public ServerTest {
 protected:
  std::vector<Entry> all() {
    auto r = store_->read([](const store::Tx& tx) { return tx.audit().read_from(1, 1000); });
    EXPECT_TRUE(r);
    return *r;
  }
};

TEST_F(AuditTest, TheChainHoldsAndEveryEditBreaksIt) {
  ASSERT_TRUE(slogan("不轻信", clerk_));
  const auto entries = all();
  ASSERT_GT(entries.size(), 5u);
  EXPECT_TRUE(verify_chain(entries, kChainStart, 1));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto cut = entries;
    cut.erase(cut.begin() + static_cast<std::ptrdiff_t>(i));
    const bool last = i + 1 == entries.size();  // nothing hangs on the last one
    EXPECT_EQ(verify_chain(cut, kChainStart, 1).has_value(), last) << i;
    auto edited = entries;
    edited[i].event.actor += "x";
    EXPECT_FALSE(verify_chain(edited, kChainStart, 1)) << i;
    edited = entries;
    edited[i].at += Millis{1};
    EXPECT_FALSE(verify_chain(edited, kChainStart, 1)) << i;
    edited = entries;
    edited[i].event.refused = !edited[i].event.refused;
    edited[i].hash = entry_hash(edited[i]);  // a forger who computes the hash anew breaks the next link
    EXPECT_EQ(verify_chain(edited, kChainStart, 1).has_value(), last) << i;
  }
}

TEST_F(AuditTest, TheTableTakesNoUpdateAndNoDelete) {
  store_.reset();
  SQLite::Database db((folder_ / "fanzha.db").string(), SQLite::OPEN_READWRITE);
  EXPECT_THROW(db.exec("UPDATE audit SET actor = 'x'"), SQLite::Exception);
  EXPECT_THROW(db.exec("DELETE FROM audit"), SQLite::Exception);
}

TEST_F(AuditTest, AChangeAndItsEntryComeTogetherOrNotAtAll) {
  const auto before = all().size();
  std::string id;
  auto r = store_->write([&](store::Tx& tx) -> Result<void> {
    library::NewText t;
    t.title = "x";
    t.digest = digest("x");
    FZ_TRY(const auto item, library::create_text(tx.library(), tx.context(clerk_, now_), t));
    id = item.id;
    return fail(Code::cancelled);
  });
  EXPECT_FALSE(r);
  EXPECT_EQ(all().size(), before);
  EXPECT_FALSE(*store_->read([&](const store::Tx& tx) { return tx.library().item(id); }));
}

TEST_F(AuditTest, ARefusalIsRecordedAndFound) {
  store_->record_refusal(stranger_, "item.change", "item-1", fail(Code::not_found), now_);
  Filter f;
  f.object = "item-1";
  auto found = store_->read([&](const store::Tx& tx) { return tx.audit().list(f); });
  ASSERT_EQ(found->size(), 1u);
  EXPECT_TRUE(found->front().event.refused);
  EXPECT_EQ(found->front().event.details.at("code"), "not_found");
  f.units = {"500119"};
  EXPECT_TRUE(store_->read([&](const store::Tx& tx) { return tx.audit().list(f); })->empty());
  f.units = {"500118", "500119"};
  f.action_prefix = "item.";
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return tx.audit().list(f); })->size(), 1u);
}

}  // namespace
}  // namespace fz::audit
