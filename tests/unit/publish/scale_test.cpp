#include <chrono>
#include <iostream>

#include "tests/unit/publish/press.hpp"

namespace fz::publish {
namespace {

TEST(PublishScale, TwoThousandScreensInFiftyCohorts) {
  Press press;
  press.open_office();
  for (int i = 0; i < 60; ++i) press.approve("ap-" + std::to_string(i));
  for (int c = 0; c < 50; ++c) {
    auto campaign = press.campaign("c" + std::to_string(c), {"ap-" + std::to_string(c), "ap-59"});
    campaign.target.tags = {"t" + std::to_string(c)};
    press.put(campaign);
  }
  press.put_site("site-1");
  press.change([&](store::Tx& tx) -> Result<void> {
    for (int i = 0; i < 2000; ++i) {
      screens::Screen s;
      s.id = s.name = "scr-" + std::to_string(10'000 + i);
      s.site = "site-1";
      s.tags = {"t" + std::to_string(i % 50)};
      s.key = {std::string(crypto::kEd25519), Bytes(32, 1)};
      s.device = crypto::sha256_hex(s.id);
      s.enrolled = press.now;
      FZ_CHECK(tx.screens().put_screen(s));
    }
    return {};
  });
  const auto timed = [&](const char* what) {
    const auto begun = std::chrono::steady_clock::now();
    auto delta = press.run();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    std::cout << what << ": " << took.count() << " ms, " << delta.cohorts_compiled << " compiled, " << delta.cohorts_signed << " signed, "
              << delta.timestamps_signed << " timestamps\n";
    return delta;
  };
  EXPECT_EQ(timed("2,000 screens, first").timestamps_signed, 2000);
  EXPECT_EQ(timed("2,000 screens, nothing changed").timestamps_signed, 0);
  auto c = press.campaign("c7", {"ap-59"});
  c.target.tags = {"t7"};
  c.revision = 2;
  press.put(c);
  const auto delta = timed("2,000 screens, one campaign changed");
  EXPECT_EQ(delta.cohorts_compiled, 1);
  EXPECT_EQ(delta.cohorts_signed, 1);
  EXPECT_EQ(delta.timestamps_signed, 40);
  press.put_withdrawals(2, {"ap-7"});
  EXPECT_EQ(timed("2,000 screens, a withdrawal").timestamps_signed, 2000);
  Follower screen(press, "scr-10007");
  screen.sync();
  EXPECT_EQ(screen.approvals(), std::set<std::string>{"ap-59"});
}

}  // namespace
}  // namespace fz::publish
