#include "shared/trust/clock.hpp"

#include "tests/unit/trust/refused.hpp"

using namespace fz;
using namespace fz::trust;

namespace {
const UtcTime kBuild = parse_time("2026-11-01T00:00:00Z").value(), kNow = parse_time("2026-11-22T08:00:00Z").value();
constexpr Millis kMinute = std::chrono::minutes{1}, kHour = std::chrono::hours{1}, kDay = std::chrono::days{1};

TrustedClock reloaded(const TrustedClock& clock, Millis since_boot) {
  return TrustedClock::load(clock.save(since_boot), kBuild).value();
}
TrustedClock attested() {
  TrustedClock clock(kBuild);
  clock.start("boot-1", Millis{1000}, kNow);
  clock.attest(kNow, Millis{1000}, Millis{0}, kNow).value();
  return clock;
}
}  // namespace

TEST(TrustedClock, FirstStartBelievesAnRtcWithinReason) {
  auto start = [](UtcTime rtc) {
    TrustedClock clock(kBuild);
    clock.start("boot-1", Millis{0}, rtc);
    return clock.read(kHour);
  };
  EXPECT_EQ(start(kNow).now, kNow + kHour);
  EXPECT_EQ(start(kNow).trust, ClockTrust::rtc);
  EXPECT_EQ(start(kBuild - kDay).now, kBuild + kHour) << "RTC in the past: the floor holds and runs on";
  EXPECT_EQ(start(kBuild - kDay).trust, ClockTrust::floor);
  EXPECT_EQ(start(UtcTime{}).now, kBuild + kHour);
  EXPECT_EQ(start(kNow - Days{3652}).trust, ClockTrust::floor);
  EXPECT_EQ(start(kNow + Days{3652}).trust, ClockTrust::none) << "ten years ahead";
}

TEST(TrustedClock, TheFloorOnlyRises) {
  TrustedClock clock(kBuild);
  clock.start("boot-1", Millis{0}, UtcTime{});
  clock.raise_floor(kNow);
  EXPECT_EQ(clock.read(Millis{0}).now, kNow);
  clock.raise_floor(kBuild);
  EXPECT_EQ(clock.floor(), kNow);
  EXPECT_EQ(reloaded(clock, Millis{5}).floor(), kNow);
}

TEST(TrustedClock, AttestedTimeRunsOnByBootTime) {
  auto clock = attested();
  EXPECT_EQ(clock.read(Millis{1000} + kHour).now, kNow + kHour);
  EXPECT_EQ(clock.read(Millis{1000} + kHour).trust, ClockTrust::attested);
  TrustedClock slow(kBuild);
  slow.start("b", Millis{0}, kNow);
  ASSERT_TRUE(slow.attest(kNow, Millis{0}, Millis{200}, kNow));
  EXPECT_EQ(slow.read(Millis{0}).now, kNow + Millis{100}) << "half of the round trip";
}

TEST(TrustedClock, RestartOfTheProgramChangesNothing) {
  auto clock = reloaded(attested(), Millis{1000} + kHour);
  clock.start("boot-1", Millis{1000} + 2 * kHour, kNow + Days{3652});
  EXPECT_EQ(clock.read(Millis{1000} + 2 * kHour).now, kNow + 2 * kHour);
  EXPECT_EQ(clock.read(Millis{1000} + 2 * kHour).trust, ClockTrust::attested);
}

TEST(TrustedClock, AnAgreeingRtcCarriesOverAPowerOff) {
  auto clock = reloaded(attested(), Millis{1000} + kHour);
  clock.start("boot-2", Millis{500}, kNow + 30 * kDay);
  EXPECT_EQ(clock.read(Millis{500}).now, kNow + 30 * kDay);
  EXPECT_EQ(clock.read(Millis{500}).trust, ClockTrust::continued);
}

