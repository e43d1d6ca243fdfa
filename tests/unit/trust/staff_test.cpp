// Somebody leaves by the word of the group: what it can do, and everything that it must not.
#include "shared/trust/staff.hpp"
#include "shared/base/json.hpp"
#include "tests/support/office.hpp"
#include "tests/unit/trust/refused.hpp"

namespace fz::trust {
namespace {
using test::kOfficeNow;
using test::Office;
using Key = crypto::PrivateKey;

class StaffTest : public testing::Test {
 protected:
  StaffTest() {
    // A town's group below the district's: threshold 2 of 3, one of them a district reviewer as well.
    ApproverGroup town;
    town.group = "town";
    town.keyids = {t1.id(), t2.id(), t3.id()};
    town.regions = {"500119001"};
    town.venues = {"304"};
    town.kinds = {"loop"};
    o.reviewers.approve.push_back(town);
    add(t1, "town-1");
    add(t2, "town-2");
    add(t3, "town-3");
    state = o.screen({"ap-1"});
  }
  void add(const Key& key, const char* holder) { o.reviewers.keys[key.id()] = {holder, key.public_key(), {}}; }
  Staff leaves(const Key& key, const char* holder, const char* group = "district") {
    Staff s;
    s.group = group;
    s.issued = kOfficeNow;
    s.left = {{key.id(), holder, kOfficeNow}};
    return s;
  }
  static std::string signed_by(const Staff& s, std::initializer_list<const Key*> keys) {
    return Office::bytes(kStaffType, write_staff(s), keys);
  }
  /// An approval issued now by these two.
  std::string fresh(const std::string& id, std::initializer_list<const Key*> keys) {
    auto a = o.approval(id);
    a.issued = kOfficeNow + Seconds{1};
    return Office::bytes(kApprovalType, write_approval(a), keys);
  }
  Office o;
  Key t1 = Key::generate(), t2 = Key::generate(), t3 = Key::generate();
  TrustedState state = o.screen({});
};

TEST_F(StaffTest, ThoseWhoStayRetireWhoLeavesWithoutTheOfficers) {
  const auto before = fresh("ap-2", {&o.reviewer1, &o.reviewer3});
  ASSERT_TRUE(state.add_approval(before, kOfficeNow));
  const auto bytes = signed_by(leaves(o.reviewer1, "reviewer-1"), {&o.reviewer2, &o.reviewer3});
  ASSERT_TRUE(state.update_staff(bytes).value());
  EXPECT_FALSE(state.update_staff(bytes).value()) << "again: nothing new";
  EXPECT_OK(may_show(Office::item("ap-1"), state, Office::at(kOfficeNow))) << "what was approved before goes on";
  EXPECT_REFUSED(may_show(Office::item("ap-2"), state, Office::at(kOfficeNow + Seconds{2})), threshold);
  EXPECT_REFUSED(state.add_approval(fresh("ap-3", {&o.reviewer1, &o.reviewer3}), kOfficeNow), threshold);
  EXPECT_OK(state.add_approval(fresh("ap-4", {&o.reviewer2, &o.reviewer3}), kOfficeNow));
  // Nor may they withdraw any more.
  const auto mine = Office::bytes(kWithdrawalsType, write_withdrawals(o.withdrawals(2, {"ap-1"})), {&o.reviewer1});
  EXPECT_REFUSED(state.update_withdrawals(mine, Source::pushed, kOfficeNow), signature);
}

TEST_F(StaffTest, OutlivesARestartAndTheOfficersNextList) {
  ASSERT_TRUE(state.update_staff(signed_by(leaves(o.reviewer1, "reviewer-1"), {&o.reviewer2, &o.reviewer3})));
  const auto late = fresh("ap-3", {&o.reviewer1, &o.reviewer3});
  auto again = TrustedState::load(state.save(), Office::identity()).value();
  EXPECT_EQ(again.save(), state.save());
  EXPECT_REFUSED(again.add_approval(late, kOfficeNow), threshold);
  o.reviewers.version = 2;  // made from an old copy: the key is active there
  ASSERT_TRUE(again.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  EXPECT_REFUSED(again.add_approval(late, kOfficeNow), threshold);
  // Even when who signed it was a thief's victim since.
  o.reviewers.version = 3;
  o.reviewers.keys.erase(o.reviewer3.id());
  std::erase(o.reviewers.approve[0].keyids, o.reviewer3.id());
  ASSERT_TRUE(again.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  again = TrustedState::load(again.save(), Office::identity()).value();
  EXPECT_REFUSED(again.add_approval(fresh("ap-5", {&o.reviewer1, &o.reviewer2}), kOfficeNow), threshold);
}

TEST_F(StaffTest, OnlyByTheThresholdOfDifferentPeopleOfTheGroupWhoStay) {
  const auto s = leaves(o.reviewer1, "reviewer-1");
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.online})), signature) << "the server alone";
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.online, &o.stranger})), signature);
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.root1, &o.root2})), signature) << "officers sign the list, not this";
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer2})), threshold) << "one alone";
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer2, &o.online})), threshold) << "one and the server";
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer2, &o.reviewer2b})), threshold) << "one holder with two keys";
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer2, &t1})), threshold) << "a signer from another group";
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&t1, &t2})), threshold);
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.duty, &o.renew})), threshold) << "the duty desk is no group";
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer1, &o.reviewer2})), threshold) << "who leaves does not sign";
  EXPECT_TRUE(state.left().empty());
  EXPECT_OK(state.add_approval(fresh("ap-3", {&o.reviewer1, &o.reviewer3}), kOfficeNow));
}

