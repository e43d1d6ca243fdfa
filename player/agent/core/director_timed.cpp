// The director by the clock: what takes too long, what an earlier run left behind, programmes that begin at a time, and hours in which the
// output is dark.
#include <algorithm>
#include <utility>

#include "player/agent/core/director.hpp"

namespace fz::agent {
namespace {

constexpr Millis kProgrammeAhead{8000};  // a timed programme is got ready so long before its time

constexpr Millis kOpenLimit{180000};      // hashing a large file on a slow card
constexpr Millis kCueLimit{8000};         // the screen gives up after 5 s by itself
constexpr Millis kStartLimit{5000};       // a play that was told to go with nothing before it
constexpr Millis kInheritedLimit{15000};  // for a play of an earlier run to begin or be reported
constexpr Millis kHeldGrace{15000};       // before an earlier run's plays are asked for more than withdrawals
constexpr Millis kOverdue{5000};          // beyond the declared duration
constexpr Millis kStopLimit{5000};        // a stop must be answered

}  // namespace

void Director::check_times(const Now& now, Chance& chance, Actions& out) {
  std::vector<std::string> late;
  const auto standing = ledger_->standing(zone_);
  bool before_is_over = !standing.inherited;  // what an earlier run of this program put there goes on to its end
  if (!standing.inherited || standing.begun) inherited_since_ = now.boot;
  if (now.boot - inherited_since_ > kInheritedLimit) {
    inherited_since_ = now.boot;
    out.emplace_back(RestartScreen{"it does not report what it holds"});
  }
  for (auto& p : queue_) {
    const Millis in_stage = now.boot - p.since;
    switch (p.stage) {
      case Stage::opening:
        if (in_stage > kOpenLimit) late.push_back(p.id);
        break;
      case Stage::cueing:
        if (in_stage > kCueLimit) late.push_back(p.id);
        break;
      case Stage::gone:
        if (!before_is_over)
          p.since = now.boot;
        else if (in_stage > kStartLimit)
          stop(p, "not_started", now, out);
        break;
      case Stage::on_air:
        if (now.boot > p.started + p.pick.duration + kOverdue) stop(p, "overdue", now, out);
        break;
      case Stage::stopping:
        if (in_stage > kStopLimit) {
          p.since = now.boot;
          out.emplace_back(RestartScreen{"a stop was not answered"});
        }
        break;
      default:
        break;
    }
    before_is_over = before_is_over && p.stage == Stage::stopping;
  }
  for (const auto& id : late) skip(id, "too_slow", now, chance, out);
}

// What the screen holds of an earlier run, or of a connection that was lost, passes the same door. A withdrawal counts at once; the rest
// may depend on the time, which an agent that has just started gets to know a moment later.
void Director::check_held(const Now& now, const Programme& programme, Actions& out) {
  std::erase_if(told_off_, [&](const auto& told) {
    return std::none_of(ledger_->open().begin(), ledger_->open().end(), [&](const Intent& i) { return i.play == told.first; });
  });
  for (const auto& i : ledger_->open()) {
    if (i.zone != zone_ || knows(i.play) || told_off_.contains(i.play)) continue;
    Item item;
    item.approval = i.approval;
    item.sha256 = i.sha256;
    const auto why = programme.door(item, true, now.utc);
    if (!why || (why->code != Code::trust_withdrawn && now.boot - ready_since_ < kHeldGrace)) continue;
    out.emplace_back(TellScreen{wire::Stop{i.play, std::string(code_name(why->code))}});
    told_off_[i.play] = code_name(why->code);
  }
}

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