TEST(TrustedClock, ADeadRtcAfterAPowerOffHoldsTheLastTime) {
  auto clock = reloaded(attested(), Millis{1000} + kHour);
  clock.start("boot-2", Millis{500}, UtcTime{});
  EXPECT_EQ(clock.read(Millis{500}).now, kNow + kHour) << "never behind the last good reading";
  EXPECT_EQ(clock.read(Millis{500}).trust, ClockTrust::floor);
}

TEST(TrustedClock, AnRtcThatDisagreedIsNotTrustedLater) {
  TrustedClock clock(kBuild);
  clock.start("boot-1", Millis{0}, kNow + kHour);
  ASSERT_TRUE(clock.attest(kNow, Millis{0}, Millis{0}, kNow + kHour));
  EXPECT_EQ(clock.read(Millis{0}).now, kNow) << "attested time replaces an RTC that ran ahead";
  auto later = reloaded(clock, kHour);
  later.start("boot-2", Millis{0}, kNow + 2 * kDay);
  EXPECT_EQ(later.read(Millis{0}).trust, ClockTrust::rtc);
}

TEST(TrustedClock, TheServerCannotStopTheClock) {
  auto clock = attested();
  auto at = Millis{1000} + kHour;
  EXPECT_REFUSED(clock.attest(kNow, at, Millis{0}, kNow), clock);
  EXPECT_EQ(clock.read(at).now, kNow + kHour);
  // A little back at every poll, for a week: the clock loses no more than a crystal might.
  Millis boot{1000};
  for (Millis step = kMinute; boot < Millis{1000} + 7 * kDay; boot += step) {
    auto now = clock.read(boot + step).now;
    ASSERT_TRUE(clock.attest(now - 4 * kMinute, boot + step, Millis{0}, now));
  }
  auto lost = kNow + (boot - Millis{1000}) - clock.read(boot).now;
  EXPECT_GE(lost, Millis{0});
  EXPECT_LT(lost, 7 * kDay / 1000);
}

// Somebody sets the BIOS clock, or its battery dies in a strange way: an hour, eight (local time for UTC), a year ahead.
TEST(TrustedClock, AnRtcThatWasSetAheadWhileThePowerWasOffIsCorrectedByTheServer) {
  for (auto ahead : {8 * kHour, 2 * kDay, 365 * kDay, 3652 * kDay}) {
    auto clock = reloaded(attested(), Millis{1000} + kHour);
    clock.start("boot-2", Millis{0}, kNow + 2 * kHour + ahead);
    clock = reloaded(clock, 5 * kHour);  // without a network for hours, saved meanwhile
    clock.start("boot-3", Millis{0}, kNow + 8 * kHour + ahead);
    EXPECT_OK(clock.attest(kNow + 8 * kHour, kHour, Millis{0}, kNow + 9 * kHour + ahead));
    EXPECT_EQ(clock.read(kHour).now, kNow + 8 * kHour);
    EXPECT_EQ(clock.read(kHour).trust, ClockTrust::attested);
    EXPECT_EQ(reloaded(clock, 2 * kHour).read(2 * kHour).now, kNow + 9 * kHour) << "nothing of the wrong reading is kept";
  }
}

// A board without a battery gets its last time back from a file; it seems to agree, and the night is missing.
TEST(TrustedClock, AnRtcThatStoodStillWhileThePowerWasOffIsCorrectedByTheServer) {
  for (auto off : {14 * kHour, 10 * kDay}) {
    auto clock = reloaded(attested(), Millis{1000} + kHour);
    clock.start("boot-2", Millis{0}, kNow + kHour);
    ASSERT_EQ(clock.read(Millis{0}).trust, ClockTrust::continued);
    EXPECT_OK(clock.attest(kNow + kHour + off, kMinute, Millis{0}, kNow + kHour));
    EXPECT_EQ(clock.read(kMinute).now, kNow + kHour + off);
  }
}

