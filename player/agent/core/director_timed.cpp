// The director by the clock: programmes that begin at a time, and hours in which the output is dark.
#include <algorithm>
#include <utility>

#include "player/agent/core/director.hpp"

namespace fz::agent {
namespace {

constexpr Millis kProgrammeAhead{8000};  // a timed programme is got ready so long before its time

}  // namespace

bool Director::emergency() const {
  return std::any_of(queue_.begin(), queue_.end(),
                     [](const Play& p) { return p.pick.priority == schedule::Class::emergency && p.stage != Stage::stopping; });
}

void Director::set_off(bool off, const Now& now, Actions& out) {
  if (!std::exchange(off_, off) && off) {
    std::vector<std::string> waiting;
    for (auto& p : queue_) {
      if (p.pick.priority == schedule::Class::emergency) continue;
      if (p.stage < Stage::gone) waiting.push_back(p.id);
      if (p.stage == Stage::gone || p.stage == Stage::on_air) stop(p, "off_by_schedule", now, out);
    }
    for (const auto& id : waiting) discard(id, "off_by_schedule", out);
  }
}

// With nothing to show now: the programme that opens in a moment, so that it begins on time. go() holds it back until then.
std::optional<schedule::Pick> Director::pick_ahead(const Now& now, const Programme& programme) {
  const auto opens = schedule::next_programme(*programme.playlist, *programme.zone, now.utc, kProgrammeAhead);
  if (!opens) return std::nullopt;
  auto picked = pick(now, std::max(*opens, next_start(now)), programme);
  if (picked && picked->opened == UtcTime{}) {
    rotation_.cancel(*picked);
    picked.reset();
  }
  return picked;
}

}  // namespace fz::agent
