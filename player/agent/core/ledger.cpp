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
  for (const auto& i : open_) loaded_.insert(i.play);
}

Intent* Ledger::find(std::string_view play) {
  const auto it = std::find_if(open_.begin(), open_.end(), [&](const Intent& i) { return i.play == play; });
  return it == open_.end() ? nullptr : &*it;
}

void Ledger::erase(std::string_view play) {
  std::erase_if(open_, [&](const Intent& i) { return i.play == play; });
  if (const auto it = overtaken_.find(play); it != overtaken_.end()) overtaken_.erase(it);
  if (const auto it = loaded_.find(play); it != loaded_.end()) loaded_.erase(it);
  if (const auto it = watched_.find(play); it != watched_.end()) watched_.erase(it);
}

void Ledger::intend(Intent intent, Actions& out) {
  intent.screen = run_;
  watched_.insert(intent.play);
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
  if (m.frames == 0) return never_shown(m.play, out);  // `started` is said before the sink gets the frame
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

void Ledger::skipped(Intent chosen, std::string_view reason, const Now& now, Actions& out) {
  if (storing_.contains(chosen.play)) return;
  chosen.started = now.utc;
  trust::Play p = base_record(chosen);
  p.ended = p.started;
  p.end = "skipped";
  p.reason = reason;
  record(std::move(p), out);
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

void Ledger::screen_ready(std::string_view run) {
  run_ = run;
  before_.clear();
  for (const auto& i : open_) before_.insert(i.play);
}

void Ledger::screen_resumed(const std::vector<std::string>& held, Actions& out) {
  const std::set<std::string_view> reported_later(held.begin(), held.end());
  std::vector<Intent> over;
  for (const auto& i : open_) {
    if (!before_.contains(i.play)) continue;
    const bool same = i.screen == run_;
    if (same) watched_.insert(i.play);  // either it is held, or it has never got its go
    if (!same || !reported_later.contains(i.play)) over.push_back(i);
  }
  before_.clear();
  settle(over, out);
}

void Ledger::sweep(const Now& now, Actions& out) {
  if (overtaken_.empty()) return;
  std::vector<Intent> over;
  for (const auto& i : open_)
    if (const auto since = overtaken_.find(i.play); since != overtaken_.end() && now.boot - since->second >= kLatePredecessor)
      over.push_back(i);
  settle(over, out);
}

void Ledger::settle(const std::vector<Intent>& plays, Actions& out) {
  std::set<std::string, std::less<>> one_may_have_begun;  // zones
  for (const auto& i : plays) {
    const bool may_have_begun = i.started || (!watched_.contains(i.play) && one_may_have_begun.insert(i.zone).second);
    if (!may_have_begun) {
      never_shown(i.play, out);
      continue;
    }
    trust::Play p = base_record(i);
    p.end = "unknown";
    record(std::move(p), out);
  }
}

Ledger::Standing Ledger::standing(std::string_view zone) const {
  Standing s;
  for (const auto& i : open_) {
    if (i.zone != zone) continue;
    s.inherited = s.inherited || loaded_.contains(i.play);
    (i.started ? s.begun : s.unheard) = true;
  }
  return s;
}

}  // namespace fz::agent
