// No screen ever sees a lower number, whatever happens to it or to the server.
#include "tests/unit/publish/press.hpp"

namespace fz::publish {
namespace {

struct PublishNumbers : ::testing::Test {
  Press press;
  void SetUp() override {
    press.open_office();
    press.put_site("site-1");
    press.put_site("site-2");
    press.approve("ap-1");
    press.approve("ap-2");
    auto a = press.campaign("c1", {"ap-1"}), b = press.campaign("c2", {"ap-2"});
    a.target.tags = {"a"};
    b.target.tags = {"b"};
    press.put(a);
    press.put(b);
  }
};

TEST_F(PublishNumbers, AScreenThatMovesBetweenCohortsGoesUpOnly) {
  press.put_screen("scr-1", "site-1", {"a"});
  press.put_screen("scr-2", "site-1", {"b"});
  press.run();
  Follower one(press, "scr-1"), two(press, "scr-2");
  one.sync();
  two.sync();
  for (int i = 0; i < 6; ++i) {
    const bool swapped = i % 2 == 0;
    press.put_screen("scr-1", i % 3 == 0 ? "site-2" : "site-1", {swapped ? "b" : "a"});
    if (i > 2) press.put_screen("scr-2", "site-1", {swapped ? "a" : "b"});
    press.now += Seconds{1};
    press.run();
    one.sync();  // refuses a lower number
    two.sync();
    EXPECT_EQ(one.approvals(), std::set<std::string>{swapped ? "ap-2" : "ap-1"});
  }
}

TEST_F(PublishNumbers, AnEarlierListThatComesBackIsNumberedAnew) {
  press.put_screen("scr-1", "site-1", {"a"});
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  auto c = press.campaign("c1", {"ap-1"});
  c.target.tags = {"a"};
  for (int i = 0; i < 4; ++i) {
    c.weight = 1 + i % 2;
    ++c.revision;
    press.put(c);
    press.run();
    screen.sync();
  }
  EXPECT_EQ(screen.approvals(), std::set<std::string>{"ap-1"});
}

TEST_F(PublishNumbers, ABlockedScreenThatComesBackGoesOnFromItsNumbers) {
  press.put_screen("scr-1", "site-1", {"a"});
  press.put_screen("scr-2", "site-1", {"a"});
  press.put_screen("scr-3", "site-1", {"b"});
  press.run();
  press.put_screen("scr-1", "site-1", {"b"});  // makes cohort b be signed anew
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  press.put_screen("scr-1", "site-1", {"a"}, screens::ScreenState::blocked);
  press.run();
  EXPECT_FALSE(press.publisher->current()->timestamps.contains("scr-1"));
  press.restart();
  press.load();
  EXPECT_FALSE(press.publisher->current()->timestamps.contains("scr-1"));
  press.put_screen("scr-1", "site-1", {"a"});
  press.run();
  screen.sync();
  EXPECT_EQ(screen.approvals(), std::set<std::string>{"ap-1"});
}

TEST_F(PublishNumbers, AServerRestoredFromAnOlderBackupGoesOnAbove) {
  press.put_screen("scr-1", "site-1", {"a"});
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  test::TempDir dir;
  press.hall.store().backup(dir.path() / "backup").value();
  for (int i = 0; i < 5; ++i) {
    press.now += std::chrono::minutes(1);
    press.put_screen("scr-1", "site-1", {i % 2 ? "a" : "b"});
    press.run();
    screen.sync();
  }
  const auto restored = store::open_sqlite(dir.path() / "backup").value();
  press.now += std::chrono::minutes(1);
  press.publisher = std::make_unique<Publisher>(Press::key(press.office.online), *press.blobs, [&](const auto& make) {
    return restored->write([&](store::Tx& tx) -> Result<Delta> { return make(tx.publishing()); });
  });
  const auto delta = press.publisher->sign_anew(press.now).value();
  EXPECT_EQ(delta.timestamps_signed, 1);
  EXPECT_TRUE(screen.sync()) << "accepted: higher numbers than all it has seen";
  EXPECT_EQ(screen.approvals(), std::set<std::string>{"ap-1"});
  press.now += std::chrono::minutes(1);
  EXPECT_EQ(press.publisher->run(press.now).value().timestamps_signed, 0);
  press.publisher = nullptr;  // before what it writes to
}

TEST_F(PublishNumbers, ANewOnlineKeySignsEverythingAnew) {
  press.put_screen("scr-1", "site-1", {"a"});
  press.run();
  Follower screen(press, "scr-1");
  screen.sync();
  auto& office = press.office;
  office.online = crypto::PrivateKey::generate();
  office.root.version = 2;
  office.root.keys.emplace(office.online.id(), office.online.public_key());
  office.root.timestamp = office.root.snapshot = office.root.targets = {{office.online.id()}, 1};
  press.put_root();
  press.restart();
  press.load();
  const auto delta = press.run();
  EXPECT_EQ(delta.cohorts_signed, 1);
  EXPECT_EQ(delta.timestamps_signed, 1);
  screen.sync();
  EXPECT_EQ(screen.state.root().value.version, 2);
  EXPECT_EQ(screen.approvals(), std::set<std::string>{"ap-1"});
  EXPECT_TRUE(press.publisher->current()->metadata.contains("1.root.json"));
}

}  // namespace
}  // namespace fz::publish
