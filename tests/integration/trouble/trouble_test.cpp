// In every trouble: last frame held, next item, last good set, slate. Never black, never anything that was not approved.
// Real agent, screen and decoders; judged by the tap against pictures that another screen made of the approved bytes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <mutex>
#include <set>

#include "shared/base/process.hpp"
#include "tests/support/fake_server/fake_server.hpp"
#include "tests/support/tap_pipe.hpp"
#include "tests/support/temp_dir.hpp"

namespace fz::test {
namespace {

constexpr Millis kLong{60000};      // generous: sanitizers, two cores, other work
constexpr int kBlack = 20;          // limited range: 16 is black
constexpr std::size_t kSlates = 4;  // enrolment, waiting, fallback, clock

fs::path bin_dir() {
  const char* dir = std::getenv("FZ_BIN_DIR");
  return dir ? fs::path(dir) : program_dir();
}
fs::path sample(const std::string& name) {
  const char* dir = std::getenv("FZ_SOURCE_DIR");
  return fs::path(dir ? dir : ".") / "content-samples" / name;
}

class TroubleTest : public testing::Test {
 protected:
  TroubleTest() : tap(dir / "tap", [this](const TapLine& l) { saw(l); }) {
    fs::create_symlink(bin_dir() / "fz-decode", dir / "decoder");
    make_disk();
    const auto file = [&](const std::string& id, const std::string& name, const std::string& mime, Millis duration) {
      files.push_back(sample(name));
      server.with(
          [&](Publisher& p) { p.add({.id = id, .bytes = read_file(sample(name), 64 << 20).value(), .mime = mime, .duration = duration}); });
    };
    file("ap-text", "slogans/96110.json", "application/vnd.fz.slogan+json", Millis{1000});
    file("ap-poster", "posters/96110-landscape.png", "image/png", Millis{1500});
    file("ap-film", "videos/refund.mp4", "video/mp4", Millis{3000});
    server.with([&](Publisher& p) {
      write_atomic(dir / "root.json", p.metadata.at("1.root.json")).value();
      p.publish(system_clock().wall());
    });
    learn();
  }
  ~TroubleTest() override {
    agent.end(Millis{5000});
    kill_screens();
    mount.end(Millis{0});
  }

