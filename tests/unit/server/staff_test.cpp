// A staff document at the server: taken in order, honoured in the review, kept in the trail.
#include "server/review/review.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::review {
namespace {
using trust::Staff;

class StaffDocumentTest : public ServerTest {
 protected:
  StaffDocumentTest() {
    extra_ = crypto::PrivateKey::generate();
    office_.reviewers.keys[extra_->id()] = {"reviewer-4", extra_->public_key(), {}};
    office_.reviewers.approve[0].keyids.push_back(extra_->id());
    import_trust();
  }
  Staff leaves(const Key& key, const char* holder, std::int64_t version = 1) const {
    Staff s;
    s.group = "district";
    s.version = version;
    s.reviewers = office_.reviewers.version;
    s.issued = now_;
    s.left = {{key.id(), holder, now_}};
    return s;
  }
  static std::string signed_by(const Staff& s, std::initializer_list<const Key*> keys) {
    return test::Office::bytes(trust::kStaffType, trust::write_staff(s), keys);
  }
  Result<std::int64_t> take(const std::string& bytes, const accounts::Actor& who) {
    return store_->write([&](store::Tx& tx) { return import_staff(tx.reviewing(), tx.context(who, now_), bytes); });
  }
  std::size_t waiting(const accounts::Actor& who) {
    return store_->read([&](const store::Tx& tx) { return queue(tx.reviewing(), who, now_); })->size();
  }
  std::optional<crypto::PrivateKey> extra_;
};

TEST_F(StaffDocumentTest, WhoLeftSignsNoMoreAndWhatWasSignedBeforeCounts) {
  const auto before = in_final("不轻信");
  ASSERT_TRUE(import(sign(before.id, {&office_.reviewer1, &office_.reviewer2}), first_)->complete);
  now_ += Seconds{10};
  const auto bytes = signed_by(leaves(office_.reviewer2, "reviewer-2"), {&office_.reviewer1, &*extra_});
  EXPECT_EQ(take(bytes, clerk_).error().code, Code::forbidden_role);
  // One key of two: the person has another one, which is theirs all the same.
  auto both = leaves(office_.reviewer2, "reviewer-2");
  both.left.push_back({office_.reviewer2b.id(), "reviewer-2", now_});
  ASSERT_EQ(take(signed_by(both, {&office_.reviewer1, &*extra_}), admin_).value(), 1);
  EXPECT_EQ(take(signed_by(both, {&office_.reviewer1, &*extra_}), admin_).value(), 1) << "sent again";
  now_ += Seconds{10};
  const auto after = in_final("不透露");
  EXPECT_EQ(waiting(second_), 0u) << "nothing waits for who left";
  const auto refused = import(sign(after.id, {&office_.reviewer2}), second_);
  EXPECT_EQ(refused.error().code, Code::approval_retired);
  EXPECT_FALSE(import(sign(after.id, {&office_.reviewer1}), first_)->complete);
  EXPECT_TRUE(import(sign(after.id, {&*extra_}), first_)->complete);
  const auto live = store_->read([&](const store::Tx& tx) { return tx.review().live_approvals(now_); });
  EXPECT_EQ(live->size(), 2u);
  const auto trail = store_->read([&](const store::Tx& tx) { return tx.audit().read_from(1, 1000); });
  EXPECT_EQ(std::count_if(trail->begin(), trail->end(), [](const auto& e) { return e.event.action == "trust.staff"; }), 1);
}

TEST_F(StaffDocumentTest, OnlyTheNextOneAndOnlyWhileEnoughAreLeft) {
  EXPECT_EQ(take(signed_by(leaves(office_.reviewer1, "reviewer-1", 2), {&office_.reviewer2, &*extra_}), admin_).error().code,
            Code::staff_order);
  EXPECT_EQ(take(signed_by(leaves(office_.reviewer1, "reviewer-1"), {&office_.reviewer2}), admin_).error().code, Code::trust_threshold);
  EXPECT_EQ(take(signed_by(leaves(office_.reviewer1, "reviewer-1"), {&office_.online}), admin_).error().code, Code::trust_signature);
  ASSERT_TRUE(take(signed_by(leaves(office_.reviewer1, "reviewer-1"), {&office_.reviewer2, &*extra_}), admin_));
  auto next = leaves(office_.reviewer1, "reviewer-1", 2);
  next.left.push_back({office_.reviewer3.id(), "reviewer-3", now_});
  // Three would leave two: enough. In a period of raised review three are needed.
  office_.reviewers.version += 1;
  office_.reviewers.approve[0].raised = {{now_ - Days{1}, now_ + Days{1}, {"304"}, 3}};
  write([&](store::Tx& tx) { return import_reviewers(tx.reviewing(), tx.context(admin_, now_), office_.reviewers_bytes()); });
  const auto few = take(signed_by(next, {&office_.reviewer2, &*extra_}), admin_);
  EXPECT_EQ(few.error().code, Code::bad_field);
  EXPECT_NE(message(few.error(), Lang::zh).find("根密钥"), std::string::npos);
  now_ += Days{2};
  EXPECT_EQ(take(signed_by(next, {&office_.reviewer2, &*extra_}), admin_).value(), 2);
  // An older one again, and one that forgets somebody.
  EXPECT_EQ(take(signed_by(leaves(office_.reviewer1, "reviewer-1"), {&office_.reviewer2, &*extra_}), admin_).error().code,
            Code::staff_order);
  EXPECT_EQ(take(signed_by(leaves(office_.reviewer1, "reviewer-1", 3), {&office_.reviewer2, &*extra_}), admin_).error().code,
            Code::trust_version);
}

TEST_F(StaffDocumentTest, WithdrawalsOfWhoLeavesAreSignedAnewFirst) {
  const auto withdraw = [&](std::int64_t version, const Key& key) {
    const auto bytes =
        test::Office::bytes(trust::kWithdrawalsType, trust::write_withdrawals(office_.withdrawals(version, {"ap-0"}, now_)), {&key});
    return store_->write([&](store::Tx& tx) { return import_withdrawals(tx.reviewing(), tx.context(admin_, now_), bytes); });
  };
  ASSERT_TRUE(withdraw(1, office_.reviewer1));
  const auto leaves_bytes = signed_by(leaves(office_.reviewer1, "reviewer-1"), {&office_.reviewer2, &*extra_});
  const auto refused = take(leaves_bytes, admin_);
  EXPECT_EQ(refused.error().code, Code::bad_field);
  EXPECT_NE(message(refused.error(), Lang::en).find("reissue-withdrawals"), std::string::npos);
  ASSERT_TRUE(withdraw(2, office_.duty));
  EXPECT_EQ(take(leaves_bytes, admin_).value(), 1);
  EXPECT_FALSE(withdraw(3, office_.reviewer1)) << "who left withdraws no more";
}

}  // namespace
}  // namespace fz::review
