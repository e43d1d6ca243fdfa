// The screen's side of the agent: its connection, its zones, what they use.
#include <utility>

#include "player/agent/core/agent.hpp"

namespace fz::agent {

// On a new connection, and whenever the screen laid the surface out: a zone of another size begins anew.
void Agent::screen_ready(const wire::Ready& m, const Now& now, Actions& out) {
  const bool anew = !std::exchange(screen_greeted_, true) || std::exchange(screen_run_, m.run) != m.run;
  screen_run_ = m.run;
  screen_ = {m.width, m.height};
  arrangement_.screen_ready(m, anew, now);
  auto place = [&](std::string_view zone) -> std::optional<Place> {
    for (const auto& z : m.zones)
      if (z.zone == zone) return Place{{z.width, z.height}, z.fit, z.surround};
    return zone == kMainZone ? std::optional(Place{screen_, "contain", "plain"}) : std::nullopt;
  };
  if (anew) ledger_.screen_ready(m.run);
  for (auto* director : {&director_, &side_}) {
    auto now_at = place(director == &side_ ? kSideZone : kMainZone);
    if (!now_at)
      director->screen_gone(now, out);
    else if (anew || !director->screen_connected() || director->place() != *now_at)
      director->screen_ready(now, *std::move(now_at), out);
  }
  if (updater_) updater_->set_screen(director_.place().size, now);
  if (!anew) return;
  ticker_.screen_ready();
  slate_told_.reset();
  output_told_.reset();
}

std::set<std::string, std::less<>> Agent::in_use() const {
  auto blobs = director_.in_use();
  blobs.merge(side_.in_use());
  return blobs;
}

}  // namespace fz::agent
