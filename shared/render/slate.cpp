// The built-in slate: what a screen shows when nothing else may be shown.
#include <algorithm>

#include "shared/render/compose.hpp"
#include "shared/render/draw.hpp"

namespace fz::render {
namespace {

using namespace theme;

// Shortened in the middle until it fits; names must not push the hotline away.
std::string shortened(const Text& text, std::string s, double max_em, bool bold) {
  auto clusters = text.measure(s, bold);
  double w = 0;
  for (auto& c : clusters) w += c.width;
  if (w <= max_em) return s;
  std::size_t a = clusters.size() / 2, b = a;
  while (w > max_em - 1 && (a > 0 || b < clusters.size())) {
    const bool left_is_ahead = b - clusters.size() / 2 <= clusters.size() / 2 - a;
    if (b < clusters.size() && (left_is_ahead || a == 0))
      w -= clusters[b++].width;
    else
      w -= clusters[--a].width;
  }
  std::string out;
  for (std::size_t i = 0; i < a; ++i) out += clusters[i].text;
  out += "…";
  for (std::size_t i = b; i < clusters.size(); ++i) out += clusters[i].text;
  return out;
}

// One visible line from whatever came over the wire.
std::string one_line(std::string s) {
  for (auto& c : s)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return s.substr(0, s.find_last_not_of(' ') + 1);
}

struct Slates {
  const Text& text;
  Slate s;
  Size size;
  double m = min_em(size);

  void ground(Canvas& c) const {
    c.gradient({0, 0, c.w(), c.h()}, rgb(0x0d47a1), rgb(0x051b45));
    c.icon(Icon::rays, {0, 0, c.w(), c.h()}, rgb(0xffffff, 11));
  }

  // At most two lines; what is longer is shortened in the middle.
  std::vector<std::string> two_lines(const std::string& value, double max_em, bool bold) const {
    auto lines = break_lines(text.measure(value, bold), max_em, Flow::display);
    if (lines.size() == 1 || (lines.size() == 2 && std::max(lines[0].width, lines[1].width) <= max_em + 0.5)) {
      std::vector<std::string> out;
      for (auto& l : lines) out.push_back(l.text);
      return out;
    }
    return {shortened(text, value, max_em, bold)};
  }

  PagePlan screen() const {
    Canvas c(text, size);
    ground(c);
    bool portrait = size.width < size.height;
    double foot = m * 2.0, in = m * 0.28;
    c.frame({in, in, c.w() - 2 * in, c.h() - 2 * in}, kGoldDark, std::max(1.0, m * 0.06), m * 0.2);
    double bottom = status(c, c.h() - foot - in, foot);
    if (s.state == Slate::State::enrol)
      enrol(c, portrait, bottom);
    else
      hotline(c, portrait, bottom);
    return c.take();
  }

  // The lower band: site, server and message. Returns the top of what it took.
  double status(Canvas& c, double top, double foot) const {
    bool portrait = size.width < size.height;
    std::vector<std::string> parts;
    if (s.state == Slate::State::waiting) parts.emplace_back(portrait ? "正在接收内容" : "正在接收反诈宣传内容");
    if (s.state == Slate::State::clock_unknown) parts.emplace_back("正在校准时间");
    if (!s.message.empty()) parts.push_back(one_line(s.message));
    if (s.state != Slate::State::enrol && !s.site.empty()) parts.push_back(one_line(s.site));
    if (parts.empty()) return top + foot;
    double x = m * 0.9, room = c.w() - 1.8 * m;
    if (!portrait && parts.size() > 1) {  // on one line, if it fits
      std::string joined = parts[0];
      for (std::size_t i = 1; i < parts.size(); ++i) joined += "　" + parts[i];
      if (c.width(joined, m) <= room) parts = {joined};
    }
    std::vector<std::string> rows;
    for (auto& p : parts)
      for (auto& l : two_lines(p, room / m, false)) rows.push_back(l);
    parts = std::move(rows);
    double h = static_cast<double>(parts.size()) * m * 1.4;
    double y = top + foot - h - m * 0.35;
    for (auto& p : parts) {
      c.centred(x + room / 2, y, m, p, rgb(0xcfe0ff), Role::label);
      y += m * 1.4;
    }
    return top + foot - h - m * 0.5;
  }

