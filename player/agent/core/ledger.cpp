#include "player/agent/core/ledger.hpp"

#include <algorithm>

namespace fz::agent {
namespace {

constexpr Millis kLatePredecessor{5000};  // a report comes within a tick; five seconds later it never will
constexpr Millis kLongestDelay = std::chrono::hours{24 * 7};

// The screen stamps with the machine's wall clock; what counts is the trusted time of "now" less the age of the stamp.
UtcTime trusted(std::int64_t at_ms, const Now& now) {
  const Millis age = now.wall - from_unix_ms(at_ms);
  return age >= Millis{0} && age <= kLongestDelay ? now.utc - age : now.utc;
}

trust::Play base_record(const Intent& i) {
  trust::Play p;
  p.id = i.play;
  p.approval_id = i.approval;
  p.sha256 = i.sha256;
  p.campaign = i.campaign;
  p.slot = i.slot;
  p.zone = i.zone;
  p.started = i.started.value_or(i.intended);
  p.clock = i.clock;
  return p;
}

}  // namespace

void Ledger::load(std::int64_t last_counter, std::string last_hash, std::vector<Intent> open) {
  last_counter_ = last_counter;
  last_hash_ = std::move(last_hash);
  open_.assign(std::make_move_iterator(open.begin()), std::make_move_iterator(open.end()));
}

Intent* Ledger::find(std::string_view play) {
  const auto it = std::find_if(open_.begin(), open_.end(), [&](const Intent& i) { return i.play == play; });
  return it == open_.end() ? nullptr : &*it;
}

void Ledger::erase(std::string_view play) {
  std::erase_if(open_, [&](const Intent& i) { return i.play == play; });
  if (const auto it = overtaken_.find(play); it != overtaken_.end()) overtaken_.erase(it);
  if (const auto it = inherited_.find(play); it != inherited_.end()) inherited_.erase(it);
}

void Ledger::intend(Intent intent, Actions& out) {
  open_.push_back(intent);
  out.emplace_back(StoreIntent{std::move(intent)});
}

bool Ledger::started(const wire::Started& m, const Now& now, std::string_view clock, Actions& out) {
  Intent* i = find(m.play);
  if (!i || i->started) return i != nullptr;
  i->started = trusted(m.at_ms, now);
  i->clock = clock;
  for (const auto& earlier : open_) {
    if (earlier.play == m.play) break;
    if (earlier.zone == i->zone) overtaken_.try_emplace(earlier.play, now.boot);
  }
  out.emplace_back(StoreStarted{m.play, *i->started, i->clock});
  return true;
}

void Ledger::ended(const wire::Ended& m, std::string_view because, const Now& now, std::string_view clock, Actions& out) {
  Intent* i = find(m.play);
  if (!i) {  // recorded before, and the acknowledgement was lost; or on its way to the disk, then settled() acknowledges
    if (!storing_.contains(m.play)) out.emplace_back(TellScreen{wire::Ack{m.play}});
    return;
  }
  if (m.frames == 0 && !i->started) return never_shown(m.play, out);
  if (!i->started) {
    i->started = trusted(m.at_ms, now) - Millis{m.shown_ms};
    i->clock = clock;
  }
  trust::Play p = base_record(*i);
  p.ended = p.started + Millis{m.shown_ms};
  p.presented_ms = m.shown_ms;
  p.frames = m.frames;
  p.end = m.reason == wire::EndReason::completed ? "completed" : "interrupted";
  if (m.reason != wire::EndReason::completed) p.reason = because.empty() ? wire::end_reason_name(m.reason) : because;
  record(std::move(p), out);
}

void Ledger::never_shown(std::string play, Actions& out) {
  if (!find(play)) return;
  erase(play);
  storing_.insert(play);
  out.emplace_back(DropIntent{std::move(play)});
}

void Ledger::settled(const std::string& play, Actions& out) {
  storing_.erase(play);
  out.emplace_back(TellScreen{wire::Ack{play}});
}

void Ledger::record(trust::Play play, Actions& out) {
  erase(play.id);
  storing_.insert(play.id);
  play.counter = ++last_counter_;
  play.previous = last_hash_;
  last_hash_ = trust::play_hash(play);
  out.emplace_back(StoreRecord{std::move(play)});
}

void Ledger::screen_connected(const Now& now, Millis grace) {
  inherited_.clear();
  Millis longest{0};
  for (const auto& i : open_) {
    inherited_.insert(i.play);
    longest += i.duration;
  }
  grace_end_ = now.boot + longest + grace;
}

void Ledger::sweep(const Now& now, Actions& out) {
  if (open_.empty()) return;
  std::set<std::string, std::less<>> over;
  if (now.boot >= grace_end_) over = inherited_;
  for (const auto& [play, since] : overtaken_)
    if (now.boot - since >= kLatePredecessor) over.insert(play);
  std::set<std::string, std::less<>> zones;
  for (const auto& i : open_)
    if (over.contains(i.play)) zones.insert(i.zone);
  for (const auto& zone : zones) settle(zone, over, out);
}

void Ledger::settle(std::string_view zone, const std::set<std::string, std::less<>>& plays, Actions& out) {
  bool before_is_open = false;  // a play whose predecessor never ended cannot have begun
  const std::vector<Intent> copy(open_.begin(), open_.end());
  for (const auto& i : copy) {
    if (i.zone != zone || !plays.contains(i.play)) continue;
    if (!i.started && before_is_open) {
      never_shown(i.play, out);
      continue;
    }
    trust::Play p = base_record(i);
    p.end = "unknown";
    record(std::move(p), out);
    before_is_open = true;
  }
}

}  // namespace fz::agent
