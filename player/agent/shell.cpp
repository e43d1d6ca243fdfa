#include "player/agent/shell.hpp"

#include <poll.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <thread>

#include "player/agent/machine.hpp"
#include "player/agent/release.hpp"
#include "shared/base/id.hpp"
#include "shared/base/json.hpp"
#include "shared/base/log.hpp"
#include "shared/crypto/key_file.hpp"

namespace fz::agent {
namespace {

constexpr Millis kHealthEvery{30000};
constexpr Millis kGoodbye{2000};

std::uint64_t random_bits() {
  const Bytes b = random_bytes(8);
  std::uint64_t v = 0;
  for (const auto byte : b) v = v << 8 | byte;
  return v;
}

Result<crypto::PrivateKey> device_key(const fs::path& file) {
  auto key = crypto::read_key_file(file);
  if (key || key.error().code != Code::not_found) return key;
  auto fresh = crypto::PrivateKey::generate();
  FZ_CHECK(crypto::write_key_file(file, fresh, "device", "device", std::nullopt));
  log::info("a device key was made: {}", fresh.id());
  return fresh;
}

}  // namespace

Shell::~Shell() {
  stopping_ = true;
  network_.reset();
  *stick_cancel_ = true;
  for (auto* w : {&prober_, &opener_, &slow_opener_, &stick_worker_})
    if (*w) (*w)->stop(false);
  for (auto* w : {&spooler_, &writer_})
    if (*w) (*w)->stop(true);  // what was decided is written
}

Instant Shell::instant() const {
  return {system_clock().since_boot(), system_clock().wall()};
}

// ---- the start ----------------------------------------------------------------------------------------------------------

Result<void> Shell::open() {
  if (options_.boot.on) {  // its start takes longer than all that follows here
    options_.screen.dies_with_us = true;
    screen_ = std::make_unique<ScreenLink>(options_.screen);
    screen_->tend(instant().boot, chance_);
  }
  FZ_CHECK(make_dirs(options_.data, 0700));
  FZ_TRY(auto key, device_key(options_.data / "device.key"));
  key_ = std::make_unique<crypto::PrivateKey>(std::move(key));
  files_ = std::make_unique<StateFiles>(options_.data);
  blob::Options blobs;
  blobs.max_total = options_.quota;
  blobs.min_free = options_.min_free;
  blobs.evict = [this](std::uint64_t) { return keep_.removable(*store_); };
  FZ_TRY(store_, blob::Store::open(options_.data / "blobs", blobs));
  FZ_TRY(spool_, Spool::open(options_.data / "plays.db"));

  AgentConfig config;
  config.build_date = release_date();
  FZ_TRY(config.root, read_file(options_.root, trust::kMaxDocument));
  config.server = options_.network.server;
  config.session.boot = to_hex(random_bytes(16));
  config.session.random_hex = [](std::size_t n) { return to_hex(random_bytes(n)); };
  config.limits = options_.limits;
  config.mint_play = [](UtcTime now) { return uuid7(now); };
  config.plays_gather = options_.plays_gather;
  config.boot = options_.boot.on;
  config.download_hours = options_.download_hours;
  const std::string site_root = config.root;
  FZ_TRY(auto loaded, load());
  FZ_TRY(agent_, Agent::start(*key_, std::move(config), std::move(loaded), instant(), random_bits()));

  chance_.stir(random_bits());
  if (!screen_) screen_ = std::make_unique<ScreenLink>(options_.screen);
  if (!options_.boot.on) network_ = std::make_unique<Network>(options_.network, *store_, mail_, [this](Event e) { handle(std::move(e)); });
  spooler_ = std::make_unique<Worker>();
  writer_ = std::make_unique<Worker>();
  opener_ = std::make_unique<Worker>();
  slow_opener_ = std::make_unique<Worker>();
  prober_ = std::make_unique<Worker>();
  if (!options_.sticks.empty() && !options_.boot.on) {
    stick_ = std::make_unique<StickMirror>(options_.sticks, key_->id(), site_root, *store_);
    stick_worker_ = std::make_unique<Worker>();
  }
  return {};
}

Result<Loaded> Shell::load() {
  Loaded l;
  if (auto id = read_file("/proc/sys/kernel/random/boot_id", 256)) l.boot_id = id->substr(0, id->find('\n'));
  l.trust = files_->read(StateFile::trust);
  l.clock = files_->read(StateFile::clock);
  l.identity = files_->read(StateFile::identity);
  l.set = files_->read(StateFile::set);
  l.rotation = files_->read(StateFile::rotation);
  l.side_rotation = files_->read(StateFile::side_rotation);
  if (l.set) {
    if (const auto set = read_set(*l.set)) {
      keep_.set(blobs_of(*set));
      for (const auto& name : documents_of(*set))
        if (auto bytes = store_->read(name, trust::kMaxTargets)) l.documents.emplace(name, std::move(*bytes));
    }
  }
  for (auto& e : store_->list()) l.stored.insert(std::move(e.sha256));
  FZ_TRY(auto spooled, spool_->load());
  l.last_counter = spooled.last_counter;
  l.acknowledged = spooled.acknowledged;
  l.last_hash = std::move(spooled.last_hash);
  l.open = std::move(spooled.open);
  return l;
}

// ---- the loop -----------------------------------------------------------------------------------------------------------

void Shell::run(int stop_fd) {
  ::sd_notify(0, "READY=1");
  handle(Tick{});
  std::optional<Millis> stop_at;
  for (;;) {
    const Millis boot = instant().boot;
    if (stop_at && (boot >= *stop_at || agent_->quiet())) return;
    screen_->tend(boot, chance_);
    if (screen_->silent(boot)) restart_screen("no answer to hello");
    if (screen_->stopped(boot)) restart_screen("it is stopped");
    watchdog(boot);
    tend_sticks(boot);
    wait(stop_at ? -1 : stop_fd);
    pollfd p{stop_fd, POLLIN, 0};
    if (!stop_at && ::poll(&p, 1, 0) == 1) {
      stop_at = instant().boot + kGoodbye;
      ::sd_notify(0, "STOPPING=1");
      handle(Shutdown{});
    }
    for (auto& work : mail_.take()) work();
    take_screen();
    end_of_decoders();
    const Millis now = instant().boot;
    if (now >= health_due_) {
      health_due_ = now + kHealthEvery;
      const auto free = free_space(options_.data);
      auto health = machine_health();
      add_own_use(health);
      handle(Tick{free ? static_cast<std::int64_t>(*free >> 20) : -1, health});
    } else if (now >= agent_->wake_at()) {
      handle(Tick{});
    }
  }
}

void Shell::wait(int stop_fd, const std::vector<int>& more) {
  const Millis boot = instant().boot;
  const Millis until = std::min({agent_->wake_at() - boot, screen_->wait(boot), health_due_ - boot, Millis{1000}});
  std::vector<pollfd> fds{{mail_.fd(), POLLIN, 0}, {stop_fd, POLLIN, 0}, {screen_->fd(), POLLIN, 0}};
  if (screen_->wants_to_write()) fds[2].events |= POLLOUT;
  for (const int fd : more) fds.push_back({fd, POLLIN, 0});
  for (const auto& [play, d] : decoders_) fds.push_back({d.process.pidfd(), POLLIN, 0});
  ::poll(fds.data(), fds.size(), static_cast<int>(std::clamp(until, Millis{1}, Millis{1000}).count()));
}

void Shell::take_screen() {
  if (!screen_->connected()) return;
  screen_->flush();
  if (screen_->receive([this](wire::ToAgent m, std::vector<Fd>& fds) { from_screen(std::move(m), fds); })) return;
  log::warn("the connection to the screen is lost");
  screen_->lost();
  handle(ScreenGone{});
}

void Shell::end_of_decoders() {
  std::vector<std::pair<std::string, bool>> over;
  for (auto& [play, d] : decoders_)
    if (const auto status = d.process.ended()) over.emplace_back(play, *status == 0);
  for (const auto& [play, clean] : over) {
    if (clean) continue;  // its frames are in the ring; the process entry stays until the play is closed
    decoders_.erase(play);
    handle(DecoderEnded{play, clean});
  }
}

void Shell::watchdog(Millis boot) {
  if (boot < watchdog_due_) return;
  std::uint64_t usec = 0;
  const bool wanted = ::sd_watchdog_enabled(0, &usec) > 0;
  watchdog_due_ = boot + (wanted ? Millis{static_cast<std::int64_t>(usec / 3000)} : Millis{60000});
  if (wanted) ::sd_notify(0, "WATCHDOG=1");
}

// Events that come up while actions are carried out wait their turn: the core is never entered twice.
void Shell::handle(Event event) {
  pending_.push_back(std::move(event));
  if (handling_) return;
  handling_ = true;
  while (!pending_.empty()) {
    const Event e = std::move(pending_.front());
    pending_.pop_front();
    auto actions = agent_->handle(e, instant(), random_bits());
    for (auto& a : actions) carry_out(a);
  }
  handling_ = false;
}

}  // namespace fz::agent
