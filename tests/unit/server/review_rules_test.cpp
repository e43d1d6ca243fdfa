// The unit's policy, two people at once, signatures that do not count, raised review, queues and versions.
#include "server/library/diff.hpp"
#include "server/review/review.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::review {
namespace {

class ReviewRulesTest : public ServerTest {
 protected:
  ReviewRulesTest() { import_trust(); }
  Result<Item> submit_it(const std::string& id) {
    return store_->write([&](store::Tx& tx) { return submit(tx.reviewing(), tx.context(clerk_, now_), id, terms()); });
  }
  Result<Item> pass_as(const accounts::Actor& who, const std::string& id, const Verdict& v) {
    return store_->write([&](store::Tx& tx) { return pass(tx.reviewing(), tx.context(who, now_), id, v); });
  }
  Item item(const std::string& id) {
    return **store_->read([&](const store::Tx& tx) { return tx.library().item(id); });
  }
  void policy(int steps, bool checklist, int hours) {
    accounts::UnitChange c;
    c.review_steps = steps;
    c.checklist = checklist;
    c.review_hours = hours;
    write([&](store::Tx& tx) { return accounts::change_unit(tx.accounts(), tx.context(admin_, now_), "500119", c); });
  }
  void new_reviewers(const std::function<void(trust::Reviewers&)>& change) {
    change(office_.reviewers);
    ++office_.reviewers.version;
    write([&](store::Tx& tx) { return import_reviewers(tx.reviewing(), tx.context(admin_, now_), office_.reviewers_bytes()); });
  }
  std::vector<QueueLine> queue_of(const accounts::Actor& who) {
    return *store_->read([&](const store::Tx& tx) { return queue(tx.reviewing(), who, now_); });
  }
};

TEST_F(ReviewRulesTest, PassingAStepConfirmsEveryPointOfTheChecklist) {
  const auto i = slogan("不轻信", clerk_);
  ASSERT_TRUE(submit_it(i->id));
  const auto missing = pass_as(first_, i->id, {"", {"political", "legal"}, {}});
  EXPECT_EQ(missing.error().code, Code::review_checklist);
  EXPECT_NE(message(missing.error(), Lang::en).find("facts, privacy, wording"), std::string::npos);
  EXPECT_EQ(pass_as(first_, i->id, {"", {"beauty"}, {}}).error().code, Code::bad_field);
  EXPECT_EQ(item(i->id).state, State::first);
  ASSERT_TRUE(pass_as(first_, i->id, verdict()));
  const auto decisions = *store_->read([&](const store::Tx& tx) { return tx.review().decisions(i->id, 1); });
  EXPECT_EQ(decisions.back().checked.size(), 5u);
  EXPECT_EQ(checklist(library::Kind::video).back(), "pictures");
  policy(2, false, 48);  // the unit may do without
  const auto other = slogan("不透露", clerk_);
  ASSERT_TRUE(submit_it(other->id));
  EXPECT_TRUE(pass_as(first_, other->id, {}));
}

TEST_F(ReviewRulesTest, OfTwoWhoDecideAtOnceOneIsToldByWhom) {
  policy(3, true, 48);
  const auto i = slogan("不轻信", clerk_);
  const auto looked_at = submit_it(i->id)->revision;  // both have this in front of them
  auto one = verdict(), two = verdict();
  one.revision = two.revision = looked_at;
  EXPECT_EQ(pass_as(first_, i->id, one)->state, State::second);
  const auto told = pass_as(second_, i->id, two);  // without the revision it would have been the second step
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, Code::review_moved);
  EXPECT_NE(message(told.error(), Lang::zh).find("first"), std::string::npos);
  EXPECT_EQ(item(i->id).state, State::second);
}

