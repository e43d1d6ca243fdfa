// Plans to pixels. Inside this module.
#pragma once
#include <span>

#include "shared/render/plan.hpp"
#include "shared/render/text.hpp"

namespace fz::render {

/// Draws the ops in order onto `to`, shifted left by `shift_x` pixels (for strips drawn in tiles).
void draw_ops(const Text& text, std::span<const Op> ops, Surface& to, double shift_x = 0);

/// Modules of a QR code (error correction M), row by row; true is dark. qr_too_long when it does not fit version 40.
struct QrCode {
  int side = 0;
  std::vector<bool> dark;
};
Result<QrCode> make_qr(std::string_view text);
/// Draws it with a quiet zone of `quiet` modules, whole pixels a module, centred on white in `box`. Nothing if the box is too small.
bool draw_qr(const QrCode& code, const Box& box, int quiet, Surface& to);

}  // namespace fz::render
