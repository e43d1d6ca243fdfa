// kill -9 at random moments over all programs of a screen: the agent, the screen, the decoders. What was presented is judged
// by the tap at the sink, never by the player's own word. The server here is a fake, which can be looked into; the real one
// is killed in tests/e2e/kill_every_program_test.py. FZ_KILLS (default 200) and FZ_SEED choose how many and which.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include "shared/base/json.hpp"
#include "shared/base/process.hpp"
#include "shared/db/db.hpp"
#include "tests/support/fake_server/fake_server.hpp"
#include "tests/support/tap_pipe.hpp"
#include "tests/support/temp_dir.hpp"

namespace fz::test {
namespace {

constexpr Millis kRecovery{30000};  // generous: sanitizers, two cores, other work

int env_or(const char* name, int fallback) {
  const char* value = std::getenv(name);
  return value && *value ? std::atoi(value) : fallback;
}
fs::path bin_dir() {
  const char* dir = std::getenv("FZ_BIN_DIR");
  return dir ? fs::path(dir) : program_dir();
}
std::string sample(const std::string& name) {
  const char* dir = std::getenv("FZ_SOURCE_DIR");
  return read_file(fs::path(dir ? dir : ".") / "content-samples" / name, 64 << 20).value();
}
SteadyTime steady() {
  return system_clock().steady();
}

/// What the tap saw of each play, whichever screen process showed it.
class Tap {
 public:
  explicit Tap(const fs::path& path) : pipe_(path, [this](const TapLine& l) { saw(l.play); }) {}
  struct Seen {
    std::int64_t frames = 0;
    SteadyTime first, last;
  };
  std::map<std::string, Seen> plays() const {
    const std::lock_guard lock(mutex_);
    return plays_;
  }
  /// Frames that belonged to a play, ever.
  std::int64_t frames() const { return frames_; }

 private:
  void saw(const std::string& play) {
    if (play.empty()) return;
    const std::lock_guard lock(mutex_);
    auto& seen = plays_[play];
    if (seen.frames++ == 0) seen.first = steady();
    seen.last = steady();
    ++frames_;
  }
  mutable std::mutex mutex_;
  std::map<std::string, Seen> plays_;
  std::atomic<std::int64_t> frames_{0};
  TapPipe pipe_;  // last: its thread ends before what it fills
};

/// Processes whose executable has this name and whose command line names our folder or whose parent is `parent`.
std::vector<pid_t> find_processes(const std::string& name, const std::string& folder, pid_t parent) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string pid = entry.path().filename();
    if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code gone;
    const auto exe = fs::read_symlink(entry.path() / "exe", gone);
    if (gone || exe.filename().string().rfind(name, 0) != 0) continue;
    std::string command, stat;
    std::ifstream(entry.path() / "cmdline") >> command;
    std::getline(std::ifstream(entry.path() / "stat") >> std::ws, stat);
    const auto close = stat.rfind(')');
    const int ppid = close == std::string::npos ? 0 : std::atoi(stat.c_str() + close + 4);
    if (command.find(folder) != std::string::npos || (parent > 0 && ppid == parent)) found.push_back(std::atoi(pid.c_str()));
  }
  return found;
}

class KillTest : public testing::Test {
 protected:
  KillTest() : tap(dir / "tap") {
    const auto text = [&](const std::string& id, const std::string& file, Millis duration) {
      server.with([&](Publisher& p) {
        p.add({.id = id, .bytes = sample("slogans/" + file), .mime = "application/vnd.fz.slogan+json", .duration = duration});
      });
    };
    text("ap-text-1", "96110.json", Millis{1000});
    text("ap-text-2", "cards.json", Millis{1500});
    const auto media = [&](const std::string& id, const std::string& file, const std::string& mime, Millis duration) {
      server.with([&](Publisher& p) { p.add({.id = id, .bytes = sample(file), .mime = mime, .duration = duration}); });
    };
    media("ap-poster-1", "posters/96110-landscape.png", "image/png", Millis{1500});
    media("ap-poster-2", "posters/shuadan.jpg", "image/jpeg", Millis{1000});
    media("ap-film", "videos/refund.mp4", "video/mp4", Millis{3000});
    server.with([&](Publisher& p) {
      write_atomic(dir / "root.json", p.metadata.at("1.root.json")).value();
      p.publish(system_clock().wall());
    });
  }
  ~KillTest() override {
    agent.end(Millis{5000});
    for (const pid_t pid : find_processes("fz-screen", dir.path(), 0)) ::kill(pid, SIGKILL);
  }
  void start_agent() {
    SpawnOptions o;
    o.argv = {(bin_dir() / "fz-agent").string(),
              "--server",
              server.url(),
              "--root",
              dir / "root.json",
              "--data",
              dir / "data",
              "--screen-socket",
              dir / "screen.sock",
              "--screen-program",
              (bin_dir() / "fz-screen").string()};
    for (const std::string& a : std::vector<std::string>{"--sink", "null", "--size", "320x180", "--fps", "25", "--tap", dir / "tap"})
      o.argv.push_back("--screen-arg=" + a);
    agent = Process::spawn(o).value();
  }
  bool wait_for(Millis limit, const std::function<bool()>& done) {
    const auto end = steady() + limit;
    while (!done()) {
      if (steady() > end) return done();
      std::this_thread::sleep_for(Millis{10});
    }
    return true;
  }
  /// New frames of any play.
  bool picture_comes_back() {
    const auto before = tap.frames();
    return wait_for(kRecovery, [&] { return tap.frames() > before + 3; });
  }
  TempDir dir;
  FakeServer server;
  Tap tap;
  Process agent;
};

