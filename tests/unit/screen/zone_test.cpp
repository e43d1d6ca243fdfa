#include "player/screen/zone.hpp"

#include <gtest/gtest.h>

namespace fz::screen {
namespace {

constexpr Area kArea{32, 16};
constexpr Rate kRate{30, 1};

// A source that a test leads: so many frames are there, one a tick.
struct FakeSource final : Source {
  int there = 0, lost_frames = 0;
  bool finished = false, is_broken = false;
  std::int64_t sound_at = -1;
  View picture;
  std::vector<std::uint8_t> pixels = std::vector<std::uint8_t>(32 * 16 * 2, 90);

  State state() override { return there > 0 ? State::ready : finished ? State::failed : State::starting; }
  Error error() const override { return fail(Code::media_corrupt); }
  Step advance(Ns at, Rate rate) override {
    auto frame = at / tick_duration(0, rate);
    if (frame >= there) return finished ? Step::over : Step::wait;
    ConstPlanes planes;
    for (int i = 0; i < 3; ++i) {
      planes.data[i] = pixels.data();
      planes.stride[i] = 32;
    }
    picture = {static_cast<std::uint64_t>(1000 + frame), planes, nullptr};
    return Step::shown;
  }
  View view() const override { return picture; }
  std::optional<Ns> natural_end() const override { return finished ? std::optional(tick_pts(there, kRate)) : std::nullopt; }
  bool broken() const override { return is_broken; }
  int lost() const override { return lost_frames; }
  void read_audio(Ns at, std::span<std::int16_t>) override { sound_at = at; }
};

struct ZoneTest : testing::Test {
  EventQueue events;
  Zone zone{"main", kArea, events};
  std::int64_t tick = 0;
  std::vector<wire::ToAgent> said;
  std::vector<EndNote> ended;
  std::vector<std::unique_ptr<Source>> trash;

  FakeSource* cue(const std::string& id, int frames, bool finished = true, Ns duration = 0) {
    auto source = std::make_unique<FakeSource>();
    source->there = frames;
    source->finished = finished;
    auto* raw = source.get();
    zone.cue(std::make_shared<PlayInfo>(PlayInfo{id, ""}), duration, std::move(source), now());
    return raw;
  }
  Ns now() const { return tick_pts(tick, kRate); }
  void step() {
    zone.step({now(), kRate, now()}, [](Source&) { return false; });
    ++tick;
    for (auto& e : events.take()) {
      if (auto* m = std::get_if<wire::ToAgent>(&e)) said.push_back(*m);
      if (auto* s = std::get_if<std::unique_ptr<Source>>(&e)) trash.push_back(std::move(*s));
    }
    for (auto& e : zone.take_ended()) ended.push_back(e);
  }
  void steps(int n) {
    while (n-- > 0) step();
  }
  std::string playing() const { return zone.playing() ? zone.playing()->id : ""; }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (auto& m : said)
      if (auto* t = std::get_if<T>(&m)) out.push_back(*t);
    return out;
  }
};

TEST_F(ZoneTest, ItemsFollowOneAnotherWithoutAGap) {
  cue("a", 10);
  cue("b", 5);
  zone.go("a", now());
  zone.go("b", now());
  std::string seen;
  for (int i = 0; i < 15; ++i) {
    step();
    seen += playing();
  }
  EXPECT_EQ(seen, "aaaaaaaaaabbbbb");
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].pts, tick_pts(10, kRate));
  EXPECT_EQ(zone.due_pts(), tick_pts(10, kRate));
  EXPECT_EQ(all<wire::Cued>().size(), 2u);
}

TEST_F(ZoneTest, NothingIsShownWithoutGo) {
  cue("a", 10);
  steps(5);
  EXPECT_FALSE(zone.view());
  zone.go("a", now());
  step();
  EXPECT_EQ(playing(), "a");
}

TEST_F(ZoneTest, DeclaredDurationCuts) {
  cue("a", 100, true, 200 * kNsPerMs);
  cue("b", 10);
  zone.go("a", 0);
  zone.go("b", 0);
  steps(6);
  EXPECT_EQ(playing(), "a");
  step();
  EXPECT_EQ(playing(), "b");
  EXPECT_EQ(ended.at(0).reason, wire::EndReason::completed);
}

