// Case bulletins on screens that are not strips: header with kind and title, sections as cards, hotline bar; as many
// pages as it takes at the largest size that needs no more pages than the smallest one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "shared/render/compose.hpp"

namespace fz::render {
namespace {

using namespace theme;

enum class Marker { none, number, warning, check };

struct Item {
  Clusters clusters;
  Marker marker = Marker::none;
  int number = 0;
  bool bold = false;
  Color ink = kInk;
  double scale = 1;  // of the em
};
struct Section {
  std::string name;  // four characters; empty: a note without a card
  Color color, tint;
  std::vector<Item> items;
};

// A piece of an item's lines that stands on one page.
struct Piece {
  const Item* item = nullptr;
  std::vector<Line> lines;
  bool first = true;  // carries the marker
};
struct Card {
  const Section* section = nullptr;
  std::vector<Piece> pieces;
};
using PageCards = std::vector<Card>;

struct Metrics {
  Size size;
  bool portrait;
  double m, em, margin, line, item_gap, card_gap, pad, marker, label;
  double text_w;    // of a card's text, without marker
  double heading;   // height of a card's heading (portrait)
  double min_card;  // landscape: the label's own height

  // `tight`: less air, when that saves a page.
  Metrics(Size s, double body_em, bool tight) : size(s), portrait(s.width < s.height), m(min_em(s)), em(body_em) {
    margin = s.width * (portrait ? 0.04 : 0.033);
    line = em * (tight ? 1.24 : 1.36);
    item_gap = em * (tight ? 0.16 : 0.3);
    card_gap = m * (tight ? 0.22 : 0.3);
    pad = em * (portrait ? 0.28 : 0.36) * (tight ? 0.7 : 1);
    marker = em * (portrait ? 1.35 : 1.6);
    label = portrait ? 0 : m * 3.1;
    heading = portrait ? m * 1.5 : 0;
    min_card = portrait ? 0 : m * 2.75;
    text_w = s.width - 2 * margin - label - (portrait ? 2 * pad : 2.6 * pad);
  }
  // In portrait the marker stands in the first line only: nine characters a line leave no room for a column.
  double room(const Item& i) const { return text_w - (!portrait && i.marker != Marker::none ? marker : 0); }
  double indent(const Item& i) const { return portrait && i.marker != Marker::none ? marker : 0; }
  double piece_height(const Piece& p) const { return static_cast<double>(p.lines.size()) * line * p.item->scale; }
  double content_height(const Card& c) const {
    double h = 0;
    for (std::size_t i = 0; i < c.pieces.size(); ++i) h += piece_height(c.pieces[i]) + (i ? item_gap : 0);
    return h;
  }
  double card_height(const Card& c) const {
    double h = content_height(c);
    return c.section->name.empty() ? h : std::max(h + 2 * pad + heading, min_card);
  }
};

std::vector<Item> items_of(const Text& t, const std::vector<std::string>& texts, Marker marker) {
  std::vector<Item> out;
  for (auto& s : texts) {
    Item i{t.measure(s, false), texts.size() == 1 && marker == Marker::number ? Marker::none : marker, static_cast<int>(out.size()) + 1};
    out.push_back(std::move(i));
  }
  return out;
}

std::vector<Section> sections_of(const Text& t, const Bulletin& b) {
  std::vector<Section> s;
  bool is_case = b.exposes == Exposes::case_;
  s.push_back({is_case ? "案件经过" : "诈骗手法", kBlue, kTintBlue, items_of(t, b.how, Marker::number)});
  if (b.loss) s.push_back({"案件结果", kRedDark, kTintRed, {Item{t.measure(*b.loss, true), Marker::none, 0, true, kRed, 1.3}}});
  if (!b.signs.empty()) s.push_back({"识骗要点", kRed, kTintRed, items_of(t, b.signs, Marker::warning)});
  s.push_back({"正确做法", kGreen, kTintGreen, items_of(t, b.advice, Marker::check)});
  if (b.law) {
    std::string name = b.law->name.starts_with("《") ? b.law->name : "《" + b.law->name + "》";
    s.push_back({"法律链接",
                 kLaw,
                 kTintLaw,
                 {Item{t.measure(name + b.law->article, true), Marker::none, 0, true, kLaw}, Item{t.measure(b.law->text, false)}}});
  }
  s.push_back({"", kInkSoft, kPaper, {Item{t.measure("来源：" + b.source, false), Marker::none, 0, false, kInkSoft}}});
  return s;
}

// Greedy filling of pages. Items are kept whole unless they are taller than a page; a section that would start in the last
// bit of a page and not fit goes to the next one.
class Filler {
 public:
  Filler(const Metrics& m, double first_room, double room) : m_(m), room_(first_room), next_room_(room) {}

