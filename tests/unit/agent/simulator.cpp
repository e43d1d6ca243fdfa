#include "tests/unit/agent/simulator.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "shared/base/json.hpp"

namespace fz::test {
using namespace agent;
namespace {
constexpr Millis kSecond{1000}, kMinute{60000}, kHour{3600000};
}  // namespace

Faults Faults::rough() {
  Faults f;
  f.agent_kill = 40 * kMinute;
  f.screen_crash = 50 * kMinute;
  f.power_cut = 90 * kMinute;
  f.outage = 4 * kHour;
  f.blob_damage = 60 * kMinute;
  f.wall_jump = 3 * kHour;
  f.publication = 20 * kMinute;
  f.bad_bytes = 2 * kHour;
  f.cue_fail_permille = 5;
  f.decoder_die_permille = 5;
  f.decoder_hang_permille = 5;
  return f;
}

Faults Faults::years() {
  constexpr Millis kDay = 24 * kHour;
  Faults f;
  f.agent_kill = 2 * kDay;
  f.screen_crash = 2 * kDay;
  f.power_cut = kDay;
  f.outage = 4 * kDay;
  f.blob_damage = 2 * kDay;
  f.wall_jump = 5 * kDay;
  f.publication = kDay;
  f.bad_bytes = 3 * kDay;
  f.disk_full = 7 * kDay;
  f.cue_fail_permille = 3;
  f.decoder_die_permille = 3;
  f.decoder_hang_permille = 3;
  return f;
}

Simulator::Simulator(std::uint64_t seed, Faults faults, Millis leap, int item_scale)
    : server(kOfficeNow, seed + 1), chance_(seed), faults_(faults), key_(server.office.make_key()), leap_(leap), item_scale_(item_scale) {
  for (int i = 0; i < 6; ++i) {
    const auto n = std::to_string(next_item_++);
    server.add({.id = "ap-" + n, .bytes = "film " + n + std::string(1000, 'x'), .duration = item_scale_ * Millis{5000 + 3000 * i}});
  }
  server.publish(now());
  plan_fault(faults_.agent_kill, [this] { kill_agent(); });
  plan_fault(faults_.screen_crash, [this] { crash_screen(); });
  plan_fault(faults_.power_cut, [this] { power_cut(); });
  plan_fault(faults_.outage, [this] {
    set_server_up(false);
    at(time_ + between(60000, 40 * 3600000), [this] { set_server_up(true); });
  });
  plan_fault(faults_.blob_damage, [this] {
    if (disk.blobs.empty()) return;
    auto it = disk.blobs.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(chance_.next() % disk.blobs.size()));
    damage_blob(it->first);
  });
  plan_fault(faults_.wall_jump, [this] {  // ten years either way, or ten days, by the hour
    const auto hours = static_cast<std::int64_t>(chance_.next() % 481) - 240;
    wall_offset = hours * (lucky(500) ? kHour : 365 * kHour);
  });
  plan_fault(faults_.publication, [this] { publication(); });
  plan_fault(faults_.bad_bytes, [this] {
    corrupt_answers = true;
    at(time_ + between(1000, 120000), [this] {
      corrupt_answers = false;
      reachable_ = time_;
    });
  });
  plan_fault(faults_.disk_full, [this] {
    disk.full = true;
    at(time_ + between(1000, 1800000), [this] {
      disk.full = false;
      reachable_ = time_;
    });
  });
  at(time_ + kHour, [this] { hourly(1); });
  at(time_ + kSecond, [this] { every_second(); });
  connect_screen();
}
Simulator::~Simulator() = default;

void Simulator::publish() {
  server.publish(now());
  published_ = time_;
}

// The server renews what ends by itself: the timestamp hourly, the withdrawals (by the office's PC) daily.
void Simulator::hourly(int hour) {
  if (hour % 24 == 0) {
    server.renew_withdrawals(now());
    check_news();
    publish();
  } else {
    server.renew_timestamp(now());
  }
  at(time_ + kHour, [this, hour] { hourly(hour + 1); });
}

void Simulator::every_second() {
  screen_tick();
  at(time_ + std::max(kSecond, calm()), [this] { every_second(); });
}

// How long nothing but waiting is ahead: a play is on the surface and does not hang, or nothing may be shown and nobody can be asked.
Millis Simulator::calm() const {
  if (leap_ == Millis{0} || !connected_) return Millis{0};
  if (screen_.empty())
    return !server_up_ && time_ - dark_since_ > kMinute && time_ - could_show_since_ <= kMinute ? std::min(leap_, kMinute) : Millis{0};
  const auto& p = screen_.front();
  if (p.started < Millis{0} || p.hangs) return Millis{0};
  return std::min(leap_, p.started + p.duration - 2 * kSecond - time_);
}

