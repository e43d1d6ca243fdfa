#include "player/display/keeper.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace fz::display {
namespace {

struct Desk {
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<Levels> painted, told;
  bool answers = true, dims = true, there = true;

  struct Fake final : Panel {
    Desk& desk;
    explicit Fake(Desk& d) : desk(d) {}
    std::string name() const override { return "a panel"; }
    bool dims() const override { return desk.dims; }
    bool set(const Levels& levels) override {
      const std::lock_guard lock(desk.mutex);
      if (desk.answers) desk.told.push_back(levels);
      desk.wake.notify_all();
      return desk.answers;
    }
  };
  Keeper::Find find() {
    return [this]() -> std::unique_ptr<Panel> {
      const std::lock_guard lock(mutex);
      return there ? std::make_unique<Fake>(*this) : nullptr;
    };
  }
  Keeper::Paint paint() {
    return [this](Levels l) {
      const std::lock_guard lock(mutex);
      painted.push_back(l);
      wake.notify_all();
    };
  }
  template <class F>
  bool until(F done) {
    std::unique_lock lock(mutex);
    return wake.wait_for(lock, std::chrono::seconds(20), done);
  }
  void change(const std::function<void()>& what) {
    const std::lock_guard lock(mutex);
    what();
  }
};
constexpr Levels kNight{.brightness_percent = 30, .on = true};

TEST(KeeperTest, PaintedFirstThenLeftToThePanel) {
  Desk desk;
  Keeper keeper(desk.find(), desk.paint());
  keeper.set(kNight);
  ASSERT_TRUE(desk.until([&] { return desk.painted.size() == 2; }));
  EXPECT_EQ(desk.painted, (std::vector<Levels>{kNight, Levels{}}));
  EXPECT_EQ(desk.told, std::vector<Levels>{kNight});
}
TEST(KeeperTest, WithoutAPanelEverythingIsPainted) {
  Desk desk;
  desk.there = false;
  {
    Keeper keeper(desk.find(), desk.paint(), Millis{5});
    keeper.set(kNight);
    ASSERT_TRUE(desk.until([&] { return !desk.painted.empty(); }));
  }
  EXPECT_EQ(desk.painted, std::vector<Levels>{kNight}) << "said once, not again and again";
}
TEST(KeeperTest, ATelevisionThatIsOnlySwitchedIsDimmedByPaint) {
  Desk desk;
  desk.dims = false;
  Keeper keeper(desk.find(), desk.paint());
  keeper.set(kNight);
  ASSERT_TRUE(desk.until([&] { return desk.painted.size() == 2; }));
  EXPECT_EQ(desk.painted.back(), kNight);
}
TEST(KeeperTest, APanelThatGoesIsReplacedByPaintAndTakenBackWhenItComes) {
  Desk desk;
  Keeper keeper(desk.find(), desk.paint(), Millis{5});
  keeper.set(kNight);
  ASSERT_TRUE(desk.until([&] { return desk.painted.size() == 2; }));
  desk.change([&] { desk.answers = desk.there = false; });
  ASSERT_TRUE(desk.until([&] { return desk.painted.size() == 3; })) << "noticed without a new order";
  EXPECT_EQ(desk.painted.back(), kNight);
  desk.change([&] { desk.answers = desk.there = true; });
  ASSERT_TRUE(desk.until([&] { return desk.painted.size() == 4; }));
  EXPECT_EQ(desk.painted.back(), Levels{});
  EXPECT_EQ(desk.told.back(), kNight);
}
TEST(KeeperTest, OffIsBlackAndOff) {
  Desk desk;
  Keeper keeper(desk.find(), desk.paint());
  keeper.set({.brightness_percent = 100, .on = false});
  ASSERT_TRUE(desk.until([&] { return desk.told.size() == 1 && desk.painted.size() == 2; }));
  EXPECT_FALSE(desk.painted[0].on);
  EXPECT_FALSE(desk.painted[1].on);
  EXPECT_FALSE(desk.told[0].on);
}

}  // namespace
}  // namespace fz::display
