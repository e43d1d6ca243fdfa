#include "player/approve/sign.hpp"

#include <gtest/gtest.h>

#include "shared/trust/state.hpp"
#include "tests/unit/approve/support.hpp"

namespace fz::approve {
namespace {
using test::Office;

class ApproveSign : public ::testing::Test {
 protected:
  Office office;
  Package package = test::package(office.approval("ap-1"));
  std::string holder(const crypto::PrivateKey& k) { return office.reviewers.keys.at(k.id()).holder; }
  Result<trust::Envelope> sign_by(const crypto::PrivateKey& k) { return sign(package, k, holder(k), &office.reviewers); }
};

TEST_F(ApproveSign, TwoReviewersOneAfterTheOtherMakeAnApprovalThatCounts) {
  auto first = sign(package, office.reviewer1, "reviewer-1", nullptr);
  ASSERT_TRUE(first);
  auto alone = trust::read_approval(trust::write_envelope(*first), office.reviewers);
  ASSERT_TRUE(alone);
  EXPECT_EQ(trust::check_approval(*alone, office.reviewers, "1001", test::kOfficeNow).error().code, Code::trust_threshold);

  ASSERT_TRUE(adopt_envelope(package, trust::write_envelope(*first)));
  auto both = sign_by(office.reviewer2);
  ASSERT_TRUE(both) << to_log(both.error());
  EXPECT_EQ(both->payload, package.payload);
  auto record = trust::read_approval(trust::write_envelope(*both), office.reviewers);
  ASSERT_TRUE(record);
  EXPECT_TRUE(trust::check_approval(*record, office.reviewers, "1001", test::kOfficeNow));
}
TEST_F(ApproveSign, NobodySignsTwice) {
  package.envelope = trust::sign(trust::kApprovalType, package.payload, {&office.reviewer2});
  EXPECT_EQ(sign_by(office.reviewer2).error().code, Code::approve_already);
  ASSERT_EQ(holder(office.reviewer2), holder(office.reviewer2b));  // one person, two keys
  auto again = sign_by(office.reviewer2b);
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().code == Code::approve_already || again.error().code == Code::approval_useless);
}
TEST_F(ApproveSign, WhatOthersSignedIsVerified) {
  auto good = trust::sign(trust::kApprovalType, package.payload, {&office.reviewer1});
  package.envelope = good;
  EXPECT_EQ(sign(package, office.reviewer2, "reviewer-2", nullptr).error().code, Code::approve_reviewers_needed);
  package.envelope->signatures[0].sig[3] ^= 1;
  EXPECT_EQ(sign_by(office.reviewer2).error().code, Code::approve_bad_signature);
  package.envelope = trust::sign(trust::kApprovalType, package.payload, {&office.stranger});
  EXPECT_EQ(sign_by(office.reviewer2).error().code, Code::approve_bad_signature);
}
TEST_F(ApproveSign, OnlyAKeyOfTheGroup) {
  EXPECT_EQ(sign(package, office.stranger, "somebody", &office.reviewers).error().code, Code::approval_useless);
  EXPECT_EQ(sign(package, office.duty, "duty-1", &office.reviewers).error().code, Code::approval_useless);
  office.reviewers.keys.at(office.reviewer1.id()).retired = package.approval.issued - Days{1};
  EXPECT_EQ(sign_by(office.reviewer1).error().code, Code::approval_useless);
  EXPECT_TRUE(expect_group(package, package.approval.group));
  EXPECT_EQ(expect_group(package, "city").error().code, Code::approve_group);
}
}  // namespace
}  // namespace fz::approve
