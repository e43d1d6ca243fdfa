#include "shared/render/sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "shared/render/paging.hpp"

namespace fz::render {
namespace {

using namespace theme;

class SheetPages {
 public:
  SheetPages(const Text& text, const Sheet& sheet, Size size, const Options& o)
      : text_(text),
        s_(sheet),
        size_(size),
        options_(o),
        m_(min_em(size)),
        portrait_(size.width < size.height),
        margin_(Metrics(size, m_, false).margin),
        sections_(sheet.sections) {
    cover_ = portrait_ && s_.style.urgent;
    for (auto& fact : s_.bar) add_bar_lines(fact, size.width - 2 * margin_);
    bar_h_ = bar_.empty() ? 0 : static_cast<double>(bar_.size()) * m_ * 1.3 + m_ * 0.3;
    chip_ = m_ * 1.5;
    gap_ = m_ * 0.32;
    stripes_ = s_.style.urgent ? std::max(2.0, m_ * 0.38) : 0;
    header_next_ = stripes_ + gap_ * 0.8 + chip_ + gap_ * 0.8;
    set_header(false);
    if (cover_ && header_first_ > size.height - footer_height(size, o) - bar_h_ + 0.5) {  // the cover has no room for the bar
      bar_.clear();
      bar_h_ = 0;
      set_header(false);
      sections_.push_back(s_.bar_section);
    }
  }

