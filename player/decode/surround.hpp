// What is around a picture that does not fill its zone: the picture itself, tiny, blurred and darkened. It follows the film
// slowly and is made a few times a second only, so that it costs next to nothing. Pure computation; one thread.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "shared/layout/layout.hpp"
#include "shared/wire/ring.hpp"

namespace fz::decode {

/// The part of a zone of width x height that a picture of from_width x from_height square pixels covers when it is shown whole
/// and centred; even edges, inside what the scaler fills, so that no dark seam stays.
layout::Rect picture_area(int from_width, int from_height, int width, int height);

class BlurredSurround {
 public:
  /// Frames between two looks at the film.
  static constexpr int kEvery = 6;

  /// REQUIRES: `picture` has even edges inside width x height.
  BlurredSurround(int width, int height, layout::Rect picture);
  /// False when the picture fills its zone: paint() does nothing then.
  bool needed() const { return picture_.width < width_ || picture_.height < height_; }
  /// Paints everything outside of the picture. `frame` counts the frames of the film.
  void paint(const wire::Planes<std::uint8_t>& planes, std::int64_t frame);

 private:
  static constexpr int kGrid = 24;  // a side of the tiny picture
  using Grid = std::array<int, kGrid * kGrid>;
  static std::size_t cell(int row, int column) { return static_cast<std::size_t>(row) * kGrid + static_cast<std::size_t>(column); }
  Grid look(const wire::Planes<std::uint8_t>& planes, int plane) const;
  void enlarge(int plane);

  int width_, height_;
  layout::Rect picture_;
  bool seen_ = false;
  std::array<Grid, 3> grid_{};                    // values in 1/256
  std::array<std::vector<std::uint8_t>, 3> big_;  // the whole zone, tight rows; the picture's part is not filled
};

}  // namespace fz::decode
