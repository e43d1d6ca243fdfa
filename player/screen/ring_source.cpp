#include "player/screen/ring_source.hpp"

#include <algorithm>

namespace fz::screen {

void Source::read_audio(Ns, std::span<std::int16_t> out) {
  std::fill(out.begin(), out.end(), std::int16_t{0});
}

Source::State RingSource::state() {
  if (ring_.frames() > 0) return State::ready;
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

Source::Step RingSource::advance(Ns at, Rate rate) {
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
  ring_.skip_audio_to(from);
  auto position = ring_.audio_position();
  std::size_t frames = out.size() / 2, silent = 0, got = 0;
  if (position >= from) {
    silent = static_cast<std::size_t>(std::min<std::uint64_t>(position - from, frames));
    got = ring_.read_audio(out.subspan(silent * 2));
  }
  std::fill(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(silent * 2), std::int16_t{0});
  std::fill(out.begin() + static_cast<std::ptrdiff_t>((silent + got) * 2), out.end(), std::int16_t{0});
}

}  // namespace fz::screen
