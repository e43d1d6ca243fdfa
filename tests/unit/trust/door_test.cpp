#include "shared/trust/door.hpp"

#include "tests/support/office.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;
using fz::test::kOfficeNow;
using fz::test::Office;

namespace {
struct DoorTest : testing::Test {
  Office o;
  TrustedState state = o.screen({"ap-1"});
  Result<void> door(const std::string& id, UtcTime now = kOfficeNow, ClockTrust trust = ClockTrust::attested) {
    return may_show(Office::item(id), state, Office::at(now, trust));
  }
  void add(const std::string& id, const std::function<void(Approval&)>& edit) {
    auto a = o.approval(id);
    edit(a);
    auto done = state.add_approval(o.approval_bytes(a), kOfficeNow);
    ASSERT_TRUE(done) << to_log(done.error());
  }
};
}  // namespace

TEST_F(DoorTest, OpensForWhatIsApprovedHereAndNow) {
  EXPECT_OK(door("ap-1"));
  EXPECT_REFUSED(door("ap-2"), unapproved);
  auto item = Office::item("ap-1");
  item.sha256 = Office::item("ap-2").sha256;
  EXPECT_REFUSED(may_show(item, state, Office::at(kOfficeNow)), hash) << "an approval for other bytes";
  item = Office::item("ap-1");
  item.descriptor_hashed = false;
  EXPECT_REFUSED(may_show(item, state, Office::at(kOfficeNow)), unhashed);
}

TEST_F(DoorTest, KeepsTheFutureBackAndThePastOut) {
  add("ap-2", [](auto& a) { a.valid_from = kOfficeNow + std::chrono::hours{2}; });
  EXPECT_REFUSED(door("ap-2"), not_yet);
  EXPECT_OK(door("ap-2", kOfficeNow + std::chrono::hours{2}));
  add("ap-3", [](auto& a) { a.valid_until = kOfficeNow + std::chrono::hours{2}; });
  EXPECT_OK(door("ap-3"));
  EXPECT_REFUSED(door("ap-3", kOfficeNow + std::chrono::hours{2}), expired);
}

TEST_F(DoorTest, AudienceIsThePlaceProvisionedHere) {
  add("ap-2", [](auto& a) { a.audience.venues = {"304"}; });
  EXPECT_REFUSED(door("ap-2"), audience);
  add("ap-3", [](auto& a) { a.audience.regions = {"500119001"}; });
  EXPECT_REFUSED(door("ap-3"), audience);
  add("ap-4", [](auto& a) { a.audience.venues = {"304", "1001"}; });
  EXPECT_OK(door("ap-4"));
}

TEST_F(DoorTest, ARemovedReviewerTakesItsItemsAlong) {
  o.reviewers.version = 2;
  o.reviewers.keys.erase(o.reviewer2.id());
  std::erase(o.reviewers.approve[0].keyids, o.reviewer2.id());
  std::erase(o.reviewers.withdraw.keyids, o.reviewer2.id());
  ASSERT_TRUE(state.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  EXPECT_REFUSED(door("ap-1"), threshold);
}

TEST_F(DoorTest, FreshnessLadder) {
  add("bulletin", [](auto& a) { a.kind = Kind::bulletin; });
  add("emergency", [](auto& a) { a.kind = Kind::emergency; });
  add("fallback", [](auto& a) { a.kind = Kind::fallback; });
  add("evergreen", [](auto& a) { a.offline_days = 400; });
  auto open = [&](UtcTime t, ClockTrust trust = ClockTrust::continued) {
    std::string out;
    for (auto* id : {"ap-1", "bulletin", "emergency", "fallback", "evergreen"})
      if (door(id, t, trust)) out += id[0];
    return out + " " + std::string(freshness_name(state.freshness(Office::at(t, trust))));
  };
  EXPECT_EQ(open(kOfficeNow), "abefe fresh");
  EXPECT_EQ(open(kOfficeNow + Days{1} - Millis{1}), "abefe fresh");
  EXPECT_EQ(open(kOfficeNow + Days{1}), "afe stale1");
  EXPECT_EQ(open(kOfficeNow + Days{45} - Millis{1}), "afe stale1");
  EXPECT_EQ(open(kOfficeNow + Days{45}), "ae stale2");
  EXPECT_EQ(open(kOfficeNow + Days{60}), "e stale2") << "ap-1 has 60 offline days";
  EXPECT_EQ(open(kOfficeNow + Days{359}), "e stale2");
  EXPECT_EQ(open(kOfficeNow + Days{400}), " dark");
  EXPECT_EQ(open(kOfficeNow, ClockTrust::none), " dark");
  EXPECT_EQ(open(kOfficeNow, ClockTrust::rtc), "afe stale1");
  EXPECT_EQ(open(kOfficeNow, ClockTrust::floor), "afe stale1");
}

TEST_F(DoorTest, ScreensWithoutANetworkBelieveTheirRtc) {
  auto identity = Office::identity();
  identity.air_gapped = true;
  auto isolated = TrustedState::load(state.save(), identity).value();
  EXPECT_EQ(isolated.freshness(Office::at(kOfficeNow, ClockTrust::rtc)), Freshness::fresh);
  EXPECT_EQ(isolated.freshness(Office::at(kOfficeNow, ClockTrust::floor)), Freshness::stale1);
}

TEST_F(DoorTest, ExpiredReviewersLeaveOnlyLoops) {
  auto late = o.reviewers.expires;
  auto renewal = o.renewal_bytes(o.withdrawals_bytes(o.withdrawals(2, {})), late - Days{1});
  ASSERT_TRUE(state.update_withdrawals(renewal, Source::polled, late - Days{1}));
  EXPECT_EQ(state.freshness(Office::at(late - Millis{1})), Freshness::stale1);
  EXPECT_EQ(state.freshness(Office::at(late)), Freshness::stale2);
  EXPECT_OK(door("ap-1", late));
}

TEST_F(DoorTest, NothingBeforeTheFirstWithdrawalsDocument) {
  auto bare = TrustedState::init(o.root_bytes(), Office::identity()).value();
  EXPECT_EQ(bare.freshness(Office::at(kOfficeNow)), Freshness::dark);
  ASSERT_TRUE(bare.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  ASSERT_TRUE(bare.add_approval(o.approval_bytes(o.approval("ap-1")), kOfficeNow));
  EXPECT_REFUSED(may_show(Office::item("ap-1"), bare, Office::at(kOfficeNow)), freshness);
}

TEST_F(DoorTest, ClockTenYearsOffShowsNothingItShouldNot) {
  EXPECT_REFUSED(door("ap-1", kOfficeNow - Days{3652}, ClockTrust::rtc), not_yet);
  EXPECT_REFUSED(door("ap-1", kOfficeNow + Days{3652}, ClockTrust::rtc), expired);
}