  void hotline(Canvas& c, bool portrait, double bottom) const {
    struct Advice {
      std::string_view text, key;
    };
    static constexpr Advice kWide[] = {
        {"96110 来电，请立即接听", "接"}, {"可疑情况，拨打 96110 咨询", "问"}, {"已经被骗，立即拨打 110 报警", "报"}};
    static constexpr Advice kTall[] = {{"来电立即接听", "接"}, {"可疑拨打咨询", "问"}, {"被骗速拨110", "报"}};
    double top = m * 0.8, space = bottom - top;
    double big = portrait ? std::min((c.w() - m * 1.6) / c.width("96110", 1, true), space * 0.2) : std::min(space * 0.36, c.w() * 0.2);
    double px = portrait ? m : m * (s.state == Slate::State::fallback && s.site.empty() && s.message.empty() ? 1.2 : 1);
    double row = portrait ? m * 1.75 : px * 1.45;
    double badge = portrait ? m * 2.3 : 0;
    std::string name = portrait ? "反诈预警劝阻专线" : "全民反诈　反诈预警劝阻专线";
    double head = portrait ? std::min(m * 1.1, (c.w() - m * 1.4) / c.width(name, 1, true)) : m * 1.25;
    head = std::max(head, m);
    double total = badge + head * 1.35 + big * 1.05 + 3 * row + m * 0.9;
    double y = top + std::max(0.0, (space - total) / 2);
    if (portrait) {
      c.icon(Icon::shield, {c.w() / 2 - m * 1.05, y, m * 2.1, m * 2.1}, kGold, kNavy);
      y += badge;
      c.centred(c.w() / 2, y, head, name, kWhite, Role::heading, true);
    } else {
      double w = c.width(name, head, true), x = c.w() / 2 - (w + head * 1.7) / 2;
      c.icon(Icon::shield, {x, y - head * 0.2, head * 1.4, head * 1.4}, kGold, kNavy);
      c.text(x + head * 1.7, y, head, name, kWhite, Role::heading, true);
    }
    y += head * 1.35;
    c.centred(c.w() / 2 + big * 0.015, y + big * 0.02, big, "96110", rgb(0x020c22, 140), Role::label, true);
    c.centred(c.w() / 2, y, big, "96110", kGold, Role::hotline, true);
    y += big * 1.05;
    double rule = portrait ? c.w() * 0.6 : c.w() * 0.42;
    c.fill({c.w() / 2 - rule / 2, y, rule, std::max(1.0, m * 0.05)}, kGoldDark);
    y += m * 0.55;
    // The rows share one left edge, centred as a block.
    double widest = 0;
    auto rows = [&](auto&& each) {
      for (auto& a : kWide) {
        if (portrait) break;
        each(a);
      }
      for (auto& a : kTall)
        if (portrait) each(a);
    };
    rows([&](const Advice& a) { widest = std::max(widest, c.width(a.text, px)); });
    double chip = px * 1.22, x = c.w() / 2 - (widest + chip + px * 0.4) / 2;
    rows([&](const Advice& a) {
      c.fill({x, y - (chip - px) / 2, chip, chip}, kGold, chip / 2);
      double key = std::max(m, px * 0.85);
      c.centred(x + chip / 2, y + (px - key) / 2, key, std::string(a.key), kNavy, Role::label, true);
      c.text(x + chip + px * 0.4, y, px, std::string(a.text), kWhite, Role::body);
      y += row;
    });
  }