TEST_F(ReviewRulesTest, SignaturesThatDoNotCountSayWhy) {
  const Item i = in_final("不轻信");
  const std::string old = sign(i.id, {&office_.reviewer1, &office_.reviewer2});
  write([&](store::Tx& tx) { return send_back(tx.reviewing(), tx.context(first_, now_), i.id, verdict("措辞")); });
  // A new version: the old signature is for version 1.
  write([&](store::Tx& tx) {
    library::NewText t;
    t.title = "不轻信二";
    t.mime = "application/vnd.fz.slogan+json";
    t.exposes = "method";
    t.digest = digest("two");
    t.item = i.id;
    return library::create_text(tx.library(), tx.context(clerk_, now_), t);
  });
  const auto older = import(old, first_);
  EXPECT_EQ(older.error().code, Code::approval_older);
  EXPECT_EQ(message(older.error(), Lang::en), "The signature is for version 1, the item is at version 2; sign the current review package.");
  EXPECT_EQ(item(i.id).state, State::draft);
  // A key that was retired before the statement was issued.
  const Item other = in_final("不透露");
  new_reviewers([&](trust::Reviewers& r) { r.keys[office_.reviewer2.id()].retired = now_ - Days{1}; });
  const auto retired = import(sign(other.id, {&office_.reviewer2}), second_);
  EXPECT_EQ(retired.error().code, Code::approval_retired);
  EXPECT_NE(message(retired.error(), Lang::zh).find("reviewer-2"), std::string::npos);
  // The one who made it, under whatever account.
  EXPECT_EQ(import(sign(other.id, {&office_.reviewer3}), first_).error().code, Code::approval_by_uploader);
}

TEST_F(ReviewRulesTest, ARaisedPeriodAsksForMoreSignaturesWhereItApplies) {
  new_reviewers([&](trust::Reviewers& r) {
    r.approve[0].raised = {{now_ - Days{1}, now_ + Days{10}, {"1001"}, 3}};
    r.keys[office_.reviewer3.id()].holder = "reviewer-4";  // the clerk is reviewer-3
  });
  const Item i = in_final("不轻信");  // for all venues: 1001 is among them
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return signatures(tx.reviewing(), i, now_); })->needed, 3);
  const auto two = import(sign(i.id, {&office_.reviewer1, &office_.reviewer2}), first_);
  ASSERT_TRUE(two) << to_log(two.error());
  EXPECT_FALSE(two->complete);
  EXPECT_EQ(two->threshold, 3);
  EXPECT_EQ(item(i.id).state, State::final);
  const auto three = import(sign(i.id, {&office_.reviewer3}), first_);
  EXPECT_TRUE(three->complete);
  EXPECT_EQ(item(i.id).state, State::approved);
  // Elsewhere and later two are enough.
  trust::Audience elsewhere{{"304"}, {"500119"}};
  EXPECT_EQ(signatures_needed(office_.reviewers.approve[0], elsewhere, now_), 2);
  EXPECT_EQ(signatures_needed(office_.reviewers.approve[0], {{"*"}, {}}, now_ + Days{10}), 2);
}

TEST_F(ReviewRulesTest, AnApprovalInForceStaysSoWhenAnotherSignatureIsAdded) {
  const Item i = in_final("不轻信");
  ASSERT_TRUE(import(sign(i.id, {&office_.reviewer1, &office_.reviewer2}), first_)->complete);
  new_reviewers([&](trust::Reviewers& r) {
    r.approve[0].raised = {{now_ - Days{1}, now_ + Days{10}, {"*"}, 4}};
    r.keys[office_.reviewer3.id()].holder = "reviewer-4";
  });
  const auto more = import(sign(i.id, {&office_.reviewer3}), first_);
  ASSERT_TRUE(more) << to_log(more.error());
  EXPECT_FALSE(more->complete);  // three of four now
  EXPECT_TRUE(more->in_force);
  const auto live = *store_->read([&](const store::Tx& tx) { return tx.review().live_approvals(now_); });
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live.front().sha256, crypto::sha256_hex(more->envelope));
}

