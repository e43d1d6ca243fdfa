// The simulator's screen, what must hold on it at every instant, and what must hold of the records in the end.
#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/agent/simulator.hpp"

namespace fz::test {
using namespace agent;
namespace {
constexpr Millis kSecond{1000}, kMinute{60000};
constexpr Millis kRestart{8000};  // a program that was killed comes back within four seconds, and its first item has to be opened
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;
}  // namespace

// All that an action says, for comparing two runs.
std::string Simulator::describe(const Action& action) {
  const auto said = std::visit(Overloaded{
                                   [](const StoreIntent& a) { return a.intent.play + a.intent.approval + a.intent.screen; },
                                   [](const StoreStarted& a) { return a.play + format_time(a.started) + a.clock; },
                                   [](const StoreRecord& a) { return trust::play_hash(a.play); },
                                   [](const DropIntent& a) { return a.play; },
                                   [](const LoadPlays& a) { return std::to_string(a.after); },
                                   [](const PlaysAcknowledged& a) { return std::to_string(a.through); },
                                   [](const TellScreen& a) { return wire::to_json(a.message); },
                                   [](const OpenItem& a) { return a.play + a.item.sha256; },
                                   [](const CloseItem& a) { return a.play; },
                                   [](const RestartScreen& a) { return a.why; },
                                   [](const Call& a) { return std::to_string(a.id) + a.path + a.body + a.token; },
                                   [](const FetchDocument& a) { return a.sha256; },
                                   [](const FetchMedia& a) { return a.sha256; },
                                   [](const ProbeMedia& a) { return a.sha256; },
                                   [](const KeepBlobs& a) {
                                     std::string all;
                                     for (const auto& s : a.sha256) all += s;
                                     return all;
                                   },
                                   [](const OpenChannel& a) { return a.token; },
                                   [](const SendChannel& a) { return a.text; },
                                   [](const SaveState& a) { return a.text; },
                                   [](const Alarm& a) { return to_log(a.error); },
                                   [](const auto&) { return std::string{}; },
                               },
                               action);
  return fmt::format("{} {}\n", action.index(), said);
}

void Simulator::from_screen(wire::ToAgent m, Millis delay) {
  // What it has said arrives even if it is killed in the next moment, unless the agent that it spoke to is gone.
  if (agent_ && connected_) later(delay, FromScreen{std::move(m)});
}

std::string Simulator::on_air() const {
  for (const auto& p : screen_)
    if (p.started >= Millis{0}) return p.approval;
  return {};
}

void Simulator::to_screen(const wire::ToScreen& m) {
  const auto find = [&](const std::string& id) {
    return std::find_if(screen_.begin(), screen_.end(), [&](const OnScreen& s) { return s.id == id; });
  };
  if (const auto* go = std::get_if<wire::Go>(&m); go && !drop_go) {
    if (const auto p = find(go->play); p != screen_.end()) {
      p->gone = true;
      p->now = go->now;
      // The order on the surface is the order of go: behind all that went before.
      auto mine = std::move(*p);
      screen_.erase(p);
      const auto behind = std::find_if(screen_.begin(), screen_.end(), [](const OnScreen& s) { return !s.gone; });
      screen_.insert(behind, std::move(mine));
      take_place();
      screen_advance();
    }
  } else if (const auto* cue = std::get_if<wire::Cue>(&m)) {
    cue_text(*cue);
  } else if (const auto* stop = std::get_if<wire::Stop>(&m)) {
    const auto p = find(stop->play);
    if (p == screen_.end()) return;
    if (p->started >= Millis{0}) return screen_end(wire::EndReason::stopped);
    if (p->gone) {
      wire::Ended e;
      e.play = p->id;
      e.reason = wire::EndReason::replaced;
      e.at_ms = to_unix_ms(now() + wall_offset);
      unacknowledged_[e.play] = e;
      ended_order_.push_back(e.play);
      from_screen(e);
    }
    screen_.erase(p);
  } else if (const auto* line = std::get_if<wire::Ticker>(&m)) {
    ticker = line->lines;
  } else if (const auto* said = std::get_if<wire::Slate>(&m)) {
    slate = *said;
  } else if (const auto* levels = std::get_if<wire::Output>(&m)) {
    output = *levels;
  } else if (const auto* ack = std::get_if<wire::Ack>(&m)) {
    unacknowledged_.erase(ack->play);
  }
}

void Simulator::cue_text(const wire::Cue& cue) {
  const auto sha = crypto::sha256_hex(std::string_view(cue.text));
  std::string approval = "?";
  for (const auto& [id, a] : server.approvals)
    if (a.renditions[0].sha256 == sha) approval = id;
  if (approval == "?") violation(Kind::unapproved, "a text that nobody approved");
  screen_.push_back({cue.play, approval, sha, Millis{cue.duration_ms}});
  at(time_ + between(10, 60), [this, id = cue.play, run = screen_run_] {
    const auto p = std::find_if(screen_.begin(), screen_.end(), [&](const OnScreen& s) { return s.id == id; });
    if (run != screen_run_ || p == screen_.end()) return;
    p->cued = true;
    from_screen(wire::Cued{id});
    take_place();
    screen_advance();
  });
}

// What was told to go now ends what is on air at its own first frame.
void Simulator::take_place() {
  const auto p =
      std::find_if(screen_.begin(), screen_.end(), [](const OnScreen& s) { return s.now && s.gone && s.cued && s.started < Millis{0}; });
  if (p == screen_.end() || p == screen_.begin() || screen_.front().started < Millis{0}) return;
  std::rotate(std::next(screen_.begin()), p, std::next(p));
  screen_end(wire::EndReason::replaced);
}

void Simulator::screen_end(wire::EndReason reason) {
  const auto p = std::find_if(screen_.begin(), screen_.end(), [](const OnScreen& s) { return s.started >= Millis{0}; });
  wire::Ended e;
  e.play = p->id;
  e.reason = reason;
  e.at_ms = to_unix_ms(now() + wall_offset);
  e.shown_ms = (time_ - p->started).count();
  e.frames = e.shown_ms / 33 + 1;
  auto& s = shown_[p->id];
  s.ended = time_;
  s.shown_ms = e.shown_ms;
  unacknowledged_[e.play] = e;
  ended_order_.push_back(e.play);
  screen_.erase(p);
  dark_since_ = time_;
  from_screen(e);
  screen_advance();
}

void Simulator::screen_advance() {
  if (screen_.empty() || screen_.front().started >= Millis{0} || !screen_.front().gone || !screen_.front().cued) return;
  auto& p = screen_.front();
  p.started = time_;
  p.started_wall = to_unix_ms(now() + wall_offset);
  ++presented;
  if (shown_.contains(p.id)) violation(Kind::plays, "a play was presented twice");
  shown_[p.id] = {p.approval, p.sha, time_, Millis{-1}, 0};
  wire::Started s;
  s.play = p.id;
  s.at_ms = to_unix_ms(now() + wall_offset);
  from_screen(s);
  check_surface();
  Millis length = p.duration;
  auto reason = wire::EndReason::completed;
  if (faults_on_ && (p.hangs || lucky(faults_.decoder_die_permille))) {
    length = length / 3;
    reason = wire::EndReason::decoder_died;
  } else if (faults_on_ && lucky(faults_.decoder_hang_permille)) {
    p.hangs = true;
    // The agent ends it; where the agent that knew of it is gone, the screen does.
    length = std::min(length, 20 * kSecond);
    reason = wire::EndReason::decoder_died;
  }
  end_at(time_ + length, p.id, reason);
}

void Simulator::end_at(Millis when, const std::string& play, wire::EndReason reason) {
  at(when, [this, play, reason, run = screen_run_] {
    if (run == screen_run_ && !screen_.empty() && screen_.front().id == play && screen_.front().started >= Millis{0}) screen_end(reason);
  });
}

wire::Alive Simulator::alive() const {
  const bool on = !screen_.empty() && screen_.front().started >= Millis{0};
  wire::Alive a;
  a.holding = on && screen_.front().hangs;
  a.slate = !on;
  a.sound_lost = sound_lost;
  return a;
}

void Simulator::screen_tick() {
  if (!connected_) return;
  if (leap_ == Millis{0}) spoken_ = time_;  // else it is said, and heard at once, before the agent's next step (speak)
  from_screen(alive());
  check_surface();
}

// The server has been there and itself for so long that a screen must have had its news, and the time of day.
bool Simulator::has_news_of(Millis event) const {
  const auto bound = limits.poll_max + 2 * limits.retry_most + session_retry_most + limits.metadata_total + leap_;
  return server_up_ && !corrupt_answers && !disk.full && time_ - std::max(event, reachable_) > bound;
}

// Asked before something newer is published. Ten minutes more than for a withdrawal: there are media to fetch.
void Simulator::check_news() {
  if (!agent_ || !agent_->updater() || !has_news_of(published_ + 10 * kMinute)) return;
  if (const auto has = agent_->updater()->set().targets_version; has < server.targets_version)
    violation(Kind::news, fmt::format("it has list {}, and {} was published long ago", has, server.targets_version));
}

// Pushed over an open channel it is gone in seconds; without one at the next poll of a screen that reaches its server.
void Simulator::check_withdrawn(const OnScreen& p) {
  if (const auto w = withdrawn_known_.find(p.approval);
      w != withdrawn_known_.end() && agent_ && time_ > w->second && time_ - last_trouble_ > kMinute)
    violation(Kind::withdrawal, "withdrawn and still shown: " + p.approval);
  if (!agent_ || !agent_->trusted()) return;
  if (agent_->trusted()->is_withdrawn(p.approval, now()) && time_ - p.started > Millis{2500})
    withdrawn_known_.try_emplace(p.approval, time_ + Millis{2500});
  if (const auto w = withdrawn_at_.find(p.approval); w != withdrawn_at_.end() && has_news_of(w->second))
    violation(Kind::withdrawal, "withdrawn long ago and still shown: " + p.approval);
}

// What must hold at every instant that somebody could look.
void Simulator::check_surface() {
  const bool on = !screen_.empty() && screen_.front().started >= Millis{0};
  if (on) {
    could_show_since_ = time_;
    const auto& p = screen_.front();
    const auto a = server.approvals.find(p.approval);
    if (a != server.approvals.end()) {
      if (a->second.renditions[0].sha256 != p.sha) violation(Kind::unapproved, "other bytes than approved: " + p.approval);
      if (now() > a->second.valid_until + Seconds{2}) violation(Kind::unapproved, "expired: " + p.approval);
    }
    check_withdrawn(p);
    return;
  }
  // Dark: has there been something that may be shown for six seconds, by its own clock or, where it can ask for the time, by the right one?
  const bool excused = time_ - dark_since_ < kSecond || !agent_ || !connected_ || !agent_->updater() ||
                       agent_->updater()->set().targets_version == 0 || time_ - last_trouble_ < kRestart;
  std::string available;
  if (!excused) {
    const auto time = agent_->time(time_ - booted_);
    const trust::TrustedTime right{now(), trust::ClockTrust::attested};
    const bool asked = has_news_of(Millis{0});
    for (const auto& [id, item] : agent_->updater()->set().items) {
      const trust::DoorItem shown{id, item.sha256, true};
      if (!trust::may_show(shown, *agent_->trusted(), time) && !(asked && trust::may_show(shown, *agent_->trusted(), right))) continue;
      const auto blob = disk.blobs.find(item.sha256);
      if (blob != disk.blobs.end() && crypto::sha256_hex(std::string_view(blob->second)) == item.sha256) available = id;
    }
  }
  if (available.empty()) {
    could_show_since_ = time_;
  } else if (time_ - could_show_since_ > 6 * kSecond) {
    violation(Kind::dark, "dark although it may show " + available);
    if (std::getenv("FZ_SIM_TRACE"))
      fmt::print(stderr, "{} dark: busy {} refused {} items {} penalised {} update {}\n", format_time(now()), agent_->director().busy(),
                 agent_->updater()->refused().size(), agent_->updater()->set().items.size(), agent_->director().penalised(),
                 update_name(agent_->updater()->state()));
    could_show_since_ = time_;
  }
}

void Simulator::settle_and_check() {
  faults_on_ = false;
  faults_ = Faults::none();
  corrupt_answers = false;
  set_server_up(true);
  run(40 * kMinute + 2 * (session_retry_most + plays_gather));
  boot_agent();
  run(kMinute);
  std::map<std::string, int> records;
  int unknown = 0, never = 0;
  for (const auto& p : disk.plays) {
    if (++records[p.id] > 1) violation(Kind::plays, "a play was recorded twice: " + p.id);
    if (p.end == "unknown") ++unknown;
    const auto s = shown_.find(p.id);
    if (s == shown_.end()) {
      if (p.end == "skipped" && p.frames == 0 && p.presented_ms == 0 && !p.reason.empty()) continue;
      if (p.end != "unknown") violation(Kind::plays, "recorded and never presented: " + p.id);
      ++never;
      continue;
    }
    if (p.end == "skipped") violation(Kind::plays, "presented and recorded as skipped: " + p.id);
    if (s->second.sha != p.sha256 || s->second.approval != p.approval_id) violation(Kind::plays, "recorded as something else: " + p.id);
    if (p.end != "unknown" && p.presented_ms != s->second.shown_ms) violation(Kind::plays, "recorded with another length: " + p.id);
    const bool sure = p.clock == "attested";  // else the record says that it is not
    if (p.end != "unknown" && sure &&
        std::chrono::abs(p.started - from_unix_ms(to_unix_ms(kOfficeNow) + s->second.started.count())) > kMinute)
      violation(Kind::plays, fmt::format("recorded at another time: {} instead of {}", format_time(p.started),
                                         format_time(from_unix_ms(to_unix_ms(kOfficeNow) + s->second.started.count()))));
  }
  if (unknown > kills) violation(Kind::plays, fmt::format("{} plays of unknown end for {} kills", unknown, kills));
  for (const auto& [id, s] : shown_) {
    const bool still_to_come =
        unacknowledged_.contains(id) || std::any_of(screen_.begin(), screen_.end(), [&](const OnScreen& p) { return p.id == id; });
    if (!still_to_come && !records.contains(id)) violation(Kind::plays, "presented and not recorded: " + id);
  }
  // What was played while the next report is gathered is on its way.
  if (server.plays.size() + static_cast<std::size_t>(3 + plays_gather / (item_scale_ * Millis{3000})) < disk.plays.size())
    violation(Kind::plays, fmt::format("the server has {} of {} records", server.plays.size(), disk.plays.size()));
}

}  // namespace fz::test
