#include "player/screen/text_source.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace fz::screen {
namespace {

constexpr Area kArea{640, 360};
constexpr Rate kRate{30, 1};

std::string bulletin(int steps) {
  render::Bulletin b;
  b.title = "冒充客服退款诈骗";
  b.fraud_kind = "冒充客服";
  for (int i = 0; i < steps; ++i) b.how.push_back("骗子冒充客服来电，说你买的商品有问题，要给你加倍退款，让你共享屏幕");
  b.advice = {"不共享屏幕", "拨打96110核实"};
  b.source = "凤凰镇派出所";
  return render::write_document(b);
}
// Bounded wait for the worker.
bool wait_ready(Source& s) {
  for (int i = 0; i < 3000 && s.state() == Source::State::starting; ++i) std::this_thread::sleep_for(Millis(10));
  return s.state() == Source::State::ready;
}

TEST(TextSource, ShowsEveryPageForItsShare) {
  Worker worker;
  TextSource s(worker, bulletin(20), kArea, 60 * kNsPerS);
  ASSERT_TRUE(wait_ready(s)) << to_log(s.error());
  EXPECT_EQ(s.natural_end(), 60 * kNsPerS);
  std::set<std::uint64_t> pages;
  for (Ns at = 0; at < 60 * kNsPerS - kNsPerS / 10; at += kNsPerS / 10) {
    ASSERT_EQ(s.advance(at, kRate), Source::Step::shown);
    pages.insert(s.view().serial);
    std::this_thread::sleep_for(Millis(2));  // the next page is drawn meanwhile
  }
  EXPECT_GT(pages.size(), 1u);
  EXPECT_EQ(s.advance(60 * kNsPerS, kRate), Source::Step::over);
}

TEST(TextSource, ZeroDurationIsTheReadingTime) {
  Worker worker;
  TextSource s(worker, bulletin(3), kArea, 0);
  ASSERT_TRUE(wait_ready(s));
  EXPECT_GE(s.natural_end().value(), 3 * kNsPerS);
}

TEST(TextSource, BadTextFails) {
  Worker worker;
  TextSource s(worker, "{\"schema\":1}", kArea, kNsPerS);
  EXPECT_FALSE(wait_ready(s));
  EXPECT_EQ(s.state(), Source::State::failed);
  EXPECT_NE(s.error().code, Code::internal);
}

TEST(TextSource, MayEndBeforeTheWorkerIsDone) {
  Worker worker;
  for (int i = 0; i < 20; ++i) TextSource(worker, bulletin(5), kArea, kNsPerS);
}

}  // namespace
}  // namespace fz::screen