  std::string qr_content() const { return s.qr_text.empty() ? s.code : s.qr_text; }
  /// What is to be typed in somewhere, and what it is called.
  std::string key() const { return one_line(s.code.empty() ? s.device : s.code); }
  std::string key_name(bool room) const {
    if (s.code.empty() && !s.device.empty()) return room ? "屏幕编号（联网后出登记码，或用U盘登记）" : "屏幕编号";
    return room ? "在管理台输入登记码" : "登记码";
  }
  bool has_qr() const { return !qr_content().empty() && qr_content().size() <= 512; }

  // Code, QR, site and server, and still the hotline.
  void enrol(Canvas& c, bool portrait, double bottom) const {
    double top = m * 0.8, margin = m * 0.9;
    double head = m * 1.2;
    c.icon(Icon::shield, {margin, top, head * 1.15, head * 1.15}, kGold, kNavy);
    c.text(margin + head * 1.4, top + head * 0.05, head, "反诈宣传屏", kWhite, Role::heading, true);
    std::string hot = portrait ? "" : "反诈专线 96110";
    if (!portrait) {
      double w = c.width(hot, m, true);
      if (margin + head * 7 + w < c.w() - margin) c.text(c.w() - margin - w, top + head * 0.2, m, hot, kGold, Role::hotline, true);
    }
    double y = top + head * 1.6;
    double side = portrait ? 0 : std::min(c.w() * 0.3, bottom - y - m * 0.4);
    double panel_w = portrait || !has_qr() ? c.w() - 2 * margin : c.w() - 2.6 * margin - side;
    std::string server = one_line(s.server);
    if (server.starts_with("https://")) server = server.substr(8);
    // Landscape: "label value" a line. Portrait: the value alone, on up to two lines.
    std::vector<std::pair<std::string, std::string>> rows;
    for (auto& [label, value] : {std::pair<std::string, std::string>{"站点", one_line(s.site)}, {"服务器", server}}) {
      if (value.empty()) continue;
      if (!portrait) {
        rows.emplace_back(label, shortened(text, value, (panel_w - m * 0.9 - c.width(label, m)) / m, true));
      } else {
        for (auto& l : two_lines(value, panel_w / m, true)) rows.emplace_back("", l);
      }
    }
    auto facts = [&](double x, double at) {
      for (auto& [label, value] : rows) {
        double w = label.empty() ? 0 : c.text(x, at, m, label, rgb(0xa9c4f5), Role::label) + m * 0.5;
        c.text(x + w, at, m, value, kWhite, Role::label, true);
        at += m * 1.4;
      }
      return at;
    };
    std::string code = key();
    double code_room = panel_w - m * 0.8;
    double code_px = code.empty() ? m : std::clamp(code_room / c.width(code, 1, true), m, m * 3.2);
    double panel_h = m * 1.9 + code_px * 1.25;
    auto panel = [&](double x, double at) {
      c.gradient({x, at, panel_w, panel_h}, rgb(0xffffff), rgb(0xe8effb), m * 0.25);
      c.centred(x + panel_w / 2, at + m * 0.4, m, key_name(!portrait), kInkSoft, Role::label);
      c.centred(x + panel_w / 2, at + m * 1.6, code_px, code, kRed, Role::title, true);
    };
    double facts_h = static_cast<double>(rows.size()) * m * 1.4;
    if (portrait) {
      double gap = m * 0.4, hot_h = m * 1.5;
      panel(margin, y);
      y += panel_h + gap;
      side = std::min(c.w() * 0.62, bottom - y - facts_h - hot_h - 2 * gap);
      if (has_qr() && side > m * 2) {
        qr(c, {c.w() / 2 - side / 2, y, side, side});
        y += side + gap;
      }
      y = facts(margin, y);
      double w = c.width("反诈专线 96110", m, true);
      if (y + m * 1.1 < bottom) c.text(c.w() / 2 - w / 2, bottom - m * 1.3, m, "反诈专线 96110", kGold, Role::hotline, true);
      return;
    }
    double block = panel_h + m * 0.7 + facts_h;
    double at = y + std::max(0.0, (bottom - y - block) / 2);
    panel(margin, at);
    facts(margin + m * 0.2, at + panel_h + m * 0.7);
    if (has_qr()) qr(c, {c.w() - margin - side, y + (bottom - y - side) / 2, side, side});
  }
  void qr(Canvas& c, Box b) const {
    c.fill(b, kWhite, m * 0.2);
    double in = b.w * 0.03;
    c.qr({b.x + in, b.y + in, b.w - 2 * in, b.h - 2 * in}, qr_content());
  }

