// The protocol, from the agent's side: a test that speaks it to a real fz-screen with real decoders.
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/wire/channel.hpp"
#include "shared/wire/decoder_process.hpp"
#include "shared/wire/messages.hpp"
#include "tests/integration/screen/harness.hpp"

namespace fz::test {
namespace {

constexpr wire::RingGeometry kGeometry{320, 180, 6, 48000};

struct Agent {
  wire::Channel channel;
  std::vector<wire::ToAgent> heard;
  std::vector<Fd> fds;

  static std::optional<Agent> connect(const fs::path& socket) {
    for (int i = 0; i < 600; ++i) {
      if (auto c = wire::Channel::connect(socket)) return Agent{*std::move(c), {}, {}};
      std::this_thread::sleep_for(Millis{50});
    }
    return std::nullopt;
  }
  void say(const wire::ToScreen& m, std::vector<int> with = {}) { raw(wire::to_json(m), with); }
  void raw(const std::string& text, const std::vector<int>& with = {}) {
    auto sent = channel.send(text, with);
    EXPECT_TRUE(sent && *sent);
  }
  void listen() {
    pollfd p{channel.fd(), POLLIN, 0};
    ::poll(&p, 1, 50);
    for (;;) {
      auto packet = channel.receive();
      if (!packet || !*packet) return;
      auto m = wire::to_agent_from_json((*packet)->text);
      EXPECT_TRUE(m) << (*packet)->text;
      if (m && *m) heard.push_back(**m);
      for (auto& fd : (*packet)->fds) fds.push_back(std::move(fd));
    }
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (auto& m : heard)
      if (auto* t = std::get_if<T>(&m)) out.push_back(*t);
    return out;
  }
  /// Listens until there are `n` messages of this kind; bounded.
  template <class T>
  std::vector<T> expect(std::size_t n = 1, Seconds limit = Seconds{30}) {
    for (auto end = std::chrono::steady_clock::now() + limit; all<T>().size() < n && std::chrono::steady_clock::now() < end;) listen();
    EXPECT_GE(all<T>().size(), n);
    auto found = all<T>();
    found.resize(std::max(found.size(), n));
    return found;
  }
  void greet() {
    say(wire::Hello{});
    expect<wire::Ready>();
  }
};

struct ScreenAgent : testing::Test {
  Folder folder;
  fs::path socket = folder.path / "screen.sock";
  Screen screen{{"--listen", socket.string(), "--size", "320x180", "--sink", "null"}};
  Agent agent = *Agent::connect(socket);
  std::vector<wire::DecoderProcess> decoders;

