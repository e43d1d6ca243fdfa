#include <functional>

#include "tests/support/office.hpp"
#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;
using fz::test::kOfficeNow;
using fz::test::Office;
using std::chrono::hours;
using std::chrono::minutes;

namespace {
struct AlertsTest : testing::Test {
  Office o;
  TrustedState state = o.screen({"ap-1"});
  AlertsTest() {
    auto a = o.approval("ap-e");
    a.kind = Kind::emergency;
    state.add_approval(o.approval_bytes(a), kOfficeNow).value();
  }
  Result<bool> give(const Alert& a, Source source = Source::pushed, UtcTime now = kOfficeNow) {
    return state.update_alert(o.alert_bytes(a), source, now);
  }
  Alert with(const std::function<void(Alert&)>& edit) {
    auto a = o.alert("al-1", "ap-e");
    edit(a);
    return a;
  }
};
}  // namespace

TEST_F(AlertsTest, TheDocumentReadsBackAsItWasWritten) {
  auto a = with([](Alert& x) {
    x.then = {{"ap-v", Millis{30000}}};
    x.screens = {"scr-1"};
    x.drill = true;
    x.version = 7;
    x.cancelled = true;
  });
  const auto again = parse_alert(write_alert(a)).value();
  EXPECT_EQ(write_alert(again), write_alert(a));
  EXPECT_TRUE(again.drill && again.cancelled);
  EXPECT_EQ(again.then.at(0).duration, Millis{30000});
  EXPECT_REFUSED(parse_alert(write_alert(with([](Alert& x) { x.expires = x.issued; }))), format);
  EXPECT_REFUSED(parse_alert(write_alert(with([](Alert& x) { x.version = 0; }))), format);
  EXPECT_REFUSED(parse_alert(write_alert(with([](Alert& x) { x.then = {{"ap-v", Millis{1}}}; }))), format);
  EXPECT_REFUSED(parse_alert(write_alert(with([](Alert& x) { x.regions.clear(); }))), format);
}

TEST_F(AlertsTest, OnlyTheOnlineKeyAndOnlyForHere) {
  const auto a = o.alert("al-1", "ap-e");
  for (auto* key : {&o.reviewer1, &o.duty, &o.stranger, &o.root1})
    EXPECT_REFUSED(state.update_alert(Office::bytes(kAlertType, write_alert(a), {key}), Source::pushed, kOfficeNow), signature);
  EXPECT_REFUSED(give(with([](Alert& x) { x.regions = {"500120"}; })), audience);
  EXPECT_REFUSED(give(with([](Alert& x) { x.venues = {"304"}; })), audience);
  EXPECT_REFUSED(give(with([](Alert& x) { x.screens = {"scr-2"}; })), audience);
  EXPECT_TRUE(state.alerts().empty());
  EXPECT_TRUE(give(with([](Alert& x) { x.screens = {"scr-2", "scr-1"}; })).value());
}

TEST_F(AlertsTest, ItLivesTwelveHoursAtMost) {
  EXPECT_REFUSED(give(with([](Alert& x) { x.expires = x.issued + hours{12} + Seconds{1}; })), policy);
  EXPECT_REFUSED(give(with([](Alert&) {}), Source::pushed, kOfficeNow + hours{1}), expired);
  EXPECT_REFUSED(give(with([](Alert& x) { x.issued += minutes{11}; })), not_yet);
  ASSERT_TRUE(give(with([](Alert& x) { x.expires = x.issued + hours{12}; })).value());
  const auto& held = state.alerts().at("al-1");
  EXPECT_OK(may_alert(held, "ap-e", state, kOfficeNow + hours{12} - Seconds{1}));
  EXPECT_REFUSED(may_alert(held, "ap-e", state, kOfficeNow + hours{12}), expired);
}

TEST_F(AlertsTest, TheOtherLockIsAnApprovalOfKindEmergency) {
  ASSERT_TRUE(give(o.alert("al-1", "ap-e")).value());
  const auto& held = state.alerts().at("al-1");
  EXPECT_OK(may_alert(held, "ap-e", state, kOfficeNow));
  EXPECT_REFUSED(may_alert(held, "ap-1", state, kOfficeNow), scope);
  EXPECT_REFUSED(may_alert(held, "ap-none", state, kOfficeNow), unapproved);
  EXPECT_OK(may_show(Office::item("ap-e"), state, Office::at(kOfficeNow)));
  EXPECT_REFUSED(may_show(Office::item("ap-e"), state, Office::at(kOfficeNow + Days{2})), freshness)
      << "a screen that is not fresh takes no emergency";
}

TEST_F(AlertsTest, WhatWasCancelledStaysCancelled) {
  const auto first = o.alert("al-1", "ap-e");
  const auto cancelled = with([](Alert& x) {
    x.version = 2;
    x.cancelled = true;
    x.expires = x.issued + minutes{5};
  });
  ASSERT_TRUE(give(first).value());
  EXPECT_FALSE(give(first).value()) << "the same again changes nothing";
  EXPECT_REFUSED(give(with([](Alert& x) { x.drill = true; })), version) << "one number, two texts";
  ASSERT_TRUE(give(cancelled).value());
  EXPECT_REFUSED(give(first), version);
  EXPECT_FALSE(give(first, Source::polled).value()) << "published before the cancellation: no alarm, and no effect";
  EXPECT_TRUE(state.alerts().at("al-1").alert.cancelled);
  EXPECT_REFUSED(give(first, Source::pushed, kOfficeNow + minutes{30}), version) << "held as long as the longest of its versions";
  ASSERT_FALSE(give(cancelled, Source::polled).value());
  EXPECT_REFUSED(give(first, Source::polled), version) << "older than what was polled is an alarm";

  state = TrustedState::load(state.save(), Office::identity()).value();
  EXPECT_REFUSED(give(first), version) << "after a restart too";
}

TEST_F(AlertsTest, OneStolenKeyFillsNoMemory) {
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(give(o.alert("al-" + std::to_string(i), "ap-e")).value());
  EXPECT_REFUSED(give(o.alert("al-64", "ap-e")), policy);
  auto later = o.alert("al-64", "ap-e");
  later.issued += hours{1};
  later.expires += hours{2};
  EXPECT_TRUE(give(later, Source::pushed, kOfficeNow + hours{1}).value()) << "those that ended make room";
  EXPECT_EQ(state.alerts().size(), 1u);
}

TEST_F(AlertsTest, ANewOnlineKeyEndsThoseOfTheOld) {
  ASSERT_TRUE(give(o.alert("al-1", "ap-e")).value());
  auto root = o.root;
  root.version = 2;
  const auto fresh = Office::Key::generate();
  root.keys.emplace(fresh.id(), fresh.public_key());
  root.timestamp = root.snapshot = root.targets = {{fresh.id()}, 1};
  ASSERT_TRUE(state.update_root(Office::bytes(kTufType, write_root(root), {&o.root1, &o.root2})));
  EXPECT_TRUE(state.alerts().empty());
  EXPECT_REFUSED(give(o.alert("al-1", "ap-e")), signature);
}
