// fz-decode --compare: is a rendition the same film as the one that was watched?
#pragma once
#include <cstdint>
#include <vector>

#include "player/decode/options.hpp"
#include "shared/base/error.hpp"

namespace fz::decode {

inline constexpr int kGridWidth = 64, kGridHeight = 36;  ///< cells of a landscape frame, 30 x 30 pixels at 1080p; portrait: 36 x 64

/// A frame reduced to the mean luminance of its cells.
struct GridFrame {
  std::int64_t pts_ns = 0;
  std::vector<std::uint8_t> cells;
};
/// Everything of a film that is compared.
struct Sketch {
  std::vector<GridFrame> frames;
  int cell_pixels = 900;        ///< in a cell of the smallest frame: few pixels average less noise away
  std::vector<float> loudness;  ///< dBFS of each 50 ms, -90 for silence
};
struct Difference {
  bool same = true;
  std::int64_t worst_frame = -1;  ///< of the rendition
  std::int64_t at_ms = 0;
  int worst_cell = 0;      ///< largest difference of a cell at that frame, 0 ... 255
  double worst_sound = 0;  ///< dB
  const char* why = "";    ///< "picture" "sound" "length" when not the same
};

/// Compares frame by frame: every frame of the rendition must be one that the watched film shows at that time (a frame's
/// difference of time is allowed), the lengths and the loudness must agree. Of sound alone there are no frames. Pure.
/// The gain between two sketches: the median over what can be heard in both, at most 30 dB; 0 when there is nothing. Pure.
double common_gain(const Sketch& watched, const Sketch& rendition);
Difference compare_sketches(const Sketch& watched, const Sketch& rendition);

/// Prints {"same",...}; descriptors: the watched file and the rendition. Errors: media_differs, the media_* codes.
Result<void> compare(const Options& o, int watched, int rendition);

}  // namespace fz::decode
