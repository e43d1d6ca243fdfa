#include "player/agent/screen_link.hpp"

#include <fcntl.h>

#include "shared/base/log.hpp"

namespace fz::agent {
namespace {
constexpr std::size_t kMaxWaiting = 1000;
constexpr int kMaxBatch = 200;  // packets in one go, so that a talkative screen cannot hold the loop
constexpr Millis kStable{30000};
}  // namespace

void ScreenLink::tend(Millis boot, Chance& chance) {
  if (channel_ || boot < due_) return;
  auto connection = wire::Channel::connect(options_.socket);
  if (connection) {
    channel_.emplace(std::move(*connection));
    if (boot - started_ > kStable) retry_.reset();
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
  o.die_with_parent = false;  // the picture outlives the agent
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
  return channel_ ? Millis::max() : std::max(Millis{0}, due_ - boot);
}

bool ScreenLink::receive(const std::function<void(wire::ToAgent)>& take) {
  for (int i = 0; i < kMaxBatch && channel_; ++i) {
    auto packet = channel_->receive();
    if (!packet) {
      if (packet.error().code == Code::too_large) continue;
      return false;
    }
    if (!*packet) return true;
    auto message = wire::to_agent_from_json((*packet)->text);
    if (!message)
      log::warn("message from the screen: {}", to_log(message.error()));
    else if (*message)
      take(std::move(**message));
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

void ScreenLink::lost() {
  channel_.reset();
  out_.clear();
  due_ = Millis{0};
}

void ScreenLink::restart() {
  if (process_ && process_->running()) process_->end(Millis{0});
  lost();
}

}  // namespace fz::agent
