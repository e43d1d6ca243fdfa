#include <algorithm>

#include "tests/support/office.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;
using fz::test::kOfficeNow;
using fz::test::Office;

namespace {
struct ApprovalTest : testing::Test {
  Office o;
  Result<void> judge(const std::string& bytes, const Reviewers& reviewers, UtcTime now = kOfficeNow, const char* venue = "1001") {
    FZ_TRY(auto record, read_approval(bytes, reviewers));
    return check_approval(record, reviewers, venue, now);
  }
  Result<void> judge(const Approval& a, std::initializer_list<const crypto::PrivateKey*> keys) {
    return judge(Office::bytes(kApprovalType, write_approval(a), keys), o.reviewers);
  }
};
}  // namespace

TEST_F(ApprovalTest, TwoHoldersNotTwoKeys) {
  auto a = o.approval("ap-1");
  EXPECT_OK(judge(a, {&o.reviewer1, &o.reviewer2}));
  EXPECT_OK(judge(a, {&o.reviewer1, &o.reviewer2b}));
  EXPECT_REFUSED(judge(a, {&o.reviewer2, &o.reviewer2b}), threshold);
  EXPECT_REFUSED(judge(a, {&o.reviewer1, &o.duty}), threshold);
  EXPECT_REFUSED(judge(a, {&o.reviewer1, &o.renew, &o.stranger, &o.online}), threshold);
  EXPECT_REFUSED(judge(a, {&o.stranger, &o.online}), signature);
}

TEST_F(ApprovalTest, RetiredCountsForBeforeRemovedNever) {
  auto a = o.approval("ap-1");
  auto bytes = o.approval_bytes(a);
  auto reviewers = o.reviewers;
  reviewers.keys[o.reviewer2.id()].retired = a.issued + Seconds{1};
  EXPECT_OK(judge(bytes, reviewers));
  reviewers.keys[o.reviewer2.id()].retired = a.issued;
  EXPECT_REFUSED(judge(bytes, reviewers), threshold);
  reviewers = o.reviewers;
  reviewers.keys.erase(o.reviewer2.id());
  std::erase(reviewers.approve[0].keyids, o.reviewer2.id());
  EXPECT_REFUSED(judge(bytes, reviewers), threshold);
  reviewers.approve.clear();
  EXPECT_REFUSED(judge(bytes, reviewers), threshold);
}

TEST_F(ApprovalTest, ScopeOfTheGroup) {
  o.reviewers.approve[0].venues = {"1001", "903"};
  o.reviewers.approve[0].kinds = {"loop"};
  auto with = [&](auto edit) {
    auto a = o.approval("ap-1");
    a.audience.venues = {"1001"};
    edit(a);
    return judge(a, {&o.reviewer1, &o.reviewer2});
  };
  EXPECT_OK(with([](auto&) {}));
  EXPECT_OK(with([](auto& a) { a.audience.regions = {"500119001"}; }));
  EXPECT_REFUSED(with([](auto& a) { a.audience.venues = {"1001", "304"}; }), scope);
  EXPECT_REFUSED(with([](auto& a) { a.audience.venues = {"*"}; }), scope);
  EXPECT_REFUSED(with([](auto& a) { a.audience.regions = {"*"}; }), scope);
  EXPECT_REFUSED(with([](auto& a) { a.audience.regions = {"500000"}; }), scope);
  EXPECT_REFUSED(with([](auto& a) { a.kind = Kind::bulletin; }), scope);
}

TEST_F(ApprovalTest, LifeIsBoundedFromIssueToEnd) {
  auto with = [&](Days from, Days until) {
    auto a = o.approval("ap-1");
    a.valid_from = a.issued + from;
    a.valid_until = a.issued + until;
    return judge(Office::bytes(kApprovalType, write_approval(a), {&o.reviewer1, &o.reviewer2}), o.reviewers, a.issued + from);
  };
  EXPECT_OK(with(Days{0}, Days{400}));
  EXPECT_REFUSED(with(Days{0}, Days{401}), policy);
  EXPECT_REFUSED(with(Days{300}, Days{401}), policy);
  EXPECT_REFUSED(with(Days{-10}, Days{391}), policy);
}

TEST_F(ApprovalTest, DatesAreHalfOpen) {
  auto a = o.approval("ap-1");
  auto bytes = o.approval_bytes(a);
  EXPECT_OK(judge(bytes, o.reviewers, a.valid_from));
  EXPECT_REFUSED(judge(bytes, o.reviewers, a.valid_from - Millis{1}), not_yet);
  EXPECT_OK(judge(bytes, o.reviewers, a.valid_until - Millis{1}));
  EXPECT_REFUSED(judge(bytes, o.reviewers, a.valid_until), expired);
}

TEST_F(ApprovalTest, RaisedPeriodNeedsMoreAtItsVenues) {
  o.reviewers.approve[0].raised = {{kOfficeNow, kOfficeNow + Days{10}, {"304"}, 3}};
  auto two = o.approval_bytes(o.approval("ap-1"));
  auto three = Office::bytes(kApprovalType, write_approval(o.approval("ap-1")), {&o.reviewer1, &o.reviewer2, &o.reviewer3});
  EXPECT_REFUSED(judge(two, o.reviewers, kOfficeNow, "304"), threshold);
  EXPECT_OK(judge(three, o.reviewers, kOfficeNow, "304"));
  EXPECT_OK(judge(two, o.reviewers, kOfficeNow, "1001"));
  EXPECT_OK(judge(two, o.reviewers, kOfficeNow - Millis{1}, "304"));
  EXPECT_OK(judge(two, o.reviewers, kOfficeNow + Days{10}, "304"));
  o.reviewers.approve[0].raised[0].threshold = 1;  // a period can only raise
  EXPECT_REFUSED(judge(Office::bytes(kApprovalType, write_approval(o.approval("a")), {&o.reviewer1}), o.reviewers, kOfficeNow, "304"),
                 threshold);
}
