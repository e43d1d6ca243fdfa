#include "server/review/review.hpp"

#include "tests/unit/server/fixture.hpp"

namespace fz::review {
namespace {

class ReviewTest : public ServerTest {
 protected:
  ReviewTest() { import_trust(); }
  template <class F>
  Result<Item> act(const accounts::Actor& who, F&& f) {
    return store_->write([&](store::Tx& tx) { return f(tx.reviewing(), tx.context(who, now_)); });
  }
  Result<Item> submit_as(const accounts::Actor& who, const std::string& id, const Terms& t) {
    return act(who, [&](const Tables& db, const Context& ctx) { return submit(db, ctx, id, t); });
  }
  Result<Item> pass_as(const accounts::Actor& who, const std::string& id) {
    return act(who, [&](const Tables& db, const Context& ctx) { return pass(db, ctx, id, verdict()); });
  }
  Result<Item> back_as(const accounts::Actor& who, const std::string& id, const std::string& why) {
    return act(who, [&](const Tables& db, const Context& ctx) { return send_back(db, ctx, id, verdict(why)); });
  }
  Item item(const std::string& id) {
    return **store_->read([&](const store::Tx& tx) { return tx.library().item(id); });
  }
  std::string approval_id(const std::string& id) { return trust::parse_approval(statement(id))->approval_id; }
  Result<Withdrawn> withdraw(const std::string& bytes) {
    return store_->write([&](store::Tx& tx) { return import_withdrawals(tx.reviewing(), tx.context(clerk_, now_), bytes); });
  }
};

TEST_F(ReviewTest, TheTable) {
  EXPECT_EQ(transition(State::draft, Act::submit, 1), State::final);
  EXPECT_EQ(transition(State::draft, Act::submit, 2), State::first);
  EXPECT_EQ(transition(State::first, Act::pass, 2), State::final);
  EXPECT_EQ(transition(State::first, Act::pass, 3), State::second);
  EXPECT_EQ(transition(State::second, Act::pass, 3), State::final);
  EXPECT_EQ(transition(State::final, Act::sign, 3), State::approved);
  for (State s : {State::draft, State::first, State::second, State::approved}) EXPECT_FALSE(transition(s, Act::sign, 2));
  for (State s : {State::first, State::second, State::final}) EXPECT_EQ(transition(s, Act::back, 3), State::draft);
  EXPECT_FALSE(transition(State::final, Act::pass, 3));
  EXPECT_FALSE(transition(State::withdrawn, Act::sign, 3));
}

TEST_F(ReviewTest, FromDraftToApprovedWithTwoSeparateSignatures) {
  const Item i = in_final("不轻信");
  ASSERT_EQ(i.state, State::final);
  auto text = store_->read([&](const store::Tx& tx) {
    store::Tx& t = const_cast<store::Tx&>(tx);
    return package(t.reviewing(), first_, i.id);
  });
  ASSERT_TRUE(text) << to_log(text.error());
  auto parsed = json::parse(*text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(as_text(*from_base64(std::string(parsed->as_object().at("statement").as_string()))), statement(i.id));
  EXPECT_EQ(parsed->as_object().at("renditions").as_array().size(), 1u);

  auto one = import(sign(i.id, {&office_.reviewer1}), first_);
  ASSERT_TRUE(one) << to_log(one.error());
  EXPECT_FALSE(one->complete);
  EXPECT_EQ(one->holders, 1);
  EXPECT_EQ(one->threshold, 2);
  EXPECT_EQ(item(i.id).state, State::final);
  auto same = import(sign(i.id, {&office_.reviewer1}), first_);  // sent twice: still one holder
  EXPECT_EQ(same->holders, 1);
  auto two = import(sign(i.id, {&office_.reviewer2}), second_);
  ASSERT_TRUE(two) << to_log(two.error());
  EXPECT_TRUE(two->complete);
  EXPECT_EQ(item(i.id).state, State::approved);
  auto live = store_->read([&](const store::Tx& tx) { return tx.review().live_approvals(now_); });
  ASSERT_EQ(live->size(), 1u);
  EXPECT_EQ(live->front().sha256, crypto::sha256_hex(two->envelope));
  auto record = trust::read_approval(two->envelope, office_.reviewers);
  EXPECT_EQ(record->signers.size(), 2u);
}

TEST_F(ReviewTest, WhoMadeItNeverDecides) {
  auto i = slogan("不轻信", clerk_);
  ASSERT_TRUE(submit_as(clerk_, i->id, terms()));
  auto both = clerk_;
  both.roles.insert(Role::reviewer);
  EXPECT_EQ(pass_as(both, i->id).error().code, Code::review_own_item);
  auto other_account = person("clerk2", "500119", {Role::reviewer}, "reviewer-3");  // the same person
  EXPECT_EQ(pass_as(other_account, i->id).error().code, Code::review_own_item);
  EXPECT_EQ(pass_as(publisher_, i->id).error().code, Code::forbidden_role);
  EXPECT_EQ(pass_as(stranger_, i->id).error().code, Code::not_found);
  ASSERT_TRUE(pass_as(first_, i->id));
  EXPECT_EQ(import(sign(i->id, {&office_.reviewer1, &office_.reviewer3}), first_).error().code, Code::approval_by_uploader);
}

TEST_F(ReviewTest, TwoStepsTakeTwoPeople) {
  write([&](store::Tx& tx) {
    auto u = district_;
    u.review_steps = 3;
    return tx.accounts().put_unit(u);
  });
  auto i = slogan("不轻信", clerk_);
  ASSERT_TRUE(submit_as(clerk_, i->id, terms()));
  EXPECT_EQ(pass_as(first_, i->id)->state, State::second);
  EXPECT_EQ(pass_as(first_, i->id).error().code, Code::review_twice);
  EXPECT_EQ(pass_as(second_, i->id)->state, State::final);
  EXPECT_EQ(trust::parse_approval(statement(i->id))->review.size(), 2u);
  EXPECT_EQ(pass_as(second_, i->id).error().code, Code::review_state);
}

TEST_F(ReviewTest, BackFromAnyStepAndOldSignaturesAreUseless) {
  const Item i = in_final("不轻信");
  const std::string old = sign(i.id, {&office_.reviewer1, &office_.reviewer2});
  EXPECT_EQ(back_as(first_, i.id, "").error().code, Code::missing_field);
  ASSERT_EQ(back_as(first_, i.id, "措辞")->state, State::draft);
  EXPECT_EQ(import(old, first_).error().code, Code::review_state);
  now_ += Seconds{1};
  ASSERT_TRUE(submit_as(clerk_, i.id, terms()));
  ASSERT_TRUE(pass_as(first_, i.id));
  EXPECT_EQ(import(old, first_).error().code, Code::approval_replaced);
}

TEST_F(ReviewTest, RefusesWhatIsNotASignatureOfTheGroupOverTheStatement) {
  const Item i = in_final("不轻信");
  auto other = *trust::parse_approval(statement(i.id));
  other.title = "别的";
  EXPECT_EQ(
      import(test::Office::bytes(trust::kApprovalType, trust::write_approval(other), {&office_.reviewer1, &office_.reviewer2}), first_)
          .error()
          .code,
      Code::approval_other_bytes);
  other.approval_id = "ap-unknown";
  EXPECT_EQ(import(test::Office::bytes(trust::kApprovalType, trust::write_approval(other), {&office_.reviewer1}), first_).error().code,
            Code::approval_unknown);
  EXPECT_EQ(trust::check_of(import(sign(i.id, {&office_.stranger}), first_).error()), trust::Check::signature);
  EXPECT_EQ(import(sign(i.id, {&office_.duty}), first_).error().code, Code::approval_useless);
  auto one_person = import(sign(i.id, {&office_.reviewer2, &office_.reviewer2b}), first_);  // two keys, one holder
  ASSERT_TRUE(one_person) << to_log(one_person.error());
  EXPECT_FALSE(one_person->complete);
  EXPECT_EQ(one_person->holders, 1);
  EXPECT_EQ(import("{}", first_).error().code, trust::refuse(trust::Check::format, "").code);
  EXPECT_EQ(import(sign(i.id, {&office_.reviewer1}), stranger_).error().code, Code::not_found);
  EXPECT_EQ(item(i.id).state, State::final);
}

TEST_F(ReviewTest, TermsAreHeldAgainstTheGroupAndThePolicy) {
  auto i = slogan("不轻信", clerk_);
  const auto refused = [&](auto change) {
    Terms t = terms();
    change(t);
    auto r = submit_as(clerk_, i->id, t);
    EXPECT_FALSE(r);
    return r ? Code::internal : r.error().code;
  };
  EXPECT_EQ(refused([](Terms& t) { t.group = "nobody"; }), Code::bad_field);
  EXPECT_EQ(refused([](Terms& t) { t.audience.regions = {"500118"}; }), trust::refuse(trust::Check::scope, "").code);
  EXPECT_EQ(refused([](Terms& t) { t.audience.regions = {"*"}; }), trust::refuse(trust::Check::scope, "").code);
  EXPECT_EQ(refused([](Terms& t) { t.audience.regions = {"abc"}; }), Code::bad_field);
  EXPECT_EQ(refused([](Terms& t) { t.audience.venues.clear(); }), Code::bad_field);
  EXPECT_EQ(refused([&](Terms& t) { t.valid_until = now_ + Days{500}; }), Code::bad_field);
  EXPECT_EQ(refused([&](Terms& t) { t.valid_until = now_; }), Code::bad_field);
  EXPECT_EQ(refused([](Terms& t) { t.offline_days = 101; }), Code::bad_field);
  EXPECT_EQ(item(i->id).state, State::draft);
}

TEST_F(ReviewTest, WithdrawingTakesItOffAndStays) {
  const Item i = in_final("不轻信");
  const std::string approval = approval_id(i.id);
  const std::string both = sign(i.id, {&office_.reviewer1, &office_.reviewer2});
  ASSERT_TRUE(import(both, first_)->complete);
  auto w = withdraw(office_.withdrawals_bytes(office_.withdrawals(5, {approval, "ap-unknown-here"}, now_)));
  ASSERT_TRUE(w) << to_log(w.error());
  EXPECT_EQ(w->approvals.size(), 2u);
  EXPECT_EQ(w->items, std::vector<std::string>{i.id});
  EXPECT_EQ(item(i.id).state, State::withdrawn);
  EXPECT_TRUE(store_->read([&](const store::Tx& tx) { return tx.review().live_approvals(now_); })->empty());
  EXPECT_FALSE(import(both, first_));

  // An older document that lacks the entry brings nothing back, and does not replace the newer one.
  auto older = withdraw(office_.withdrawals_bytes(office_.withdrawals(4, {"ap-x"}, now_)));
  ASSERT_TRUE(older) << to_log(older.error());
  EXPECT_EQ(older->approvals, std::vector<std::string>{"ap-x"});
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return tx.review().withdrawals(); })->size(), 3u);
  const auto kept = **store_->read([&](const store::Tx& tx) { return tx.review().trust_document("withdrawals"); });
  EXPECT_EQ(trust::parse_withdrawals(trust::read_envelope(kept)->payload)->version, 5);
  auto forged = test::Office::bytes(trust::kWithdrawalsType, trust::write_withdrawals(office_.withdrawals(6, {}, now_)), {&office_.online});
  EXPECT_EQ(trust::check_of(withdraw(forged).error()), trust::Check::signature);
}

