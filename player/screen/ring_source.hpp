// A decoder's ring as a source. The frame on show stays in the ring until the next one is taken, so nothing is copied
// before it is painted, and a decoder that dies takes nothing away.
#pragma once
#include "player/screen/source.hpp"
#include "shared/wire/ring.hpp"

namespace fz::screen {

class RingSource final : public Source {
 public:
  explicit RingSource(wire::RingReader ring) : ring_(std::move(ring)) {}
  State state() override;
  Error error() const override;
  Step advance(Ns at, Rate rate) override;
  View view() const override { return view_; }
  std::optional<Ns> natural_end() const override { return end_; }
  bool broken() const override { return ring_.state() == wire::RingState::failed; }
  bool sound_only() const override { return sound_; }
  int lost() const override { return lost_; }
  void read_audio(Ns at, std::span<std::int16_t> out) override;
  int wait_fd() const override { return ring_.data_fd(); }
  void clear_wait() override { ring_.clear_data(); }

 private:
  bool take_due(Ns at, Rate rate);
  Step advance_sound(Ns at, Rate rate);
  std::int64_t sound_there();
  wire::RingReader ring_;
  View view_;
  bool sound_ = false;         // the file has no picture
  bool have_ = false;          // frame 0 of the ring is the one on show
  Ns pts_ = 0, duration_ = 0;  // of the frame on show; duration 0: unknown
  Ns step_ = 0;                // between the last two frames
  std::optional<Ns> end_;
  int lost_ = 0;
};

}  // namespace fz::screen
