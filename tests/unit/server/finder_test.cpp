#include "server/finder/finder.hpp"

#include "tests/unit/server/fixture.hpp"

namespace fz::finder {
namespace {

using Words = std::vector<std::string>;

TEST(Finder, WordsOfAQuery) {
  EXPECT_EQ(words_of("刷单"), Words{"刷单"});
  EXPECT_EQ(words_of(" 刷单　返利\tABC "), (Words{"刷单", "返利", "abc"}));
  EXPECT_EQ(words_of("刷"), Words{}) << "one character says too little";
  EXPECT_EQ(words_of("12"), Words{"12"});
  EXPECT_EQ(words_of("aa bb cc dd ee ff gg hh ii jj").size(), 8u);
}

class FinderTest : public ServerTest {
 protected:
  std::vector<Group> found(const accounts::Actor& who, const std::string& q) {
    auto r = store_->read([&](const store::Tx& tx) { return search(tx.finder(), who, q); });
    EXPECT_TRUE(r) << to_log(r.error());
    return r ? *r : std::vector<Group>{};
  }
};

TEST_F(FinderTest, OnlyOnesBranchAndWhatIsSharedWithIt) {
  const auto item = *slogan("谨防刷单返利", clerk_);
  ASSERT_EQ(found(clerk_, "刷单").size(), 1u);
  EXPECT_EQ(found(clerk_, "刷单")[0].hits[0].id, item.id);
  EXPECT_EQ(found(admin_, "返利 谨防")[0].hits[0].note, "slogan draft");
  EXPECT_TRUE(found(stranger_, "刷单").empty());
  EXPECT_TRUE(found(stranger_, item.id).empty());
  write([&](store::Tx& tx) { return tx.library().put_share({item.id, stranger_.unit, publisher_.account, now_}); });
  EXPECT_EQ(found(stranger_, "刷单").size(), 1u);
  EXPECT_EQ(found(admin_, "南川")[0].noun, Noun::unit);
  EXPECT_TRUE(found(clerk_, "publisher").empty());
  EXPECT_EQ(found(admin_, "PUBLISHER")[0].noun, Noun::account);
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return search(tx.finder(), admin_, "\xff\xfe"); }).error().code, Code::bad_field);
}

TEST_F(FinderTest, WhoseBranchThingsAre) {
  const auto item = *slogan("甲", clerk_);
  const auto paths = *store_->read([&](const store::Tx& tx) { return tx.finder().branches(Noun::item, {item.id, "no such"}); });
  ASSERT_EQ(paths.size(), 1u);
  EXPECT_EQ(paths.at(item.id), "500000/500119/");
}

TEST_F(FinderTest, WhatEnds) {
  import_trust();
  const auto item = in_final("不轻信");
  for (const auto* key : {&office_.reviewer1, &office_.reviewer2}) ASSERT_TRUE(import(sign(item.id, {key}), first_));
  const auto ends = [&](const accounts::Actor& who, UtcTime until) {
    return store_->read([&](const store::Tx& tx) { return tx.finder().endings(Noun::item, who.unit_path, until); })->size();
  };
  EXPECT_EQ(ends(clerk_, now_ + Days{99}), 0u);
  EXPECT_EQ(ends(clerk_, now_ + Days{101}), 1u);
  EXPECT_EQ(ends(stranger_, now_ + Days{101}), 0u);
}

}  // namespace
}  // namespace fz::finder