TEST_F(ReviewTest, ARenewalReplacesTheDocumentAndChangesNothing) {
  const std::string inner = office_.withdrawals_bytes(office_.withdrawals(5, {"ap-x"}, now_));
  ASSERT_TRUE(withdraw(inner));
  now_ += Days{2};
  const std::string renewed = office_.renewal_bytes(inner, now_);
  auto r = withdraw(renewed);
  ASSERT_TRUE(r) << to_log(r.error());
  EXPECT_TRUE(r->approvals.empty());
  EXPECT_EQ(**store_->read([&](const store::Tx& tx) { return tx.review().trust_document("withdrawals"); }), renewed);
}

TEST_F(ReviewTest, RootsAndReviewersAreAChain) {
  const auto import_as = [&](const accounts::Actor& who, const std::string& name, const std::string& bytes) {
    return store_->write([&](store::Tx& tx) {
      return name == "root" ? import_root(tx.reviewing(), tx.context(who, now_), bytes)
                            : import_reviewers(tx.reviewing(), tx.context(who, now_), bytes);
    });
  };
  EXPECT_EQ(*import_as(admin_, "root", office_.root_bytes()), 1);  // again: nothing happens
  EXPECT_EQ(import_as(clerk_, "root", office_.root_bytes()).error().code, Code::forbidden_role);
  auto next = office_.root;
  next.version = 2;
  const auto signed_by = [&](std::initializer_list<const Key*> keys) {
    return test::Office::bytes(trust::kTufType, trust::write_root(next), keys);
  };
  EXPECT_FALSE(import_as(admin_, "root", signed_by({&office_.root1})));
  EXPECT_FALSE(import_as(admin_, "root", signed_by({&office_.stranger, &office_.online})));
  EXPECT_EQ(*import_as(admin_, "root", signed_by({&office_.root1, &office_.root3})), 2);
  EXPECT_TRUE(*store_->read([&](const store::Tx& tx) { return tx.review().trust_document("root.1"); }));
  EXPECT_EQ(store_->read([&](const store::Tx& tx) { return stored_root(tx.review()); })->version, 2);
  auto list = office_.reviewers;
  const auto version = list.version;
  list.version = version - 1;
  EXPECT_FALSE(import_as(admin_, "reviewers",
                         test::Office::bytes(trust::kReviewersType, trust::write_reviewers(list), {&office_.root1, &office_.root2})));
  list.version = version + 1;
  EXPECT_EQ(*import_as(admin_, "reviewers",
                       test::Office::bytes(trust::kReviewersType, trust::write_reviewers(list), {&office_.root1, &office_.root2})),
            version + 1);
}

TEST_F(ReviewTest, AnApprovalEnds) {
  const Item i = in_final("不轻信");
  ASSERT_TRUE(import(sign(i.id, {&office_.reviewer1, &office_.reviewer2}), first_)->complete);
  const auto run = [&] {
    return *store_->write([&](store::Tx& tx) {
      const auto system = accounts::system_actor();
      return expire(tx.reviewing(), tx.context(system, now_));
    });
  };
  EXPECT_EQ(run(), 0);
  now_ += Days{100};
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(item(i.id).state, State::expired);
  EXPECT_EQ(run(), 0);
}

}  // namespace
}  // namespace fz::review