TEST(TrustedClock, NoServerTakesBackTimeThatRan) {
  auto clock = reloaded(attested(), Millis{1000} + 6 * kHour);
  clock.start("boot-2", Millis{0}, kNow + 10 * kHour);
  clock = reloaded(clock, 3 * kHour);
  clock.start("boot-3", Millis{0}, kNow + 20 * kHour);
  EXPECT_REFUSED(clock.attest(kNow + 9 * kHour, kHour, Millis{0}, kNow), clock) << "it ran for ten hours";
  EXPECT_OK(clock.attest(kNow + 10 * kHour, kHour, Millis{0}, kNow));
}

TEST(TrustedClock, AFileOfAnEarlierReleaseIsRead) {
  auto text = attested().save(kHour);
  const auto at = text.find(R"("ran":)");
  ASSERT_NE(at, std::string::npos);
  text.erase(at, text.find(',', at) + 1 - at);
  auto clock = TrustedClock::load(text, kBuild).value();
  EXPECT_REFUSED(clock.attest(kNow, 2 * kHour, Millis{0}, kNow), clock) << "its last attested time stands, and what runs from there";
}

TEST(TrustedClock, TheServerCannotThrowTheClockAhead) {
  auto clock = attested();
  EXPECT_REFUSED(clock.attest(kNow + Days{3652}, Millis{2000}, Millis{0}, kNow), clock);
  EXPECT_REFUSED(clock.attest(kNow + 10 * kMinute, Millis{2000}, Millis{0}, kNow), clock);
  EXPECT_OK(clock.attest(kNow + 4 * kMinute, Millis{2000}, Millis{0}, kNow));
}

TEST(TrustedClock, ASlowCrystalIsCorrected) {
  auto clock = attested();
  auto boot = Millis{1000} + 100 * kDay;
  EXPECT_OK(clock.attest(kNow + 100 * kDay + 20 * kMinute, boot, Millis{0}, kNow));
  EXPECT_EQ(clock.read(boot).now, kNow + 100 * kDay + 20 * kMinute);
}

TEST(TrustedClock, AnRtcThatGainedOverALongPowerOffIsCorrected) {
  auto clock = reloaded(attested(), Millis{1000});
  clock.start("boot-2", Millis{0}, kNow + 180 * kDay + 12 * kMinute);
  ASSERT_EQ(clock.read(Millis{0}).trust, ClockTrust::continued);
  EXPECT_OK(clock.attest(kNow + 180 * kDay, Millis{0}, Millis{0}, kNow + 180 * kDay + 12 * kMinute));
  EXPECT_EQ(clock.read(Millis{0}).now, kNow + 180 * kDay);
}

TEST(TrustedClock, AttestedTimeBehindTheFloorIsRefused) {
  TrustedClock clock(kBuild);
  clock.start("boot-1", Millis{0}, UtcTime{});
  clock.raise_floor(kNow);
  EXPECT_REFUSED(clock.attest(kNow - kHour, Millis{0}, Millis{0}, UtcTime{}), clock);
  EXPECT_OK(clock.attest(kNow - kMinute, Millis{0}, Millis{0}, UtcTime{}));
  EXPECT_EQ(clock.read(Millis{0}).now, kNow);
}

TEST(TrustedClock, ANewRootBeginsAnew) {
  auto clock = attested();
  clock.raise_floor(kNow + Days{3652});  // two keys were forged, or one date mistyped and signed twice
  clock.reset(Millis{2000}, kNow);
  EXPECT_EQ(clock.floor(), kBuild);
  EXPECT_EQ(clock.read(Millis{2000}).now, kNow);
  EXPECT_EQ(clock.read(Millis{2000}).trust, ClockTrust::rtc);
  EXPECT_OK(clock.attest(kNow, Millis{2000}, Millis{0}, kNow));
}

TEST(TrustedClock, DamagedStateIsAnError) {
  auto text = attested().save(Millis{1000});
  EXPECT_TRUE(TrustedClock::load(text, kBuild));
  for (std::size_t cut = 0; cut < text.size(); cut += 5) EXPECT_FALSE(TrustedClock::load(text.substr(0, cut), kBuild));
}
