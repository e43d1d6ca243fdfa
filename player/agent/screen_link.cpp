#include "player/agent/screen_link.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shared/base/log.hpp"

namespace fz::agent {
namespace {
constexpr std::size_t kMaxWaiting = 1000;
constexpr int kMaxBatch = 200;  // packets in one go, so that a talkative screen cannot hold the loop
constexpr Millis kStable{30000};
constexpr Millis kGreeting{10000};  // to answer hello; longer is a hung program
constexpr Millis kEndLimit{2000};   // for the kernel to end a killed process
constexpr Millis kLook{250};        // between two looks whether it is stopped

bool readable(int fd, Millis limit) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, static_cast<int>(limit.count())) == 1;
}

// Whoever else listens on the socket (a test, another player) is not ours to end.
bool is_screen(pid_t pid) {
  const auto name = read_file("/proc/" + std::to_string(pid) + "/comm", 64);
  return name && *name == "fz-screen\n";
}

// False where it may not be ended. It is gone on return.
bool kill_process(pid_t pid) {
  // The descriptor comes before the look at what it is, so that no other process can be hit.
  const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process || !is_screen(pid)) return false;
  if (::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) != 0) return false;
  readable(process.get(), kEndLimit);
  return true;
}
}  // namespace

void ScreenLink::tend(Millis boot, Chance& chance) {
  if (channel_ || boot < due_) return;
  auto connection = wire::Channel::connect(options_.socket);
  if (connection) {
    channel_.emplace(std::move(*connection));
    if (boot - started_ > kStable) retry_.reset();
    connected_at_ = boot;
    heard_ = false;
    send(wire::Hello{});
    return;
  }
  due_ = boot + Millis{50};
  if (options_.program.empty() || (process_ && process_->running())) return;
  if (process_) {
    log::error("fz-screen ended; it is started again");
    process_.reset();
    due_ = boot + retry_.fail(chance);
    return;
  }
  SpawnOptions o;
  o.argv = {options_.program.string(), "--listen", options_.socket.string()};
  o.argv.insert(o.argv.end(), options_.arguments.begin(), options_.arguments.end());
  o.die_with_parent = options_.dies_with_us;
  auto process = Process::spawn(o);
  started_ = boot;
  if (!process) {
    log::error("fz-screen: {}", to_log(process.error()));
    due_ = boot + retry_.fail(chance);
    return;
  }
  process_.emplace(std::move(*process));
}

Millis ScreenLink::wait(Millis boot) const {
  return std::max(Millis{0}, (channel_ ? look_due_ : due_) - boot);
}

bool ScreenLink::receive(const Take& take) {
  for (int i = 0; i < kMaxBatch && channel_; ++i) {
    auto packet = channel_->receive();
    if (!packet) {
      if (packet.error().code == Code::too_large) continue;
      return false;
    }
    if (!*packet) return true;
    auto message = wire::to_agent_from_json((*packet)->text);
    heard_ = true;
    if (!message)
      log::warn("message from the screen: {}", to_log(message.error()));
    else if (*message)
      take(std::move(**message), (*packet)->fds);
  }
  return true;
}

void ScreenLink::send(const wire::ToScreen& m, const std::vector<int>& fds) {
  if (!channel_) return;
  Out out{wire::to_json(m), {}};
  for (const int fd : fds) out.fds.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
  out_.push_back(std::move(out));
  flush();
}

void ScreenLink::flush() {
  while (channel_ && !out_.empty()) {
    std::vector<int> fds;
    for (const auto& fd : out_.front().fds) fds.push_back(fd.get());
    const auto sent = channel_->send(out_.front().text, fds);
    if (sent && !*sent && out_.size() < kMaxWaiting) return;  // slow: when it is writable again
    if (!sent || !*sent) {
      if (sent || sent.error().code == Code::unavailable) return;  // receive() sees the end and says so
      log::error("message to the screen: {}", to_log(sent.error()));
    }
    out_.erase(out_.begin());
  }
}

bool ScreenLink::silent(Millis boot) const {
  return channel_ && !heard_ && boot - connected_at_ > kGreeting;
}

// proc(5), /proc/pid/stat: the name in brackets, then one letter; ' ' where nothing is known.
char ScreenLink::state_of_main_thread() const {
  const auto peer = channel_ ? channel_->peer() : Result<wire::Peer>(fail(Code::unavailable));
  if (!peer || peer->pid <= 0) return ' ';
  const auto stat = read_file("/proc/" + std::to_string(peer->pid) + "/stat", 4096);
  const auto name_end = stat ? stat->rfind(')') : std::string::npos;
  return name_end != std::string::npos && name_end + 2 < stat->size() ? (*stat)[name_end + 2] : ' ';
}

bool ScreenLink::stopped(Millis boot) {
  if (boot < look_due_) return false;
  look_due_ = boot + kLook;
  const bool now = state_of_main_thread() == 'T';
  return std::exchange(seen_stopped_, now) && now;
}

bool ScreenLink::busy() const {
  return state_of_main_thread() == 'R';
}

void ScreenLink::lost() {
  seen_stopped_ = false;
  channel_.reset();
  out_.clear();
  due_ = Millis{0};
}

void ScreenLink::restart(const Take& take) {
  if (process_ && process_->running()) {
    process_->end(Millis{0});
  } else if (channel_) {
    // A service manager's, or an earlier agent's.
    const auto peer = channel_->peer();
    if (!peer || peer->pid <= 0 || !kill_process(peer->pid))
      log::error("the screen's program is not ours and cannot be ended; only the connection begins anew");
  }
  while (channel_ && receive(take) && readable(channel_->fd(), Millis{0})) {
  }
  lost();
}

}  // namespace fz::agent
