#include "player/agent/shell.hpp"

#include <poll.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstring>

#include "shared/base/id.hpp"
#include "shared/base/log.hpp"

namespace fz::agent {
namespace {

constexpr Millis kTend{100};     // longest sleep: the screen link and the decoders are looked after this often
constexpr Millis kStatus{2000};  // status.json
constexpr Millis kMeasureSpace{30'000};
constexpr Millis kWatchdog{5000};
constexpr std::size_t kMaxDocument = 4 << 20;

std::uint64_t entropy() {
  auto b = random_bytes(8);
  std::uint64_t v = 0;
  std::memcpy(&v, b.data(), 8);
  return v;
}

std::string boot_id() {
  auto text = read_file("/proc/sys/kernel/random/boot_id", 64);
  return text ? text->substr(0, 36) : uuid7(system_clock().wall());
}

}  // namespace

Shell::Shell(ShellOptions options) : options_(std::move(options)) {}
Shell::~Shell() {
  network_.reset();  // their threads post into what is destroyed next
  prober_.reset();
  opener_.reset();
}

Result<std::unique_ptr<Shell>> Shell::open(ShellOptions options) {
  std::unique_ptr<Shell> shell(new Shell(std::move(options)));
  FZ_CHECK(shell->load());
  return shell;
}

Result<void> Shell::load() {
  FZ_TRY(files_, Files::open(options_.folder));
  FZ_TRY(key_, files_->device_key());
  FZ_TRY(spool_, Spool::open(files_->spool()));
  StoreOptions content;
  content.blobs = files_->blobs();
  content.probes = files_->probes();
  content.server = options_.server;
  content.client = options_.client;
  content.decoder = options_.decoder;
  content.quota = options_.quota;
  FZ_TRY(store_, ContentStore::open(std::move(content)));

  Loaded loaded;
  loaded.boot_id = boot_id();
  loaded.trust = files_->load(StateFile::trust);
  loaded.clock = files_->load(StateFile::clock);
  loaded.identity = files_->load(StateFile::identity);
  loaded.set = files_->load(StateFile::set);
  loaded.rotation = files_->load(StateFile::rotation);
  FZ_CHECK(spool_->load(loaded));
  loaded.stored = store_->names();
  if (loaded.set)
    if (auto set = read_set(*loaded.set)) {
      store_->keep(blobs_of(*set));
      for (auto& sha : documents_of(*set))
        if (auto text = store_->blobs().read(sha, kMaxDocument)) loaded.documents.emplace(sha, *std::move(text));
    }

  AgentConfig config;
  config.build_date = options_.build_date;
  config.root = options_.root;
  config.server = options_.server;
  config.session.boot = to_hex(random_bytes(16));
  config.session.random_hex = [](std::size_t n) { return to_hex(random_bytes(n)); };
  config.limits = options_.limits;
  config.mint_play = [](UtcTime now) { return uuid7(now); };
  FZ_TRY(core_, Agent::start(*key_, std::move(config), std::move(loaded), instant(), entropy()));

  auto to_core = [this](Event e) { deliver(std::move(e)); };
  screen_ = std::make_unique<ScreenLink>(options_.screen, to_core);
  opener_ = std::make_unique<Opener>(*store_, *screen_, mailbox_, options_.decoder, to_core);
  network_ = std::make_unique<Network>(options_.server, options_.client, *store_, mailbox_, to_core);
  prober_ = std::make_unique<Worker>();
  return {};
}

Instant Shell::instant() const {
  return {system_clock().since_boot(), system_clock().wall()};
}

// Events that arise while one is handled (a store that answers at once, a link that breaks while it is written to) wait
// their turn, so that the core sees one step after another.
void Shell::deliver(Event e) {
  events_.push_back(std::move(e));
  if (handling_) return;
  handling_ = true;
  while (!events_.empty()) {
    Event next = std::move(events_.front());
    events_.pop_front();
    handle(next);
  }
  handling_ = false;
}
void Shell::handle(const Event& e) {
  if (std::holds_alternative<ScreenGone>(e)) opener_->close_all();
  for (auto& action : core_->handle(e, instant(), entropy())) std::visit([this](auto& a) { (*this)(a); }, action);
}

// ---- actions --------------------------------------------------------------------------------------------------------

namespace {
bool ok(const Result<void>& r, std::string_view what) {
  if (!r) log::error("{}: {}", what, to_log(r.error()));
  return r.has_value();
}
}  // namespace

void Shell::operator()(StoreIntent& a) {
  events_.emplace_back(IntentStored{a.intent.play, ok(spool_->store(a), "spool")});
}
void Shell::operator()(StoreStarted& a) {
  ok(spool_->store(a), "spool");
}
void Shell::operator()(StoreRecord& a) {
  events_.emplace_back(RecordStored{a.play.id, ok(spool_->store(a), "spool")});
}
void Shell::operator()(DropIntent& a) {
  events_.emplace_back(RecordStored{a.play, ok(spool_->store(a), "spool")});
}
void Shell::operator()(LoadPlays& a) {
  auto plays = spool_->read(a);
  if (!plays) log::error("spool: {}", to_log(plays.error()));
  events_.emplace_back(PlaysLoaded{plays ? *std::move(plays) : std::vector<trust::Play>{}});
}
void Shell::operator()(PlaysAcknowledged& a) {
  ok(spool_->store(a), "spool");
}

void Shell::operator()(TellScreen& a) {
  if (auto* slate = std::get_if<wire::Slate>(&a.message)) code_ = slate->code;
  screen_->send(a.message);
}
void Shell::operator()(ProbeMedia& a) {
  prober_->post([this, a] {
    auto done = store_->probe(a);
    mailbox_.post([this, a, done] { deliver(Probed{a.cycle, a.sha256, done ? std::nullopt : std::optional<Error>(done.error())}); });
  });
}
void Shell::operator()(SaveState& a) {
  bool saved = ok(files_->save(a), "state file");
  if (a.file == StateFile::set) events_.emplace_back(SetSaved{saved});
}
void Shell::operator()(Alarm& a) {
  log::warn("alarm: {}", to_log(a.error));
}

// ---- loop -----------------------------------------------------------------------------------------------------------

int Shell::run(int stop_fd) {
  ::sd_notify(0, "READY=1");
  for (;;) {
    auto now = system_clock().steady();
    tick(now);
    std::vector<pollfd> fds{{stop_fd, POLLIN, 0}, {mailbox_.fd(), POLLIN, 0}};
    if (screen_->fd() >= 0) fds.push_back({screen_->fd(), static_cast<short>(POLLIN | (screen_->wants_to_write() ? POLLOUT : 0)), 0});
    const bool with_screen = fds.size() == 3;
    for (int fd : opener_->pidfds()) fds.push_back({fd, POLLIN, 0});
    auto sleep = std::clamp(core_->wake_at() - system_clock().since_boot(), Millis{0}, kTend);
    ::poll(fds.data(), fds.size(), static_cast<int>(sleep.count()));
    if (fds[0].revents & POLLIN) break;
    for (auto& work : mailbox_.take()) work();
    if (with_screen) {
      if (fds[2].revents & POLLOUT) screen_->flush();
      if (fds[2].revents & (POLLIN | POLLHUP | POLLERR)) screen_->receive();
    }
    opener_->reap();
    if (core_->wake_at() <= system_clock().since_boot()) deliver(Tick{});
  }
  ::sd_notify(0, "STOPPING=1");
  return 0;
}

void Shell::tick(SteadyTime now) {
  screen_->tend(now);
  if (now >= space_due_) {
    space_due_ = now + kMeasureSpace;
    auto space = free_space(options_.folder);
    deliver(Tick{space ? static_cast<std::int64_t>(*space >> 20) : -1});
  }
  if (now >= status_due_) {
    status_due_ = now + kStatus;
    write_status();
  }
  if (now >= watchdog_due_) {
    watchdog_due_ = now + kWatchdog;
    ::sd_notify(0, "WATCHDOG=1");
  }
}

// For the person at the machine and for tests; nothing reads it back.
void Shell::write_status() {
  auto at = instant();
  auto status = core_->status_json({at.boot, core_->time(at.boot).now, at.wall});
  auto text = json::write(json::object{{"code", code_}, {"screen", screen_->connected()}, {"server", options_.server}});
  text = text.substr(0, text.size() - 1) + ",\"status\":" + status + "}\n";
  if (text == status_written_) return;
  status_written_ = text;
  if (auto r = write_atomic(files_->status(), text, 0644); !r) log::warn("status.json: {}", to_log(r.error()));
}

}  // namespace fz::agent
