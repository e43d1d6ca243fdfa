#include "tests/support/office.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;
using fz::test::kOfficeNow;
using fz::test::Office;

namespace {
struct WithdrawalsTest : testing::Test {
  Office o;
  TrustedState state = o.screen({"ap-1", "ap-2"});
  Result<bool> give(const Withdrawals& w, Source source = Source::polled, UtcTime now = kOfficeNow) {
    return state.update_withdrawals(o.withdrawals_bytes(w), source, now);
  }
};
}  // namespace

TEST_F(WithdrawalsTest, TheSetOnlyGrows) {
  EXPECT_TRUE(give(o.withdrawals(2, {"ap-1"})).value());
  EXPECT_FALSE(give(o.withdrawals(3, {})).value()) << "an entry missing is no reason to bring it back";
  EXPECT_TRUE(state.is_withdrawn("ap-1", kOfficeNow));
  EXPECT_REFUSED(may_show(Office::item("ap-1"), state, Office::at(kOfficeNow)), withdrawn);
  EXPECT_OK(may_show(Office::item("ap-2"), state, Office::at(kOfficeNow)));
}

TEST_F(WithdrawalsTest, AnEntryLeavesAtItsOwnEndNotEarlier) {
  auto w = o.withdrawals(2, {"ap-1"});
  w.items[0].until = kOfficeNow + Days{10};
  ASSERT_TRUE(give(w));
  w.version = 3;
  w.items[0].until = kOfficeNow + Days{1};
  ASSERT_TRUE(give(w)) << "a shorter end does not shorten";
  EXPECT_TRUE(state.is_withdrawn("ap-1", kOfficeNow + Days{9}));
  EXPECT_FALSE(state.is_withdrawn("ap-1", kOfficeNow + Days{10}));
  EXPECT_REFUSED(may_show(Office::item("ap-1"), state, Office::at(kOfficeNow + Days{11})), withdrawn)
      << "an end before the approval's own is a mistake, and the item stays down";
}

TEST_F(WithdrawalsTest, AClockThatRanAheadBringsNothingBack) {
  auto w = o.withdrawals(2, {"ap-1"});
  ASSERT_TRUE(give(w));
  ASSERT_TRUE(give(o.withdrawals(3, {}), Source::polled, kOfficeNow + Days{3650}));
  EXPECT_TRUE(state.is_withdrawn("ap-1", kOfficeNow));
}

TEST_F(WithdrawalsTest, PolledMustNotBeOlderPushedMay) {
  ASSERT_TRUE(give(o.withdrawals(42, {"ap-1"})));
  EXPECT_REFUSED(give(o.withdrawals(41, {"ap-2"})), version);
  EXPECT_FALSE(state.is_withdrawn("ap-2", kOfficeNow));
  EXPECT_TRUE(give(o.withdrawals(41, {"ap-2"}), Source::pushed).value());
  EXPECT_TRUE(state.is_withdrawn("ap-2", kOfficeNow));
  ASSERT_TRUE(give(o.withdrawals(50, {}), Source::pushed));
  EXPECT_OK(give(o.withdrawals(43, {}))) << "older than a pushed one is no alarm";
}

