#include "player/agent/core/director.hpp"

#include <algorithm>

namespace fz::agent {
namespace {

constexpr int kPrefetch = 2;                      // plays ahead of the one on air
constexpr std::uint64_t kQuickToHash = 32 << 20;  // bytes; larger ones are not the first to be shown after a start
constexpr Millis kSwapMargin{3000};               // enough time to cue what a new set wants next
constexpr Millis kDesperate{3000};                // after a failure, when there is nothing else to show
constexpr Millis kTakeLater{1500};                // before its end, whatever is ready may follow
constexpr Millis kHeld{1000};                     // a picture held so long is a decoder that hangs
constexpr Millis kAway{1300};                     // this program itself was stopped or suspended

}  // namespace

Director::Play* Director::find(std::string_view id) {
  const auto it = std::find_if(queue_.begin(), queue_.end(), [&](const Play& p) { return p.id == id; });
  return it == queue_.end() ? nullptr : &*it;
}

void Director::set_stage(Play& p, Stage s, const Now& now) {
  p.stage = s;
  p.since = now.boot;
}

void Director::remove(const std::string& id, Actions& out) {
  out.emplace_back(CloseItem{id});
  std::erase_if(queue_, [&](const Play& p) { return p.id == id; });
}

void Director::punish(const Play& p, const Now& now, Chance& chance) {
  Penalty& penalty = penalties_[p.item.sha256];
  penalty.since = now.boot;
  penalty.until = now.boot + penalty.backoff.fail(chance);
}

void Director::discard(const std::string& id, std::string_view why, Actions& out) {
  Play* p = find(id);
  if (p->stage != Stage::opening) out.emplace_back(TellScreen{wire::Stop{id, std::string(why)}});
  if (p->stage == Stage::storing || p->stage == Stage::stored) ledger_->never_shown(id, out);
  rotation_.cancel(p->pick);
  remove(id, out);
}

Intent Director::intent_of(const Play& p, const Now& now) const {
  return {p.id, zone_, p.item.approval, p.item.sha256, p.pick.campaign, p.pick.slot, p.pick.duration, now.utc, {}, clock_};
}

void Director::skip(const std::string& id, std::string_view why, const Now& now, Chance& chance, Actions& out) {
  Play* p = find(id);
  punish(*p, now, chance);
  ledger_->skipped(intent_of(*p, now), why, now, out);
  if (p->stage != Stage::opening) out.emplace_back(TellScreen{wire::Stop{id, std::string(why)}});
  rotation_.cancel(p->pick);
  remove(id, out);
}

void Director::stop(Play& p, std::string_view why, const Now& now, Actions& out) {
  p.because = why;
  out.emplace_back(TellScreen{wire::Stop{p.id, std::string(why)}});
  set_stage(p, Stage::stopping, now);
}

// ---- the screen comes and goes --------------------------------------------------------------------------------------

void Director::screen_ready(const Now& now, Place place, Actions& out) {
  screen_gone(now, out);
  connected_ = true;
  place_ = std::move(place);
  last_alive_ = inherited_since_ = ready_since_ = now.boot;
  told_off_.clear();  // a stop that was on its way when the connection went is said again
  heartbeat_due_ = now.boot + kHeartbeat;
}

void Director::screen_gone(const Now&, Actions& out) {
  connected_ = false;
  // What was told to go may still be reported by the same screen process: the ledger keeps it open.
  for (const auto& p : queue_) {
    if (p.stage == Stage::storing || p.stage == Stage::stored) ledger_->never_shown(p.id, out);
    if (!p.shown) rotation_.cancel(p.pick);
    out.emplace_back(CloseItem{p.id});
  }
  queue_.clear();
}

void Director::set_changed(const Now& now, const Programme& programme, Chance& chance, Actions& out) {
  penalties_.clear();
  const bool time_left = next_start(now) - now.utc >= kSwapMargin;
  std::vector<std::string> waiting;
  for (auto& p : queue_) {
    if (programme.only == schedule::Class::emergency && p.pick.priority == schedule::Class::emergency)
      continue;  // nothing delays a card on its way
    if (p.stage < Stage::gone) waiting.push_back(p.id);
    if (p.stage == Stage::gone && time_left && !on_air().empty()) stop(p, "replaced", now, out);
  }
  for (const auto& id : waiting) discard(id, "replaced", out);
  advance(now, programme, chance, out);
}

void Director::shut_down(const Now& now, Actions& out) {
  shut_down_ = true;
  std::vector<std::string> waiting;
  for (auto& p : queue_) {
    if (p.stage < Stage::gone) waiting.push_back(p.id);
    if (p.stage == Stage::gone || p.stage == Stage::on_air) stop(p, "shutdown", now, out);
  }
  for (const auto& id : waiting) discard(id, "shutdown", out);
}

// ---- reports ----------------------------------------------------------------------------------------------------------

void Director::opened(const std::string& play, const Now& now) {
  if (Play* p = find(play); p && p->stage == Stage::opening) {
    p->opened = true;
    set_stage(*p, Stage::cueing, now);
  }
}

void Director::open_failed(const std::string& play, std::string_view why, const Now& now, Chance& chance, Actions& out) {
  const Play* p = find(play);
  if (p && p->stage == Stage::opening) skip(play, why, now, chance, out);
}

void Director::intent_stored(const std::string& play) {
  if (Play* p = find(play); p && p->stage == Stage::storing) p->stage = Stage::stored;
}

void Director::cued(const wire::Cued& m, const Now& now) {
  if (Play* p = find(m.play); p && p->stage == Stage::cueing) set_stage(*p, Stage::cued, now);
}

void Director::failed(const wire::Failed& m, const Now& now, Chance& chance, Actions& out) {
  Play* p = find(m.play);
  if (!p) return ledger_->never_shown(m.play, out);
  ledger_->skipped(intent_of(*p, now), m.code, now, out);
  out.emplace_back(Alarm{fail(Code::item_unplayable, {{"item", p->item.title}}, m.code + ": " + m.detail)});
  punish(*p, now, chance);
  rotation_.cancel(p->pick);
  remove(m.play, out);
}

void Director::started(const wire::Started& m, const Now& now, std::string_view clock, Actions& out) {
  ledger_->started(m, now, clock, out);
  Play* p = find(m.play);
  if (!p) return;
  p->shown = true;
  p->started = now.boot;
  if (p->stage != Stage::stopping) set_stage(*p, Stage::on_air, now);
  next_door_ = now.boot;
}

void Director::ended(const wire::Ended& m, const Now& now, std::string_view clock, Chance& chance, Actions& out) {
  Play* p = find(m.play);
  const auto told = told_off_.extract(m.play);
  ledger_->ended(m, p ? p->because : told ? told.mapped() : std::string{}, now, clock, out);
  if (!p) return;
  const bool fault = m.reason == wire::EndReason::decoder_died || m.reason == wire::EndReason::short_;
  if (fault) punish(*p, now, chance);
  if (m.reason == wire::EndReason::completed) penalties_.erase(p->item.sha256);
  if (m.frames == 0) rotation_.cancel(p->pick);
  remove(m.play, out);
}

void Director::decoder_ended(const std::string& play, bool clean, const Now& now, Chance& chance, Actions& out) {
  Play* p = find(play);
  if (!p || clean) return;
  if (p->stage < Stage::gone) return skip(play, "decoder_died", now, chance, out);
  punish(*p, now, chance);
  if (p->stage != Stage::stopping) stop(*p, "decoder_died", now, out);
}

void Director::alive(const wire::Alive& m, const Now& now, Chance& chance, Actions& out) {
  last_alive_ = now.boot;
  heartbeat_due_ = now.boot + kHeartbeat;
  if (!is_main()) return;  // what the screen holds is what it says of the main zone
  for (auto& p : queue_) {
    if (p.stage != Stage::on_air) continue;
    const bool in_time = now.boot + Millis{1000} < p.started + p.pick.duration;
    if (!m.holding || !in_time) {
      p.held.reset();
      continue;
    }
    if (!p.held) p.held = now.boot;
    if (now.boot - *p.held < kHeld) continue;
    punish(p, now, chance);
    stop(p, "decoder_hung", now, out);
    out.emplace_back(CloseItem{p.id});
  }
}

// ---- decisions --------------------------------------------------------------------------------------------------------

std::string Director::on_air() const {
  for (const auto& p : queue_)
    if (p.stage == Stage::on_air) return p.item.approval;
  return {};
}

bool Director::wants(std::string_view play) const {
  return std::any_of(queue_.begin(), queue_.end(), [&](const Play& p) { return p.id == play && p.stage == Stage::opening; });
}

bool Director::knows(std::string_view play) const {
  return std::any_of(queue_.begin(), queue_.end(), [&](const Play& p) { return p.id == play; });
}

bool Director::has(std::string_view approval) const {
  const auto same = [&](const Intent& i) { return i.zone == zone_ && i.approval == approval; };
  return std::any_of(queue_.begin(), queue_.end(), [&](const Play& p) { return p.item.approval == approval; }) ||
         std::any_of(ledger_->open().begin(), ledger_->open().end(), same);
}

std::set<std::string, std::less<>> Director::in_use() const {
  std::set<std::string, std::less<>> blobs;
  for (const auto& p : queue_) blobs.insert(p.item.sha256);
  return blobs;
}

UtcTime Director::next_start(const Now& now) const {
  Millis ahead{0};
  for (const auto& p : queue_) {
    if (p.stage == Stage::stopping) continue;
    ahead += p.stage == Stage::on_air ? std::max(Millis{0}, p.started + p.pick.duration - now.boot) : p.pick.duration;
  }
  return now.utc + ahead;
}

void Director::check_doors(const Now& now, const Programme& programme, Chance&, Actions& out) {
  std::vector<std::pair<std::string, std::string>> refused;
  for (auto& p : queue_) {
    if (p.stage == Stage::stopping) continue;
    const auto why = programme.door(p.item, p.opened || p.stage == Stage::opening, now.utc);
    if (!why) continue;
    if (p.stage >= Stage::gone)
      stop(p, code_name(why->code), now, out);
    else
      refused.emplace_back(p.id, code_name(why->code));
  }
  for (const auto& [id, why] : refused) discard(id, why, out);
  check_held(now, programme, out);
}

std::optional<schedule::Pick> Director::pick(const Now& now, UtcTime at, const Programme& programme) {
  bool desperate = false;
  const auto refused = [&](const schedule::Item& wanted, std::uint64_t max_bytes) {
    const auto item = programme.catalogue->find(wanted.approval);
    if (item == programme.catalogue->end() || item->second.length > max_bytes) return true;
    if (const auto p = penalties_.find(item->second.sha256); p != penalties_.end() && p->second.until > now.boot)
      if (!desperate || now.boot - p->second.since < kDesperate) return true;
    return programme.door(item->second, true, now.utc).has_value() || programme.door(item->second, true, at).has_value();
  };
  const auto silenced = [&](const schedule::Slot& s) {
    return (programme.only && s.priority != *programme.only) || (off_ && s.priority != schedule::Class::emergency);
  };
  if (queue_.empty() && !programme.once) {  // dark: what can be hashed at once comes first, the rest is hashed behind it
    // (A programme keeps its order: what it passes over is lost until its next start.)
    const auto quick = [&](const schedule::Slot& s, const schedule::Item& i) {
      return silenced(s) || refused(i, s.once ? UINT64_MAX : kQuickToHash);
    };
    if (auto p = rotation_.next(*programme.playlist, *programme.zone, at, quick)) return p;
  }
  const auto any = [&](const schedule::Slot& s, const schedule::Item& i) {
    return silenced(s) || (programme.once && picked_.contains({s.id, i.approval})) || refused(i, UINT64_MAX);
  };
  auto p = rotation_.next(*programme.playlist, *programme.zone, at, any, nullptr, programme.once);
  if (p || !queue_.empty() || programme.once) return p;
  // Dark, and all that may be shown has failed lately: another try is better than the slate for ten minutes.
  desperate = true;
  return rotation_.next(*programme.playlist, *programme.zone, at, any);
}

void Director::fill(const Now& now, const Programme& programme, Actions& out) {
  const auto ahead = [&] { return std::count_if(queue_.begin(), queue_.end(), [](const Play& p) { return p.stage < Stage::on_air; }); };
  while (ahead() < kPrefetch) {
    auto picked = pick(now, next_start(now), programme);
    if (!picked && !programme.once) picked = pick_ahead(now, programme);
    if (!picked) {
      exhausted_ = programme.once;
      return;
    }
    if (programme.once) picked_.insert({picked->slot, picked->approval});
    Play p;
    p.id = programme.mint_play(now.utc);
    p.item = programme.catalogue->find(picked->approval)->second;
    p.pick = std::move(*picked);
    p.since = now.boot;
    const auto* texts = p.pick.priority == schedule::Class::emergency ? programme.texts : nullptr;
    if (const auto text = texts ? texts->find(p.item.sha256) : decltype(texts->end()){}; texts && text != texts->end()) {
      p.text = text->second;
      p.opened = true;
      p.stage = Stage::cued;
    } else {
      out.emplace_back(OpenItem{p.id, zone_, p.item, p.pick.duration, place_});
    }
    queue_.push_back(std::move(p));
  }
}

void Director::go(const Now& now, const Programme& programme, Chance& chance, Actions& out) {
  // The intent is durable: the last door once more, then it may be shown after what is on air.
  for (auto& p : queue_) {
    if (p.stage != Stage::stored) continue;
    if (const auto why = programme.door(p.item, p.opened, now.utc)) {
      check_doors(now, programme, chance, out);
      break;
    }
    const bool urgent = p.pick.priority == schedule::Class::emergency;
    // Instead of what is on air, at its own first frame: the surface is never empty between.
    const bool instead = std::any_of(queue_.begin(), queue_.end(), [&](const Play& other) {
      return other.stage == Stage::on_air && (other.over || (urgent && other.pick.priority != schedule::Class::emergency));
    });
    if (!p.text.empty()) {
      wire::Cue cue;
      cue.play = p.id;
      cue.zone = zone_;
      cue.kind = wire::CueKind::text;
      cue.duration_ms = p.pick.duration.count();
      cue.text = p.text;
      out.emplace_back(TellScreen{std::move(cue)});
    }
    out.emplace_back(TellScreen{wire::Go{p.id, instead}});
    set_stage(p, Stage::gone, now);
    break;
  }
  // One at a time is on its way: if the screen is killed, only that one may have begun unheard of. The order of `go` is the
  // order on the surface. An emergency does not wait for the answer to a stop.
  const auto on_its_way = [](const Play& p) { return p.stage >= Stage::storing && p.stage <= Stage::gone; };
  const auto urgent = [](const Play& p) { return p.stage == Stage::cued && p.pick.priority == schedule::Class::emergency; };
  if (std::any_of(queue_.begin(), queue_.end(), on_its_way)) return;
  if (ledger_->standing(zone_).unheard && std::none_of(queue_.begin(), queue_.end(), urgent)) return;
  Millis left{0};
  for (const auto& p : queue_)
    if (p.stage == Stage::on_air) left = p.started + p.pick.duration - now.boot;
  for (auto it = queue_.begin(); it != queue_.end(); ++it) {
    if (it->stage > Stage::cued) continue;
    if (it->stage != Stage::cued) {
      if (left > kTakeLater) return;  // its turn; there is still time to get it ready
      continue;
    }
    if (it->pick.opened > now.utc) {  // a programme waits for its time
      wake_at_ = std::min(wake_at_, now.boot + (it->pick.opened - now.utc));
      return;
    }
    Intent intent = intent_of(*it, now);
    set_stage(*it, Stage::storing, now);
    ledger_->intend(std::move(intent), out);
    const auto first = std::find_if(queue_.begin(), it, [](const Play& p) { return p.stage < Stage::cued; });
    std::rotate(first, it, std::next(it));
    return;
  }
}

void Director::advance(const Now& now, const Programme& programme, Chance& chance, Actions& out) {
  wake_at_ = now.boot + Millis{1000};
  clock_ = programme.clock;
  ledger_->sweep(now, out);
  if (!connected_ || shut_down_) return;
  check_heartbeat(now, out);
  if (now.boot >= next_door_) {
    check_doors(now, programme, chance, out);
    check_times(now, chance, out);
    next_door_ = now.boot + Millis{1000};
  }
  end_emergencies(now, programme, out);
  if (programme.playlist && programme.zone) {
    preempt(now, programme, out);
    fill(now, programme, out);
  }
  go(now, programme, chance, out);
  wake_at_ = std::min(wake_at_, next_door_);
  if (is_main()) wake_at_ = std::min(wake_at_, heartbeat_due_);
}

// Asked for at once when it is due, and again every quarter of a second: where the screen only waits for a processor the shell
// does not carry it out, until the silence has lasted too long for that.
void Director::check_heartbeat(const Now& now, Actions& out) {
  // After a suspend (or a stop) of this program itself the screen's silence means nothing.
  if (now.boot - last_advance_ > kAway) {
    last_alive_ = now.boot;
    heartbeat_due_ = now.boot + kHeartbeat;
  }
  last_advance_ = now.boot;
  if (!is_main() || now.boot < heartbeat_due_) return;
  const bool sure = now.boot - last_alive_ > kSilent;
  heartbeat_due_ = now.boot + (sure ? kHeartbeat : Millis{250});
  if (sure) last_alive_ = now.boot;
  out.emplace_back(RestartScreen{"no heartbeat", !sure});
}

}  // namespace fz::agent