TEST_F(StaffTest, TheGroupNeverFallsBelowItsThreshold) {
  Staff s = leaves(o.reviewer1, "reviewer-1");
  ASSERT_TRUE(state.update_staff(signed_by(s, {&o.reviewer2, &o.reviewer3})));
  s.version = 2;
  s.left.push_back({o.reviewer2.id(), "reviewer-2", kOfficeNow});
  s.left.push_back({o.reviewer2b.id(), "reviewer-2", kOfficeNow});
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer3, &o.reviewer2})), threshold);
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer3, &o.reviewer1})), threshold) << "who left before counts no more";
  // With one key of two left to them, the person has left all the same.
  s.left.pop_back();
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer3, &o.reviewer2b})), threshold);
}

TEST_F(StaffTest, OlderOnesOtherBytesAndMissingEntriesAreRefused) {
  Staff first = leaves(o.reviewer1, "reviewer-1"), second = first;
  const auto old = signed_by(first, {&o.reviewer2, &o.reviewer3});
  second.version = 2;
  second.issued += Days{1};
  ASSERT_TRUE(state.update_staff(signed_by(second, {&o.reviewer2, &o.reviewer3})));
  EXPECT_REFUSED(state.update_staff(old), version);
  auto other = second;
  other.issued += Seconds{1};
  EXPECT_REFUSED(state.update_staff(signed_by(other, {&o.reviewer2, &o.reviewer3})), version) << "one number, two texts";
  other.version = 3;
  other.left.clear();
  EXPECT_REFUSED(state.update_staff(signed_by(other, {&o.reviewer2, &o.reviewer3})), version) << "nobody comes back";
  auto ahead = second;
  ahead.version = 3;
  ahead.reviewers = 9;
  EXPECT_REFUSED(state.update_staff(signed_by(ahead, {&o.reviewer2, &o.reviewer3})), version) << "made on a list that is not here";
}

