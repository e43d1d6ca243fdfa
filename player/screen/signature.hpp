// What a frame looks like, in a few bytes: the tap's measure. Pure functions, any thread; about 0.2 ms at 1080p.
#pragma once
#include <array>
#include <cstdint>

#include "shared/wire/ring.hpp"

namespace fz::screen {

using ConstPlanes = wire::Planes<const std::uint8_t>;

inline constexpr int kGridWidth = 16, kGridHeight = 9;
inline constexpr int kRowStep = 37;

struct Signature {
  std::uint32_t crc = 0;  ///< CRC-32 (zlib) of rows 0, 37, 74 ... of Y, then U, then V, without row padding
  int luma = 0;           ///< mean of Y, 16 is black
  std::array<std::uint8_t, kGridWidth * kGridHeight> grid{};  ///< mean of Y in 16x9 areas, row by row
};

/// Measures an I420 frame. CRC covers only the first `rows` rows of Y and rows/2 of U and V (what the ticker does not
/// cover); luma and grid cover the whole frame, by every third row. REQUIRES: width and height even, >= 16.
Signature measure(const ConstPlanes& planes, int width, int height, int rows);

}  // namespace fz::screen
