// The vocabulary, and the tags of items.
#include "server/library/tags.hpp"

#include <set>

#include "server/review/review.hpp"
#include "shared/render/documents.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::library {
namespace {

TEST(Tags, IdsAreUniqueAndKindsAreCalledAsOnTheScreen) {
  std::set<std::string_view> ids, zh, en;
  for (const Tag& t : all_tags()) {
    EXPECT_TRUE(ids.insert(t.id).second) << t.id;
    EXPECT_TRUE(zh.insert(t.zh).second) << t.zh;
    EXPECT_TRUE(en.insert(t.en).second) << t.en;
    EXPECT_EQ(find_tag(t.id), &t);
    if (t.group == TagGroup::fraud) {
      EXPECT_EQ(render::fraud_kind_label(t.id), t.zh);
    }
  }
  EXPECT_EQ(fraud_kinds().size(), 19u);
  EXPECT_EQ(find_tag("no_such"), nullptr);
}

TEST(Tags, TwoOfThemAreTheItemsOwn) {
  const auto sorted = sort_tags({"law_criminal", "case", "dating", "elderly", "fake_loan", "elderly"}, "", "");
  ASSERT_TRUE(sorted);
  EXPECT_EQ(sorted->fraud_kind, "dating") << "the first of its group";
  EXPECT_EQ(sorted->exposes, "case");
  EXPECT_EQ(sorted->others, (std::vector<std::string>{"fake_loan", "elderly", "law_criminal"}));
  EXPECT_EQ(sort_tags({"dating", "fake_loan"}, "fake_loan", "")->others, (std::vector<std::string>{"dating"}));
  EXPECT_EQ(sort_tags({"x"}, "", "").error().code, Code::tag_unknown);
  EXPECT_EQ(sort_tags({"method", "case"}, "", "").error().code, Code::bad_field);
  EXPECT_EQ(sort_tags({"case"}, "", "method").error().code, Code::bad_field);
}

class TagsTest : public ServerTest {
 protected:
  TagsTest() { import_trust(); }
  Item about(const std::string& text) {
    const auto made = store_->write([&](store::Tx& tx) {
      NewText t;
      t.title = text;
      t.mime = "application/vnd.fz.slogan+json";
      t.fraud_kind = "fake_orders";
      t.exposes = "method";
      t.digest = digest(text);
      return create_text(tx.library(), tx.context(clerk_, now_), t);
    });
    EXPECT_TRUE(made);
    return *made;
  }
  Result<Item> set(const accounts::Actor& who, const std::string& id, const std::vector<std::string>& ids) {
    return store_->write([&](store::Tx& tx) { return set_tags(tx.library(), tx.accounts(), tx.context(who, now_), id, ids); });
  }
  std::set<std::string> found(const std::vector<std::string>& tags) {
    ItemFilter f;
    f.unit_path = admin_.unit_path;
    f.tags = tags;
    std::set<std::string> out;
    for (const auto& i : *store_->read([&](const store::Tx& tx) { return tx.library().items(f); })) out.insert(i.id);
    return out;
  }
};

TEST_F(TagsTest, InEveryStateButWhatIsSignedStays) {
  const auto item = about("一");
  ASSERT_EQ(item.fraud_kind, "fake_orders");
  auto tagged = set(clerk_, item.id, {"elderly", "dating", "law_criminal"});
  ASSERT_TRUE(tagged) << to_log(tagged.error());
  EXPECT_EQ(tags_of(*tagged), (std::vector<std::string>{"fake_orders", "dating", "method", "elderly", "law_criminal"}))
      << "a text's own kind and what it exposes stay in the list";
  EXPECT_EQ(tagged->revision, item.revision) << "whoever has it open for review has seen it all";
  EXPECT_EQ(tags_of(**store_->read([&](const store::Tx& tx) { return tx.library().item(item.id); })), tags_of(*tagged));

  // In review and later: tags change, what is signed does not, and the statement is the same bytes.
  write([&](store::Tx& tx) { return review::submit(tx.reviewing(), tx.context(clerk_, now_), item.id, terms()); });
  write([&](store::Tx& tx) { return review::pass(tx.reviewing(), tx.context(first_, now_), item.id, verdict()); });
  const auto signed_text = statement(item.id);
  ASSERT_FALSE(signed_text.empty());
  tagged = set(publisher_, item.id, {"students"});
  ASSERT_TRUE(tagged) << to_log(tagged.error());
  EXPECT_EQ(tags_of(*tagged), (std::vector<std::string>{"fake_orders", "method", "students"}));
  EXPECT_EQ(set(clerk_, item.id, {"case"}).error().code, Code::item_locked);
  EXPECT_EQ(statement(item.id), signed_text);
  for (const char* word : {"students", "fake_orders"}) EXPECT_EQ(signed_text.find(word), std::string::npos) << word;
}

TEST_F(TagsTest, FoundByAnyOfThemAndByAllOfSeveral) {
  const auto one = about("一"), two = about("二");
  ASSERT_TRUE(set(clerk_, one.id, {"elderly", "law_criminal"}));
  ASSERT_TRUE(set(clerk_, two.id, {"elderly", "case"}));
  EXPECT_EQ(found({"elderly"}), (std::set<std::string>{two.id, one.id}));
  EXPECT_EQ(found({"elderly", "law_criminal"}), (std::set<std::string>{one.id}));
  EXPECT_EQ(found({"case"}), (std::set<std::string>{two.id}));
  EXPECT_EQ(found({"fake_orders"}).size(), 2u);
  EXPECT_TRUE(found({"students"}).empty());
  ASSERT_TRUE(set(clerk_, one.id, {}));
  EXPECT_EQ(found({"elderly"}), (std::set<std::string>{two.id}));
}

TEST_F(TagsTest, OnlyByThoseWhoWorkOnTheBranch) {
  const auto item = about("一");
  EXPECT_EQ(set(stranger_, item.id, {"elderly"}).error().code, Code::not_found);
  EXPECT_EQ(set(first_, item.id, {"elderly"}).error().code, Code::forbidden_role);
  EXPECT_EQ(set(clerk_, item.id, {"nonsense"}).error().code, Code::tag_unknown);
}

}  // namespace
}  // namespace fz::library