TEST_F(StaffTest, AddsNothingAndWidensNothing) {
  auto payload = json::parse(write_staff(leaves(o.reviewer1, "reviewer-1"))).value();
  const auto list = json::parse(write_reviewers(o.reviewers)).value();
  auto& more = payload.get_object();
  more["keys"] =
      json::object{{o.stranger.id(),
                    json::object{{"holder", "x"}, {"public", o.stranger.public_key().hex()}, {"scheme", "ed25519"}, {"state", "active"}}}};
  more["approve"] = list.get_object().at("approve");
  more["approve"].get_array()[0].get_object()["keyids"].get_array().emplace_back(o.stranger.id());
  more["approve"].get_array()[0].get_object()["threshold"] = 1;
  more["approve"].get_array()[0].get_object()["regions"] = json::array{"*"};
  more["version"] = 5;
  ASSERT_TRUE(state.update_staff(Office::bytes(kStaffType, json::write(payload), {&o.reviewer2, &o.reviewer3})));
  const auto& now = state.reviewers()->value;
  EXPECT_FALSE(now.keys.contains(o.stranger.id()));
  EXPECT_EQ(now.approve[0].threshold, 2);
  EXPECT_EQ(now.approve[0].regions, std::vector<std::string>{"500119"});
  EXPECT_REFUSED(state.add_approval(fresh("ap-3", {&o.reviewer2, &o.stranger}), kOfficeNow), threshold);
  // A key that the officers retired earlier does not become younger.
  o.reviewers.version = 2;
  o.reviewers.keys[o.reviewer2b.id()].retired = kOfficeNow - Days{9};
  ASSERT_TRUE(state.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  auto s = leaves(o.reviewer1, "reviewer-1");
  s.version = 6;
  s.left.push_back({o.reviewer2b.id(), "reviewer-2", kOfficeNow});
  EXPECT_REFUSED(state.update_staff(signed_by(s, {&o.reviewer2, &o.reviewer3})), threshold) << "reviewer-2 would leave";
}

TEST_F(StaffTest, AGroupAboveSpeaksForOneBelowAndNeverTheOtherWayRound) {
  const auto town_leaves = leaves(t3, "town-3");
  EXPECT_OK(state.update_staff(signed_by(town_leaves, {&o.reviewer1, &o.reviewer2})));
  EXPECT_TRUE(state.reviewers()->value.keys.at(t3.id()).retired);
  EXPECT_REFUSED(state.update_staff(signed_by(leaves(o.reviewer1, "reviewer-1", "town"), {&t1, &t2})), scope);
  EXPECT_REFUSED(state.update_staff(signed_by(leaves(o.duty, "duty-1"), {&o.reviewer1, &o.reviewer2})), scope)
      << "a key of no group is the officers' affair";
  EXPECT_REFUSED(state.update_staff(signed_by(leaves(t2, "town-1", "town"), {&t1, &t3})), threshold);
  EXPECT_REFUSED(state.update_staff(signed_by(leaves(o.reviewer3, "somebody"), {&o.reviewer1, &o.reviewer2})), format);
  // A key that stands in both groups is not the town's alone.
  o.reviewers.version = 2;
  o.reviewers.approve[1].keyids.push_back(o.reviewer1.id());
  ASSERT_TRUE(state.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  EXPECT_REFUSED(state.update_staff(signed_by(leaves(o.reviewer1, "reviewer-1", "town"), {&t1, &t2})), scope);
}

TEST_F(StaffTest, BadBytesAreRefused) {
  const auto s = leaves(o.reviewer1, "reviewer-1");
  const auto good = signed_by(s, {&o.reviewer2, &o.reviewer3});
  auto envelope = read_envelope(good).value();
  for (std::size_t at = 0; at < envelope.payload.size(); ++at) {
    auto flipped = envelope;
    flipped.payload[at] = static_cast<char>(flipped.payload[at] ^ 1);
    EXPECT_REFUSED(state.update_staff(write_envelope(flipped)), signature);
  }
  EXPECT_REFUSED(state.update_staff(Office::bytes(kReviewersType, write_staff(s), {&o.reviewer2, &o.reviewer3})), type);
  auto twice = s;
  twice.left.push_back(twice.left[0]);
  EXPECT_REFUSED(state.update_staff(signed_by(twice, {&o.reviewer2, &o.reviewer3})), format);
  auto ahead = s;
  ahead.left[0].at += Seconds{1};
  EXPECT_REFUSED(state.update_staff(signed_by(ahead, {&o.reviewer2, &o.reviewer3})), format);
  EXPECT_OK(state.update_staff(good));
}

TEST_F(StaffTest, SomebodyWhoWithdrawsIsAlwaysLeft) {
  o.reviewers.version = 2;
  o.reviewers.withdraw = {{o.reviewer1.id()}, 1};
  ASSERT_TRUE(state.update_reviewers(o.reviewers_bytes(), kOfficeNow));
  EXPECT_REFUSED(state.update_staff(signed_by(leaves(o.reviewer1, "reviewer-1"), {&o.reviewer2, &o.reviewer3})), policy);
}

TEST_F(StaffTest, EnoughMustBeLeftForEveryGroupAndPeriod) {
  auto list = o.reviewers;
  EXPECT_OK(staff_suffices(list, kOfficeNow));
  list.approve[0].raised = {{kOfficeNow - Days{9}, kOfficeNow - Days{1}, {"304"}, 4}};
  EXPECT_OK(staff_suffices(list, kOfficeNow)) << "a period that is over";
  list.approve[0].raised[0].until = kOfficeNow + Days{9};
  const auto why = staff_suffices(list, kOfficeNow);
  ASSERT_FALSE(why);
  EXPECT_NE(message(why.error(), Lang::en).find("district"), std::string::npos);
  EXPECT_NE(message(why.error(), Lang::en).find("3 < 4"), std::string::npos);
  EXPECT_NE(message(why.error(), Lang::zh).find("根密钥"), std::string::npos);
}

}  // namespace
}  // namespace fz::trust
