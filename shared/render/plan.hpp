// What is where on each page: pure data between layout and drawing. For this module and its tests.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/render/surface.hpp"

namespace fz::render {

struct Color {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;
};
constexpr Color rgb(std::uint32_t hex, std::uint8_t a = 255) {
  return {static_cast<std::uint8_t>(hex >> 16), static_cast<std::uint8_t>(hex >> 8), static_cast<std::uint8_t>(hex), a};
}

/// Pixels, origin top left.
struct Box {
  double x = 0, y = 0, w = 0, h = 0;
};

/// A rounded rectangle in a vertical gradient.
struct FillOp {
  Box box;
  double radius = 0;
  Color top, bottom;
};
struct FrameOp {
  Box box;
  double radius = 0, width = 1;
  Color color;
};
enum class Role : std::uint8_t { title, body, heading, chip, hotline, label };
/// One line of text. `y` is the top of the em box, `px` its height, `width` the advance.
struct TextOp {
  double x = 0, y = 0, px = 0, width = 0;
  std::string text;
  Color color;
  bool bold = false;
  Role role = Role::body;
};
enum class Icon : std::uint8_t { phone, warning, check, shield, diamond, rays, stripes };
struct IconOp {
  Icon icon{};
  Box box;
  Color color, second;
};
struct QrOp {
  Box box;
  std::string text;
};
using Op = std::variant<FillOp, FrameOp, TextOp, IconOp, QrOp>;

struct PagePlan {
  std::vector<Op> ops;
  int chars = 0;  ///< that a passer-by reads: without spaces, and without the hotline bar from the second page on
};
struct Plan {
  Size size;
  std::vector<PagePlan> pages;
};

/// Time to read so many characters: kCharsPerSecond, at least 3 s.
Millis reading_time(int chars);

}  // namespace fz::render