  void TearDown() override {
    screen.process.signal(SIGTERM);
    EXPECT_EQ(screen.wait(Seconds{20}), 0) << screen.log();
    for (auto& f : screen.tap()) ASSERT_GE(f.luma, 20) << "never black";
  }
  void cue_media(const std::string& play, const std::string& file, std::int64_t duration_ms, Millis still = Millis{0}) {
    wire::DecodeRequest request;
    request.geometry = kGeometry;
    request.still_duration = still;
    request.program = bin_dir() / "fz-decode";
    auto d = wire::DecoderProcess::start(open_media(file), request);
    ASSERT_TRUE(d) << to_log(d.error());
    wire::Cue cue;
    cue.play = play;
    cue.zone = "main";
    cue.duration_ms = duration_ms;
    cue.width = kGeometry.width;
    cue.height = kGeometry.height;
    cue.slots = kGeometry.slots;
    cue.audio_frames = kGeometry.audio_frames;
    agent.say(cue, {d->ring_fd(), d->data_fd(), d->space_fd()});
    decoders.push_back(*std::move(d));
  }
  void cue_text(const std::string& play, std::int64_t duration_ms, const std::string& words = "不轻信 不透露 不转账") {
    wire::Cue cue;
    cue.play = play;
    cue.zone = "main";
    cue.kind = wire::CueKind::text;
    cue.duration_ms = duration_ms;
    cue.text = R"({"schema":1,"type":"slogan","text":")" + words + R"(","fraud_kind":"综合","exposes":"method"})";
    agent.say(cue);
  }
  std::set<std::string> plays_seen() {
    std::set<std::string> out;
    for (auto& f : screen.tap())
      if (!f.play.empty()) out.insert(f.play);
    return out;
  }
};

TEST_F(ScreenAgent, CueGoStartedEndedAcknowledged) {
  agent.greet();
  auto ready = agent.all<wire::Ready>().at(0);
  EXPECT_EQ(ready.width, 320);
  EXPECT_EQ(ready.sink, "null");
  agent.expect<wire::Idle>();
  cue_media("m1", "bar8.mp4", 0);
  cue_text("t1", 500);
  EXPECT_EQ(agent.expect<wire::Cued>(2).size(), 2u);
  std::this_thread::sleep_for(Millis{300});
  EXPECT_TRUE(plays_seen().empty()) << "no go, not shown";
  agent.say(wire::Go{"m1"});
  agent.say(wire::Go{"t1"});
  auto ended = agent.expect<wire::Ended>(2);
  EXPECT_EQ(ended[0].play, "m1");
  EXPECT_EQ(ended[0].reason, wire::EndReason::completed);
  EXPECT_GE(ended[0].frames, 30);
  EXPECT_EQ(ended[0].lost, 0);
  EXPECT_EQ(ended[0].black, 0);
  EXPECT_NEAR(static_cast<double>(ended[0].shown_ms), 1000, 700);
  EXPECT_EQ(ended[1].play, "t1");
  EXPECT_NEAR(static_cast<double>(ended[1].frames), 15, 1);
  auto started = agent.all<wire::Started>();
  ASSERT_EQ(started.size(), 2u);
  auto frames = screen.tap();
  auto first = std::find_if(frames.begin(), frames.end(), [](auto& f) { return f.play == "m1"; });
  ASSERT_NE(first, frames.end());
  char crc[9];
  std::snprintf(crc, sizeof crc, "%08x", ended[0].crc_first);
  EXPECT_EQ(first->crc, crc);
  auto alive = agent.expect<wire::Alive>().back();
  EXPECT_GT(alive.frames, 0);
  EXPECT_GT(alive.rss_kb, 1000);
}

TEST_F(ScreenAgent, ResultsWaitForTheNextAgentUntilAcknowledged) {
  agent.greet();
  cue_text("t1", 1000);
  agent.say(wire::Go{"t1"});
  agent.expect<wire::Started>();
  {
    auto gone = std::move(agent);  // the agent is killed in the middle of an item
  }
  ASSERT_TRUE(screen.until([](auto& tap) { return !tap.empty() && !order(tap).empty() && tap.back().play.empty(); }))
      << "it is finished all the same";
  agent = *Agent::connect(socket);
  agent.greet();
  EXPECT_EQ(agent.expect<wire::Ended>()[0].play, "t1");
  agent = *Agent::connect(socket);  // not acknowledged: said again
  agent.greet();
  EXPECT_EQ(agent.expect<wire::Ended>()[0].play, "t1");
  agent.say(wire::Ack{"t1"});
  agent = *Agent::connect(socket);
  agent.greet();
  agent.expect<wire::Alive>(2);
  EXPECT_TRUE(agent.all<wire::Ended>().empty());
}

// A send that finds the agent dead must not throw away what the agent said before it died.
TEST_F(ScreenAgent, TheLastWordsOfADeadAgentCount) {
  agent.greet();
  cue_text("t1", 200);
  agent.say(wire::Go{"t1"});
  agent.expect<wire::Ended>();
  // Cues without a ring are refused, and nobody reads the answers: they fill the socket, and more of them wait at the screen.
  for (int i = 0; i < 2000; ++i) {
    wire::Cue refused;
    refused.play = "refused" + std::to_string(i);
    refused.zone = "main";
    refused.width = 320;
    refused.height = 180;
    refused.slots = 6;
    agent.say(refused);
    if (i % 50 == 49) std::this_thread::sleep_for(Millis{20});
  }
  std::this_thread::sleep_for(Millis{200});
  screen.process.signal(SIGSTOP);
  agent.say(wire::Ack{"t1"});
  { auto gone = std::move(agent); }
  screen.process.signal(SIGCONT);
  std::this_thread::sleep_for(Millis{300});
  agent = *Agent::connect(socket);
  agent.greet();
  agent.expect<wire::Alive>(2);
  EXPECT_TRUE(agent.all<wire::Ended>().empty());
}

TEST_F(ScreenAgent, StopTakesItOffTheSurface) {
  agent.greet();
  cue_media("long", "long.mp4", 0);
  cue_text("next", 500);
  agent.say(wire::Go{"long"});
  agent.expect<wire::Started>();
  agent.say(wire::Stop{"next", "replaced"});
  agent.say(wire::Stop{"long", "withdrawn"});
  auto ended = agent.expect<wire::Ended>(2);
  std::map<std::string, wire::EndReason> reasons;
  for (auto& e : ended) reasons[e.play] = e.reason;
  EXPECT_EQ(reasons["next"], wire::EndReason::replaced);
  EXPECT_EQ(reasons["long"], wire::EndReason::stopped);
  // What follows is the slate, not the withdrawn picture.
  ASSERT_TRUE(screen.until([](auto& tap) { return tap.size() > 10 && tap.back().play.empty(); }));
  auto tap = screen.tap();
  std::set<std::string> withdrawn;
  for (auto& f : tap)
    if (f.play == "long") withdrawn.insert(f.crc);
  bool after = false;
  for (auto& f : tap) {
    if (f.play == "long") after = true;
    if (after && f.play.empty()) {
      EXPECT_FALSE(withdrawn.contains(f.crc));
    }
  }
}

TEST_F(ScreenAgent, ShortItemAndDeclaredEnd) {
  agent.greet();
  cue_media("short", "bar8.mp4", 10'000);
  cue_media("cut", "long.mp4", 500);
  agent.say(wire::Go{"short"});
  agent.say(wire::Go{"cut"});
  auto ended = agent.expect<wire::Ended>(2);
  EXPECT_EQ(ended[0].reason, wire::EndReason::short_);
  EXPECT_EQ(ended[1].reason, wire::EndReason::completed);
  EXPECT_NEAR(static_cast<double>(ended[1].shown_ms), 500, 400);
}

TEST_F(ScreenAgent, WhatCannotBePrerolledFails) {
  agent.greet();
  wire::Cue cue;
  cue.play = "no-descriptors";
  cue.zone = "main";
  cue.width = 320;
  cue.height = 180;
  cue.slots = 6;
  agent.say(cue);
  cue_text("no-zone", 500);
  cue_media("random", "bad_random.mp4", 0);
  cue_text("no-text", 500, "");
  wire::Cue elsewhere;
  elsewhere.play = "elsewhere";
  elsewhere.zone = "cellar";
  elsewhere.kind = wire::CueKind::text;
  elsewhere.duration_ms = 500;
  elsewhere.text = "{}";
  agent.say(elsewhere);
  auto failed = agent.expect<wire::Failed>(4);
  std::set<std::string> plays;
  for (auto& f : failed) {
    plays.insert(f.play);
    EXPECT_FALSE(f.code.empty());
  }
  EXPECT_EQ(plays, (std::set<std::string>{"no-descriptors", "random", "no-text", "elsewhere"}));
}

TEST_F(ScreenAgent, NonsenseIsSurvived) {
  agent.raw("{\"m\":\"go\",\"play\":\"x\"}");  // before hello
  agent.greet();
  agent.raw("not json");
  agent.raw("{\"m\":\"dance\"}");
  agent.raw("{\"m\":\"go\",\"play\":\"x\",\"more\":1}");
  agent.raw("{\"m\":\"stop\",\"play\":\"unknown\",\"reason\":\"\"}");
  agent.raw("{\"m\":\"ack\",\"play\":\"unknown\"}");
  cue_text("t", 300);
  agent.say(wire::Go{"t"});
  EXPECT_EQ(agent.expect<wire::Ended>()[0].play, "t");
}

TEST_F(ScreenAgent, ShotShowsWhatIsPresented) {
  agent.greet();
  cue_media("poster", "poster.png", 3000, Millis{3000});
  agent.say(wire::Go{"poster"});
  agent.expect<wire::Started>();
  agent.say(wire::TakeShot{"s1", 20'000});
  EXPECT_EQ(agent.expect<wire::Shot>()[0].id, "s1");
  ASSERT_EQ(agent.fds.size(), 1u);
  struct stat st {};
  ASSERT_EQ(::fstat(agent.fds[0].get(), &st), 0);
  EXPECT_GT(st.st_size, 1000);
  EXPECT_LE(st.st_size, 20'000);
  unsigned char head[2] = {};
  ASSERT_EQ(::pread(agent.fds[0].get(), head, 2, 0), 2);
  EXPECT_EQ(head[0], 0xFF);
  EXPECT_EQ(head[1], 0xD8);
}

TEST_F(ScreenAgent, BrightnessTickerAndSlateReachTheSurface) {
  agent.greet();
  ASSERT_TRUE(screen.until([](auto& tap) { return tap.size() > 5; }));
  auto slate = screen.tap().back();
  wire::Output dim;
  dim.brightness_percent = 50;
  agent.say(dim);
  int want = 16 + (slate.luma - 16) / 2;
  EXPECT_TRUE(screen.until([&](auto& tap) { return std::abs(tap.back().luma - want) <= 2; }));
  agent.say(wire::Output{});
  EXPECT_TRUE(screen.until([&](auto& tap) { return tap.back().crc == slate.crc; }));
  agent.say(wire::Ticker{{"反诈热线96110"}, 120});
  EXPECT_TRUE(screen.until([](auto& tap) { return tap.back().rows == 164; }));
  agent.say(wire::Ticker{{}, 120});
  EXPECT_TRUE(screen.until([&](auto& tap) { return tap.back().rows == 180 && tap.back().crc == slate.crc; })) << "whole again";
  agent.say(wire::Slate{"enrol", "凤凰镇政务大厅", "https://10.0.0.2:8443", "K7Q4-M2XP", ""});
  EXPECT_TRUE(screen.until([&](auto& tap) { return tap.back().grid != slate.grid; }));
}

}  // namespace
}  // namespace fz::test
