#include <algorithm>
#include <charconv>

#include "shared/layout/layout.hpp"

namespace fz::layout {
namespace {

constexpr int kMaxMargin = 4096;
constexpr int kMaxPerMille = 400;

// The nearest even number to part/1000 of whole.
int even_part(int part, int whole) {
  return (part * whole + 1000) / 2000 * 2;
}
int even_up(int n) {
  return (n + 1) & ~1;
}

/// What is left of the surface between the margins; nothing when that is too little.
std::optional<Rect> within(Extent e, const Margins& m) {
  auto x_of = [&](int n) { return m.per_mille ? even_part(n, e.width) : even_up(n); };
  auto y_of = [&](int n) { return m.per_mille ? even_part(n, e.height) : even_up(n); };
  Rect r{x_of(m.left), y_of(m.top), 0, 0};
  r.width = e.width - r.x - x_of(m.right);
  r.height = e.height - r.y - y_of(m.bottom);
  if (r.width < kMinZone || r.height < kMinZone) return std::nullopt;
  return r;
}

bool fits(const Variant& v, Extent e) {
  const auto ratio = static_cast<std::int64_t>(e.width) * 1000 / e.height;
  if (v.shape && *v.shape != shape_of(e.width, e.height)) return false;
  return (v.min_ratio == 0 || ratio >= v.min_ratio) && (v.max_ratio == 0 || ratio <= v.max_ratio);
}

}  // namespace

const Placed* Resolved::find(Kind kind) const {
  const auto at = std::find_if(zones.begin(), zones.end(), [kind](const Placed& p) { return p.zone.kind == kind; });
  return at == zones.end() ? nullptr : &*at;
}

Result<Margins> parse_margins(std::string_view text) {
  Margins m;
  const auto bad = fail(Code::bad_field, {{"field", "margins"}, {"what", std::string(text.substr(0, 32)) + " (n | x,y | l,t,r,b [pm])"}});
  if (text.ends_with("pm")) {
    m.per_mille = true;
    text.remove_suffix(2);
  }
  std::vector<int> n;
  for (const char *at = text.data(), *end = at + text.size(); n.size() < 5;) {
    int value = -1;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || value < 0 || value > (m.per_mille ? kMaxPerMille : kMaxMargin)) return bad;
    n.push_back(value);
    if (next == end) break;
    if (*next != ',') return bad;
    at = next + 1;
  }
  if (n.size() == 1) n = {n[0], n[0], n[0], n[0]};
  if (n.size() == 2) n = {n[0], n[1], n[0], n[1]};
  if (n.size() != 4) return bad;
  m.left = n[0];
  m.top = n[1];
  m.right = n[2];
  m.bottom = n[3];
  return m;
}

Result<Resolved> resolve(const Layout& layout, int width, int height, int rotation, const Margins& margins) {
  const auto extent = logical_extent(width, height, rotation);
  const auto size = std::to_string(extent.width) + "x" + std::to_string(extent.height);
  const auto variant = std::find_if(layout.variants.begin(), layout.variants.end(), [&](const Variant& v) { return fits(v, extent); });
  if (variant == layout.variants.end()) return fail(Code::layout_no_shape, {{"size", size}});
  const auto inner = within(extent, margins);
  if (!inner) return fail(Code::layout_small, {{"zone", "margins"}, {"size", size}});
  Resolved out{extent.width, extent.height, variant->background, layout.transition, false, {}};
  for (const auto& z : variant->zones) {
    const int left = even_part(z.x, inner->width), top = even_part(z.y, inner->height);
    const int right = even_part(z.x + z.w, inner->width), bottom = even_part(z.y + z.h, inner->height);
    // Even edges of an even rectangle: the sums below stay even and inside it.
    const Rect r{inner->x + left, inner->y + top, right - left, bottom - top};
    if (r.width < kMinZone || r.height < kMinZone) return fail(Code::layout_small, {{"zone", z.id}, {"size", size}});
    out.zones.push_back({z, r});
  }
  return out;
}

Resolved built_in(int width, int height, int rotation, const Margins& margins, Fit fit, Surround surround) {
  const auto extent = logical_extent(width, height, rotation);
  const auto inner = within(extent, margins).value_or(Rect{0, 0, extent.width, extent.height});
  Resolved out{extent.width, extent.height, Variant{}.background, Transition::cut, true, {}};
  Zone main;
  main.id = "main";
  main.fit = fit;
  main.surround = surround;
  out.zones.push_back({main, inner});
  const int band = std::min(ticker_height(inner.height), inner.height & ~1);
  Zone ticker;
  ticker.id = "ticker";
  ticker.kind = Kind::ticker;
  out.zones.push_back({ticker, {inner.x, inner.y + inner.height - band, inner.width, band}});
  return out;
}

}  // namespace fz::layout