TEST_F(ReviewRulesTest, AQueueHoldsWhatThisPersonCanDoAndTheMostUrgentFirst) {
  policy(3, true, 24);
  const auto late = slogan("甲", clerk_);
  ASSERT_TRUE(submit_it(late->id));
  now_ += std::chrono::hours(20);
  const auto fresh = slogan("乙", clerk_);
  ASSERT_TRUE(submit_it(fresh->id));
  auto lines = queue_of(first_);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].item.id, late->id);
  EXPECT_EQ(*lines[0].deadline, lines[0].since + std::chrono::hours(24));
  auto maker = clerk_;
  maker.roles.insert(Role::reviewer);
  EXPECT_TRUE(queue_of(maker).empty());
  EXPECT_TRUE(queue_of(stranger_).empty());
  EXPECT_TRUE(queue_of(publisher_).empty());
  ASSERT_TRUE(pass_as(first_, late->id, verdict()));
  EXPECT_EQ(queue_of(first_).size(), 1u);  // not the second step of what one passed
  EXPECT_EQ(queue_of(second_).size(), 2u);
  ASSERT_TRUE(pass_as(second_, late->id, verdict()));
  lines = queue_of(first_);
  ASSERT_EQ(lines.size(), 2u);
  const auto signs = std::find_if(lines.begin(), lines.end(), [](const auto& l) { return l.sign; });
  ASSERT_NE(signs, lines.end());
  EXPECT_EQ(signs->item.id, late->id);
  ASSERT_TRUE(import(sign(late->id, {&office_.reviewer1}), first_));
  EXPECT_EQ(queue_of(first_).size(), 1u);  // signed
  EXPECT_EQ(queue_of(second_).size(), 2u);
}

TEST_F(ReviewRulesTest, AnAccountMovedInMidReviewKeepsWhatItDidAndDecidesNoMore) {
  policy(3, true, 48);
  const auto i = slogan("不轻信", clerk_);
  ASSERT_TRUE(submit_it(i->id));
  ASSERT_TRUE(pass_as(first_, i->id, verdict("好")));
  accounts::AccountChange c;
  c.unit = "500118";
  write([&](store::Tx& tx) { return accounts::change_account(tx.accounts(), tx.context(admin_, now_), first_.account, c); });
  write([&](store::Tx& tx) { return accounts::change_account(tx.accounts(), tx.context(admin_, now_), clerk_.account, c); });
  auto moved = first_;
  moved.unit = "500118";
  moved.unit_path = "500000/500118/";
  EXPECT_EQ(pass_as(moved, i->id, verdict()).error().code, Code::not_found);
  EXPECT_TRUE(queue_of(moved).empty());
  // The item stays where it is, the first step counts, and its maker is still the one who may not decide.
  ASSERT_EQ(pass_as(second_, i->id, verdict())->state, State::final);
  const auto steps = trust::parse_approval(statement(i->id))->review;
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].holder, "reviewer-1");
  EXPECT_EQ(import(sign(i->id, {&office_.reviewer3}), second_).error().code, Code::approval_by_uploader);
  EXPECT_TRUE(import(sign(i->id, {&office_.reviewer1, &office_.reviewer2}), second_)->complete);
}

TEST(Diff, ShortestScriptAndDocumentsByMember) {
  std::string script;
  for (const auto& line : library::diff({"a", "b", "c", "d"}, {"a", "c", "x", "d"})) script += line.op + line.text;
  EXPECT_EQ(script, " a-b c+x d");
  EXPECT_TRUE(library::diff({}, {}).empty());
  std::vector<std::string> lines;
  library::flatten(*json::parse("{\"a\":[\"x\",{\"b\":1}],\"c\":true}"), "", lines);
  EXPECT_EQ(lines, (std::vector<std::string>{"a[0]: x", "a[1].b: 1", "c: true"}));
  EXPECT_EQ(library::diff(std::vector<std::string>(2001, "x"), {"x"}).size(), 2002u);
}

}  // namespace
}  // namespace fz::review