  // A disk of the screen's own, so that it can be filled: a tmpfs in a mount namespace that a process keeps open.
  void make_disk() {
    fs::create_directory(data());
    SpawnOptions o;
    o.argv = {
        "unshare",       "-rm",          "sh", "-c", "mount -t tmpfs -o size=300m,mode=0700 disk \"$0\" && touch \"$1\" && exec sleep 3600",
        data().string(), dir / "mounted"};
    mount = Process::spawn(o).value();
    if (!wait_for([&] { return fs::exists(dir / "mounted"); })) throw std::runtime_error("no mount namespace for the screen's disk");
  }
  /// The disk as the test sees it.
  fs::path disk() const { return fs::path("/proc") / std::to_string(mount.pid()) / "root" / data().relative_path(); }
  void fill_disk() {
    Fd fd(::open((disk() / "fill").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    const std::string block(1 << 20, 'x');
    while (::write(fd.get(), block.data(), block.size()) > 0) {
    }
  }
  // What the approved bytes look like: shown by a screen of its own, without an agent.
  void learn() {
    SpawnOptions o;
    o.argv = {(bin_dir() / "fz-screen").string(), "--play"};
    for (const auto& f : files) o.argv.push_back(f.string());
    for (const char* a : {"--sink", "null", "--size", "320x180", "--fps", "25", "--sync=false", "--still-ms", "300", "--text-ms", "300"})
      o.argv.push_back(a);
    o.argv.push_back("--tap");
    o.argv.push_back(dir / "learn.jsonl");
    run_command(o, kLong).value();
    std::ifstream in(dir / "learn.jsonl");
    for (std::string line; std::getline(in, line);) approved.insert(read_tap_line(line).crc);
    ASSERT_GT(approved.size(), 50u) << "the film moves";
  }
  void start_agent() {
    SpawnOptions o;
    o.argv = {"nsenter",
              "-t",
              std::to_string(mount.pid()),
              "-U",
              "-m",
              "--preserve-credentials",
              (bin_dir() / "fz-agent").string(),
              "--server",
              server.url(),
              "--root",
              dir / "root.json",
              "--data",
              data(),
              "--screen-socket",
              dir / "screen.sock",
              "--decoder",
              dir / "decoder",
              "--screen-program",
              (bin_dir() / "fz-screen").string()};
    for (const std::string& a : std::vector<std::string>{"--sink", "null", "--size", "320x180", "--fps", "25", "--tap", dir / "tap"})
      o.argv.push_back("--screen-arg=" + a);
    agent = Process::spawn(o).value();
  }
  fs::path data() const { return dir / "data"; }
  void kill_screens() {
    std::error_code ignored;
    for (const auto& e : fs::directory_iterator("/proc", ignored)) {
      std::error_code gone;
      if (fs::read_symlink(e.path() / "exe", gone).filename() != "fz-screen") continue;  // the agent names it in its arguments
      std::string command;
      std::getline(std::ifstream(e.path() / "cmdline"), command);
      if (command.find(dir.path().string()) != std::string::npos) ::kill(std::atoi(e.path().filename().c_str()), SIGKILL);
    }
  }

  void saw(const TapLine& l) {
    const std::lock_guard lock(mutex);
    ++frames;
    black += l.luma < kBlack;
    if (!l.play.empty()) ++of_plays;
    if (approved.contains(l.crc)) return;
    if (l.play.empty())
      slates.insert(l.crc);
    else
      unapproved.insert(l.play + " " + l.crc);
  }
  template <class F>
  auto look(F f) {
    const std::lock_guard lock(mutex);
    return f();
  }
  bool wait_for(const std::function<bool()>& done, Millis limit = kLong) {
    const auto end = system_clock().steady() + limit;
    while (!done()) {
      if (system_clock().steady() > end) return done();
      std::this_thread::sleep_for(Millis{10});
    }
    return true;
  }
  /// An item is on the surface again.
  void comes_back(const char* trouble) {
    const auto before = look([&] { return of_plays; });
    EXPECT_TRUE(wait_for([&] { return look([&] { return of_plays; }) > before + 10; })) << trouble;
    judge(trouble);
  }
  /// The screen goes on painting, whatever it is.
  void paints_on(const char* trouble, int more) {
    const auto before = look([&] { return frames; });
    EXPECT_TRUE(wait_for([&] { return look([&] { return frames; }) > before + more; })) << trouble;
    judge(trouble);
  }
  void judge(const char* trouble) {
    const std::lock_guard lock(mutex);
    EXPECT_EQ(black, 0) << trouble;
    EXPECT_LE(slates.size(), kSlates) << trouble << ": pictures that are neither approved nor the slate";
    EXPECT_TRUE(unapproved.empty()) << trouble << ": " << *unapproved.begin();
  }

  TempDir dir;
  FakeServer server;
  std::vector<fs::path> files;
  std::mutex mutex;
  std::int64_t frames = 0, of_plays = 0, black = 0;
  std::set<std::string> approved, slates, unapproved;
  TapPipe tap;
  Process agent, mount;
};

TEST_F(TroubleTest, NeverBlackNeverUnapproved) {
  start_agent();
  comes_back("the first start");
  // Every item was seen once, so that what is on the disk is known to be whole.
  ASSERT_TRUE(wait_for([&] { return look([&] { return of_plays; }) > 150; }));

  kill_screens();
  comes_back("the screen was killed");

  agent.signal(SIGKILL);
  agent.wait(Millis{5000});
  paints_on("the agent was killed: last frame, then the slate", 100);
  start_agent();
  comes_back("the agent is back");

  fs::remove(dir / "decoder");
  comes_back("no decoder: what needs none goes on");
  paints_on("no decoder", 100);
  fs::create_symlink(bin_dir() / "fz-decode", dir / "decoder");
  comes_back("the decoder is back");

  fill_disk();
  comes_back("the disk is full");
  paints_on("the disk is full", 150);
  fs::remove(disk() / "fill");
  comes_back("there is space again");

  server.stop();
  for (const auto& e : fs::recursive_directory_iterator(disk() / "blobs"))
    if (e.is_regular_file() && e.path().filename().string().size() == 64) fs::remove(e.path());
  paints_on("all media are gone and no server: last frame, then the slate", 200);
  server.start();
  comes_back("media are fetched again");

  agent.signal(SIGKILL);
  agent.wait(Millis{5000});
  server.stop();
  write_atomic(disk() / "set.json", "{\"half\":").value();
  start_agent();
  paints_on("the set is damaged and no server: the slate", 100);
  server.start();
  comes_back("a new set");

  agent.signal(SIGKILL);
  agent.wait(Millis{5000});
  for (const char* name : {"trust.json", "clock.json", "rotation.json"}) write_atomic(disk() / name, "damaged").value();
  start_agent();
  comes_back("trust, clock and rotation are damaged");
  EXPECT_EQ(agent.end(Millis{20000}), 0);
  judge("the end");
}

}  // namespace
}  // namespace fz::test