  void add(const Section& section) {
    std::vector<Piece> pieces;
    for (auto& item : section.items)
      pieces.push_back(
          {&item, break_lines(item.clusters, m_.room(item) / (m_.em * item.scale), Flow::body, m_.indent(item) / m_.em), true});
    double whole = m_.card_height({&section, pieces}), left = room_ - used_;
    if (whole > left && used_ > 0 && (whole <= next_room_ || left < room_ * 0.4)) turn();
    Card card{&section, {}};
    for (auto& p : pieces) place(card, std::move(p));
    close(card);
  }
  std::vector<PageCards> take() {
    turn();
    return std::move(pages_);
  }

 private:
  void place(Card& card, Piece p) {
    card.pieces.push_back(p);
    if (m_.card_height(card) <= room_ - used_) return;
    card.pieces.pop_back();
    // What is short stays whole on the next page; what is long begins here, two lines at least on either side.
    bool page_is_empty = card.pieces.empty() && used_ <= 0;
    double frame = card.section->name.empty() ? 0 : 2 * m_.pad + m_.heading;
    double left = room_ - used_ - frame - (card.pieces.empty() ? 0 : m_.content_height(card) + m_.item_gap);
    auto count = static_cast<std::ptrdiff_t>(p.lines.size());
    auto n = static_cast<std::ptrdiff_t>(std::max(0.0, std::floor(left / (m_.line * p.item->scale) + 1e-6)));
    if (n == count - 1 && n > 2) --n;
    bool is_long = m_.piece_height(p) > (next_room_ - frame) * 0.45 && n >= 2 && count - n >= 2;
    if (!page_is_empty && (!is_long || n < 2)) {
      close(card);
      turn();
      return place(card, std::move(p));
    }
    n = std::clamp<std::ptrdiff_t>(n, 1, count);
    Piece head{p.item, {p.lines.begin(), p.lines.begin() + n}, p.first}, tail{p.item, {p.lines.begin() + n, p.lines.end()}, false};
    card.pieces.push_back(std::move(head));
    if (tail.lines.empty()) return;
    close(card);
    turn();
    place(card, std::move(tail));
  }
  void close(Card& card) {
    if (card.pieces.empty()) return;
    used_ += m_.card_height(card) + m_.card_gap;
    page_.push_back(card);
    card.pieces.clear();
  }
  void turn() {
    if (page_.empty()) return;
    pages_.push_back(std::move(page_));
    page_.clear();
    used_ = 0;
    room_ = next_room_;
  }

  const Metrics& m_;
  double room_, next_room_, used_ = 0;
  PageCards page_;
  std::vector<PageCards> pages_;
};

class BulletinPages {
 public:
  BulletinPages(const Text& text, const Bulletin& b, Size size, const Options& o)
      : text_(text),
        b_(b),
        size_(size),
        options_(o),
        m_(min_em(size)),
        portrait_(size.width < size.height),
        margin_(Metrics(size, m_, false).margin) {
    kind_ = fraud_kind_label(b.fraud_kind);
    double title_w = size.width - 2 * margin_;
    auto clusters = text.measure(b.title, true);
    auto one = portrait_ ? Fitted{} : fit(clusters, title_w, size.height, m_ * 1.75, m_ * 1.3, 1);
    if (one.lines.size() == 1 && one.lines[0].width * one.px <= title_w + one.px * 0.5)
      title_ = std::move(one);
    else
      title_ = fit(clusters, title_w, size.height, m_ * (portrait_ ? 1.3 : 1.45), m_, portrait_ ? 4 : 2);
    double chip = m_ * 1.5, gap = m_ * 0.32;
    header_first_ = gap + chip + gap * 0.9 + static_cast<double>(title_.lines.size()) * title_.px * 1.2 + gap;
    header_next_ = gap * 0.8 + chip + gap * 0.8;
  }

  Plan compose() {
    auto sections = sections_of(text_, b_);
    double foot = footer_height(size_, options_), air = m_ * 0.35;
    auto fill = [&](double em, bool tight) {
      Metrics metrics(size_, em, tight);
      double body = size_.height - foot - 2 * air + metrics.card_gap;
      Filler f(metrics, body - header_first_, body - header_next_);
      for (auto& s : sections) f.add(s);
      return f.take();
    };
    // Least pages first, then the largest size that takes no more of them.
    double em = m_;
    auto pages = fill(em, false), tighter = fill(em, true);
    bool tight = tighter.size() < pages.size();
    if (tight) pages = std::move(tighter);
    for (int step = 12; step > 0; --step) {
      double larger = m_ * (1 + (portrait_ ? 0.016 : 0.028) * step);
      auto candidate = fill(larger, tight);
      if (candidate.size() > pages.size()) continue;
      pages = std::move(candidate);
      em = larger;
      break;
    }
    Plan plan{size_, {}};
    Metrics metrics(size_, em, tight);
    for (std::size_t i = 0; i < pages.size(); ++i) plan.pages.push_back(page(metrics, pages[i], i, pages.size(), air, foot));
    return plan;
  }

