#include "player/agent/boot.hpp"

#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>

#include "player/agent/shell.hpp"
#include "shared/base/log.hpp"

namespace fz::agent {
namespace {
constexpr Millis kGoodbye{400};  // for records and the end of the picture, before the hard limit
}

void end_at(Millis at) {
  std::thread([at] {
    for (Millis now = system_clock().since_boot(); now < at; now = system_clock().since_boot())
      std::this_thread::sleep_for(std::min(at - now, Millis{100}));
    ::_exit(kBootLimit);
  }).detach();
}

BootKeys::BootKeys(const BootOptions& options) : keys_(options.keys) {
  auto paths = options.inputs;
  if (paths.empty()) {
    std::error_code none;
    for (const auto& e : fs::directory_iterator("/dev/input", none))
      if (e.path().filename().string().starts_with("event")) paths.push_back(e.path());
  }
  for (const auto& path : paths) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (fd)
      devices_.push_back(std::move(fd));
    else
      log::info("no keys from {}", path.string());
  }
}

std::vector<int> BootKeys::fds() const {
  std::vector<int> out;
  for (const auto& d : devices_) out.push_back(d.get());
  return out;
}

bool BootKeys::pressed() {
  bool yes = false;
  std::erase_if(devices_, [&](const Fd& d) {
    input_event e;
    for (;;) {
      const auto n = ::read(d.get(), &e, sizeof e);
      if (n < 0) return errno != EAGAIN && errno != EINTR;
      if (n != sizeof e) return true;
      yes = yes || (e.type == EV_KEY && e.value == 1 && (keys_.empty() || keys_.contains(e.code)));
    }
  });
  return yes;
}

int Shell::run_boot(int stop_fd, Millis began) {
  const Millis last = began + options_.boot.limit - kGoodbye;
  BootKeys keys(options_.boot);
  handle(Tick{});
  std::optional<int> over;
  Millis gone{};
  for (;;) {
    const Millis now = instant().boot;
    if (!over) {
      if (keys.pressed())
        over = kBootSkipped;
      else if (agent_->boot_over())
        over = agent_->boot_shown() > 0 ? kBootPlayed : kBootNothing;
      else if (now >= last)
        over = kBootLimit;
      if (over) {
        gone = now + kGoodbye;
        handle(Shutdown{});
      }
    }
    if (over && (agent_->quiet() || now >= gone)) break;
    screen_->tend(now, chance_);
    auto more = keys.fds();
    wait(stop_fd, more);
    pollfd p{stop_fd, POLLIN, 0};
    if (!over && ::poll(&p, 1, 0) == 1) {
      over = kBootStopped;
      gone = now + kGoodbye;
      handle(Shutdown{});
    }
    for (auto& work : mail_.take()) work();
    take_screen();
    end_of_decoders();
    if (instant().boot >= agent_->wake_at()) handle(Tick{});
  }
  screen_->restart([](const wire::ToAgent&, std::vector<Fd>&) {});  // ours: it ends, and the session's own picture is next
  return *over;
}

}  // namespace fz::agent
