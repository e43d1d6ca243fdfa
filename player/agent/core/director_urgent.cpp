// Emergencies: what begins at once, and how the screen is given back.
#include <algorithm>
#include <utility>

#include "player/agent/core/director.hpp"

namespace fz::agent {
namespace {
constexpr Millis kOverLimit{2000};  // an emergency that is over and has no successor
}

void Director::drop_waiting(std::string_view why, const Now& now, Actions& out) {
  std::vector<std::string> waiting;
  for (auto& p : queue_) {
    if (p.stage < Stage::gone) waiting.push_back(p.id);
    // Beside an emergency nothing else is shown.
    if (p.stage == Stage::gone || (p.stage == Stage::on_air && !is_main())) stop(p, why, now, out);
  }
  for (const auto& id : waiting) discard(id, why, out);
}

// An emergency whose slot is in the playlist no more gives way to what comes next; if nothing does, it leaves all the same.
void Director::end_emergencies(const Now& now, const Programme& programme, Actions& out) {
  const auto listed = [&](const Play& p) {
    return programme.playlist && std::any_of(programme.playlist->slots.begin(), programme.playlist->slots.end(),
                                             [&](const schedule::Slot& s) { return s.id == p.pick.slot; });
  };
  std::vector<std::string> waiting;
  for (auto& p : queue_) {
    if (p.pick.priority != schedule::Class::emergency || p.stage == Stage::stopping || (!p.over && listed(p))) continue;
    if (p.stage < Stage::gone) {
      waiting.push_back(p.id);
    } else if (p.stage == Stage::on_air && !p.over) {
      p.over = true;
      p.pick.duration = std::max(Millis{1}, now.boot - p.started);  // its end is now, whatever was planned
    } else if (p.stage == Stage::gone || now.boot > p.started + p.pick.duration + kOverLimit) {
      stop(p, "replaced", now, out);
    }
  }
  for (const auto& id : waiting) discard(id, "replaced", out);
}

void Director::preempt(const Now& now, const Programme& programme, Actions& out) {
  if (std::exchange(hurry_, false)) {
    drop_waiting("replaced", now, out);
    for (auto& p : queue_)
      if (p.stage == Stage::on_air && p.pick.priority == schedule::Class::emergency && programme.only) p.over = true;
  }
  const bool has_one = std::any_of(queue_.begin(), queue_.end(), [](const Play& p) {
    return p.pick.priority == schedule::Class::emergency && p.stage != Stage::stopping;
  });
  if (has_one || !programme.playlist) return;
  const bool wanted = std::any_of(programme.playlist->slots.begin(), programme.playlist->slots.end(), [&](const schedule::Slot& s) {
    if (s.priority != schedule::Class::emergency || s.layer != schedule::Layer::main) return false;
    if (!schedule::open_at(s, *programme.zone, now.utc)) return false;
    return std::any_of(s.items.begin(), s.items.end(), [&](const schedule::Item& i) {
      const auto item = programme.catalogue->find(i.approval);
      if (item == programme.catalogue->end() || programme.door(item->second, true, now.utc)) return false;
      const auto penalty = penalties_.find(item->second.sha256);
      return penalty == penalties_.end() || penalty->second.until <= now.boot;
    });
  });
  if (wanted) drop_waiting("replaced", now, out);
}

}  // namespace fz::agent
