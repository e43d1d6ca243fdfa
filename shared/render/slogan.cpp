// Slogans: as large as the screen allows, on red.
#include <algorithm>

#include "shared/render/compose.hpp"

namespace fz::render {
namespace {

using namespace theme;

void ground(Canvas& c, double height, double m) {
  c.gradient({0, 0, c.w(), height}, rgb(0xd0151f), rgb(0x84070f));
  c.icon(Icon::rays, {0, 0, c.w(), height}, rgb(0xffd76a, 20));
  double in = m * 0.28;
  c.frame({in, in, c.w() - 2 * in, height - 2 * in}, kGoldDark, std::max(1.0, m * 0.07), m * 0.2);
  c.frame({in * 1.55, in * 1.55, c.w() - 3.1 * in, height - 3.1 * in}, rgb(0xffd76a, 130), std::max(1.0, m * 0.025), m * 0.16);
}

Plan screen(const Text& text, const Slogan& s, Size size, const Options& o) {
  double m = min_em(size), foot = footer_height(size, o), top_h = size.height - foot;
  bool portrait = size.width < size.height;
  auto clusters = text.measure(s.text, true);
  double chip_h = m * 1.5, chip_top = m * 0.75;
  double room_top = chip_top + chip_h + m * 0.3, room = top_h - room_top - m * 0.7, width = size.width - 2 * m * (portrait ? 0.7 : 1.4);
  // Below the least size the lines go on another page.
  auto [px, lines] = fit(clusters, width, room, std::min(room * 0.62, width / 3), m, 100);
  auto per_page = static_cast<std::size_t>(std::max(1.0, room / (px * 1.3)));
  Plan plan{size, {}};
  std::string kind = fraud_kind_label(s.fraud_kind);
  for (std::size_t from = 0; from < lines.size(); from += per_page) {
    std::size_t to = std::min(from + per_page, lines.size());
    Canvas c(text, size);
    ground(c, top_h, m);
    double kind_w = c.width(kind, m, true) + m * 1.2;
    c.gradient({c.w() / 2 - kind_w / 2, chip_top, kind_w, chip_h}, kGold, kGoldDark, chip_h / 2);
    c.centred(c.w() / 2, chip_top + m * 0.25, m, kind, kRedDark, Role::chip, true);
    c.count(kind);
    double y = room_top + (room - static_cast<double>(to - from) * px * 1.3) / 2 + px * 0.15;
    for (std::size_t i = from; i < to; ++i, y += px * 1.3) {
      c.centred(c.w() / 2 + px * 0.03, y + px * 0.04, px, lines[i].text, rgb(0x3a0206, 110), Role::label, true);
      c.centred(c.w() / 2, y, px, lines[i].text, rgb(0xfff4d2), Role::body, true);
      c.count(lines[i].text);
    }
    if (from == 0) c.count("反诈预警劝阻专线96110被骗立即报警110" + o.qr_caption);
    draw_footer(c, o);
    plan.pages.push_back(c.take());
  }
  return plan;
}

Plan strip(const Text& text, const Slogan& s, Size size) {
  double h = size.height, label = h * kStripLabelEm, pad = h * 0.1;
  double largest = h * 0.66, least = h * 0.42, full = size.width - 2 * pad;
  auto clusters = text.measure(s.text, true);
  // The hotline stands in a block of its own on every page, unless the slogan says it and is one line.
  auto whole = break_lines(clusters, full / least, Flow::phrases);
  bool says_it = whole.size() == 1 && s.text.find("96110") != s.text.npos;
  double block = says_it ? 0 : std::max(text.width("96110", true) * h * 0.36, text.width("反诈专线", true) * label) + 2 * pad;
  double width = full - block;
  if (!says_it) whole = break_lines(clusters, width / least, Flow::phrases);
  Plan plan{size, {}};
  for (auto& line : whole) {
    Canvas c(text, size);
    c.gradient({0, 0, c.w(), c.h()}, rgb(0xd0151f), rgb(0x84070f));
    double rule = std::max(1.0, h * 0.02);
    c.fill({0, 0, c.w(), rule}, kGoldDark);
    c.fill({0, h - rule, c.w(), rule}, kGoldDark);
    if (block > 0) {
      double x = c.w() - block, number = h * 0.36;
      c.gradient({x, 0, block, h}, kBlue, kNavy);
      c.fill({x, 0, rule, h}, kGoldDark);
      c.centred(x + block / 2, h * 0.14, label, "反诈专线", kWhite, Role::hotline, true);
      c.centred(x + block / 2, h * 0.5, number, "96110", kGold, Role::hotline, true);
    }
    double em = std::min(largest, width / std::max(line.width, 0.01));
    c.centred(pad + width / 2, (h - em) / 2, em, line.text, rgb(0xfff4d2), Role::body, true);
    c.count(line.text);
    plan.pages.push_back(c.take());
  }
  return plan;
}

}  // namespace

Plan compose_slogan(const Text& text, const Slogan& s, Size size, const Options& o) {
  return is_strip(size) ? strip(text, s, size) : screen(text, s, size, o);
}

}  // namespace fz::render
