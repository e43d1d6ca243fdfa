// Local facts in a corner, a side panel or a line: the hotline always, the rest as far as there is room at a readable size.
#include <algorithm>

#include "shared/render/compose.hpp"
#include "shared/render/draw.hpp"

namespace fz::render {
namespace {

using namespace theme;

constexpr double kLine = 1.28;
constexpr Color kPale = rgb(0xcfe0ff);

// One fact: lines of text, or a number that is never broken.
struct Block {
  std::string text;
  double scale = 1;
  Color ink = kWhite;
  int keep = 0;  // the lowest goes first where there is no room
  bool number = false;
  Role role = Role::body;
  double gap = 0.25;  // above it, em
};
struct Set {
  const Block* block;
  double px;
  std::vector<Line> lines;
};

std::vector<Set> set_at(const Text& text, const std::vector<Block>& blocks, double em, double width, double min_px) {
  std::vector<Set> out;
  for (auto& b : blocks) {
    double px = std::max(min_px, em * b.scale);
    if (b.number) {
      px = std::max(min_px, std::min(px, width / text.width(b.text, true)));
      out.push_back({&b, px, {{b.text, text.width(b.text, true)}}});
    } else {
      out.push_back({&b, px, break_lines(text.measure(b.text, true), width / px, Flow::display)});
    }
  }
  return out;
}
double height_of(const std::vector<Set>& sets, double em) {
  double h = 0;
  for (auto& s : sets) h += static_cast<double>(s.lines.size()) * s.px * kLine + (&s == &sets.front() ? 0 : s.block->gap * em);
  return h;
}
bool fits_width(const std::vector<Set>& sets, double width) {
  for (auto& s : sets)
    for (auto& l : s.lines)
      if (l.width * s.px > width + 0.5) return false;
  return true;
}

// As large as the box allows; below min_px the least wanted fact is left out, the number itself never.
double draw_stack(Canvas& c, std::vector<Block> blocks, const Box& box, double min_px, bool centred) {
  for (;;) {
    double floor = min_px / 2.2;  // the number's scale: it may shrink to the size of the rest
    for (double em = std::max(floor, std::min(box.h * 0.24, box.w * 0.2));; em = std::max(floor, em * 0.96)) {
      auto sets = set_at(c.fonts(), blocks, em, box.w, min_px);
      double h = height_of(sets, em);
      if ((h <= box.h && fits_width(sets, box.w)) || (em <= floor && blocks.size() == 1)) {
        double y = box.y + std::max(0.0, (box.h - h) / 2);
        for (auto& s : sets) {
          if (&s != &sets.front()) y += s.block->gap * em;
          for (auto& l : s.lines) {
            double at = y + s.px * (kLine - 1) / 2;
            if (centred)
              c.centred(box.x + box.w / 2, at, s.px, l.text, s.block->ink, s.block->role, true);
            else
              c.text(box.x - empty_start(l.text) * s.px, at, s.px, l.text, s.block->ink, s.block->role, true);
            c.count(l.text);
            y += s.px * kLine;
          }
        }
        return h;
      }
      if (em <= floor) break;
    }
    int least = std::min_element(blocks.begin(), blocks.end(), [](auto& a, auto& b) { return a.keep < b.keep; })->keep;
    std::erase_if(blocks, [&](auto& b) { return b.keep == least; });  // a name goes with its number
  }
}

// Least side of a square in which the code's modules are two pixels.
double least_qr(const std::string& content) {
  auto code = make_qr(content);
  return code ? (code->side + 8) * 2.0 : 1e9;
}
void draw_code(Canvas& c, double x, double y, double side, const std::string& content) {
  c.fill({x, y, side, side}, kWhite, side * 0.03);
  double in = side * 0.02;
  c.qr({x + in, y + in, side - 2 * in, side - 2 * in}, content);
}

void ground(Canvas& c, double rule) {
  c.gradient({0, 0, c.w(), c.h()}, rgb(0x0d47a1), rgb(0x051b45));
  c.frame({rule / 2, rule / 2, c.w() - rule, c.h() - rule}, kGoldDark, rule);
}

std::string caption(const FactsRow& row) {
  return row.account.empty() ? "扫码了解" : row.account;
}

PagePlan stacked(const Text& text, std::vector<Block> blocks, const FactsRow& row, Size size, double min_px) {
  Canvas c(text, size);
  double least = std::min(c.w(), c.h()), rule = std::max(1.0, least * 0.012), pad = std::max(2.0, least * 0.06);
  ground(c, rule);
  Box box{pad, pad, c.w() - 2 * pad, c.h() - 2 * pad};
  if (!row.qr.empty()) {
    bool beside = c.w() > c.h() * 1.2;
    double side = beside ? std::min(box.h, box.w * 0.4) : std::min(box.w * 0.8, box.h * 0.36);
    if (side >= least_qr(row.qr)) {
      Block name{caption(row), 0.8, kPale, 1, false, Role::label, 0.3};
      if (beside) {
        draw_code(c, c.w() - pad - side, (c.h() - side) / 2, side, row.qr);
        box.w -= side + pad;
        blocks.push_back(std::move(name));
      } else {
        double px = std::max(min_px, std::min(side * 0.14, side / std::max(1.0, text.width(name.text, true))));
        bool named = text.width(name.text, true) * px <= box.w;
        double foot = named ? px * 1.35 : 0, y = c.h() - pad - foot - side;
        draw_code(c, (c.w() - side) / 2, y, side, row.qr);
        if (named) c.centred(c.w() / 2, y + side + px * 0.25, px, name.text, kPale, Role::label, true);
        box.h = y - pad - box.y;
      }
    }
  }
  min_px = std::min(min_px, box.w / text.width("96110", true));  // on a narrow card the hotline is whole rather than large
  draw_stack(c, std::move(blocks), box, min_px, c.w() <= c.h() * 1.2 || row.qr.empty());
  return c.take();
}

std::vector<Block> common(const FactsRow& row) {
  std::vector<Block> b;
  b.push_back({"反诈专线", 0.9, kWhite, 8, true, Role::hotline, 0});
  b.push_back({"96110", 2.2, kGold, 100, true, Role::hotline, 0});
  if (!row.station.empty()) b.push_back({row.station, 0.9, kWhite, 6, false, Role::body, 0.4});
  if (!row.phone.empty()) b.push_back({row.phone, 1.2, kGold, 6, true, Role::body, row.station.empty() ? 0.4 : 0.05});
  return b;
}

PagePlan line(const Text& text, const FactsRow& row, Size size, double min_px) {
  Canvas c(text, size);
  double h = c.h(), rule = std::max(1.0, h * 0.02), pad = h * 0.16, px = std::max(min_px, h * 0.46);
  c.gradient({0, 0, c.w(), h}, rgb(0x0d47a1), rgb(0x051b45));
  c.fill({0, 0, c.w(), rule}, kGoldDark);
  double left = pad, end = c.w() - pad;
  if (double side = h - 4 * rule; !row.qr.empty() && side >= least_qr(row.qr) && side < c.w() * 0.3) {
    draw_code(c, end - side, 2 * rule, side, row.qr);
    end -= side + pad;
  }
  // The hotline may have to be smaller than the rest.
  struct Fact {
    std::string name, value;
  };
  std::vector<Fact> facts{{"反诈专线", "96110"}, {row.station, row.phone}, {"", row.reward}};
  double hot = text.width("反诈专线", true) + 0.3 + text.width("96110", true);
  bool named = hot * px <= end - left;
  if (!named) px = std::min(px, (end - left) / text.width("96110", true));
  for (auto& f : facts) {
    if (f.name.empty() && f.value.empty()) continue;
    bool first = &f == &facts.front(), label = !f.name.empty() && (named || !first);
    double w = (label ? text.width(f.name, true) + (f.value.empty() ? 0 : 0.3) : 0) + text.width(f.value, true);
    double before = first ? 0 : 1.3;
    if (left + (before + w) * px > end + 0.5) continue;
    double y = (h - px) / 2;
    if (!first) c.icon(Icon::diamond, {left + px * 0.5, h / 2 - px * 0.15, px * 0.3, px * 0.3}, kGoldDark);
    left += before * px;
    if (label) {
      left += c.text(left, y, px, f.name, kWhite, first ? Role::hotline : Role::body, true) + (f.value.empty() ? 0 : 0.3 * px);
      c.count(f.name);
    }
    if (!f.value.empty()) left += c.text(left, y, px, f.value, f.name.empty() ? kWhite : kGold, first ? Role::hotline : Role::body, true);
    c.count(f.value);
  }
  return c.take();
}

}  // namespace

PagePlan compose_corner(const Text& text, const FactsRow& row, Size size, double min_px) {
  if (is_strip(size)) return line(text, row, size, min_px);
  return stacked(text, common(row), row, size, min_px);
}

PagePlan compose_side_panel(const Text& text, const FactsRow& row, Size size, double min_px) {
  if (is_strip(size)) return line(text, row, size, min_px);
  auto blocks = common(row);
  blocks.insert(blocks.begin(), {"本地反诈服务", 1, kGold, 1, false, Role::heading, 0});
  blocks[1].gap = 0.5;
  blocks.push_back({"被骗报警 110", 1.1, kWhite, 4, true, Role::body, 0.4});
  if (!row.reward.empty()) blocks.push_back({row.reward, 0.9, rgb(0xfff4d2), 3, false, Role::body, 0.4});
  return stacked(text, std::move(blocks), row, size, min_px);
}

}  // namespace fz::render
