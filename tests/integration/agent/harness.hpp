// The real agent program between a fake server and a fake screen.
#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <thread>

#include "shared/base/process.hpp"
#include "tests/support/fake_server/fake_screen.hpp"
#include "tests/support/fake_server/fake_server.hpp"
#include "tests/support/temp_dir.hpp"

namespace fz::test {

inline fs::path bin_dir() {
  const char* dir = std::getenv("FZ_BIN_DIR");
  return dir ? fs::path(dir) : program_dir();
}

inline bool wait_for(Millis limit, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return done();
    std::this_thread::sleep_for(Millis{10});
  }
  return true;
}

inline std::string slogan(const std::string& text) {
  return R"({"exposes":"method","fraud_kind":"fake_orders","schema":1,"text":")" + text + R"(","type":"slogan"})";
}

class AgentTest : public testing::Test {
 protected:
  static constexpr Millis kLong{60000};  // generous: the machine is busy
  AgentTest() {
    server.with([&](Publisher& p) { write_atomic(dir / "root.json", p.metadata.at("1.root.json")).value(); });
  }
  void add_text(const std::string& id, const std::string& text, Millis duration = Millis{1000}) {
    server.with(
        [&](Publisher& p) { p.add({.id = id, .bytes = slogan(text), .mime = "application/vnd.fz.slogan+json", .duration = duration}); });
  }
  void publish() {
    server.with([](Publisher& p) { p.publish(system_clock().wall()); });
    server.push(R"({"m":"changed"})");
  }
  SpawnOptions agent_options() {
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
              "--decoder",
              decoder};
    return o;
  }
  Process start_agent() { return Process::spawn(agent_options()).value(); }
  std::vector<trust::Play> plays() {
    return server.with([](Publisher& p) { return p.plays; });
  }
  bool shown(FakeScreen& screen, const std::string& text) {
    for (const auto& p : screen.presented())
      if (p.text.find(text) != std::string::npos) return true;
    return false;
  }
  TempDir dir;
  FakeServer server;
  std::string decoder = "/bin/true";  // texts need none; a probe by it finds everything good
};

}  // namespace fz::test
