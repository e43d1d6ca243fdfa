// The small parts of the core.
#include <gtest/gtest.h>

#include "player/agent/core/backoff.hpp"
#include "player/agent/core/ledger.hpp"
#include "player/agent/core/session.hpp"
#include "player/agent/core/set.hpp"

namespace fz::agent {
namespace {

trust::Rendition rendition(const std::string& profile) {
  return {profile, 1, "video/mp4", profile, {}};
}
std::string choose(std::initializer_list<const char*> profiles, int width, int height) {
  std::vector<trust::Rendition> all;
  for (const auto* p : profiles) all.push_back(rendition(p));
  return choose_rendition(all, {width, height}).profile;
}

TEST(Catalogue, TheRenditionThatFitsTheSurface) {
  EXPECT_EQ(choose({"original", "1080p", "720p"}, 1920, 1080), "1080p");
  EXPECT_EQ(choose({"original", "1080p", "720p"}, 1280, 720), "720p");
  EXPECT_EQ(choose({"1080p", "720p"}, 640, 360), "720p");
  EXPECT_EQ(choose({"720p", "1080p"}, 3840, 2160), "1080p");
  EXPECT_EQ(choose({"original"}, 1920, 1080), "original");
  EXPECT_EQ(choose({"1920x1080", "1080x1920"}, 1080, 1920), "1080x1920");
  EXPECT_EQ(choose({"strange", "other"}, 1920, 1080), "strange");
}

TEST(Catalogue, TheVariantForTheScreensShapeComesFirst) {
  const auto all = {"1080p", "720p", "portrait-1080p", "portrait-720p", "strip-1920x384"};
  EXPECT_EQ(choose(all, 1080, 1920), "portrait-1080p");
  EXPECT_EQ(choose(all, 720, 1280), "portrait-720p");
  EXPECT_EQ(choose(all, 1920, 384), "strip-1920x384");
  EXPECT_EQ(choose(all, 1920, 1080), "1080p") << "no landscape variant: the item itself";
  EXPECT_EQ(choose({"portrait-1080p"}, 1920, 1080), "portrait-1080p") << "better than nothing";
}

TEST(Set, IsReadBackAsItWasWritten) {
  PlaySet set;
  set.targets_version = 7;
  set.targets_sha256 = std::string(64, 'a');
  set.playlist_sha256 = std::string(64, 'b');
  set.playlist = R"({"slots":[]})";
  set.approvals["ap-1"] = std::string(64, 'c');
  set.items["ap-1"] = {"ap-1", "标题", std::string(64, 'd'), 5, "application/vnd.fz.slogan+json", wire::CueKind::text};
  const auto text = write_set(set);
  const auto back = read_set(text).value();
  EXPECT_EQ(write_set(back), text);
  EXPECT_EQ(back.items.at("ap-1").kind, wire::CueKind::text);
  EXPECT_EQ(blobs_of(back).size(), 3u);
  for (std::size_t i = 0; i < text.size(); ++i) EXPECT_FALSE(read_set(text.substr(0, i)));
}

TEST(Backoff, DoublesWithJitterUpToItsMost) {
  Chance chance(3);
  Backoff b(Millis{1000}, Millis{60000});
  Millis whole{1000};
  for (int i = 0; i < 40; ++i) {
    const auto wait = b.fail(chance);
    EXPECT_GE(wait, whole / 2);
    EXPECT_LE(wait, whole);
    whole = std::min(whole * 2, Millis{60000});
  }
}

TEST(Session, ProvisionIsReadBack) {
  Provision p{"scr-1", "site-1", "村委会", "1001", "500119", "Asia/Shanghai", true};
  const auto back = read_provision(write_provision(p)).value();
  EXPECT_EQ(write_provision(back), write_provision(p));
  EXPECT_FALSE(read_provision("{}"));
}

class LedgerTest : public testing::Test {
 protected:
  Intent intent(const std::string& play) { return {play, "main", "ap-1", "sha", "c", "s", Millis{5000}, now.utc, {}, "attested"}; }
  Intent by(const std::string& run, const std::string& play) {
    auto i = intent(play);
    i.screen = run;
    return i;
  }
  std::string ends() {
    std::string all;
    for (const auto& r : of<StoreRecord>()) all += r.play.id + ":" + r.play.end + " ";
    return all;
  }
  std::string dropped() {
    std::string all;
    for (const auto& d : of<DropIntent>()) all += d.play + " ";
    return all;
  }
  wire::Started started(const std::string& play) { return {play, to_unix_ms(now.wall), 0}; }
  wire::Ended ended(const std::string& play, std::int64_t frames = 100) {
    wire::Ended e;
    e.play = play;
    e.at_ms = to_unix_ms(now.wall);
    e.shown_ms = 5000;
    e.frames = frames;
    return e;
  }
  template <class T>
  std::vector<T> of() {
    std::vector<T> found;
    for (const auto& a : out)
      if (const auto* t = std::get_if<T>(&a)) found.push_back(*t);
    return found;
  }
  Ledger ledger;
  Actions out;
  Now now{Millis{100000}, parse_time("2026-11-22T08:00:00Z").value(), parse_time("2026-11-22T08:00:00Z").value()};
};

TEST_F(LedgerTest, TheScreenIsAcknowledgedOnlyAfterTheRecordIsStored) {
  ledger.intend(intent("a"), out);
  ledger.started(started("a"), now, "attested", out);
  ledger.ended(ended("a"), "", now, "attested", out);
  ledger.ended(ended("a"), "", now, "attested", out);  // repeated by a reconnect meanwhile
  EXPECT_EQ(of<StoreRecord>().size(), 1u);
  EXPECT_TRUE(of<TellScreen>().empty());
  ledger.settled("a", out);
  EXPECT_EQ(of<TellScreen>().size(), 1u);
  ledger.ended(ended("a"), "", now, "attested", out);  // the acknowledgement was lost
  EXPECT_EQ(of<StoreRecord>().size(), 1u);
  EXPECT_EQ(of<TellScreen>().size(), 2u);
}

// ---- the table "Plays and kills" of player/agent/README.md: one test a row ----

TEST_F(LedgerTest, AScreenKilledBeforeAWatchingAgentLeavesOneUnknownEndAndDropsWhatDidNotBegin) {
  ledger.screen_ready("run-1");
  for (const auto* play : {"a", "b"}) ledger.intend(intent(play), out);
  ledger.started(started("a"), now, "attested", out);
  ledger.screen_ready("run-2");
  EXPECT_TRUE(of<StoreRecord>().empty()) << "not before the new screen has said all that it knows";
  ledger.screen_resumed({}, out);
  EXPECT_EQ(ends(), "a:unknown ");
  EXPECT_EQ(dropped(), "b ");
}

TEST_F(LedgerTest, AScreenKilledAtAChangeHasSaidBothSides) {
  ledger.screen_ready("run-1");
  for (const auto* play : {"a", "b"}) ledger.intend(intent(play), out);
  ledger.started(started("a"), now, "attested", out);
  ledger.ended(ended("a"), "", now, "attested", out);  // both are said before the sink gets the first frame of b
  ledger.started(started("b"), now, "attested", out);
  ledger.screen_ready("run-2");
  ledger.screen_resumed({}, out);
  EXPECT_EQ(ends(), "a:completed b:unknown ");
  EXPECT_EQ(dropped(), "");
}

TEST_F(LedgerTest, AnAgentKilledAloneLosesNothing) {
  auto a = by("run-1", "a");
  a.started = now.utc;
  ledger.load(5, std::string(64, 'f'), {a, by("run-1", "b"), by("run-1", "c")});
  ledger.screen_ready("run-1");
  ledger.ended(ended("a"), "", now, "continued", out);  // it had ended meanwhile
  ledger.started(started("b"), now, "continued", out);  // it is on the surface
  EXPECT_TRUE(ledger.standing("main").inherited);
  ledger.screen_resumed({"b"}, out);
  EXPECT_EQ(ends(), "a:completed ");
  EXPECT_EQ(dropped(), "c ") << "its go was never received";
  now.boot += Millis{5000};
  ledger.ended(ended("b"), "", now, "continued", out);
  EXPECT_EQ(ends(), "a:completed b:completed ");
  EXPECT_FALSE(ledger.standing("main").inherited);
}

TEST_F(LedgerTest, AgentAndScreenKilledLeaveAtMostTwoUnknownEnds) {
  auto a = by("run-1", "a");
  a.started = now.utc;
  ledger.load(5, std::string(64, 'f'), {a, by("run-1", "b"), by("run-1", "c")});
  ledger.screen_ready("run-2");
  ledger.screen_resumed({}, out);
  EXPECT_EQ(ends(), "a:unknown b:unknown ");
  EXPECT_EQ(dropped(), "c ") << "only one play at a time has its go and is not heard of";
  const auto records = of<StoreRecord>();
  EXPECT_EQ(records[0].play.counter, 6);
  EXPECT_EQ(records[0].play.previous, std::string(64, 'f'));
  EXPECT_FALSE(records[1].play.ended);
  EXPECT_EQ(records[1].play.presented_ms, 0);
  EXPECT_EQ(records[1].play.started, intent("b").intended);
}

TEST_F(LedgerTest, AScreenKilledAfterTheAgentCameBackIsWatchedAgain) {
  ledger.load(0, std::string(64, '0'), {by("run-1", "a"), by("run-1", "b")});
  ledger.screen_ready("run-1");
  ledger.started(started("a"), now, "attested", out);
  ledger.screen_resumed({"a", "b"}, out);
  ledger.screen_ready("run-2");
  ledger.screen_resumed({}, out);
  EXPECT_EQ(ends(), "a:unknown ");
  EXPECT_EQ(dropped(), "b ");
}

TEST_F(LedgerTest, EachZoneHasItsOwnPlayThatMayHaveBegun) {
  auto other = by("run-1", "c");
  other.zone = "side";
  ledger.load(0, std::string(64, '0'), {by("run-1", "a"), by("run-1", "b"), other});
  ledger.screen_ready("run-2");
  ledger.screen_resumed({}, out);
  EXPECT_EQ(ends(), "a:unknown c:unknown ");
  EXPECT_EQ(dropped(), "b ");
}

TEST_F(LedgerTest, TheSameScreenAfterALostConnectionReportsWhatItHolds) {
  ledger.screen_ready("run-1");
  for (const auto* play : {"a", "b"}) ledger.intend(intent(play), out);
  ledger.started(started("a"), now, "attested", out);
  ledger.screen_ready("run-1");
  ledger.intend(intent("c"), out);  // between ready and resumed: not meant
  ledger.screen_resumed({"a"}, out);
  EXPECT_EQ(ends(), "");
  EXPECT_EQ(dropped(), "b ");
  EXPECT_EQ(ledger.open().size(), 2u);
}

TEST_F(LedgerTest, AnnouncedAndNeverShownHasNoRecord) {
  ledger.screen_ready("run-1");
  ledger.intend(intent("a"), out);
  ledger.started(started("a"), now, "attested", out);
  ledger.ended(ended("a", 0), "", now, "attested", out);  // the sink broke before its first frame
  EXPECT_EQ(ends(), "");
  EXPECT_EQ(dropped(), "a ");
}

TEST_F(LedgerTest, AnInheritedPlayThatTheScreenStillReportsIsWhole) {
  ledger.load(0, std::string(64, '0'), {by("run-1", "a")});
  ledger.screen_ready("run-1");
  ledger.screen_resumed({"a"}, out);
  now.boot += Millis{5000};
  now.wall += Millis{5000};
  now.utc += Millis{5000};
  ledger.ended(ended("a"), "", now, "continued", out);
  const auto records = of<StoreRecord>();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].play.end, "completed");
  EXPECT_EQ(records[0].play.started, now.utc - Millis{5000});
  EXPECT_EQ(records[0].play.clock, "continued");
}