  PagePlan strip() const {
    Canvas c(text, size);
    ground(c);
    double h = c.h(), label = h * kStripLabelEm, pad = h * 0.12, rule = std::max(1.0, h * 0.02);
    c.fill({0, 0, c.w(), rule}, kGoldDark);
    c.fill({0, h - rule, c.w(), rule}, kGoldDark);
    double left = pad, right = c.w() - pad;
    if (s.state == Slate::State::enrol) {
      if (has_qr()) {
        double side = h - 2 * rule - h * 0.04;
        c.fill({left, (h - side) / 2, side, side}, kWhite);
        c.qr({left, (h - side) / 2, side, side}, qr_content());
        left += side + pad;
      }
      double room = right - left;
      std::string code = key(), caption = key_name(false);
      double px = code.empty() ? label : std::min(h * 0.46, room / c.width(code, 1, true));
      std::string site = s.site.empty() ? s.server : s.site;
      double cw = c.text(left, h * 0.1, label, caption, rgb(0xa9c4f5), Role::label) + label * 0.5;
      if (!site.empty() && room - cw > label * 3)
        c.text(left + cw, h * 0.1, label, shortened(text, one_line(site), (room - cw) / label, false), kWhite, Role::label);
      c.text(left, h * 0.43, px, code, kGold, Role::title, true);
      double used = left + c.width(code, px, true), hot = c.width("96110", label, true);
      if (used + hot + pad * 2 < right) c.text(right - hot, h * 0.58, label, "96110", kGold, Role::hotline, true);
      return c.take();
    }
    // Shield, name over message, and the number as large as the height allows.
    double big = std::min(h * 0.82, c.w() * 0.42 / c.width("96110", 1, true)), number = c.width("96110", big, true);
    double icon = h * 0.72;
    bool with_icon = c.w() > h * 4.4;
    double name_room = right - number - pad * 1.5 - left - (with_icon ? icon + pad : 0);
    std::string first = "反诈预警劝阻专线", second = "来电请接听　被骗拨110";
    if (s.state == Slate::State::waiting) second = "正在接收内容";
    if (s.state == Slate::State::clock_unknown) second = "正在校准时间";
    if (c.width(first, label, true) > name_room) first = "反诈专线";
    if (c.width(second, label) > name_room) second = s.state == Slate::State::fallback ? "来电请接听" : "请稍候";
    double px1 = std::min(h * 0.36, name_room / c.width(first, 1, true)),
           px2 = std::min(px1, std::max(label, std::min(h * 0.32, name_room / c.width(second, 1))));
    double text_w = std::max(c.width(first, px1, true), c.width(second, px2));
    double total = (with_icon ? icon + pad : 0) + text_w + pad * 1.5 + number, x = (c.w() - total) / 2;
    if (with_icon) {
      c.icon(Icon::shield, {x, (h - icon) / 2, icon, icon}, kGold, kNavy);
      x += icon + pad;
    }
    c.text(x, h * 0.47 - px1, px1, first, kWhite, Role::heading, true);
    c.text(x, h * 0.55, px2, second, rgb(0xcfe0ff), Role::label);
    c.text(x + text_w + pad * 1.5, (h - big) / 2, big, "96110", kGold, Role::hotline, true);
    return c.take();
  }
};

}  // namespace

PagePlan compose_slate(const Text& text, const Slate& s, Size size) {
  Slates slates{text, s, size};
  return is_strip(size) ? slates.strip() : slates.screen();
}

}  // namespace fz::render
