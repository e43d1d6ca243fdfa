#include <signal.h>

#include <fstream>

#include "shared/base/json.hpp"
#include "tests/integration/agent/harness.hpp"

namespace fz::test {
namespace {

TEST_F(AgentTest, EnrolsFetchesPlaysAndReports) {
  add_text("ap-1", "alpha");
  add_text("ap-2", "beta");
  server.with([](Publisher& p) {
    p.enrolled = false;
    p.publish(system_clock().wall());
  });
  FakeScreen screen(dir / "screen.sock");
  auto agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return screen.slate().code == "ABCD2345"; }));
  EXPECT_EQ(screen.slate().state, "enrol");
  EXPECT_EQ(screen.slate().server, server.url());
  ASSERT_TRUE(wait_for(kLong, [&] { return fs::exists(dir / "data/enrolment.json"); }));
  server.with([](Publisher& p) { p.enrolled = true; });
  ASSERT_TRUE(wait_for(kLong, [&] { return shown(screen, "alpha") && shown(screen, "beta"); }));
  ASSERT_TRUE(wait_for(kLong, [&] { return plays().size() >= 4; }));
  ASSERT_TRUE(wait_for(kLong, [&] { return !fs::exists(dir / "data/enrolment.json"); }));
  struct stat st {};
  ASSERT_EQ(::stat((dir / "data/device.key").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  EXPECT_EQ(agent.end(Millis{10000}), 0);
  // Everything that was presented has its record, the last one as well: it was taken off before the end.
  const auto presented = screen.presented();
  agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return plays().size() >= presented.size(); }));
  const auto records = plays();
  for (std::size_t i = 0; i < presented.size(); ++i) {
    EXPECT_EQ(records[i].id, presented[i].play) << i;
    EXPECT_EQ(records[i].presented_ms, presented[i].shown_ms) << i;
    EXPECT_NE(records[i].end, "unknown") << i;
  }
  EXPECT_EQ(records[presented.size() - 1].end, "interrupted");
  EXPECT_EQ(records[presented.size() - 1].reason, "shutdown");
}

TEST_F(AgentTest, AWithdrawalThroughTheChannelTakesTheItemOff) {
  add_text("ap-1", "alpha", Millis{600000});
  publish();
  FakeScreen screen(dir / "screen.sock");
  auto agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return shown(screen, "alpha") && server.channels() == 1; }));
  std::this_thread::sleep_for(Millis{300});  // the channel's own greeting
  const auto envelope = server.with([](Publisher& p) { return p.withdraw("ap-1", system_clock().wall()); });
  const auto begin = screen.now();
  server.push("{\"m\":\"withdrawals\",\"envelope\":" + envelope + "}");
  ASSERT_TRUE(wait_for(kLong, [&] { return screen.on_air().empty(); }));
  RecordProperty("withdrawn_ms", static_cast<int>((screen.now() - begin).count()));
  std::cout << "withdrawn after " << (screen.now() - begin).count() << " ms\n";
  EXPECT_LT(screen.now() - begin, Millis{5000});  // 200 ms on an idle machine
  ASSERT_TRUE(wait_for(kLong, [&] { return !plays().empty(); }));
  EXPECT_EQ(plays()[0].reason, "trust_withdrawn");
}

TEST_F(AgentTest, PlaysFromTheDiskWithinASecondWhenTheNetworkIsDown) {
  add_text("ap-1", "alpha", Millis{2000});
  // Twenty megabytes that must be hashed before they are shown.
  server.with(
      [](Publisher& p) { p.add({.id = "ap-big", .bytes = std::string(20 << 20, 'b'), .mime = "video/mp4", .duration = Millis{2000}}); });
  publish();
  FakeScreen screen(dir / "screen.sock");
  auto agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return shown(screen, "alpha") && screen.presented().size() >= 4; }));
  agent.signal(SIGKILL);
  agent.wait(kLong);
  server.stop();
  ASSERT_TRUE(wait_for(kLong, [&] { return screen.on_air().empty(); }));
  const auto before = screen.presented().size();
  const auto begin = screen.now();
  agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return screen.presented().size() > before; }));
  const auto took = screen.presented()[before].started - begin;
  std::cout << "first item after " << took.count() << " ms\n";
  EXPECT_LT(took, Millis{10000});  // one second on an idle machine; tests/bench measures it
}

TEST_F(AgentTest, TheServerGoesAwayAndComesBack) {
  add_text("ap-1", "alpha");
  publish();
  FakeScreen screen(dir / "screen.sock");
  auto agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return plays().size() >= 2; }));
  server.stop();
  const auto before = screen.presented().size();
  ASSERT_TRUE(wait_for(kLong, [&] { return screen.presented().size() >= before + 3; }));
  add_text("ap-2", "beta");
  publish();
  server.start();
  ASSERT_TRUE(wait_for(Millis{120000}, [&] { return shown(screen, "beta"); }));
  const auto so_far = screen.presented().size();
  ASSERT_TRUE(wait_for(kLong, [&] { return plays().size() >= so_far - 1; }));
  const auto records = plays();
  const auto presented = screen.presented();
  for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i].id, presented[i].play);
}

