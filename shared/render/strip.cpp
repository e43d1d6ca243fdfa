// Bulletins on strips (LED signs at least three times as wide as high): a band that says what it is, with the hotline, and
// one line of text at a time.
#include <algorithm>

#include "shared/render/compose.hpp"

namespace fz::render {
namespace {

using namespace theme;

struct Part {
  std::string name;
  Color top, bottom, text;
};

PagePlan line_page(const Text& text, Size size, const std::string& kind, const Part& part, const Line& line, double em) {
  Canvas c(text, size);
  double band = c.h() * 0.36, label = c.h() * kStripLabelEm, pad = c.h() * 0.12, y = (band - label) / 2 - c.h() * 0.005;
  c.gradient({0, 0, c.w(), c.h()}, rgb(0x041433), kNavy);
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
  double middle = band + (c.h() - band) / 2;
  c.centred(c.w() / 2, middle - em / 2, em, line.text, part.text, Role::body, true);
  c.count(line.text);
  return c.take();
}

}  // namespace

Plan compose_bulletin_strip(const Text& text, const Bulletin& b, Size size) {
  Plan plan{size, {}};
  std::string kind = fraud_kind_label(b.fraud_kind);
  bool is_case = b.exposes == Exposes::case_;
  double h = size.height, width = size.width - h * 0.16, em = h * 0.47;
  auto add = [&](const Part& part, const std::string& s) {
    auto clusters = text.measure(s, true);
    // A phrase that almost fits is set a little smaller rather than torn.
    auto lines = break_lines(clusters, width / (em * 0.86), Flow::phrases);
    for (auto& l : lines) plan.pages.push_back(line_page(text, size, kind, part, l, std::min(em, width / std::max(l.width, 0.01))));
  };
  Part title{is_case ? "典型案例" : "手法揭秘", kBlueLight, kBlue, kGold};
  Part how{is_case ? "案件经过" : "诈骗手法", kBlueLight, kBlue, kWhite};
  Part signs{"识骗要点", rgb(0xd31a28), kRedDark, kWhite}, advice{"正确做法", rgb(0x11904f), rgb(0x075c31), kWhite};
  Part law{"法律链接", rgb(0x9a6418), kLaw, kWhite}, note{"信息来源", kBlueLight, kBlue, kWhite};
  add(title, b.title);
  for (auto& s : b.how) add(how, s);
  if (b.loss) add({"案件结果", rgb(0xd31a28), kRedDark, kGold}, *b.loss);
  for (auto& s : b.signs) add(signs, s);
  for (auto& s : b.advice) add(advice, s);
  if (b.law) {
    add(law, (b.law->name.starts_with("《") ? b.law->name : "《" + b.law->name + "》") + b.law->article);
    add(law, b.law->text);
  }
  add(note, b.source);
  return plan;
}

}  // namespace fz::render
