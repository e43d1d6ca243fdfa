#include "player/screen/queue.hpp"

#include <gtest/gtest.h>

namespace fz::screen {
namespace {

using S = PlayState;
using E = PlayEvent;

TEST(Queue, TableIsComplete) {
  // All that is allowed; everything else is ignored.
  struct Row {
    S from;
    E event;
    S to;
  };
  const Row rows[] = {
      {S::cued, E::first_frame, S::ready}, {S::cued, E::go, S::released},
      {S::cued, E::stop, S::ended},        {S::cued, E::fail, S::failed},
      {S::ready, E::go, S::due},           {S::ready, E::stop, S::ended},
      {S::ready, E::fail, S::failed},      {S::released, E::first_frame, S::due},
      {S::released, E::stop, S::ended},    {S::released, E::fail, S::failed},
      {S::due, E::start, S::on_air},       {S::due, E::stop, S::ended},
      {S::due, E::fail, S::failed},        {S::on_air, E::finish, S::ended},
      {S::on_air, E::stop, S::ended},
  };
  for (int s = 0; s < static_cast<int>(S::count); ++s)
    for (int e = 0; e < static_cast<int>(E::count); ++e) {
      std::optional<S> want;
      for (auto& r : rows)
        if (r.from == static_cast<S>(s) && r.event == static_cast<E>(e)) want = r.to;
      EXPECT_EQ(next_state(static_cast<S>(s), static_cast<E>(e)), want) << play_state_name(static_cast<S>(s)) << " event " << e;
    }
}

TEST(Queue, NothingIsDueWithoutGoAndFirstFrame) {
  ZoneQueue q;
  ASSERT_TRUE(q.cue("a", 1, 0, 0));
  EXPECT_FALSE(q.cue("a", 2, 0, 0)) << "an id is in the queue once";
  EXPECT_EQ(q.next(), nullptr);
  q.apply(1, E::first_frame);
  EXPECT_EQ(q.next(), nullptr) << "no go";
  q.apply(1, E::go);
  ASSERT_NE(q.next_due(), nullptr);
  EXPECT_FALSE(q.apply(1, E::go)) << "a second go is ignored";
}

TEST(Queue, OrderIsTheOrderOfGo) {
  ZoneQueue q;
  for (std::uint64_t s : {1, 2, 3}) q.cue(std::to_string(s), s, 0, 0);
  q.apply(3, E::go);
  q.apply(1, E::go);
  for (std::uint64_t s : {1, 2, 3}) q.apply(s, E::first_frame);
  EXPECT_EQ(q.next_due()->serial, 3u);
  q.apply(3, E::start);
  EXPECT_EQ(q.next_due()->serial, 1u);
  q.apply(3, E::finish);
  EXPECT_EQ(q.size(), 2u);
  q.apply(1, E::start);
  q.apply(1, E::stop);
  EXPECT_EQ(q.next(), nullptr) << "2 never got a go";
}

TEST(Queue, TheNextIsWaitedForNotOvertaken) {
  ZoneQueue q;
  q.cue("slow", 1, 0, 0);
  q.cue("fast", 2, 0, 0);
  q.apply(1, E::go);
  q.apply(2, E::go);
  q.apply(2, E::first_frame);
  EXPECT_EQ(q.next_due(), nullptr);
  EXPECT_TRUE(q.has_next());
  q.apply(1, E::fail);
  EXPECT_EQ(q.next_due()->id, "fast");
}

TEST(Queue, OverdueAreThoseWithoutAFirstFrame) {
  ZoneQueue q;
  q.cue("a", 1, 0, 0);
  q.cue("b", 2, 0, 0);
  q.apply(2, E::first_frame);
  EXPECT_TRUE(q.overdue(5 * kNsPerS, 5 * kNsPerS).empty());
  EXPECT_EQ(q.overdue(5 * kNsPerS + 1, 5 * kNsPerS), std::vector<std::uint64_t>{1});
}

TEST(Queue, HowAnItemEnds) {
  using R = wire::EndReason;
  EXPECT_EQ(end_of_frames(2 * kNsPerS, 0, false), R::completed);
  EXPECT_EQ(end_of_frames(2 * kNsPerS, 2 * kNsPerS, false), R::completed);
  EXPECT_EQ(end_of_frames(2 * kNsPerS - kShortTolerance, 2 * kNsPerS, false), R::completed);
  EXPECT_EQ(end_of_frames(2 * kNsPerS - kShortTolerance - 1, 2 * kNsPerS, false), R::short_);
  EXPECT_EQ(end_of_frames(2 * kNsPerS, 2 * kNsPerS, true), R::decoder_died);
}

}  // namespace
}  // namespace fz::screen