TEST_F(KillTest, AfterEveryKillThePictureComesBackAndTheRecordsStayTrue) {
  const int kills = env_or("FZ_KILLS", 200);
  const auto seed = static_cast<unsigned>(env_or("FZ_SEED", static_cast<int>(std::random_device{}() & 0xffffff)));
  std::cout << "seed " << seed << ", " << kills << " kills\n";
  std::mt19937 random(seed);
  start_agent();
  ASSERT_TRUE(wait_for(Millis{60000}, [&] { return tap.plays().size() >= 2; })) << "nothing was ever shown";
  int done = 0, of_agent = 0, of_screen = 0, of_decoder = 0;
  Millis longest{0};
  while (done < kills) {
    std::this_thread::sleep_for(Millis{static_cast<int>(random() % 700)});
    const int dice = static_cast<int>(random() % 10);
    if (dice < 4) {
      agent.signal(SIGKILL);
      ++done, ++of_agent;
    }
    if (dice >= 3 && dice < 7) {
      for (const pid_t pid : find_processes("fz-screen", dir.path(), 0)) {
        ::kill(pid, SIGKILL);
        ++done, ++of_screen;
      }
    }
    if (dice >= 7) {
      const auto decoders = find_processes("fz-decode", "\x01none", agent.pid());
      if (decoders.empty()) continue;
      ::kill(decoders[random() % decoders.size()], SIGKILL);
      ++done, ++of_decoder;
    }
    const auto begin = steady();
    if (const auto status = agent.wait(Millis{dice < 4 ? 5000 : 0})) {
      ASSERT_EQ(*status, 128 + SIGKILL) << "the agent ended by itself, seed " << seed;
      start_agent();
    }
    // A decoder's death costs one item; the others go on.
    ASSERT_TRUE(picture_comes_back()) << "dark after kill " << done << ", dice " << dice << ", seed " << seed;
    longest = std::max(longest, std::chrono::duration_cast<Millis>(steady() - begin));
    ASSERT_FALSE(agent.wait(Millis{0})) << "the agent ended by itself, seed " << seed;
  }
  std::cout << of_agent << " of the agent, " << of_screen << " of the screen, " << of_decoder << " of decoders; longest until new frames "
            << longest.count() << " ms\n";
  // Calm: everything that is still open comes to its end, then the agent stops in order.
  std::this_thread::sleep_for(Millis{15000});
  EXPECT_EQ(agent.end(Millis{20000}), 0);
  start_agent();
  const auto last_shown = tap.plays().size();
  ASSERT_TRUE(wait_for(kRecovery, [&] { return tap.plays().size() > last_shown; }));
  EXPECT_EQ(agent.end(Millis{20000}), 0);
  const auto shown = tap.plays();

  struct Record {
    std::string end;
    std::int64_t frames = 0;
  };
  auto db = db::Connection::open(dir / "data/plays.db").value();
  db->check().value();
  std::map<std::string, Record> records;
  std::int64_t expected = 1;
  db->each("SELECT counter,id,end,frames FROM play ORDER BY counter", {}, [&](const db::Row& r) {
      EXPECT_EQ(r.integer(0), expected++) << "a hole in the counters";
      EXPECT_TRUE(records.emplace(r.text(1), Record{r.text(2), r.integer(3)}).second) << "recorded twice";
      return true;
    }).value();
  int unknown = 0, unseen = 0;
  for (const auto& [id, record] : records) {
    const auto seen = shown.find(id);
    unknown += record.end == "unknown";
    unseen += seen == shown.end() && record.end == "unknown";
    if (record.end == "unknown") continue;
    if (record.end == "skipped") {  // its decoder was killed before it was its turn
      EXPECT_TRUE(seen == shown.end() && record.frames == 0) << id << ", seed " << seed;
      continue;
    }
    if (seen == shown.end())
      ADD_FAILURE() << "recorded as " << record.end << " and never presented: " << id << ", seed " << seed;
    else
      EXPECT_EQ(seen->second.frames, record.frames) << id << ", seed " << seed;
  }
  for (const auto& [id, seen] : shown)
    EXPECT_TRUE(records.contains(id)) << "presented for " << seen.frames << " frames and not recorded: " << id << ", seed " << seed;
  std::cout << shown.size() << " plays presented, " << records.size() << " recorded, " << unknown << " of unknown end, " << unseen
            << " of these perhaps never shown\n";
  EXPECT_LE(unknown, of_agent + of_screen) << "a decoder's end is always known; seed " << seed;
  // What the server has is a prefix of the chain, each once.
  const auto received = server.with([](Publisher& p) { return p.plays; });
  EXPECT_GE(received.size() + 5, records.size() * 9 / 10);
  for (const auto& p : received) EXPECT_TRUE(records.contains(p.id));
}

}  // namespace
}  // namespace fz::test
