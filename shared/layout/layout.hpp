// The layout of a surface: which zone stands where, for every shape of screen. A layout is approved text media, like a
// bulletin. Pure functions, any thread. Format: README.md beside this file.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"

namespace fz::layout {

inline constexpr std::string_view kMediaType = "application/vnd.fz.layout+json";
inline constexpr std::size_t kMaxLayoutBytes = 32 * 1024;
inline constexpr std::size_t kMaxVariants = 16, kMaxZones = 8;
inline constexpr int kMinZone = 16;  ///< pixels; a smaller zone can show nothing

/// What a zone shows. A variant has one main zone and at most one of every other kind, so the kind names the zone in playlists
/// and messages.
enum class Kind : std::uint8_t { main, ticker, side, corner };
std::string_view kind_name(Kind kind);

/// A surface's shape: strip from 3:1 on, portrait when higher than wide.
enum class Shape : std::uint8_t { landscape, portrait, strip };
Shape shape_of(int width, int height);
std::string_view shape_name(Shape shape);
std::optional<Shape> shape_named(std::string_view name);
/// The variant of an item that a rendition belongs to: "portrait-1080p" is of the portrait one; none for the item's own picture.
std::optional<Shape> shape_of_profile(std::string_view profile);
/// "portrait-1080p" -> "1080p"; a profile without a shape is returned as it is.
std::string_view plain_profile(std::string_view profile);

/// How a picture is put into a zone: whole with a surround, filling and cut, or pixel for pixel (centred, cut).
enum class Fit : std::uint8_t { contain, cover, exact };
/// What is around a picture that does not fill its zone: the background's colour, or the picture itself, blurred and darkened.
enum class Surround : std::uint8_t { plain, blur };
enum class Transition : std::uint8_t { cut, fade };
std::string_view fit_name(Fit fit);
std::string_view surround_name(Surround surround);
std::optional<Fit> fit_named(std::string_view name);

struct Zone {
  std::string id;
  Kind kind = Kind::main;
  int x = 0, y = 0, w = 1000, h = 1000;  ///< per mille of the surface within its margins
  Fit fit = Fit::contain;
  Surround surround = Surround::plain;
  int px_per_s = 120;  ///< ticker: 10 ... 2000
  bool operator==(const Zone&) const = default;
};

struct Variant {
  std::optional<Shape> shape;  ///< none: any
  int min_ratio = 0;           ///< width / height per mille, both inclusive; 0: no limit
  int max_ratio = 0;
  std::uint32_t background = 0x0b2a52;  ///< 0xrrggbb
  std::vector<Zone> zones;              ///< the main zone first
  bool operator==(const Variant&) const = default;
};

struct Layout {
  std::string name;
  Transition transition = Transition::cut;
  std::vector<Variant> variants;  ///< in order of preference: the first that fits a surface is taken
  bool operator==(const Layout&) const = default;
};

/// Reads a layout strictly: unknown members and values out of range are refused; also zones that overlap or leave the
/// surface, a variant without a main zone, or two zones of one id or kind. Errors: too_large, bad_json, missing_field,
/// unknown_field, bad_field, layout_schema, layout_no_main, layout_twice, layout_overlap, layout_outside.
Result<Layout> parse(std::string_view text);
/// Deterministic; parse(write(l)) == l. Defaults are left out.
std::string write(const Layout& layout);

/// What a reviewer is shown before signing: every member in words, one zone a line.
std::string describe(const Layout& layout);

/// Space at the edges of the logical surface where nothing may stand (a frame that covers the panel's rim).
struct Margins {
  int left = 0, top = 0, right = 0, bottom = 0;
  bool per_mille = false;  ///< of the surface's width and height; otherwise pixels
  bool operator==(const Margins&) const = default;
};
/// "24", "40,24" (left and right, top and bottom) or "l,t,r,b"; in pixels, or per mille with "pm" at the end. Errors: bad_field.
Result<Margins> parse_margins(std::string_view text);

/// A rectangle in even pixels of the logical surface.
struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Rect&) const = default;
};
struct Placed {
  Zone zone;
  Rect rect;
  bool operator==(const Placed&) const = default;
};
/// A layout on one surface.
struct Resolved {
  int width = 0, height = 0;  ///< of the logical surface
  std::uint32_t background = 0x0b2a52;
  Transition transition = Transition::cut;
  bool built_in = false;      ///< the built-in layout: the ticker covers the foot of main while it has lines
  std::vector<Placed> zones;  ///< the main zone first
  bool operator==(const Resolved&) const = default;
  const Placed& main() const { return zones.front(); }
  const Placed* find(Kind kind) const;
};

/// The logical surface of an output that is turned by `rotation` degrees (0, 90, 180, 270).
struct Extent {
  int width = 0, height = 0;
  bool operator==(const Extent&) const = default;
};
constexpr Extent logical_extent(int width, int height, int rotation) {
  return rotation == 90 || rotation == 270 ? Extent{height, width} : Extent{width, height};
}

/// Puts `layout` on an output of width x height pixels that is turned by `rotation`. Neighbouring zones share their edges;
/// all edges are even. Errors: layout_no_shape (no variant fits this surface), layout_small (a zone of less than kMinZone
/// pixels, or nothing left between the margins). REQUIRES: width and height even.
Result<Resolved> resolve(const Layout& layout, int width, int height, int rotation, const Margins& margins);

/// Without a layout: main fills the surface within its margins, the ticker covers its foot. Margins that leave too little
/// are ignored: a surface always shows something.
Resolved built_in(int width, int height, int rotation, const Margins& margins, Fit fit = Fit::contain, Surround surround = Surround::plain);

/// Height of the built-in layout's ticker: about a fifteenth of the surface, even, at least 16.
constexpr int ticker_height(int surface_height) {
  int h = surface_height / 15 & ~1;
  return h < 16 ? 16 : h;
}

}  // namespace fz::layout
