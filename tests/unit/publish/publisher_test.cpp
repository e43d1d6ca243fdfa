#include <gmock/gmock.h>

#include "tests/unit/publish/press.hpp"

namespace fz::publish {
namespace {

struct Publishing : ::testing::Test {
  Press press;
  void SetUp() override {
    press.open_office();
    press.put_site("site-1");
    press.put_site("site-2", "1002");
    press.approve("ap-1");
    press.approve("ap-2");
  }
  /// Two screens here and one there, each place with a campaign of its own.
  std::pair<campaigns::Campaign, campaigns::Campaign> two_venues() {
    press.put_screen("scr-1", "site-1");
    press.put_screen("scr-2", "site-1");
    press.put_screen("scr-3", "site-2");
    auto here = press.campaign("c1", {"ap-1"}), there = press.campaign("c2", {"ap-2"});
    here.target.venues = {"1001"};
    there.target.venues = {"1002"};
    press.put(here);
    press.put(there);
    return {here, there};
  }
};

TEST_F(Publishing, WhatIsMadeHerePassesTheWholeChainOfAScreen) {
  press.put_screen("scr-1", "site-1");
  press.put(press.campaign("c1", {"ap-1", "ap-2"}));
  const auto delta = press.run();
  EXPECT_EQ(delta.screens, std::vector<std::string>{"scr-1"});
  EXPECT_TRUE(delta.warnings_zh.empty()) << delta.warnings_zh[0];
  Follower screen(press, "scr-1");
  EXPECT_TRUE(screen.sync());
  EXPECT_FALSE(screen.sync()) << "the same documents again";
  EXPECT_EQ(screen.approvals(), (std::set<std::string>{"ap-1", "ap-2"}));
  EXPECT_TRUE(screen.may_show("ap-1"));
  EXPECT_EQ(screen.state.freshness({press.now, trust::ClockTrust::attested}), trust::Freshness::fresh);
  const auto& t = screen.state.timestamp()->value;
  EXPECT_EQ(t.issued, press.now);
  EXPECT_EQ(t.expires, press.now + std::chrono::hours(24));
  EXPECT_EQ(std::tie(t.assignment.site, t.assignment.venue, t.assignment.region, t.assignment.zone),
            std::make_tuple(std::string("site-1"), std::string("1001"), std::string("500119"), std::string("Asia/Shanghai")));
  const auto& targets = screen.state.targets()->value.targets;
  for (const auto& r : press.office.approval("ap-1").renditions) EXPECT_TRUE(targets.contains("media/" + r.sha256));
  EXPECT_FALSE(press.publisher->current()->is_public_blob(std::string(64, 'a')));
  EXPECT_TRUE(press.publisher->current()->metadata.contains("1.root.json"));
  EXPECT_NE(press.publisher->current()->withdrawals, nullptr);
}

TEST_F(Publishing, AScreenWithoutCampaignsGetsAnEmptyList) {
  press.put_screen("scr-1", "site-1");
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  EXPECT_TRUE(screen.playlist.slots.empty());
}

TEST_F(Publishing, AnAlertStandsInTheListsOfTheScreensItIsForUntilItsEnd) {
  press.put_screen("scr-1", "site-1");
  press.put_screen("scr-2", "site-2");
  press.approve("ap-e", [](trust::Approval& a) { a.kind = trust::Kind::emergency; });
  auto alert = press.alert("al-1", "ap-e");
  alert.document.venues = {"1001"};
  press.put(alert);
  press.run();
  Follower here(press, "scr-1"), elsewhere(press, "scr-2", "site-2", "1002");
  here.sync();
  elsewhere.sync();
  const std::string name = "trust/alerts/al-1.json";
  EXPECT_FALSE(elsewhere.state.targets()->value.targets.contains(name));
  const auto file = here.state.targets()->value.targets.at(name);
  EXPECT_TRUE(here.state.update_alert(press.blob(file.sha256), trust::Source::polled, press.now).value());
  EXPECT_TRUE(here.may_show("ap-e"));

  alert.document.cancelled = true;
  ++alert.document.version;
  press.put(alert);
  press.run();
  here.sync();
  const auto& targets = here.state.targets()->value.targets;
  EXPECT_TRUE(here.state.update_alert(press.blob(targets.at(name).sha256), trust::Source::polled, press.now).value());
  EXPECT_FALSE(targets.contains("trust/approvals/ap-e.json")) << "a cancellation needs no card";
  press.now += std::chrono::hours(1);
  press.run();
  here.sync();
  EXPECT_FALSE(here.state.targets()->value.targets.contains(name));
}

TEST_F(Publishing, AChangeSignsOnlyTheCohortsItTouches) {
  auto [here, there] = two_venues();
  auto delta = press.run();
  EXPECT_EQ(delta.cohorts_total, 2);
  EXPECT_EQ(delta.cohorts_compiled, 2);
  EXPECT_EQ(delta.timestamps_signed, 3);
  const auto before = press.publisher->current();

  delta = press.run();
  EXPECT_EQ(delta.cohorts_compiled + delta.cohorts_signed + delta.timestamps_signed, 0) << "nothing has changed";
  EXPECT_TRUE(delta.screens.empty());

  there.weight = 2;
  ++there.revision;
  press.put(there);
  delta = press.run();
  EXPECT_EQ(delta.cohorts_compiled, 1);
  EXPECT_EQ(delta.cohorts_signed, 1);
  EXPECT_EQ(delta.screens, std::vector<std::string>{"scr-3"});
  const auto after = press.publisher->current();
  EXPECT_EQ(after->timestamps.at("scr-1"), before->timestamps.at("scr-1")) << "the very same document";
  EXPECT_NE(after->timestamps.at("scr-3")->etag, before->timestamps.at("scr-3")->etag);
  EXPECT_GT(after->timestamps.at("scr-3")->version, before->timestamps.at("scr-1")->version);
}

TEST_F(Publishing, ThePreviewSaysWhatWouldChangeWhereAndChangesNothing) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  auto [here, there] = two_venues();
  const auto preview = [&](std::string_view branch = "500000/500119/") { return press.publisher->preview(branch, press.now).value(); };
  auto first = preview();
  EXPECT_EQ(first.screens, 3);
  ASSERT_EQ(first.changes.size(), 2u);
  EXPECT_THAT(first.changes[0].screens, ElementsAre("scr-1", "scr-2")) << "the most screens first";
  EXPECT_THAT(first.changes[0].added, ElementsAre("ap-1"));
  EXPECT_THAT(first.changes[0].removed, IsEmpty());
  EXPECT_THAT(first.changes[1].added, ElementsAre("ap-2"));
  EXPECT_TRUE(press.publisher->current()->timestamps.empty()) << "only looked at";
  const auto another = preview("500000/500118/");
  EXPECT_EQ(another.screens + another.unchanged, 0);
  EXPECT_EQ(another.elsewhere, 3);
  EXPECT_THAT(another.changes, IsEmpty()) << "nothing of a branch that is not one's own";

