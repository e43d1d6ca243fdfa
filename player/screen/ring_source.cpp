#include "player/screen/ring_source.hpp"

#include <algorithm>

namespace fz::screen {

void Source::read_audio(Ns, std::span<std::int16_t> out) {
  std::fill(out.begin(), out.end(), std::int16_t{0});
}

namespace {
constexpr std::size_t kSoundPreroll = 9600;  // sample frames: 0.2 s
constexpr std::uint64_t kRounding = 2;       // sample frames
}  // namespace

Source::State RingSource::state() {
  if (ring_.frames() > 0) return State::ready;
  if (ring_.sound_only()) {
    sound_ = true;
    bool enough = ring_.audio_available() >= kSoundPreroll || ring_.state() >= wire::RingState::eos;
    return enough ? State::ready : State::starting;
  }
  return ring_.state() >= wire::RingState::eos ? State::failed : State::starting;
}

Error RingSource::error() const {
  if (ring_.state() == wire::RingState::failed) return fail(ring_.error());
  return fail(Code::media_zero_duration, {}, "the decoder ended without a frame");
}

// Takes frames while the next one is due; true when there is a next one that is not.
bool RingSource::take_due(Ns at, Rate rate) {
  bool fresh = false;  // a frame taken in this call was not shown yet
  while (auto next = ring_.peek(have_ ? 1 : 0)) {
    if (have_ && !is_due(next->pts_ns, at, rate)) return true;
    if (have_) {
      if (fresh && is_lost(pts_, next->pts_ns, rate)) ++lost_;
      step_ = next->pts_ns - pts_;
      ring_.release();
    }
    have_ = fresh = true;
    pts_ = next->pts_ns;
    duration_ = next->duration_ns;
    view_ = {new_serial(), next->planes, nullptr};
  }
  return false;
}

std::int64_t RingSource::sound_there() {
  return static_cast<std::int64_t>(ring_.audio_position() + ring_.audio_available());
}
Source::Step RingSource::advance_sound(Ns at, Rate rate) {
  auto wanted = samples_before(at + tick_duration(0, rate));
  if (sound_there() >= wanted) return Step::shown;
  if (ring_.state() < wire::RingState::eos) return Step::wait;
  auto there = sound_there();  // what was written between the two looks counts
  end_ = pts_of_sample(there);
  return there < wanted && is_due(*end_, at, rate) ? Step::over : Step::shown;
}

Source::Step RingSource::advance(Ns at, Rate rate) {
  if (sound_) return advance_sound(at, rate);
  if (take_due(at, rate)) return Step::shown;
  bool finished = ring_.state() >= wire::RingState::eos;
  if (finished && take_due(at, rate)) return Step::shown;  // written between the two looks
  if (!have_) return finished ? Step::over : Step::wait;
  Ns end = pts_ + (duration_ > 0 ? duration_ : step_ > 0 ? step_ : tick_duration(0, rate));
  if (finished) end_ = end;
  if (!is_due(end, at, rate)) return duration_ > 0 || finished ? Step::shown : Step::wait;
  return finished ? Step::over : Step::wait;
}

void RingSource::read_audio(Ns at, std::span<std::int16_t> out) {
  auto from = static_cast<std::uint64_t>(samples_before(at));
  auto position = ring_.audio_position();
  // A beat's time is rounded to nanoseconds, so its first sample may come out one off: that is no gap and nothing to pass over.
  if (position + kRounding >= from && position <= from + kRounding) from = position;
  ring_.skip_audio_to(from);
  position = ring_.audio_position();
  std::size_t frames = out.size() / 2, silent = 0, got = 0;
  if (position >= from) {
    silent = static_cast<std::size_t>(std::min<std::uint64_t>(position - from, frames));
    got = ring_.read_audio(out.subspan(silent * 2));
  }
  std::fill(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(silent * 2), std::int16_t{0});
  std::fill(out.begin() + static_cast<std::ptrdiff_t>((silent + got) * 2), out.end(), std::int16_t{0});
}

}  // namespace fz::screen