TEST_F(AgentTest, ADamagedFileOnTheDiskIsMendedChunkByChunk) {
  const std::string film(3 << 20, 'f');
  server.with([&](Publisher& p) { p.add({.id = "ap-film", .bytes = film, .mime = "video/mp4", .duration = Millis{1000}}); });
  add_text("ap-1", "alpha");
  publish();
  FakeScreen screen(dir / "screen.sock");
  auto agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return screen.presented().size() >= 3; }));
  agent.signal(SIGKILL);
  agent.wait(kLong);
  const auto sha = crypto::sha256_hex(std::string_view(film));
  const fs::path file = fs::path(dir / "data/blobs") / sha.substr(0, 2) / sha;
  ASSERT_TRUE(fs::exists(file));
  {
    std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
    f.seekp((1 << 20) + 5);
    f.put('X');
  }
  agent = start_agent();
  const auto mended = [&] {
    for (const auto& [blob, range] : server.blob_requests())
      if (blob == sha && range == "bytes=1048576-2097151") return true;
    return false;
  };
  ASSERT_TRUE(wait_for(kLong, mended));
  ASSERT_TRUE(wait_for(kLong, [&] {
    const auto text = read_file(file, 16 << 20);
    return text && *text == film;
  }));
}

TEST_F(AgentTest, ABadSitePackageIsSaidAtOnce) {
  write_atomic(dir / "root.json", "{}").value();
  FakeScreen screen(dir / "screen.sock");
  auto agent = start_agent();
  EXPECT_EQ(agent.wait(kLong), 3);
}

TEST_F(AgentTest, ASecondAgentOnTheSameFolderIsRefused) {
  publish();
  FakeScreen screen(dir / "screen.sock");
  auto agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return fs::exists(dir / "data/plays.db"); }));
  auto second = start_agent();
  EXPECT_EQ(second.wait(kLong), 4);
}

// A screen that the service manager started and that hangs is ended, so that it is started again.
TEST_F(AgentTest, AHungScreenOfAnotherIsEnded) {
  add_text("ap-1", "alpha", Millis{600000});
  publish();
  SpawnOptions o;
  o.argv = {(bin_dir() / "fz-screen").string(), "--listen", dir / "screen.sock", "--sink", "null", "--size", "320x180", "--fps", "25"};
  auto screen = Process::spawn(o).value();
  auto agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return server.with([](Publisher& p) { return p.last_status; }).find("ap-1") != std::string::npos; }));
  const auto stopped = std::chrono::steady_clock::now();
  screen.signal(SIGSTOP);
  const auto status = screen.wait(kLong);
  const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - stopped);
  std::cout << "noticed after " << took.count() << " ms\n";
  EXPECT_LT(took, Millis{3000});  // half a second on an idle machine
  ASSERT_TRUE(status) << "the agent left it hanging";
  EXPECT_EQ(*status, 128 + SIGKILL);
  // One that hangs from the beginning takes the connection into its backlog and never answers.
  screen = Process::spawn(o).value();
  ASSERT_TRUE(wait_for(kLong, [&] { return plays().size() >= 1; })) << "the play of the dead screen is settled by the next one";
  EXPECT_EQ(plays()[0].end, "unknown");
  EXPECT_EQ(agent.end(Millis{10000}), 0);
  screen.signal(SIGSTOP);
  agent = start_agent();
  EXPECT_EQ(screen.wait(kLong), 128 + SIGKILL);
  EXPECT_EQ(agent.end(Millis{10000}), 0);
}

TEST_F(AgentTest, ShotsGoToTheServer) {
  add_text("ap-1", "alpha", Millis{600000});
  publish();
  SpawnOptions o;
  o.argv = {(bin_dir() / "fz-screen").string(), "--listen", dir / "screen.sock", "--sink", "null", "--size", "320x180", "--fps", "25"};
  auto screen = Process::spawn(o).value();
  auto agent = start_agent();
  ASSERT_TRUE(wait_for(kLong, [&] { return server.channels() == 1; }));
  ASSERT_TRUE(wait_for(kLong, [&] { return server.with([](Publisher& p) { return p.last_status; }).find("ap-1") != std::string::npos; }));
  const auto begin = std::chrono::steady_clock::now();
  server.push(R"({"m":"command","id":"c1","command":"screenshot"})");
  ASSERT_TRUE(wait_for(kLong, [&] { return !server.with([](Publisher& p) { return p.shot; }).empty(); }));
  const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin);
  std::cout << "picture after " << took.count() << " ms\n";
  EXPECT_LT(took, Millis{5000});  // a second on an idle machine
  const auto shot = server.with([](Publisher& p) { return p.shot; });
  EXPECT_TRUE(shot.starts_with("\xff\xd8\xff") && shot.ends_with("\xff\xd9"));
  EXPECT_LE(shot.size(), 200'000u);
  EXPECT_EQ(agent.end(Millis{10000}), 0);
}

TEST_F(AgentTest, AnAlertTakesTheScreenAtOnceAndGivesItBack) {
  add_text("ap-1", "平时", Millis{600000});
  publish();
  FakeScreen screen(dir / "screen.sock");
  auto agent = start_agent();
  const auto on_air = [&](const char* text) { return screen.on_air_text().find(text) != std::string::npos; };
  ASSERT_TRUE(wait_for(kLong, [&] { return on_air("平时") && server.channels() == 1; }));
  auto u = server.with([](Publisher& p) { return p.urgent("ap-u", slogan("紧急"), system_clock().wall()); });
  const auto message = [&] { return server.with([&](Publisher& p) { return u.message(p.office); }); };
  const auto begin = system_clock().steady();
  server.push(message());
  ASSERT_TRUE(wait_for(kLong, [&] { return on_air("紧急"); }));
  EXPECT_LT(system_clock().steady() - begin, Seconds{5});
  u.alert.cancelled = true;
  u.alert.version = 2;
  server.push(message());
  ASSERT_TRUE(wait_for(kLong, [&] { return on_air("平时"); }));
  EXPECT_TRUE(wait_for(kLong, [&] {
    const auto all = plays();
    return std::any_of(all.begin(), all.end(), [](const auto& p) { return p.approval_id == "ap-u" && p.end == "interrupted"; });
  }));
  EXPECT_EQ(agent.end(Millis{20000}), 0);
}

}  // namespace
}  // namespace fz::test