  Plan compose() {
    double foot = footer_height(size_, options_), air = m_ * 0.35;
    auto fill = [&](double em, bool tight) {
      Metrics metrics(size_, em, tight);
      double body = size_.height - foot - 2 * air + metrics.card_gap, next = body - header_next_;
      if (!cover_) return fill_pages(metrics, sections_, body - header_first_ - bar_h_, next);
      auto pages = fill_pages(metrics, sections_, next, next);
      pages.insert(pages.begin(), PageCards{});
      return pages;
    };
    // Least pages first, then the largest size that takes no more of them.
    double em = m_;
    auto pages = fill(em, false), tighter = fill(em, true);
    bool tight = tighter.size() < pages.size();
    if (tight) pages = std::move(tighter);
    if (s_.style.urgent && !cover_ && pages.size() > 1) {  // one card, if a smaller header makes it one
      set_header(true);
      auto compact = fill(em, true);
      tight = tight || compact.size() < pages.size();
      if (compact.size() < pages.size())
        pages = std::move(compact);
      else
        set_header(false);
    }
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
  // The first page's header. On a tall screen a warning's takes the whole page: what happens and what to do follow.
  void set_header(bool compact) {
    double title_w = size_.width - 2 * margin_;
    auto clusters = text_.measure(s_.title, true);
    double largest = m_ * (s_.style.urgent && !compact ? 2.1 : 1.75);
    auto one = portrait_ ? Fitted{} : fit(clusters, title_w, size_.height, largest, m_ * 1.2, 1);
    if (!s_.lead.empty()) lead_ = std::min(m_ * (compact ? 1.5 : 1.9), title_w / (text_.width(s_.lead, true) + 1.35));
    // The chips stand beside the lead where the screen is wide, else under it.
    double top = lead_ > 0 ? lead_ * 1.15 + (portrait_ ? gap_ * 0.6 + chip_ : 0) : chip_;
    double around = stripes_ + gap_ + top + gap_ * 0.9 + gap_;
    double whole = size_.height - footer_height(size_, options_) - bar_h_;
    if (cover_)
      title_ = fit(clusters, title_w, whole - around, m_ * 2.2, m_, 8);
    else if (one.lines.size() == 1 && one.lines[0].width * one.px <= title_w + one.px * 0.5)
      title_ = std::move(one);
    else
      title_ = fit(clusters, title_w, size_.height, m_ * (portrait_ ? 1.3 : 1.45), m_, portrait_ ? 4 : 2);
    title_h_ = static_cast<double>(title_.lines.size()) * title_.px * 1.2;
    header_first_ = cover_ ? std::max(whole, around + title_h_) : around + title_h_;
    title_air_ = header_first_ - around - title_h_;
  }

  // Facts share a line while they fit it; one that is longer than a line is broken.
  void add_bar_lines(const std::string& fact, double width) {
    if (!bar_.empty() && text_.width(bar_.back() + "　" + fact, true) * m_ <= width) {
      bar_.back() += "　" + fact;
      return;
    }
    for (auto& l : break_lines(text_.measure(fact, true), width / m_, Flow::display)) bar_.push_back(l.text);
  }

  PagePlan page(const Metrics& metrics, const PageCards& cards, std::size_t index, std::size_t count, double air, double foot) {
    Canvas c(text_, size_);
    c.gradient({0, 0, c.w(), c.h()}, s_.style.ground, s_.style.ground_low);
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
    draw_footer(c, options_, s_.style.foot, s_.style.foot_low);
    return c.take();
  }

  // Returns its height with the bar.
  double header(Canvas& c, std::size_t index, std::size_t count) {
    bool first = index == 0;
    double h = first ? header_first_ : header_next_, rule = std::max(1.0, m_ * 0.09);
    c.gradient({0, 0, c.w(), h}, s_.style.head, s_.style.head_low);
    c.icon(Icon::rays, {0, 0, c.w(), h}, rgb(0xffffff, 12));
    c.fill({0, h - rule, c.w(), rule}, kGoldDark);
    if (stripes_ > 0) c.icon(Icon::stripes, {0, 0, c.w(), stripes_}, rgb(0xffd400), rgb(0x161616));
    double y = stripes_ + gap_ * (first ? 1 : 0.8), x = margin_;
    if (first && lead_ > 0) {
      c.icon(Icon::warning, {x, y + lead_ * 0.06, lead_ * 1.1, lead_ * 1.1}, rgb(0xffd400), kRedDark);
      double after = x + lead_ * 1.35;
      after += c.text(after, y + lead_ * 0.08, lead_, s_.lead, rgb(0xffe14d), Role::title, true);
      c.count(s_.lead);
      if (portrait_) {
        y += lead_ * 1.15 + gap_ * 0.6;
        chips(c, x, y, index, count);
        y += chip_;
      } else {
        chips(c, after + m_ * 0.7, y + (lead_ * 1.15 - chip_) / 2, index, count);
        y += lead_ * 1.15;
      }
    } else {
      chips(c, x, y, index, count);
      y += chip_;
    }
    if (!first) return h;
    y += gap_ * 0.9 + title_air_ / 2;
    for (auto& l : title_.lines) {
      c.text(margin_ - empty_start(l.text) * title_.px, y + title_.px * 0.1, title_.px, l.text, kWhite, Role::title, true);
      c.count(l.text);
      y += title_.px * 1.2;
    }
    return h + bar(c, h);
  }

  double bar(Canvas& c, double y) {
    if (bar_.empty()) return 0;
    c.gradient({0, y, c.w(), bar_h_}, rgb(0xffdf5e), rgb(0xffca28));
    double at = y + m_ * 0.3;
    for (auto& line : bar_) {
      c.text(margin_, at, m_, line, kRedDark, Role::chip, true);
      c.count(line);
      at += m_ * 1.3;
    }
    return bar_h_;
  }

  // Badge, then as much of title or tag as fits before the page's number.
  void chips(Canvas& c, double x, double y, std::size_t index, std::size_t count) {
    bool first = index == 0, lead_is_there = !s_.lead.empty() && first;
    double pad = m_ * (portrait_ ? 0.35 : 0.5), end = c.w() - margin_;
    const std::string& badge = s_.lead.empty() || lead_is_there ? s_.badge : s_.lead;
    bool with_shield = !portrait_ && s_.lead.empty();
    if (with_shield) {
      c.icon(Icon::shield, {x, y, chip_, chip_}, kGold, s_.style.head_low);
      x += chip_ * 1.2;
    }
    double badge_w = c.width(badge, m_, true) + 2 * pad;
    c.gradient({x, y, badge_w, chip_}, kGold, kGoldDark, chip_ * 0.2);
    c.text(x + pad, y + m_ * 0.25, m_, badge, s_.style.head_low, Role::chip, true);
    c.count(badge);
    x += badge_w + m_ * 0.3;
    end -= pager(c, index, count, x, y + chip_ / 2);
    if (!first) {  // the title again, where one line of it fits
      double room = end - m_ * 0.4 - x;
      auto lines = break_lines(text_.measure(s_.title, true), room / m_, Flow::display);
      if (lines.size() == 1 && lines[0].width * m_ <= room) {
        c.text(x + m_ * (0.2 - empty_start(lines[0].text)), y + m_ * 0.25, m_, lines[0].text, kWhite, Role::title, true);
        return c.count(lines[0].text);
      }
    }
    for (auto* tag : {&s_.tag, &s_.mark}) {
      double w = c.width(*tag, m_, true) + 2 * pad;
      if (tag->empty() || x + w + m_ * (portrait_ ? 0.15 : 0.4) > end) continue;
      double line = m_ * 0.06;
      if (s_.tag_filled)
        c.fill({x, y, w, chip_}, kRed, chip_ * 0.2);
      else
        c.frame({x + line / 2, y + line / 2, w - line, chip_ - line}, kGold, line, chip_ * 0.2);
      c.text(x + pad, y + m_ * 0.25, m_, *tag, s_.tag_filled ? kWhite : kGold, Role::chip, true);
      return c.count(*tag);
    }
  }

  // "2/4" at the right margin; a bar where there is no room right of `x`. Returns the width it took.
  double pager(Canvas& c, std::size_t index, std::size_t count, double x, double middle) {
    if (count < 2) return 0;
    std::string page = std::to_string(index + 1), of = fmt::format("/{}", count);
    double page_w = c.width(page, m_, true), w = page_w + c.width(of, m_), end = c.w() - margin_;
    if (x + w <= end) {
      c.text(end - w, middle - m_ * 0.5, m_, page, kGold, Role::label, true);
      c.text(end - w + page_w, middle - m_ * 0.5, m_, of, rgb(0xdfe8fb), Role::label);
      return w;
    }
    double d = m_ * 0.3;
    w = std::max(0.0, std::min(m_ * 2, end - x));
    c.fill({end - w, middle - d / 2, w, d}, rgb(0xffffff, 70), d / 2);
    c.fill({end - w, middle - d / 2, w * static_cast<double>(index + 1) / static_cast<double>(count), d}, kGold, d / 2);
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
    double content = k.content_height(card), pieces = static_cast<double>(card.pieces.size());
    double spare = std::max(0.0, text_h - content - (s.name.empty() ? 0 : 2 * k.pad));
    double gap = k.item_gap + (pieces > 1 ? std::min(k.em * 0.7, spare / (pieces + 1)) : 0);
    double at = text_top + (text_h - content - (gap - k.item_gap) * (pieces - 1)) / 2;
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
      // An opening mark's empty half hangs out, so that the lines' ink stands on one edge.
      double hang = empty_start(p.lines[i].text) * px;
      c.text(x + shift - hang, y + lead, px, p.lines[i].text, p.item->ink, Role::body, p.item->bold);
      c.count(p.lines[i].text);
      y += line;
    }
  }

  const Text& text_;
  const Sheet& s_;
  Size size_;
  const Options& options_;
  double m_;
  bool portrait_;
  double margin_;
  std::vector<Section> sections_;
  Fitted title_;
  bool cover_ = false;
  double chip_ = 0, gap_ = 0, stripes_ = 0, lead_ = 0, title_h_ = 0, title_air_ = 0, header_first_ = 0, header_next_ = 0, bar_h_ = 0;
  std::vector<std::string> bar_;
};

}  // namespace

std::vector<Item> items_of(const Text& t, const std::vector<std::string>& texts, Marker marker) {
  std::vector<Item> out;
  for (auto& s : texts) {
    Item i{t.measure(s, false), texts.size() == 1 && marker == Marker::number ? Marker::none : marker, static_cast<int>(out.size()) + 1};
    out.push_back(std::move(i));
  }
  return out;
}

Plan compose_sheet(const Text& text, const Sheet& sheet, Size size, const Options& o) {
  return SheetPages(text, sheet, size, o).compose();
}

}  // namespace fz::render