 private:
  PagePlan page(const Metrics& metrics, const PageCards& cards, std::size_t index, std::size_t count, double air, double foot) {
    Canvas c(text_, size_);
    c.gradient({0, 0, c.w(), c.h()}, kPaper, kPaperLow);
    double top = header(c, index, count) + air, bottom = c.h() - foot - air;
    double used = -metrics.card_gap;
    for (auto& card : cards) used += metrics.card_height(card) + metrics.card_gap;
    // What is left over goes to the cards, so that a page is filled as a printed one would be.
    double spare = std::max(0.0, bottom - top - used), stretchable = 0;
    for (auto& card : cards) stretchable += card.section->name.empty() ? 0 : metrics.card_height(card);
    double y = top + (stretchable > 0 ? 0 : spare / 2);  // a note alone stands in the middle
    for (auto& card : cards) {
      double h = metrics.card_height(card);
      if (!card.section->name.empty()) h += spare * h / stretchable;
      draw_card(c, metrics, card, y, h);
      y += h + metrics.card_gap;
    }
    if (index == 0) c.count("反诈预警劝阻专线96110被骗立即报警110" + options_.qr_caption);
    draw_footer(c, options_);
    return c.take();
  }

  // Kind of fraud and what is shown, the title on the first page; dots for the pages.
  double header(Canvas& c, std::size_t index, std::size_t count) {
    bool is_case = b_.exposes == Exposes::case_;
    double h = index == 0 ? header_first_ : header_next_;
    c.gradient({0, 0, c.w(), h}, kBlue, kNavy);
    c.icon(Icon::rays, {0, 0, c.w(), h}, rgb(0xffffff, 10));
    c.fill({0, h - std::max(1.0, m_ * 0.09), c.w(), std::max(1.0, m_ * 0.09)}, kGoldDark);
    double gap = m_ * 0.32 * (index == 0 ? 1 : 0.8), chip = m_ * 1.5, x = margin_;
    double kind_w = c.width(kind_, m_, true) + m_;
    c.gradient({x, gap, kind_w, chip}, kGold, kGoldDark, chip * 0.2);
    c.text(x + m_ * 0.5, gap + m_ * 0.25, m_, kind_, kNavy, Role::chip, true);
    c.count(kind_);
    x += kind_w + m_ * 0.4;
    double dots = pager(c, index, count, gap + chip / 2);
    if (index > 0) {  // the title again, where one line of it fits beside the kind
      double room = c.w() - margin_ - dots - m_ * 0.4 - x;
      auto lines = break_lines(text_.measure(b_.title, true), room / m_, Flow::display);
      if (lines.size() == 1 && lines[0].width * m_ <= room) {
        c.text(x + m_ * 0.1, gap + m_ * 0.25, m_, lines[0].text, kWhite, Role::title, true);
        c.count(lines[0].text);
        return h;
      }
    }
    std::string tag = is_case ? "典型案例" : "手法揭秘";
    double tag_w = c.width(tag, m_, true) + m_;
    if (x + tag_w + m_ * 0.4 < c.w() - margin_ - dots) {
      if (is_case)
        c.fill({x, gap, tag_w, chip}, kRed, chip * 0.2);
      else
        c.frame({x + m_ * 0.04, gap + m_ * 0.04, tag_w - m_ * 0.08, chip - m_ * 0.08}, kGold, m_ * 0.06, chip * 0.2);
      c.text(x + m_ * 0.5, gap + m_ * 0.25, m_, tag, is_case ? kWhite : kGold, Role::chip, true);
      c.count(tag);
    }
    if (index > 0) return h;
    double y = gap + chip + gap * 0.9;
    for (auto& l : title_.lines) {
      c.text(margin_, y + title_.px * 0.1, title_.px, l.text, kWhite, Role::title, true);
      c.count(l.text);
      y += title_.px * 1.2;
    }
    return h;
  }

