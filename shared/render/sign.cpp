// What a screen shows without any font: no text can be drawn, and boxes must not be.
#include <algorithm>
#include <array>

#include "shared/render/compose.hpp"

namespace fz::render {
namespace {

using namespace theme;

// Seven segments of a digit in a cell of 0.56 x 1: top, upper left, upper right, middle, lower left, lower right, bottom.
constexpr std::array<Box, 7> kSegments{{{0, 0, 0.56, 0.14},
                                        {0, 0, 0.14, 0.57},
                                        {0.42, 0, 0.14, 0.57},
                                        {0, 0.43, 0.56, 0.14},
                                        {0, 0.43, 0.14, 0.57},
                                        {0.42, 0.43, 0.14, 0.57},
                                        {0, 0.86, 0.56, 0.14}}};
constexpr unsigned segments_of(char digit) {
  switch (digit) {
    case '9':
      return 0b1101111;
    case '6':
      return 0b1111011;
    case '1':
      return 0b0100100;
    default:
      return 0b1110111;  // 0
  }
}
constexpr double kPitch = 0.78;

void digit(Canvas& c, char d, double x, double y, double height) {
  unsigned on = segments_of(d);
  if (d == '1') x -= 0.21 * height;  // in the middle of its cell
  for (unsigned i = 0; i < kSegments.size(); ++i)
    if (on >> i & 1) {
      auto& s = kSegments[i];
      c.fill({x + s.x * height, y + s.y * height, s.w * height, s.h * height}, kGold, height * 0.05);
    }
}

}  // namespace

PagePlan compose_sign(const Text& text, Size size) {
  Canvas c(text, size);
  c.gradient({0, 0, c.w(), c.h()}, rgb(0x0d47a1), rgb(0x051b45));
  c.icon(Icon::rays, {0, 0, c.w(), c.h()}, rgb(0xffffff, 11));
  constexpr std::string_view kNumber = "96110";
  double units = kPitch * static_cast<double>(kNumber.size()) - (kPitch - 0.56);
  bool wide = c.w() > c.h() * 1.6;
  double icon = wide ? std::min(c.h() * 0.6, c.w() * 0.18) : std::min(c.w() * 0.34, c.h() * 0.3);
  double height = wide ? std::min(c.h() * 0.5, (c.w() * 0.9 - icon * 1.3) / units) : std::min(c.h() * 0.3, c.w() * 0.86 / units);
  double w = units * height, x = wide ? (c.w() - icon * 1.3 - w) / 2 : (c.w() - icon) / 2;
  double y = wide ? (c.h() - icon) / 2 : c.h() / 2 - icon * 1.2;
  c.icon(Icon::shield, {x, y, icon, icon}, kGold, kNavy);
  x = wide ? x + icon * 1.3 : (c.w() - w) / 2;
  y = wide ? (c.h() - height) / 2 : c.h() / 2 + height * 0.1;
  for (char d : kNumber) {
    digit(c, d, x, y, height);
    x += kPitch * height;
  }
  return c.take();
}

}  // namespace fz::render
