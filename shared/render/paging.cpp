#include "shared/render/paging.hpp"

#include <algorithm>
#include <cmath>

namespace fz::render {
namespace {

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
    // On a tall screen a step stays whole where it fits a page, unless this one would be half empty.
    double long_from = m_.portrait && !pages_.empty() && left < room_ * 0.5 ? 1.0 : 0.45;
    bool is_long = m_.piece_height(p) > (next_room_ - frame) * long_from && n >= 2 && count - n >= 2;
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

}  // namespace

std::vector<PageCards> fill_pages(const Metrics& metrics, const std::vector<Section>& sections, double first_room, double room) {
  Filler f(metrics, first_room, room);
  for (auto& s : sections) f.add(s);
  return f.take();
}

}  // namespace fz::render
