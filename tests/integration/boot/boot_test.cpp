// fz-agent --boot with a real screen: the list once, a key, the limit, and nothing to show. No server is there.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/input.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <mutex>
#include <set>

#include "tests/integration/agent/harness.hpp"
#include "tests/support/tap_pipe.hpp"

namespace fz::test {
namespace {

class BootTest : public AgentTest {
 protected:
  BootTest()
      : tap(dir / "tap", [this](const TapLine& l) {
          const std::lock_guard lock(mutex);
          if (!l.play.empty()) plays.insert(l.play);
          black += l.luma < 20;
        }) {
    ::mkfifo((dir / "keys").c_str(), 0600);
    keys.reset(::open((dir / "keys").c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    schedule::Slot boot;
    boot.id = boot.campaign = "boot";
    boot.priority = schedule::Class::boot;
    boot.from = *schedule::parse_date("2026-01-01");
    boot.until = *schedule::parse_date("2099-01-01");
    boot.dayparts = {schedule::DayPart{}};
    server.with([&](Publisher& p) { p.set_slot(boot); });
  }
  void add(const std::string& id, const std::string& slot, Millis duration) {
    server.with([&](Publisher& p) {
      p.add({.id = id, .bytes = slogan("内容" + id), .mime = "application/vnd.fz.slogan+json", .duration = duration, .slot = slot});
    });
  }
  /// An ordinary day of the screen: everything is on its disk afterwards. Then the network is gone.
  void fetch() {
    publish();
    FakeScreen screen(dir / "screen.sock");
    auto agent = start_agent();
    ASSERT_TRUE(wait_for(kLong, [&] { return !screen.presented().empty(); }));
    for (const auto& p : screen.presented()) EXPECT_EQ(p.text.find("内容boot"), std::string::npos) << "class boot plays at the start only";
    EXPECT_EQ(agent.end(Millis{20000}), 0);
    server.stop();
  }
  Process boot(std::vector<std::string> more = {}, const std::string& screen = (bin_dir() / "fz-screen").string(), int limit = 60) {
    auto o = agent_options();
    for (const std::string& a : {std::string("--boot"), std::string("--limit"), std::to_string(limit), std::string("--input"),
                                 std::string(dir / "keys"), std::string("--screen-program"), screen})
      o.argv.push_back(a);
    for (const std::string& a : std::vector<std::string>{"--sink", "null", "--size", "320x180", "--tap", dir / "tap"})
      o.argv.push_back("--screen-arg=" + a);
    o.argv.insert(o.argv.end(), more.begin(), more.end());
    return Process::spawn(o).value();
  }
  int status(Process& p) { return p.wait(kLong * 2).value_or(-1); }
  void press(int code) {
    input_event e{};
    e.type = EV_KEY;
    e.code = static_cast<std::uint16_t>(code);
    e.value = 1;
    ASSERT_EQ(::write(keys.get(), &e, sizeof e), static_cast<ssize_t>(sizeof e));
  }
  std::size_t shown_plays() {
    const std::lock_guard lock(mutex);
    return plays.size();
  }
  bool screens_left() {
    std::error_code ignored;
    for (const auto& e : fs::directory_iterator("/proc", ignored)) {
      std::string command;
      std::getline(std::ifstream(e.path() / "cmdline"), command);
      if (command.find("--listen") != std::string::npos && command.find(dir.path().string()) != std::string::npos) return true;
    }
    return false;
  }
  std::string script(const std::string& name, const std::string& text) {
    write_atomic(dir / name, "#!/bin/sh\n" + text + "\n", 0755).value();
    return dir / name;
  }
  std::mutex mutex;
  std::set<std::string> plays;
  int black = 0;
  TapPipe tap;
  Fd keys;
};

TEST_F(BootTest, TheListIsPlayedOnceFromTheDiskAndTheSessionGoesOn) {
  add("boot-1", "boot", Millis{1000});
  add("boot-2", "boot", Millis{1000});
  add("ap-day", "main", Millis{1000});
  fetch();
  for (int start = 1; start <= 2; ++start) {  // every start, not the first alone
    auto p = boot();
    EXPECT_EQ(status(p), 0);
    EXPECT_EQ(shown_plays(), 2u * start) << "each item of the boot list, and nothing else";
    EXPECT_FALSE(screens_left()) << "the surface is the session's now";
  }
  EXPECT_EQ(black, 0);
}

TEST_F(BootTest, OneKeySkips) {
  add("boot-1", "boot", Millis{600000});
  add("ap-day", "main", Millis{1000});
  fetch();
  auto p = boot({"--key", std::to_string(KEY_ENTER)});
  ASSERT_TRUE(wait_for(kLong, [&] { return shown_plays() == 1; }));
  press(KEY_A);
  std::this_thread::sleep_for(Millis{300});
  EXPECT_FALSE(p.wait(Millis{0})) << "another key";
  press(KEY_ENTER);
  EXPECT_EQ(status(p), 10);
  EXPECT_FALSE(screens_left());
}

TEST_F(BootTest, TheLimitHoldsWhateverHangs) {
  add("boot-1", "boot", Millis{600000});
  add("ap-day", "main", Millis{1000});
  fetch();
  const auto timed = [&](Process p, int limit) {
    const auto begin = system_clock().steady();
    EXPECT_EQ(status(p), 11);
    EXPECT_LT(system_clock().steady() - begin, Seconds{limit + 10});
    EXPECT_FALSE(screens_left());
  };
  timed(boot({}, (bin_dir() / "fz-screen").string(), 8), 8);
  timed(boot({}, script("deaf", "exec sleep 600"), 3), 3);
  auto stopped = boot({}, (bin_dir() / "fz-screen").string(), 12);
  ASSERT_TRUE(wait_for(kLong, [&] { return shown_plays() >= 2; }));
  stopped.signal(SIGSTOP);  // even the agent itself, for a while
  std::this_thread::sleep_for(Millis{500});
  stopped.signal(SIGCONT);
  EXPECT_EQ(status(stopped), 11);
}

TEST_F(BootTest, WithNothingToShowItEndsAtOnce) {
  auto empty = boot();
  EXPECT_EQ(status(empty), 12) << "never enrolled";
  add("ap-day", "main", Millis{1000});
  fetch();
  auto no_list = boot();
  EXPECT_EQ(status(no_list), 12) << "no boot list";
  for (const char* name : {"set.json", "trust.json", "clock.json"}) {
    write_atomic(fs::path(dir / "data") / name, "{\"half").value();
    auto damaged = boot();
    EXPECT_EQ(status(damaged), 12) << name;
  }
  EXPECT_EQ(shown_plays(), 0u);
}

}  // namespace
}  // namespace fz::test
