// The screen's side of the agent: its connection, its zones, what they use.
#include <utility>

#include "player/agent/core/agent.hpp"

namespace fz::agent {
namespace {
constexpr std::size_t kDeviceShown = 8;  // of a device id: enough to tell the screens of an office apart, and to be typed
}

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
  if (updater_) updater_->set_screen(director_.place().size, side_size(), now);
  if (!anew) return;
  ticker_.screen_ready();
  slate_told_.reset();
  output_told_.reset();
}

std::optional<ScreenSize> Agent::side_size() const {
  return side_.screen_connected() ? std::optional(side_.place().size) : std::nullopt;
}

// Whatever makes it fall, again and again, is not shown to it for a while: the slate stands, and somebody is told.
void Agent::screen_fell(const Now& now, Actions& out) {
  constexpr int kLoop = 6;
  if (falls_ == 0) rest_.reset();
  if (++falls_ < kLoop) return;
  rest_until_ = now.boot + rest_.fail(chance_);
  falls_ = kLoop - 1;  // after the rest once more is enough
  out.emplace_back(Alarm{fail(Code::process_failed, {{"program", "fz-screen"}, {"what", "again and again"}}, std::to_string(kLoop))});
}

std::set<std::string, std::less<>> Agent::in_use() const {
  auto blobs = director_.in_use();
  blobs.merge(side_.in_use());
  return blobs;
}

// By the playlist's rules; while the time cannot be believed, and without a playlist, nothing is turned down.
schedule::Levels Agent::levels(const Now& now, const Programme& p) const {
  if (!p.playlist || !p.zone || time_.trust == trust::ClockTrust::none) return {};
  return schedule::output_at(p.playlist->output, p.playlist->silent, *p.zone, now.utc, director_.emergency());
}

void Agent::tell_output(const schedule::Levels& levels, Actions& out) {
  wire::Output o;
  o.brightness_percent = levels.brightness_percent * output_.brightness_percent / 100;
  o.volume_percent = levels.volume_percent * output_.volume_percent / 100;
  o.muted = levels.muted;
  o.on = levels.on;
  if (output_told_ == o) return;
  output_told_ = o;
  out.emplace_back(TellScreen{o});
}

void Agent::tell_slate(const Now&, Actions& out) {
  wire::Slate s;
  s.server = config_.server;
  if (!session_.provision()) {
    s.state = "enrol";
    s.code = session_.code();
    if (s.code.empty() && last_trouble_) s.device = session_.device().substr(0, kDeviceShown);  // nobody gives it a code
  } else {
    s.site = session_.provision()->site_name;
    const bool nothing_yet = !updater_ || !updater_->playlist();
    s.state = time_.trust == trust::ClockTrust::none ? "clock" : nothing_yet ? "waiting" : "fallback";
  }
  if (last_trouble_ && (s.state == "enrol" || s.state == "waiting")) s.message = message(*last_trouble_, Lang::zh);
  const std::string text = wire::to_json(wire::ToScreen{s});
  if (slate_told_ == text) return;
  slate_told_ = text;
  out.emplace_back(TellScreen{std::move(s)});
}

}  // namespace fz::agent