  press.run();
  const auto signed_then = press.publisher->current();
  EXPECT_EQ(preview().unchanged, 3);
  EXPECT_THAT(preview().changes, IsEmpty());

  there.items = press.campaign("c2", {"ap-1"}).items;
  ++there.revision;
  press.put(there);
  here.weight = 2;
  ++here.revision;
  press.put(here);
  const auto next = preview();
  EXPECT_EQ(next.screens, 3);
  ASSERT_EQ(next.changes.size(), 2u);
  EXPECT_THAT(next.changes[0].added, IsEmpty()) << "a weight alone";
  EXPECT_THAT(next.changes[0].removed, IsEmpty());
  EXPECT_THAT(next.changes[1].added, ElementsAre("ap-1"));
  EXPECT_THAT(next.changes[1].removed, ElementsAre("ap-2"));
  EXPECT_EQ(press.publisher->current(), signed_then);
  // What was looked at is what happens.
  EXPECT_EQ(press.run().screens.size(), 3u);
  EXPECT_EQ(preview().screens, 0);
}

TEST_F(Publishing, WithdrawnExpiredAndStoppedDropOut) {
  press.put_screen("scr-1", "site-1");
  press.approve("ap-3", [&](auto& a) { a.valid_until = press.now + Days{5}; });
  press.put(press.campaign("c1", {"ap-1", "ap-2", "ap-3"}));
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  EXPECT_EQ(screen.approvals().size(), 3u);
  const auto media = press.office.approval("ap-1").renditions[0].sha256;
  EXPECT_TRUE(press.publisher->current()->is_public_blob(media));

  press.put_withdrawals(2, {"ap-1"});
  press.run();
  screen.sync();
  EXPECT_EQ(screen.approvals(), (std::set<std::string>{"ap-2", "ap-3"}));
  EXPECT_FALSE(screen.may_show("ap-1"));
  EXPECT_EQ(press.publisher->current()->withdrawals->version, 2);

  press.now += Days{6};
  const auto delta = press.run();
  EXPECT_FALSE(delta.warnings_zh.empty()) << "the campaign still names what has ended";
  screen.sync();
  EXPECT_EQ(screen.approvals(), std::set<std::string>{"ap-2"});
  EXPECT_FALSE(press.publisher->current()->is_public_blob(media)) << "nor is it given away any more";

  auto stopped = press.campaign("c1", {"ap-1", "ap-2", "ap-3"});
  stopped.state = campaigns::State::stopped;
  press.put(stopped);
  press.run();
  screen.sync();
  EXPECT_TRUE(screen.approvals().empty());
}

TEST_F(Publishing, ACampaignWhoseLastDayIsOverIsNotListed) {
  press.put_screen("scr-1", "site-1");
  auto c = press.campaign("c1", {"ap-1"});
  c.until = schedule::parse_date("2026-11-22").value();
  press.put(c);
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  EXPECT_EQ(screen.playlist.slots.size(), 1u);
  press.now += Days{3};
  press.run();
  screen.sync();
  EXPECT_TRUE(screen.playlist.slots.empty());
}

TEST_F(Publishing, ApprovalsOfARemovedReviewerAreNotPublished) {
  press.put_screen("scr-1", "site-1");
  press.put(press.campaign("c1", {"ap-1"}));
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  auto& r = press.office.reviewers;
  r.version = 2;
  r.keys.erase(press.office.reviewer2.id());
  std::erase(r.approve[0].keyids, press.office.reviewer2.id());
  std::erase(r.withdraw.keyids, press.office.reviewer2.id());
  press.put_trust("reviewers", press.office.reviewers_bytes(), 2);
  press.run();
  screen.sync();
  EXPECT_TRUE(screen.approvals().empty());
  EXPECT_EQ(screen.state.reviewers()->value.version, 2);
}

TEST_F(Publishing, RenewSignsWhatHasLivedHalfItsLifeAndNothingElse) {
  press.put_screen("scr-1", "site-1");
  press.put(press.campaign("c1", {"ap-1"}));
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  press.now += std::chrono::hours(11);
  EXPECT_EQ(press.publisher->renew(press.now).value().timestamps_signed, 0);
  press.put(press.campaign("c2", {"ap-2"}));  // not published yet: a renewal brings nothing new
  press.now += std::chrono::hours(2);
  auto delta = press.publisher->renew(press.now).value();
  EXPECT_EQ(delta.timestamps_signed, 1);
  EXPECT_EQ(delta.cohorts_signed, 0);
  EXPECT_TRUE(delta.screens.empty()) << "nobody needs to be told";
  EXPECT_TRUE(screen.sync());
  EXPECT_EQ(screen.approvals(), std::set<std::string>{"ap-1"});
  press.now += Days{183};
  press.put_withdrawals(2, {});
  delta = press.publisher->renew(press.now).value();
  EXPECT_EQ(delta.cohorts_signed, 1) << "half a year: targets and snapshot too";
  const auto published = press.publisher->current();
  EXPECT_TRUE(screen.state.update_timestamp(published->timestamps.at("scr-1")->bytes, press.now).value());
  screen.state.update_snapshot(screen.metadata(std::to_string(screen.state.wanted_snapshot()->version) + ".snapshot.json"), press.now)
      .value();
  screen.state.update_targets(screen.metadata(std::to_string(screen.state.wanted_targets()->version) + ".targets.json"), press.now).value();
}

TEST_F(Publishing, ARestartServesTheSameBytesAndSignsNothing) {
  press.put_screen("scr-1", "site-1");
  press.put(press.campaign("c1", {"ap-1"}));
  press.run();
  const auto before = press.publisher->current();
  press.restart();
  EXPECT_TRUE(press.publisher->current()->timestamps.empty());
  press.load();
  const auto after = press.publisher->current();
  EXPECT_EQ(after->version, before->version);
  ASSERT_EQ(after->timestamps.size(), 1u);
  EXPECT_EQ(after->timestamps.at("scr-1")->bytes, before->timestamps.at("scr-1")->bytes);
  EXPECT_EQ(after->timestamps.at("scr-1")->etag, before->timestamps.at("scr-1")->etag);
  ASSERT_EQ(after->metadata.size(), before->metadata.size());
  for (const auto& [name, document] : before->metadata) EXPECT_EQ(after->metadata.at(name)->bytes, document->bytes) << name;
  EXPECT_EQ(after->blobs, before->blobs);
  EXPECT_EQ(after->cohort_of, before->cohort_of);
  const auto delta = press.run();
  EXPECT_EQ(delta.cohorts_signed + delta.timestamps_signed, 0);
  EXPECT_EQ(delta.cohorts_compiled, 1) << "nothing is remembered of what was compiled, and it comes out the same";
}

TEST_F(Publishing, WhatWasReplacedIsServedForAWhile) {
  press.put_screen("scr-1", "site-1");
  auto c = press.campaign("c1", {"ap-1"});
  press.put(c);
  press.run();
  Follower slow(press, "scr-1");
  slow.state.update_timestamp(press.publisher->current()->timestamps.at("scr-1")->bytes, press.now).value();
  ++c.revision;
  c.items = press.campaign("", {"ap-2"}).items;
  press.put(c);
  press.now += Seconds{30};
  press.run();
  const auto name = std::to_string(slow.state.wanted_snapshot()->version) + ".snapshot.json";
  slow.state.update_snapshot(slow.metadata(name), press.now).value();
  slow.state.update_targets(slow.metadata(std::to_string(slow.state.wanted_targets()->version) + ".targets.json"), press.now).value();
  EXPECT_TRUE(press.publisher->current()->is_public_blob(slow.state.targets()->value.playlist));
  press.now += kKeepReplaced;
  press.run();
  EXPECT_FALSE(press.publisher->current()->metadata.contains(name));
  EXPECT_FALSE(press.publisher->current()->is_public_blob(slow.state.targets()->value.playlist));
}

TEST_F(Publishing, AFailedCommitLeavesEverythingAsItWas) {
  press.put_screen("scr-1", "site-1");
  press.put(press.campaign("c1", {"ap-1"}));
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  const auto before = press.publisher->current();
  press.put(press.campaign("c2", {"ap-2"}));
  press.fail_commit = true;
  EXPECT_EQ(press.publisher->run(press.now).error().code, Code::disk_full);
  EXPECT_EQ(press.publisher->current(), before);
  press.fail_commit = false;
  EXPECT_EQ(press.run().screens.size(), 1u);
  screen.sync();
  EXPECT_EQ(screen.approvals().size(), 2u);
}

TEST(PublishingWithout, AnOfficeSaysWhatIsMissing) {
  Press press;
  EXPECT_EQ(press.publisher->run(press.now).error().code, Code::root_missing);
  press.load();
  press.put_root();
  EXPECT_EQ(press.publisher->run(press.now).error().code, Code::reviewers_missing);
  press.put_trust("reviewers", press.office.reviewers_bytes());
  EXPECT_EQ(press.run().warnings_zh.size(), 1u) << "no withdrawals yet";
  press.publisher = std::make_unique<Publisher>(crypto::PrivateKey::generate(), *press.blobs, press.writer());
  EXPECT_EQ(press.publisher->run(press.now).error().code, Code::online_key_unlisted);
}

}  // namespace
}  // namespace fz::publish