// After a leap the agent first hears what the screen has said every second meanwhile; the last word counts.
void Simulator::speak() {
  if (leap_ == Millis{0} || !connected_ || time_ - spoken_ < kSecond) return;
  spoken_ = time_;
  check_surface();
  step(FromScreen{alive()});
}

void Simulator::plan_fault(Millis mean, std::function<void()> f) {
  if (mean == Millis{0}) return;
  at(time_ + chance_.between(mean / 4, mean * 7 / 4), [this, mean, f = std::move(f)] {
    if (!faults_on_) return;
    f();
    plan_fault(mean, f);
  });
}

void Simulator::at(Millis when, std::function<void()> f) {
  queue_.push({{when, seq_++}, std::move(f)});
}
void Simulator::later(Millis delay, Event event) {
  at(time_ + delay, [this, run = run_, e = std::move(event)] {
    if (!agent_ || run != run_) return;
    step(e);
  });
}
void Simulator::violation(Kind kind, const std::string& what) {
  ++broken[kind];
  if (violations.size() < 20) violations.push_back(fmt::format("{} {}", format_time(now()), what));
}

// ---- the machine -----------------------------------------------------------------------------------------------------

void Simulator::boot_agent() {
  if (agent_) return;
  ++run_;
  AgentConfig config;
  config.build_date = kOfficeNow - Days{60};
  config.root = server.metadata.at("1.root.json");
  config.server = "https://server";
  config.limits = limits;
  config.status_every = status_every;
  config.plays_gather = plays_gather;
  config.session.retry_most = session_retry_most;
  config.download_hours = download_hours;
  config.session.boot = fmt::format("{:032x}", run_);
  config.session.random_hex = [this](std::size_t n) {
    std::string hex;
    while (hex.size() < 2 * n) hex += fmt::format("{:016x}", chance_.next());
    return hex.substr(0, 2 * n);
  };
  config.mint_play = [this](UtcTime t) {  // a UUIDv7 of the seed
    const auto time = fmt::format("{:012x}", to_unix_ms(t) & 0xffffffffffff);
    const auto a = chance_.next(), b = chance_.next();
    return fmt::format("{}-{}-7{:03x}-8{:03x}-{:012x}", time.substr(0, 8), time.substr(8), a & 0xfff, (a >> 12) & 0xfff,
                       b & 0xffffffffffff);
  };
  Loaded loaded;
  loaded.boot_id = boot_id_;
  const auto file = [&](StateFile f) -> std::optional<std::string> {
    const auto it = disk.files.find(f);
    return it == disk.files.end() ? std::nullopt : std::optional<std::string>(it->second);
  };
  loaded.trust = file(StateFile::trust);
  loaded.clock = file(StateFile::clock);
  loaded.identity = file(StateFile::identity);
  loaded.set = file(StateFile::set);
  loaded.rotation = file(StateFile::rotation);
  loaded.side_rotation = file(StateFile::side_rotation);
  if (loaded.set) {
    if (const auto set = read_set(*loaded.set); set) {
      for (const auto& sha : documents_of(*set))
        if (disk.blobs.contains(sha)) loaded.documents[sha] = disk.blobs.at(sha);
      for (const auto& sha : blobs_of(*set))
        if (sha != set->targets_sha256 && !disk.blobs.contains(sha) && !damaged_.contains(sha))  // what was damaged is thrown away
          violation(Kind::dark, "a committed set without its bytes: " + sha);
    }
  }
  for (const auto& [sha, bytes] : disk.blobs) loaded.stored.insert(sha);
  if (!disk.plays.empty()) {
    loaded.last_counter = disk.plays.back().counter;
    loaded.last_hash = trust::play_hash(disk.plays.back());
  }
  loaded.acknowledged = disk.acknowledged;
  loaded.open = disk.intents;
  agent_ = Agent::start(key_, std::move(config), std::move(loaded), {time_ - booted_, now() + wall_offset}, chance_.next()).value();
  last_trouble_ = reachable_ = time_;
  step(Tick{1000});
  if (connected_) connect_screen();
}

void Simulator::kill_agent() {
  if (!agent_) return;
  ++kills;
  agent_.reset();
  ++run_;
  channel_up_ = false;
  last_trouble_ = time_;
  // Decoders die with their parent: what is on the surface ends a second later, unless its frames were all in the ring.
  for (auto& p : screen_) {
    if (!p.gone || !lucky(500)) continue;
    p.hangs = true;
    if (p.started >= Millis{0}) end_at(time_ + between(1000, 2000), p.id, wire::EndReason::decoder_died);
  }
  std::erase_if(screen_, [](const OnScreen& p) { return !p.gone; });
  at(time_ + between(300, 4000), [this] { boot_agent(); });
}

void Simulator::power_cut() {
  kill_agent();
  crash_screen();
  boot_id_ = fmt::format("boot-{}", run_);
  booted_ = time_;
}