  // Returns the width it took at the right margin. Many pages: a bar instead of dots.
  double pager(Canvas& c, std::size_t index, std::size_t count, double middle) {
    if (count < 2) return 0;
    double d = m_ * 0.3, step = d * 1.9, w = step * static_cast<double>(count - 1) + d, room = portrait_ ? m_ * 2.2 : m_ * 5;
    if (w > room) {
      w = room;
      double x = c.w() - margin_ - w;
      c.fill({x, middle - d / 2, w, d}, rgb(0xffffff, 70), d / 2);
      c.fill({x, middle - d / 2, std::max(d, w * static_cast<double>(index + 1) / static_cast<double>(count)), d}, kGold, d / 2);
      return w;
    }
    for (std::size_t i = 0; i < count; ++i)
      c.fill({c.w() - margin_ - w + step * static_cast<double>(i), middle - d / 2, d, d}, i == index ? kGold : rgb(0xffffff, 80), d / 2);
    return w;
  }

  void draw_card(Canvas& c, const Metrics& k, const Card& card, double y, double h) {
    auto& s = *card.section;
    Box box{k.margin, y, c.w() - 2 * k.margin, h};
    double radius = m_ * 0.22;
    double text_x = k.margin, text_top = y, text_h = h;
    if (!s.name.empty()) {
      c.fill({box.x, box.y + m_ * 0.06, box.w, box.h}, rgb(0x0a2a66, 26), radius);
      c.fill(box, s.color, radius);
      if (k.portrait) {
        double square = k.heading;
        c.fill({box.x, box.y + square, box.w, box.h - square}, s.tint, radius);
        c.fill({box.x, box.y + square, box.w, radius}, s.tint);
        c.text(box.x + k.pad + m_ * 0.1, y + (k.heading - m_) / 2, m_, s.name, kWhite, Role::heading, true);
        text_x = box.x + k.pad;
        text_top = y + k.heading;
        text_h = h - k.heading;
      } else {
        c.fill({box.x + k.label, box.y, box.w - k.label, box.h}, s.tint, radius);
        c.fill({box.x + k.label, box.y, radius, box.h}, s.tint);
        double lx = box.x + k.label / 2, ly = y + h / 2;
        std::size_t half = 6;  // two characters of three bytes
        c.centred(lx, ly - m_ * 1.1, m_ * 1.02, s.name.substr(0, half), kWhite, Role::heading, true);
        c.centred(lx, ly + m_ * 0.08, m_ * 1.02, s.name.substr(half), kWhite, Role::heading, true);
        text_x = box.x + k.label + k.pad * 1.3;
      }
      c.count(s.name);
    }
    double content = 0;
    for (std::size_t i = 0; i < card.pieces.size(); ++i)
      content += static_cast<double>(card.pieces[i].lines.size()) * k.line + (i ? k.item_gap : 0);
    double spare = std::max(0.0, text_h - content - (s.name.empty() ? 0 : 2 * k.pad));
    double gap = k.item_gap + (card.pieces.size() > 1 ? std::min(k.em * 0.7, spare / static_cast<double>(card.pieces.size() + 1)) : 0);
    double total = content + (gap - k.item_gap) * static_cast<double>(card.pieces.size() - 1);
    double at = text_top + (text_h - total) / 2;
    for (auto& p : card.pieces) {
      draw_piece(c, k, s, p, text_x, at);
      at += k.piece_height(p) + gap;
    }
  }

  void draw_piece(Canvas& c, const Metrics& k, const Section& s, const Piece& p, double x, double y) {
    double px = k.em * p.item->scale, line = k.line * p.item->scale, lead = (line - px) / 2, d = k.em * 1.16;
    bool marked = p.item->marker != Marker::none;
    if (marked && p.first) {
      Box b{x, y + (line - d) / 2, d, d};
      switch (p.item->marker) {
        case Marker::number:
          c.fill(b, s.color, d / 2);
          c.centred(b.x + d / 2, y + lead + k.em * 0.02, k.em, std::to_string(p.item->number), kWhite, Role::label, true);
          break;
        case Marker::warning:
          c.icon(Icon::warning, b, kRed);
          break;
        case Marker::check:
          c.icon(Icon::check, b, kGreen);
          break;
        case Marker::none:
          break;
      }
    }
    for (std::size_t i = 0; i < p.lines.size(); ++i) {
      double shift = !marked ? 0 : !k.portrait || (i == 0 && p.first) ? k.marker : 0;
      c.text(x + shift, y + lead, px, p.lines[i].text, p.item->ink, Role::body, p.item->bold);
      c.count(p.lines[i].text);
      y += line;
    }
  }

  const Text& text_;
  const Bulletin& b_;
  Size size_;
  const Options& options_;
  double m_;
  bool portrait_;
  double margin_;
  std::string kind_;
  Fitted title_;
  double header_first_ = 0, header_next_ = 0;
};

}  // namespace

Plan compose_bulletin(const Text& text, const Bulletin& b, Size size, const Options& o) {
  return BulletinPages(text, b, size, o).compose();
}

}  // namespace fz::render