TEST_F(WithdrawalsTest, EpochIsTheReviewersWord) {
  auto w = o.withdrawals(9007199254740991, {});
  ASSERT_TRUE(give(w));  // a stolen withdraw key used up the numbers
  EXPECT_REFUSED(give(o.withdrawals(3, {"ap-1"})), version);
  o.reviewers.version = 2;
  o.reviewers.withdraw_epoch = 2;
  ASSERT_TRUE(state.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  auto fresh = o.withdrawals(1, {"ap-1"});
  EXPECT_REFUSED(give(fresh), version);
  fresh.epoch = 2;
  EXPECT_OK(give(fresh));
}

TEST_F(WithdrawalsTest, OnlyByWithdrawKeys) {
  auto payload = write_withdrawals(o.withdrawals(2, {"ap-1"}));
  for (auto* key : {&o.online, &o.renew, &o.reviewer3, &o.root1, &o.stranger})
    EXPECT_REFUSED(state.update_withdrawals(Office::bytes(kWithdrawalsType, payload, {key}), Source::pushed, kOfficeNow), signature);
  EXPECT_REFUSED(state.update_withdrawals(Office::bytes(kApprovalType, payload, {&o.duty}), Source::pushed, kOfficeNow), type);
  o.reviewers.version = 2;
  o.reviewers.keys[o.duty.id()].retired = kOfficeNow;
  ASSERT_TRUE(state.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  EXPECT_REFUSED(give(o.withdrawals(2, {"ap-1"})), signature) << "a retired key withdraws no more";
}

TEST_F(WithdrawalsTest, RenewalCarriesAndChangesNothing) {
  auto inner = o.withdrawals_bytes(o.withdrawals(2, {"ap-1"}));
  auto later = kOfficeNow + Days{40};
  auto renewal = o.renewal_bytes(inner, later);
  ASSERT_TRUE(state.update_withdrawals(renewal, Source::polled, later).value());
  EXPECT_TRUE(state.is_withdrawn("ap-1", later));
  EXPECT_EQ(state.withdrawals_until(), later + Days{45});
  EXPECT_EQ(state.offline_since(), later);
  auto by = [&](const crypto::PrivateKey& key, const std::string& inside, Days life) {
    return state.update_withdrawals(Office::bytes(kRenewalType, write_renewal({later, later + life, inside}), {&key}), Source::polled,
                                    later);
  };
  EXPECT_REFUSED(by(o.online, inner, Days{45}), signature);
  EXPECT_REFUSED(by(o.duty, inner, Days{45}), signature);
  EXPECT_REFUSED(by(o.renew, inner, Days{46}), policy);
  EXPECT_REFUSED(by(o.renew, "", Days{45}), format);
  EXPECT_REFUSED(by(o.renew, Office::bytes(kWithdrawalsType, write_withdrawals(o.withdrawals(3, {})), {&o.renew}), Days{45}), signature);
  EXPECT_REFUSED(by(o.renew, renewal, Days{45}), format) << "a renewal of a renewal is none";
  EXPECT_REFUSED(by(o.renew, o.withdrawals_bytes(o.withdrawals(1, {})), Days{45}), version);
}

TEST_F(WithdrawalsTest, PastItsDateItStillWithdraws) {
  auto old = o.withdrawals(2, {"ap-1"}, kOfficeNow - Days{60});
  ASSERT_TRUE(give(old, Source::pushed).value());
  EXPECT_REFUSED(may_show(Office::item("ap-1"), state, Office::at(kOfficeNow)), withdrawn);
}

TEST_F(WithdrawalsTest, ForgedDatesCreditNoMoreThanPolicy) {
  auto w = o.withdrawals(2, {}, kOfficeNow + Days{3650});
  ASSERT_TRUE(give(w));
  EXPECT_EQ(state.withdrawals_until(), kOfficeNow + Days{45});
  EXPECT_EQ(state.offline_since(), kOfficeNow);
  EXPECT_EQ(state.offline_issued(), o.approval("ap-1").issued) << "one key never moves the floor";
  auto late = o.withdrawals(3, {});
  late.expires = late.issued + Days{46};
  EXPECT_REFUSED(give(late), policy);
}

TEST_F(WithdrawalsTest, ManyEntriesAreBounded) {
  std::vector<std::string> ids;
  for (std::int64_t version = 2;; ++version) {
    ids.clear();
    for (int i = 0; i < 2500; ++i) ids.push_back("x-" + std::to_string(version) + "-" + std::to_string(i));
    auto done = give(o.withdrawals(version, ids), Source::pushed);
    if (!done) {
      EXPECT_EQ(check_of(done.error()), Check::policy);
      break;
    }
    ASSERT_LT(version, 40);
  }
  EXPECT_GT(state.withdrawals().size(), 47'000u);
}