void Simulator::crash_screen() {
  if (agent_) speak();  // until now it was well
  ++kills;
  ++screen_run_;
  last_trouble_ = time_;
  screen_.clear();
  unacknowledged_.clear();
  ended_order_.clear();
  connected_ = false;
  if (agent_) later(Millis{1}, ScreenGone{});
  at(time_ + between(300, 1500), [this] { connect_screen(); });
}

void Simulator::connect_screen() {
  connected_ = true;
  spoken_ = time_;  // first come the greetings below
  wire::Ready r;
  r.width = 1920;
  r.height = 1080;
  r.fps_n = 30;
  r.run = fmt::format("screen-{}", screen_run_);
  if (side_zone) r.zones = {{"main", 1458, 992, "contain", "plain"}, {"side", 462, 648, "contain", "plain"}};
  from_screen(r);
  for (const auto& id : ended_order_)
    if (const auto it = unacknowledged_.find(id); it != unacknowledged_.end()) from_screen(it->second);
  wire::Resumed resumed;
  for (const auto& p : screen_) {
    if (p.started >= Millis{0}) from_screen(wire::Started{p.id, p.started_wall, 0});
    if (p.gone) resumed.plays.push_back(p.id);
  }
  from_screen(resumed);
}

void Simulator::set_server_up(bool up) {
  server_up_ = up;
  reachable_ = time_;
  if (!up && channel_up_) {
    channel_up_ = false;
    later(Millis{5}, ChannelClosed{fail(Code::connection_lost)});
  }
}

void Simulator::damage_blob(const std::string& sha) {
  damaged_.insert(sha);
  if (auto it = disk.blobs.find(sha); it != disk.blobs.end()) it->second[0] = static_cast<char>(it->second[0] ^ 1);
}

void Simulator::push(const std::string& text) {
  if (channel_up_) later(Millis{10}, ChannelMessage{text});
}

void Simulator::publication() {
  if (lucky(300) && server.approvals.size() > 3) {
    const auto it = std::next(server.approvals.begin(), static_cast<std::ptrdiff_t>(chance_.next() % server.approvals.size()));
    if (!server.withdrawn.contains(it->first)) {
      const auto id = it->first;
      const auto envelope = server.withdraw(id, now());
      withdrawn_at_[id] = time_;
      push("{\"m\":\"withdrawals\",\"envelope\":" + envelope + "}");
      if (channel_up_) withdrawn_known_[id] = time_ + Millis{1500};
    }
  }
  const auto n = std::to_string(next_item_++);
  server.add({.id = "ap-" + n,
              .bytes = "film " + n + std::string(500 + chance_.next() % 5000, 'y'),
              .kind = lucky(200) ? trust::Kind::bulletin : trust::Kind::loop,
              .duration = item_scale_ * between(3000, 60000)});
  if (server.approvals.size() > 400) server.remove(server.approvals.begin()->first);  // a playlist has 500 at most
  if (server.approvals.size() > 12) {
    for (const auto& [id, a] : server.approvals)
      if (server.withdrawn.contains(id)) {
        server.remove(id);
        break;
      }
  }
  if (lucky(50)) server.replace_online_key(now());
  check_news();
  publish();
  push(R"({"m":"changed"})");
}

// ---- time ------------------------------------------------------------------------------------------------------------

bool Simulator::run_until(const std::function<bool()>& done, Millis limit) {
  const Millis end = time_ + limit;
  while (!done()) {
    Millis next = queue_.empty() ? end : queue_.top().first.first;
    Millis wake = agent_ ? std::max(time_, std::min(end, agent_->wake_at() + booted_)) : end;
    if (agent_) wake = std::min(end, std::max(wake, ticked_ + calm()));
    if (std::min(next, wake) >= end) {
      time_ = end;
      return done();
    }
    if (wake < next) {
      idle_ticks_ = wake == time_ ? idle_ticks_ + 1 : 0;
      if (idle_ticks_ > 100) throw std::logic_error("the agent wants to be woken again and again at the same instant");
      time_ = ticked_ = wake;
      step(Tick{});
      continue;
    }
    if (next > time_) idle_ticks_ = 0;
    time_ = std::max(time_, next);
    auto f = std::move(const_cast<Entry&>(queue_.top()).second);
    queue_.pop();
    f();
  }
  return true;
}
void Simulator::run(Millis span) {
  run_until([] { return false; }, span);
}

void Simulator::step(const Event& event) {
  speak();
  ++steps;
  const auto actions = agent_->handle(event, {time_ - booted_, now() + wall_offset}, chance_.next());
  for (const auto& a : actions) {
    if (tracing) trace = crypto::sha256_hex(trace + std::to_string(time_.count()) + describe(a));
    carry_out(a);
  }
}

}  // namespace fz::test
