// Sections of text spread over pages. Inside this module.
#pragma once
#include "shared/render/sheet.hpp"

namespace fz::render {

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

/// Greedy filling of pages with `first_room` pixels of height on the first one and `room` on the others.
std::vector<PageCards> fill_pages(const Metrics& metrics, const std::vector<Section>& sections, double first_room, double room);

}  // namespace fz::render