TEST_F(ZoneTest, ShorterThanDeclaredEndsAtOnceAsShort) {
  cue("a", 10, true, 5 * kNsPerS);
  cue("b", 10);
  zone.go("a", 0);
  zone.go("b", 0);
  steps(11);
  EXPECT_EQ(playing(), "b");
  EXPECT_EQ(ended.at(0).reason, wire::EndReason::short_);
}

TEST_F(ZoneTest, AlittleShorterIsHeldToItsDeclaredEnd) {
  cue("a", 28, true, kNsPerS);
  cue("b", 10);
  zone.go("a", 0);
  zone.go("b", 0);
  steps(30);
  EXPECT_EQ(playing(), "a");
  step();
  EXPECT_EQ(playing(), "b");
  EXPECT_EQ(ended.at(0).reason, wire::EndReason::completed);
}

TEST_F(ZoneTest, LateDecoderHoldsTheWholeItem) {
  auto* a = cue("a", 3, false);
  zone.go("a", 0);
  std::int16_t sound[2];
  steps(3);
  zone.read_audio(now(), sound);
  auto before = a->sound_at;
  steps(4);  // held
  zone.read_audio(now(), sound);
  EXPECT_EQ(a->sound_at, before) << "sound waits as well";
  EXPECT_EQ(sound[0], 0);
  a->there = 6;
  a->finished = true;
  step();
  EXPECT_EQ(zone.view().serial, 1003u) << "goes on with the very next frame";
  steps(2);
  EXPECT_EQ(zone.view().serial, 1005u);
  step();
  EXPECT_EQ(ended.at(0).reason, wire::EndReason::completed);
}

TEST_F(ZoneTest, DeadDecoderIsGivenUpAfterASecondForTheNext) {
  cue("a", 3, false);
  cue("b", 10);
  zone.go("a", 0);
  zone.go("b", 0);
  steps(3 + 29);
  EXPECT_EQ(playing(), "a");
  steps(2);
  EXPECT_EQ(playing(), "b");
  EXPECT_EQ(ended.at(0).reason, wire::EndReason::decoder_died);
}

TEST_F(ZoneTest, BrokenRingEndsAsDecoderDied) {
  auto* a = cue("a", 3);
  a->is_broken = true;
  zone.go("a", 0);
  steps(5);
  EXPECT_EQ(ended.at(0).reason, wire::EndReason::decoder_died);
}

TEST_F(ZoneTest, LastFrameIsHeldThenTheSlate) {
  cue("a", 3);
  zone.go("a", 0);
  steps(4);
  EXPECT_TRUE(zone.holding());
  EXPECT_TRUE(zone.view());
  EXPECT_EQ(zone.view().planes.data[0][5], 90);
  steps(58);
  EXPECT_TRUE(zone.view());
  steps(4);
  EXPECT_FALSE(zone.view()) << "two seconds are over";
}

TEST_F(ZoneTest, StoppedItemIsNotHeld) {
  cue("a", 100);
  cue("waiting", 100);
  zone.go("a", 0);
  steps(10);
  zone.stop("a", wire::EndReason::stopped, now());
  zone.stop("waiting", wire::EndReason::replaced, now());
  step();
  EXPECT_FALSE(zone.view());
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].reason, wire::EndReason::stopped);
  EXPECT_EQ(ended[1].reason, wire::EndReason::replaced);
  EXPECT_TRUE(zone.empty());
}

TEST_F(ZoneTest, GoNowTakesThePlaceOfWhatIsOnAirAtItsFirstFrame) {
  cue("film", 900);
  cue("after", 900);
  zone.go("film", now());
  zone.go("after", now());
  steps(5);
  auto* card = cue("card", 0, false);
  zone.go("card", now(), true);
  steps(3);
  EXPECT_EQ(playing(), "film") << "until the card has its first frame";
  card->there = 30;
  step();
  EXPECT_EQ(playing(), "card") << "on that very beat";
  EXPECT_TRUE(zone.view()) << "and never the slate between";
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].play->id, "film");
  EXPECT_EQ(ended[0].reason, wire::EndReason::replaced);
  card->finished = true;
  steps(31);
  EXPECT_EQ(playing(), "after") << "what was told to go before still goes";
}

