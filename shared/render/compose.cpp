#include "shared/render/compose.hpp"

#include <algorithm>
#include <cmath>

namespace fz::render {

using namespace theme;

Millis reading_time(int chars) {
  return std::max(Millis{3000}, Millis{1000LL * chars / kCharsPerSecond + (chars % kCharsPerSecond ? 250 : 0)});
}

double min_em(Size s) {
  return std::max(1.0, std::min(kMinEm * s.height, s.width / 9.0));
}

double Canvas::text(double x, double y, double px, std::string s, Color c, Role role, bool bold) {
  double w = width(s, px, bold);
  page_.ops.emplace_back(TextOp{x, y, px, w, std::move(s), c, bold, role});
  return w;
}
void Canvas::centred(double middle_x, double y, double px, std::string s, Color c, Role role, bool bold) {
  // By the ink: the empty halves of marks at the ends would push the line aside.
  double w = width(s, px, bold), left = empty_start(s) * px, right = empty_end(s) * px;
  text(middle_x - left - (w - left - right) / 2, y, px, std::move(s), c, role, bold);
}

Fitted fit(const Clusters& c, double width, double max_height, double max_px, double min_px, std::size_t max_lines) {
  Fitted best;
  double best_score = 0;
  for (double px = std::max(max_px, min_px);; px = std::max(min_px, px * 0.97)) {
    auto lines = break_lines(c, width / px, Flow::display);
    bool fits = lines.size() <= max_lines && static_cast<double>(lines.size()) * px * 1.3 <= max_height;
    for (auto& l : lines) fits &= l.width * px <= width + 0.5 * px;
    double score = px / (1 + 0.24 * tearing(c, lines));
    if (fits && score > best_score) {
      best_score = score;
      best = {px, std::move(lines)};
    }
    if (px <= min_px) break;
  }
  if (best.lines.empty()) best = {min_px, break_lines(c, width / min_px, Flow::display)};
  return best;
}

namespace {
// What the bar says; the longest that fits is taken.
constexpr std::string_view kHotlineName[] = {"反诈预警劝阻专线", "反诈专线"};
constexpr std::string_view kPolice[] = {"被骗立即报警", "被骗报警", "报警"};
}  // namespace

double footer_height(Size s, const Options& o) {
  double m = min_em(s);
  if (s.width >= s.height) return o.qr_text.empty() ? m * 2.25 : m * 3.4;
  return o.qr_text.empty() ? m * 3.5 : m * 5.4;
}

namespace {

// "[icon] name 96110", from x on; returns the width. The number is `big` high.
double hotline(Canvas& c, double x, double middle, double m, double big, std::string_view name) {
  double at = x;
  c.icon(Icon::phone, {at, middle - big * 0.36, big * 0.72, big * 0.72}, kGold);
  at += big * 0.9;
  at += c.text(at, middle - m * 0.5, m, std::string(name), kWhite, Role::hotline, true) + m * 0.35;
  at += c.text(at, middle - big * 0.51, big, "96110", kGold, Role::hotline, true);
  return at - x;
}
double hotline_width(const Canvas& c, double m, double big, std::string_view name) {
  return big * 0.9 + c.width(name, m, true) + m * 0.35 + c.width("96110", big, true);
}
double police(Canvas* draw, const Canvas& c, double x, double middle, double m, std::string_view words) {
  double big = m * 1.35, w = c.width(words, m, true), n = c.width("110", big, true);
  if (draw) {
    draw->text(x, middle - m * 0.5, m, std::string(words), kWhite, Role::hotline, true);
    draw->text(x + w + m * 0.3, middle - big * 0.51, big, "110", kGold, Role::hotline, true);
  }
  return w + m * 0.3 + n;
}

void footer_landscape(Canvas& c, const Options& o, double top, double h) {
  double m = min_em(c.size()), margin = c.w() * 0.035, middle = top + h / 2, big = m * 1.75;
  double room = c.w() - 2 * margin;
  if (!o.qr_text.empty()) {
    double side = h * 0.88, x = c.w() - margin - side;
    c.fill({x, top + h * 0.06, side, side}, kWhite, m * 0.12);
    c.qr({x + m * 0.04, top + h * 0.06 + m * 0.04, side - m * 0.08, side - m * 0.08}, o.qr_text);
    room -= side + m * 0.4;
    auto lines = break_lines(c.fonts().measure(o.qr_caption, false), 6.3, Flow::display);
    double widest = 0;
    for (auto& l : lines) widest = std::max(widest, l.width * m);
    // The hotline goes before the caption where there is not room for both.
    if (widest > 0 && hotline_width(c, m, big, kHotlineName[1]) + widest + m * 0.6 <= room) {
      double y = middle - static_cast<double>(lines.size()) * m * 0.62 + m * 0.12;
      for (auto& l : lines) {
        c.text(x - m * 0.4 - l.width * m, y, m, l.text, kWhite, Role::hotline);
        y += m * 1.24;
      }
      room -= widest + m * 0.6;
    }
  }
  for (auto name : kHotlineName)
    for (auto words : kPolice) {
      double left = hotline_width(c, m, big, name), right = police(nullptr, c, 0, middle, m, words);
      if (left + right + m > room && !(name == kHotlineName[1] && words == kPolice[2])) continue;
      hotline(c, margin, middle, m, big, name);
      if (left + right + m <= room) police(&c, c, margin + room - right, middle, m, words);
      return;
    }
}

void footer_portrait(Canvas& c, const Options& o, double top, double h) {
  double m = min_em(c.size()), margin = c.w() * 0.045, room = c.w() - 2 * margin, big = m * 1.7;
  if (!o.qr_text.empty()) {
    double side = h * 0.52, x = c.w() - margin - side, y = top + h - side - h * 0.05;
    c.fill({x, y, side, side}, kWhite, m * 0.12);
    c.qr({x + m * 0.04, y + m * 0.04, side - m * 0.08, side - m * 0.08}, o.qr_text);
    auto lines = break_lines(c.fonts().measure(o.qr_caption, false), (room - side - m * 0.4) / m, Flow::display);
    double at = y + side / 2 - static_cast<double>(lines.size()) * m * 0.62 + m * 0.12;
    for (auto& l : lines) {
      if (!l.text.empty()) c.text(margin, at, m, l.text, kWhite, Role::hotline);
      at += m * 1.24;
    }
    h -= side + h * 0.05;
  }
  std::string_view name = kHotlineName[1];
  while (big > m && hotline_width(c, m, big, name) > room) big -= m * 0.02;
  bool two_rows = o.qr_text.empty();
  double first = two_rows ? top + h * 0.34 : top + h / 2;
  hotline(c, margin + (room - hotline_width(c, m, big, name)) / 2, first, m, big, name);
  if (!two_rows) return;
  for (auto words : kPolice) {
    double w = police(nullptr, c, 0, 0, m, words);
    if (w > room) continue;
    police(&c, c, margin + (room - w) / 2, top + h * 0.76, m, words);
    return;
  }
}

}  // namespace

void draw_footer(Canvas& c, const Options& o, Color top_color, Color low_color) {
  double h = footer_height(c.size(), o), top = c.h() - h, m = min_em(c.size());
  c.gradient({0, top, c.w(), h}, top_color, low_color);
  c.fill({0, top, c.w(), std::max(1.0, m * 0.09)}, kGoldDark);
  if (c.size().width >= c.size().height)
    footer_landscape(c, o, top, h);
  else
    footer_portrait(c, o, top, h);
}

}  // namespace fz::render