TEST_F(LedgerTest, WhatNeverReachedTheSurfaceHasNoRecord) {
  ledger.intend(intent("a"), out);
  ledger.ended(ended("a", 0), "replaced", now, "attested", out);
  EXPECT_TRUE(of<StoreRecord>().empty());
  EXPECT_EQ(of<DropIntent>().size(), 1u);
}

TEST_F(LedgerTest, WhatCouldNotBeShownIsRecordedAsSkippedWithTheReason) {
  ledger.intend(intent("a"), out);
  ledger.skipped(intent("a"), "media_corrupt", now, out);
  ledger.skipped(intent("b"), "blob_damaged", now, out);  // it never came to an intent
  ledger.skipped(intent("b"), "blob_damaged", now, out);  // said twice
  const auto records = of<StoreRecord>();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(ends(), "a:skipped b:skipped ");
  EXPECT_EQ(records[0].play.reason, "media_corrupt");
  EXPECT_EQ(records[0].play.started, now.utc);
  EXPECT_EQ(records[0].play.ended, now.utc);
  EXPECT_EQ(records[0].play.frames, 0);
  EXPECT_EQ(records[1].play.counter, records[0].play.counter + 1);
  EXPECT_EQ(records[1].play.previous, trust::play_hash(records[0].play));
  EXPECT_TRUE(ledger.open().empty());
}

TEST_F(LedgerTest, TheWallClocksJumpDoesNotMoveARecord) {
  ledger.intend(intent("a"), out);
  const auto s = started("a");
  now.wall += Days{3650};  // between the screen's stamp and its arrival
  ledger.started(s, now, "attested", out);
  EXPECT_EQ(of<StoreStarted>()[0].started, now.utc);
}

}  // namespace
}  // namespace fz::agent