TEST_F(ZoneTest, FailedNextLeavesNoGap) {
  cue("a", 10);
  cue("bad", 0);  // finished without a frame
  cue("b", 5);
  for (auto id : {"a", "bad", "b"}) zone.go(id, 0);
  steps(11);
  EXPECT_EQ(playing(), "b");
  ASSERT_EQ(all<wire::Failed>().size(), 1u);
  EXPECT_EQ(all<wire::Failed>()[0].play, "bad");
  EXPECT_EQ(all<wire::Failed>()[0].code, "media_corrupt");
}

TEST_F(ZoneTest, NoFirstFrameInFiveSecondsFails) {
  cue("a", 0, false);
  zone.go("a", 0);
  steps(150);
  EXPECT_TRUE(all<wire::Failed>().empty());
  steps(3);
  ASSERT_EQ(all<wire::Failed>().size(), 1u);
  EXPECT_EQ(all<wire::Failed>()[0].code, "media_timeout");
}

TEST_F(ZoneTest, IdleIsSaidOnceInTheLastSecond) {
  cue("a", 90);
  zone.go("a", 0);
  steps(60);
  EXPECT_EQ(all<wire::Idle>().size(), 0u);
  steps(20);
  EXPECT_EQ(all<wire::Idle>().size(), 1u);
  zone.repeat_idle();
  step();
  EXPECT_EQ(all<wire::Idle>().size(), 2u);
  cue("b", 90);
  zone.go("b", now());
  steps(30);
  EXPECT_EQ(playing(), "b");
  EXPECT_EQ(all<wire::Idle>().size(), 2u);
}

TEST_F(ZoneTest, GapIsCountedFromGoWhenTheZoneWasEmpty) {
  steps(30);
  cue("a", 10);
  zone.go("a", now());
  step();
  EXPECT_EQ(zone.due_pts(), tick_pts(30, kRate));
}

TEST_F(ZoneTest, SourcesGoBackToTheMainThread) {
  cue("a", 3);
  cue("a", 3);  // the same id twice
  zone.go("a", 0);
  steps(5);
  EXPECT_EQ(trash.size(), 2u);
}

TEST_F(ZoneTest, AnItemFadesInOverTheOneBefore) {
  zone.set_fade(true);
  cue("a", 10);
  cue("b", 30);
  zone.go("a", now());
  zone.go("b", now());
  step();
  EXPECT_FALSE(zone.going()) << "over the slate nothing fades";
  steps(10);
  EXPECT_EQ(playing(), "b");
  ASSERT_TRUE(zone.going());
  int faded = 0, last = 0;
  for (; zone.going(); ++faded) {
    EXPECT_GT(zone.fade_in(now()), last);
    last = zone.fade_in(now());
    step();
  }
  EXPECT_EQ(faded, 12) << "400 ms";
  EXPECT_EQ(playing(), "b");
}

TEST_F(ZoneTest, WhatIsTakenOffDoesNotFade) {
  zone.set_fade(true);
  cue("a", 100);
  cue("b", 30);
  zone.go("a", now());
  steps(3);
  zone.go("b", now());
  zone.stop("a", wire::EndReason::stopped, now());
  step();
  EXPECT_EQ(playing(), "b");
  EXPECT_FALSE(zone.going()) << "withdrawn is withdrawn";
}

TEST_F(ZoneTest, AnotherSizeEndsWhatWasMadeForTheOldOneAndHoldsThePicture) {
  cue("a", 100);
  cue("b", 100);
  cue("c", 100);
  zone.go("a", now());
  zone.go("b", now());
  steps(3);
  zone.resize({64, 64}, now());
  step();
  ASSERT_EQ(ended.size(), 3u);
  for (auto& e : ended) EXPECT_EQ(e.reason, wire::EndReason::replaced);
  EXPECT_EQ(zone.area(), (Area{64, 64}));
  ASSERT_TRUE(zone.view());
  EXPECT_EQ(zone.view().planes.stride[0], 64) << "the last picture, in the new size";
  EXPECT_EQ(zone.view().planes.data[0][63 * 64 + 63], 90);
  EXPECT_TRUE(zone.holding());
  EXPECT_TRUE(zone.empty());
}

}  // namespace
}  // namespace fz::screen
