// Documents to plans. Inside this module.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/render/plan.hpp"
#include "shared/render/render.hpp"
#include "shared/render/text.hpp"

namespace fz::render {

namespace theme {
constexpr Color kNavy = rgb(0x071f4d), kBlue = rgb(0x0b3d91), kBlueLight = rgb(0x1658b8);
constexpr Color kRed = rgb(0xc1121f), kRedDark = rgb(0x8a0b15);
constexpr Color kGold = rgb(0xffd76a), kGoldDark = rgb(0xe0a526);
constexpr Color kPaper = rgb(0xf3f6fb), kPaperLow = rgb(0xe4ebf6), kWhite = rgb(0xffffff);
constexpr Color kInk = rgb(0x14213d), kInkSoft = rgb(0x44546f);
constexpr Color kGreen = rgb(0x0c7a43), kLaw = rgb(0x7a4a10), kLine = rgb(0xcdd8ea);
constexpr Color kTintBlue = rgb(0xffffff), kTintRed = rgb(0xfff3f2), kTintGreen = rgb(0xf0faf3), kTintLaw = rgb(0xfdf7ea);
}  // namespace theme

/// A CJK character's ink is 0.92 of its em box, so this em gives glyphs of kMinGlyph of the height.
constexpr double kMinEm = kMinGlyph / 0.917;
/// Strips: the em of labels.
constexpr double kStripLabelEm = 0.275;

inline bool is_strip(Size s) {
  return s.width >= kStripRatio * s.height;
}
/// Smallest em in pixels. On screens much taller than wide nine characters must fit a line.
double min_em(Size s);

/// Collects the ops of one page.
class Canvas {
 public:
  Canvas(const Text& text, Size size) : text_(text), size_(size) {}
  void fill(Box b, Color c, double radius = 0) { page_.ops.emplace_back(FillOp{b, radius, c, c}); }
  void gradient(Box b, Color top, Color bottom, double radius = 0) { page_.ops.emplace_back(FillOp{b, radius, top, bottom}); }
  void frame(Box b, Color c, double width, double radius = 0) { page_.ops.emplace_back(FrameOp{b, radius, width, c}); }
  void icon(Icon i, Box b, Color c, Color second = theme::kWhite) { page_.ops.emplace_back(IconOp{i, b, c, second}); }
  void qr(Box b, std::string text) { page_.ops.emplace_back(QrOp{b, std::move(text)}); }
  /// One line with its em box at (x, y); returns its width.
  double text(double x, double y, double px, std::string s, Color c, Role role, bool bold = false);
  /// The same, centred on `middle_x`.
  void centred(double middle_x, double y, double px, std::string s, Color c, Role role, bool bold = false);
  double width(std::string_view s, double px, bool bold = false) const { return text_.width(s, bold) * px; }
  void count(std::string_view s) { page_.chars += count_chars(s); }
  PagePlan take() { return std::move(page_); }
  const Text& fonts() const { return text_; }
  Size size() const { return size_; }
  double w() const { return size_.width; }
  double h() const { return size_.height; }

 private:
  const Text& text_;
  Size size_;
  PagePlan page_;
};

/// Lines at an em in [min_px, max_px]: at most max_lines of them, no higher than max_height together (line height 1.3), as
/// large as possible, where a smaller size wins that tears fewer phrases. At min_px if nothing fits.
struct Fitted {
  double px = 0;
  std::vector<Line> lines;
};
Fitted fit(const Clusters& c, double width, double max_height, double max_px, double min_px, std::size_t max_lines);

/// The bar with the hotline at the foot of a page. `height` as footer_height().
double footer_height(Size s, const Options& o);
void draw_footer(Canvas& c, const Options& o, Color top = theme::kRed, Color low = theme::kRedDark);

Plan compose_bulletin(const Text& text, const Bulletin& b, Size size, const Options& o);
Plan compose_bulletin_strip(const Text& text, const Bulletin& b, Size size);
Plan compose_warning(const Text& text, const Warning& w, Size size, const Options& o);
Plan compose_warning_strip(const Text& text, const Warning& w, Size size);
Plan compose_slogan(const Text& text, const Slogan& s, Size size, const Options& o);
PagePlan compose_slate(const Text& text, const Slate& s, Size size);
/// The slate where there is no font with Chinese characters: shield, telephone and 96110, made of shapes alone.
PagePlan compose_sign(const Text& text, Size size);
/// Local facts; no text smaller than `min_px` (but the hotline where nothing else fits).
PagePlan compose_corner(const Text& text, const FactsRow& row, Size size, double min_px);
PagePlan compose_side_panel(const Text& text, const FactsRow& row, Size size, double min_px);

}  // namespace fz::render
