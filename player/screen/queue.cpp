#include "player/screen/queue.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fz::screen {

namespace {
using S = PlayState;
using E = PlayEvent;
struct Row {
  S from;
  E event;
  S to;
};
constexpr Row kTable[] = {
    {S::cued, E::first_frame, S::ready}, {S::cued, E::go, S::released},
    {S::cued, E::stop, S::ended},        {S::cued, E::fail, S::failed},
    {S::ready, E::go, S::due},           {S::ready, E::stop, S::ended},
    {S::ready, E::fail, S::failed},      {S::released, E::first_frame, S::due},
    {S::released, E::stop, S::ended},    {S::released, E::fail, S::failed},
    {S::due, E::start, S::on_air},       {S::due, E::stop, S::ended},
    {S::due, E::fail, S::failed},        {S::on_air, E::finish, S::ended},
    {S::on_air, E::stop, S::ended},
};
}  // namespace

std::optional<PlayState> next_state(PlayState state, PlayEvent event) {
  for (const auto& row : kTable)
    if (row.from == state && row.event == event) return row.to;
  return std::nullopt;
}

std::string_view play_state_name(PlayState s) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(S::count)> names = {"cued",   "ready", "released", "due",
                                                                                      "on_air", "ended", "failed"};
  return names.at(static_cast<std::size_t>(s));
}

bool ZoneQueue::cue(std::string id, std::uint64_t serial, Ns duration, Ns now) {
  if (find(id)) return false;
  Play p;
  p.id = std::move(id);
  p.serial = serial;
  p.duration = duration;
  p.cued_at = now;
  plays_.push_back(std::move(p));
  return true;
}

bool ZoneQueue::apply(std::uint64_t serial, PlayEvent event) {
  auto* play = find(serial);
  if (!play) return false;
  auto to = next_state(play->state, event);
  if (!to) return false;
  play->state = *to;
  if (event == E::go) play->go_order = ++orders_;
  if (*to == S::ended || *to == S::failed) std::erase_if(plays_, [serial](const Play& p) { return p.serial == serial; });
  return true;
}

Play* ZoneQueue::find(std::uint64_t serial) {
  auto at = std::find_if(plays_.begin(), plays_.end(), [&](const Play& p) { return p.serial == serial; });
  return at == plays_.end() ? nullptr : &*at;
}
Play* ZoneQueue::find(std::string_view id) {
  auto at = std::find_if(plays_.begin(), plays_.end(), [&](const Play& p) { return p.id == id; });
  return at == plays_.end() ? nullptr : &*at;
}
Play* ZoneQueue::on_air() {
  auto at = std::find_if(plays_.begin(), plays_.end(), [](const Play& p) { return p.state == S::on_air; });
  return at == plays_.end() ? nullptr : &*at;
}
Play* ZoneQueue::next() {
  Play* best = nullptr;
  for (auto& p : plays_)
    if ((p.state == S::released || p.state == S::due) && (!best || std::pair(!p.now, p.go_order) < std::pair(!best->now, best->go_order)))
      best = &p;
  return best;
}
Play* ZoneQueue::next_due() {
  auto* play = next();
  return play && play->state == S::due ? play : nullptr;
}
std::vector<std::uint64_t> ZoneQueue::overdue(Ns now, Ns limit) const {
  std::vector<std::uint64_t> out;
  for (const auto& p : plays_)
    if ((p.state == S::cued || p.state == S::released) && now - p.cued_at > limit) out.push_back(p.serial);
  return out;
}

wire::EndReason end_of_frames(Ns natural, Ns declared, bool failed) {
  if (failed) return wire::EndReason::decoder_died;
  return declared > 0 && natural < declared - kShortTolerance ? wire::EndReason::short_ : wire::EndReason::completed;
}

}  // namespace fz::screen
