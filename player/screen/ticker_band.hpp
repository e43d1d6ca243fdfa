// The running line: one opaque strip, prepared once, copied into every frame at the output's own rate.
#pragma once
#include <memory>
#include <vector>

#include "player/screen/frame.hpp"
#include "player/screen/timeline.hpp"

namespace fz::screen {

/// A prepared strip as I420; immutable.
class TickerStrip {
 public:
  /// REQUIRES: even width >= the output's, even height.
  TickerStrip(const render::Surface& strip, int px_per_s);
  int height() const { return height_; }
  int width() const { return width_; }
  /// Draws the strip into `area` at the start of `to`, moved on by `elapsed` since it appeared, dimmed like the rest.
  /// REQUIRES: area.width <= width(), area.height <= height().
  void draw(const wire::Planes<std::uint8_t>& to, Area area, Ns elapsed, int brightness_percent = 100) const;

 private:
  int width_, height_, px_per_s_;
  std::vector<std::uint8_t> y_, u_, v_;
};

}  // namespace fz::screen
