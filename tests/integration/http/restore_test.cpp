// A server whose data folder was brought back from a backup: screens that saw more go on with it.
#include "tests/integration/http/flow.hpp"

namespace fz::test {
namespace {

class Restore : public Flow {
 protected:
  void change(app::Config& c) override { c.restored = restored; }
  void publish() { publisher[0].expect(200, publisher[0].call(net::Method::post, "/v1/publish")); }
  void stop() {
    server->stop(Millis{1000});
    server.reset();
  }
  void go_on() {
    start();
    for (auto* people : {&publisher, &screen}) (*people)[0] = Client(base, (*people)[0].token());
  }
  bool restored = false;
};

TEST_F(Restore, ScreensThatSawNewerListsTakeThoseOfTheRestoredServer) {
  ceremony();
  const auto item = slogan_in_final("不转账");
  approve(item);
  campaign({item});
  enrol();
  publish();
  stop();
  const auto backup = folder.string() + ".backup";
  fs::copy(folder, backup, fs::copy_options::recursive);
  go_on();
  auto state = trust::TrustedState::init(office.root_bytes(), identity);
  ASSERT_TRUE(state);
  clock.advance(Seconds{60});
  campaign({item});
  publish();
  update(*state);  // the screen now knows numbers that the backup has not
  stop();
  fs::remove_all(folder);
  fs::rename(backup, folder);
  restored = true;
  clock.advance(Seconds{60});
  go_on();
  EXPECT_GE(update(*state).size(), 4u);
}

}  // namespace
}  // namespace fz::test
