#include "player/screen/zone.hpp"

#include <algorithm>

#include "shared/base/log.hpp"

namespace fz::screen {

void Zone::cue(PlayRef play, Ns duration, std::unique_ptr<Source> source, Ns steady_now) {
  auto serial = ++serials_;
  if (!queue_.cue(play->id, serial, duration, steady_now)) {
    log::warn("play {} was cued twice", play->id);
    events_.push(std::move(source));
    return;
  }
  plays_.emplace(serial, Item{std::move(play), std::move(source), 0});
}

void Zone::go(std::string_view id, Ns pts, bool now) {
  auto* play = queue_.find(id);
  if (!play) return;
  auto serial = play->serial;
  if (!queue_.apply(serial, PlayEvent::go)) return;
  plays_.at(serial).go_pts = pts;
  queue_.find(serial)->now = now;
  idle_said_ = false;
}

void Zone::stop(std::string_view id, wire::EndReason reason, Ns pts) {
  auto* play = queue_.find(id);
  if (!play) return;
  if (play->state == PlayState::on_air) {
    finish(reason, pts, false);
    return;
  }
  auto serial = play->serial;
  ended_.push_back({plays_.at(serial).play, reason, 0, pts, false});
  queue_.apply(serial, PlayEvent::stop);
  discard(serial);
  idle_said_ = false;
}

void Zone::resize(Area area, Ns pts) {
  auto old = std::exchange(area_, area);
  auto held = view_ ? Still::scaled(view_, old, area) : View{};
  clear(pts);
  view_ = std::move(held);
}

void Zone::clear(Ns pts) {
  std::vector<std::string> ids;
  for (const auto& [serial, item] : plays_) ids.push_back(item.play->id);
  for (const auto& id : ids) stop(id, wire::EndReason::replaced, pts);
  going_ = view_ = {};
  free_since_ = held_since_ = pts;
}

Source* Zone::awaited() {
  auto* play = queue_.next();
  return play ? plays_.at(play->serial).source.get() : nullptr;
}

void Zone::step(const Beat& beat, const Wait& wait) {
  look_at_cued(beat);
  if (going_ && beat.pts - fade_since_ >= kFade) going_ = {};
  const auto* next = source_ ? queue_.next_due() : nullptr;
  if (next && next->now) finish(wire::EndReason::replaced, beat.pts, false);
  if (!source_ || !show_current(beat, wait)) {
    if (!source_) look_at_cued(beat);  // what became ready while the last frame was waited for
    if (!start_next(beat) && beat.pts - held_since_ >= kHoldLimit) view_ = {};
  }
  say_idle(beat);
}

// First frames, failures and time-outs of what is not on air.
void Zone::look_at_cued(const Beat& beat) {
  std::vector<std::pair<std::uint64_t, Error>> failed;
  for (auto& [serial, item] : plays_) {
    auto* play = queue_.find(serial);
    if (play->state != PlayState::cued && play->state != PlayState::released) continue;
    switch (item.source->state()) {
      case Source::State::starting:
        break;
      case Source::State::ready:
        queue_.apply(serial, PlayEvent::first_frame);
        events_.push(wire::ToAgent(wire::Cued{item.play->id}));
        break;
      case Source::State::failed:
        failed.emplace_back(serial, item.source->error());
        break;
    }
  }
  for (auto serial : queue_.overdue(beat.steady_now, kPrerollLimit))
    failed.emplace_back(serial, fail(Code::media_timeout, {{"seconds", std::to_string(kPrerollLimit / kNsPerS)}}, "no first frame"));
  for (auto& [serial, error] : failed) {
    if (!queue_.apply(serial, PlayEvent::fail)) continue;  // named twice
    const auto& play = plays_.at(serial).play;
    events_.push(wire::ToAgent(wire::Failed{play->id, std::string(code_name(error.code)), to_log(error)}));
    discard(serial);
    idle_said_ = false;
  }
}

// True while the play on air goes on.
bool Zone::show_current(const Beat& beat, const Wait& wait) {
  Ns at = beat.pts - base_;
  if (duration_ > 0 && is_due(duration_, at, beat.rate)) {
    finish(wire::EndReason::completed, beat.pts, true);
    return false;
  }
  auto step = source_->advance(at, beat.rate);
  while (step == Source::Step::wait && wait(*source_)) step = source_->advance(at, beat.rate);
  view_ = source_->view();
  sound_ = step == Source::Step::shown;
  if (step == Source::Step::over) {
    Ns natural = source_->natural_end().value_or(at);
    auto reason = end_of_frames(natural, duration_, source_->broken());
    if (reason == wire::EndReason::completed && duration_ > 0) return true;  // its last frame stays for the little that is left
    finish(reason, beat.pts, true);
    return false;
  }
  if (step == Source::Step::shown) {
    stalled_ = 0;
    return true;
  }
  // The decoder is late. The item waits as a whole, sound too, so that nothing is lost and nothing drifts.
  if (stalled_ == 0) stalled_since_ = beat.steady_now;
  auto tick = tick_duration(0, beat.rate);
  stalled_ += tick;
  base_ += tick;
  if (stalled_ < kStallLimit && beat.steady_now - stalled_since_ < kStallLimit) return true;
  log::warn("play {}: its decoder gave nothing for a second", playing_->id);
  const Ns held = stalled_;
  finish(wire::EndReason::decoder_died, beat.pts, true);
  held_since_ = beat.pts - held;  // the picture has not moved since then
  return false;
}

bool Zone::start_next(const Beat& beat) {
  auto* play = queue_.next_due();
  if (!play) return false;
  serial_ = play->serial;
  duration_ = play->duration;
  auto& item = plays_.at(serial_);
  queue_.apply(serial_, PlayEvent::start);
  playing_ = item.play;
  source_ = item.source.get();
  base_ = beat.pts;
  due_pts_ = std::max(free_since_, item.go_pts);
  stalled_ = 0;
  sound_ = true;
  source_->advance(0, beat.rate);
  going_ = fading_ ? std::exchange(view_, View{}) : View{};
  fade_since_ = beat.pts;
  view_ = source_->view();
  return true;
}

// `hold`: its last picture stays until something follows; otherwise the surface must not show it for another beat.
void Zone::finish(wire::EndReason reason, Ns pts, bool hold) {
  ended_.push_back({playing_, reason, source_->lost(), pts, source_->sound_only()});
  queue_.apply(serial_, PlayEvent::finish);
  free_since_ = held_since_ = pts;
  // Copied only when it will be held: with a next item at hand this very beat shows that one.
  view_ = hold && view_ && (fading_ || !queue_.next_due()) ? Still::from_view(view_, area_) : View{};
  going_ = {};
  playing_.reset();
  source_ = nullptr;
  discard(serial_);
  idle_said_ = false;
}

void Zone::discard(std::uint64_t serial) {
  auto at = plays_.find(serial);
  if (at == plays_.end()) return;
  events_.push(std::move(at->second.source));
  plays_.erase(at);
}

void Zone::say_idle(const Beat& beat) {
  if (idle_said_ || queue_.has_next()) return;
  if (source_) {
    Ns end = duration_ > 0 ? duration_ : source_->natural_end().value_or(-1);
    if (end < 0 || end - (beat.pts - base_) > kNsPerS) return;
  }
  idle_said_ = true;
  events_.push(wire::ToAgent(wire::Idle{name_}));
}

void Zone::read_audio(Ns pts, std::span<std::int16_t> out) {
  if (source_ && sound_)
    source_->read_audio(pts - base_, out);
  else
    std::fill(out.begin(), out.end(), std::int16_t{0});
}

}  // namespace fz::screen
