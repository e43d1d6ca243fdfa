#include "player/screen/ticker_band.hpp"

#include <algorithm>
#include <cstring>

namespace fz::screen {

TickerStrip::TickerStrip(const render::Surface& strip, int px_per_s)
    : width_(strip.width() & ~1), height_(strip.height() & ~1), px_per_s_(px_per_s) {
  auto pixels = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  y_.resize(pixels);
  u_.resize(pixels / 4);
  v_.resize(pixels / 4);
  render::strip_to_i420(strip, 0, width_, {y_.data(), u_.data(), v_.data(), width_, width_ / 2});
}

namespace {
// Copies `count` bytes of a ring of `size` bytes from `offset` on.
void copy_wrapped(const std::uint8_t* ring, int size, int offset, std::uint8_t* to, int count) {
  while (count > 0) {
    int n = std::min(count, size - offset);
    std::memcpy(to, ring + offset, static_cast<std::size_t>(n));
    to += n;
    count -= n;
    offset = 0;
  }
}
}  // namespace

void TickerStrip::draw(const wire::Planes<std::uint8_t>& to, Area area, Ns elapsed, int brightness_percent) const {
  auto moved = static_cast<std::int64_t>(static_cast<Wide>(elapsed) * px_per_s_ / kNsPerS);
  int x = static_cast<int>(moved % width_);
  const std::vector<std::uint8_t>* planes[3] = {&y_, &u_, &v_};
  for (int i = 0; i < 3; ++i) {
    int shift = i == 0 ? 0 : 1;  // an odd step leaves the colour half a pixel behind, which nobody sees
    int size = width_ >> shift;
    for (int row = 0; row < area.height >> shift; ++row)
      copy_wrapped(planes[i]->data() + static_cast<std::ptrdiff_t>(row) * size, size, (x >> shift) % size,
                   to.data[i] + static_cast<std::ptrdiff_t>(row) * to.stride[i], area.width >> shift);
  }
  if (brightness_percent < 100) copy_rows(readable(to), to, area, area.height, brightness_percent);
}

}  // namespace fz::screen
