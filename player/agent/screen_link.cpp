#include "player/agent/screen_link.hpp"

#include "shared/base/log.hpp"

namespace fz::agent {
namespace {
constexpr Millis kTry{100};          // between attempts to connect
constexpr Millis kFirstRestart{200}; // of fz-screen, doubling to the most while it keeps ending at once
constexpr Millis kMostRestart{10'000};
constexpr Millis kStable{30'000};    // a run of this length resets the back-off
constexpr std::size_t kMostWaiting = 1000;
}  // namespace

ScreenLink::ScreenLink(ScreenLinkOptions options, std::function<void(Event)> deliver) : options_(std::move(options)), deliver_(std::move(deliver)) {}

void ScreenLink::tend(SteadyTime now) {
  if (!options_.program.empty() && !process_.running() && now >= next_try_) {
    if (started_) {
      failures_ = now - last_start_ > kStable ? 0 : failures_ + 1;
      log::warn("fz-screen ended; it is started again");
    }
    SpawnOptions spawn;
    spawn.argv = options_.program;
    spawn.argv.insert(spawn.argv.end(), {"--listen", options_.socket.string()});
    auto p = Process::spawn(spawn);
    if (p)
      process_ = std::move(*p);
    else
      log::error("fz-screen could not be started: {}", to_log(p.error()));
    started_ = true;
    last_start_ = now;
    next_try_ = now + std::min(kMostRestart, kFirstRestart * (1 << std::min(failures_, 6)));
  }
  if (channel_ || now < next_try_ - (options_.program.empty() ? Millis{0} : kMostRestart)) return;
  static_assert(kTry < kFirstRestart);
  auto c = wire::Channel::connect(options_.socket);
  if (!c) {
    if (options_.program.empty()) next_try_ = now + kTry;
    return;
  }
  channel_ = std::move(*c);
  send(wire::Hello{});
}

void ScreenLink::lost(std::string_view why) {
  if (!channel_) return;
  log::warn("the screen's connection ended: {}", why);
  channel_.reset();
  waiting_.clear();
  deliver_(ScreenGone{});
}

void ScreenLink::send(const wire::ToScreen& message, std::vector<Fd> fds) {
  if (!channel_) return;
  if (waiting_.size() >= kMostWaiting) return lost("it does not read");
  waiting_.push_back({wire::to_json(message), std::move(fds)});
  flush();
}

void ScreenLink::flush() {
  while (channel_ && !waiting_.empty()) {
    std::vector<int> fds;
    for (auto& f : waiting_.front().fds) fds.push_back(f.get());
    auto sent = channel_->send(waiting_.front().text, fds);
    if (!sent) return lost(to_log(sent.error()));
    if (!*sent) return;
    waiting_.pop_front();
  }
}

void ScreenLink::receive() {
  while (channel_) {
    auto packet = channel_->receive();
    if (!packet) return lost(to_log(packet.error()));
    if (!*packet) return;
    auto message = wire::to_agent_from_json((*packet)->text);
    if (!message) {
      log::warn("a message of the screen was left out: {}", to_log(message.error()));
      continue;
    }
    if (*message) deliver_(FromScreen{std::move(**message)});
  }
}

void ScreenLink::restart(std::string_view why) {
  log::warn("restarting the screen: {}", why);
  if (process_.running()) process_.end(Millis{500});
  lost(why);
}

}  // namespace fz::agent
