#include <algorithm>

#include "shared/render/strip.hpp"

namespace fz::render {
namespace {

using namespace theme;

PagePlan line_page(const Text& text, Size size, const std::string& kind, const StripPart& part, const Line& line, double em, double share,
                   Color ground) {
  Canvas c(text, size);
  Color darker = ground;
  for (auto* channel : {&darker.r, &darker.g, &darker.b}) *channel = static_cast<std::uint8_t>(*channel / 2);
  double band = c.h() * 0.36, label = c.h() * kStripLabelEm, pad = c.h() * 0.12, y = (band - label) / 2 - c.h() * 0.005;
  c.gradient({0, 0, c.w(), c.h()}, darker, ground);
  c.gradient({0, 0, c.w(), band}, part.top, part.bottom);
  c.fill({0, band - std::max(1.0, c.h() * 0.012), c.w(), std::max(1.0, c.h() * 0.012)}, kGoldDark);
  // Right: the hotline. Left: what part of the bulletin this is, then the kind of fraud, as far as there is room.
  double icon = label * 0.9, number = c.width("96110", label, true), hot = icon + label * 0.25 + number, x = c.w() - pad - hot;
  c.icon(Icon::phone, {x, (band - icon) / 2, icon, icon}, kGold);
  c.text(x + icon + label * 0.25, y, label, "96110", kGold, Role::hotline, true);
  double at = pad, room = x - pad - label * 0.4;
  double name_w = c.width(part.name, label, true), kind_w = c.width(kind, label, true);
  if (name_w <= room) {
    c.text(at, y, label, part.name, kWhite, Role::heading, true);
    c.count(part.name);
    at += name_w + label * 0.35;
    room -= name_w + label * 0.35;
    if (label * 0.55 + kind_w <= room) {
      c.icon(Icon::diamond, {at, band / 2 - label * 0.2, label * 0.4, label * 0.4}, kGold);
      c.text(at + label * 0.6, y, label, kind, kGold, Role::chip, true);
      c.count(kind);
    }
  }
  // How far the reader is.
  double bar = std::max(1.0, c.h() * 0.022);
  c.fill({0, c.h() - bar, c.w() * share, bar}, kGoldDark);
  double middle = band + (c.h() - band) / 2;
  c.centred(c.w() / 2, middle - em / 2, em, line.text, part.text, Role::body, true);
  c.count(line.text);
  return c.take();
}

}  // namespace

Plan compose_strip(const Text& text, const std::string& kind, const std::vector<StripPart>& parts, Size size, Color ground) {
  double h = size.height, width = size.width - h * 0.16, em = h * 0.47;
  struct Shown {
    const StripPart* part;
    Line line;
  };
  std::vector<Shown> lines;
  for (auto& part : parts)
    for (auto& s : part.texts)
      // A phrase that almost fits is set a little smaller rather than torn.
      for (auto& l : break_lines(text.measure(s, true), width / (em * 0.86), Flow::phrases)) lines.push_back({&part, std::move(l)});
  Plan plan{size, {}};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto& l = lines[i];
    double share = static_cast<double>(i + 1) / static_cast<double>(lines.size());
    plan.pages.push_back(line_page(text, size, kind, *l.part, l.line, std::min(em, width / std::max(l.line.width, 0.01)), share, ground));
  }
  return plan;
}

}  // namespace fz::render
