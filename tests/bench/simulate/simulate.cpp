// Screen-years of the agent's core in simulated time: screen after screen on every core until the time is over.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <mutex>
#include <thread>

#include "shared/base/json.hpp"
#include "tests/unit/agent/simulator.hpp"

namespace {

using namespace fz;
constexpr Millis kHour{3600000};

struct Options {
  int days = 73;  // of one screen: five make a year
  int seconds = 600;
  std::uint64_t seed = 1, screens = UINT32_MAX;
  int threads = 2, leap_s = 600, scale = 120;
  int poll_s = 1800;
  bool rough = false;
};
struct Sum {
  std::int64_t plays = 0, kills = 0, records = 0, steps = 0, screens = 0;
  std::map<test::Simulator::Kind, std::int64_t> broken;
};

void one(const Options& o, std::uint64_t seed, Sum& sum, std::mutex& lock) {
  test::Simulator sim(seed, o.rough ? test::Faults::rough() : test::Faults::years(), Millis{o.leap_s * 1000}, o.scale);
  sim.tracing = false;
  sim.limits.poll_min = Millis{o.poll_s * 500};
  sim.limits.poll_max = Millis{o.poll_s * 1000};
  sim.status_every = sim.plays_gather = Millis{o.poll_s * 1000};
  sim.session_retry_most = Millis{o.poll_s * 500};
  sim.boot_agent();
  sim.run(o.days * 24 * kHour);
  sim.settle_and_check();
  const std::lock_guard guard(lock);
  sum.plays += sim.presented;
  sum.kills += sim.kills;
  sum.records += static_cast<std::int64_t>(sim.disk.plays.size());
  sum.steps += sim.steps;
  ++sum.screens;
  for (const auto& [kind, count] : sim.broken) sum.broken[kind] += count;
  for (const auto& v : sim.violations) fmt::print(stderr, "seed {}: {}\n", seed, v);
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  CLI::App app{"fz-simulate: screen-years of the agent in simulated time"};
  app.add_option("--seconds", o.seconds, "when no further screen is begun")->capture_default_str();
  app.add_option("--screens", o.screens, "how many at most")->capture_default_str();
  app.add_option("--days", o.days, "of each screen")->capture_default_str();
  app.add_option("--seed", o.seed, "of the first screen")->capture_default_str();
  app.add_option("--threads", o.threads)->capture_default_str();
  app.add_option("--leap", o.leap_s, "seconds that a calm screen is left alone")->capture_default_str();
  app.add_option("--scale", o.scale, "length of the plays")->capture_default_str();
  app.add_option("--poll", o.poll_s, "seconds between two looks for news, at most")->capture_default_str();
  app.add_flag("--rough", o.rough, "faults every few minutes instead of days");
  CLI11_PARSE(app, argc, argv);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(o.seconds);
  std::atomic<std::uint64_t> next{0};
  std::mutex lock;
  Sum sum;
  std::vector<std::thread> threads;
  for (int i = 0; i < o.threads; ++i)
    threads.emplace_back([&] {
      for (std::uint64_t n; (n = next++) < o.screens && std::chrono::steady_clock::now() < until;) one(o, o.seed + n, sum, lock);
    });
  for (auto& t : threads) t.join();
  using enum test::Simulator::Kind;
  fmt::print("{}\n", json::write(json::object{{"dark", sum.broken[dark]},
                                              {"days", sum.screens * o.days},
                                              {"kills", sum.kills},
                                              {"news", sum.broken[news]},
                                              {"plays", sum.plays},
                                              {"plays_wrong", sum.broken[plays]},
                                              {"records", sum.records},
                                              {"screens", sum.screens},
                                              {"steps", sum.steps},
                                              {"unapproved", sum.broken[unapproved]},
                                              {"withdrawal", sum.broken[withdrawal]}}));
  return 0;
}
