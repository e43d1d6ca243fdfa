#include "shared/render/text.hpp"

#include <pango/pangocairo.h>
#include <unicode/ubrk.h>

#include <algorithm>
#include <limits>

namespace fz::render {
namespace {

constexpr double kMeasurePx = 128;

// GB/T 15834 and the W3C's requirements for Chinese text layout.
constexpr std::u32string_view kNotAtStart = U"，。、；：？！”’）》〉】』」〕〗〙〛｝］…—～·•‧％‰℃°／｜,.!?;:)]}>%-~–ー々〻゛゜";
constexpr std::u32string_view kNotAtEnd = U"“‘（《〈【『「〔〖｛［([{<￥¥$＃#№@";
constexpr std::u32string_view kHangs = U"，。、；：？！”’）》〉】』」〕";
// A number and its unit stay together.
constexpr std::u32string_view kUnits = U"元万亿千百十年月日号时点分秒个人名次岁天小%％折倍条张台";

bool is_cjk(char32_t c) {
  return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xff01 && c <= 0xffee) ||
         c >= 0x20000 || c == 0x201c || c == 0x201d || c == 0x2018 || c == 0x2019 || c == 0x2014 || c == 0x2026;
}
bool is_space(char32_t c) {
  return c == ' ' || c == 0x3000 || c == 0xa0 || c == '\t' || c == 0x200b;
}
bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}

bool may_break(char32_t a, char32_t b, bool pango_says) {
  if (forbidden_at_start(b) || forbidden_at_end(a)) return false;
  if (a == U'某' || b == U'某') return false;  // “王某”, “某市”
  if ((a == U'年' || a == U'月') && is_digit(b)) return false;
  if (is_digit(a) && kUnits.find(b) != kUnits.npos) return false;
  return pango_says || is_cjk(a) || is_cjk(b) || is_space(a);
}

// Byte offsets at which ICU's dictionary sees a word begin.
std::vector<bool> word_starts(std::string_view text) {
  std::vector<bool> out(text.size() + 1, false);
  UErrorCode status = U_ZERO_ERROR;
  UText* utext = utext_openUTF8(nullptr, text.data(), static_cast<std::int64_t>(text.size()), &status);
  UBreakIterator* it = ubrk_open(UBRK_WORD, "zh", nullptr, 0, &status);
  ubrk_setUText(it, utext, &status);
  if (U_SUCCESS(status))
    for (int at = ubrk_first(it); at != UBRK_DONE; at = ubrk_next(it)) out[static_cast<std::size_t>(at)] = true;
  else
    out.assign(out.size(), true);  // without a dictionary every break is as good
  if (it) ubrk_close(it);
  if (utext) utext_close(utext);
  return out;
}

// A short quotation reads as one word.
void mark_quotations(Clusters& c, std::size_t from) {
  constexpr std::u32string_view kOpen = U"“‘《「『（(", kClose = U"”’》」』）)";
  constexpr std::size_t kShort = 9;
  for (std::size_t i = from; i < c.size(); ++i) {
    auto kind = kOpen.find(c[i].first);
    if (kind == kOpen.npos) continue;
    for (std::size_t j = i + 1; j < c.size() && j <= i + kShort; ++j)
      if (c[j].first == kClose[kind]) {
        for (std::size_t k = i + 1; k <= j; ++k) c[k].tear += j - i <= 5 ? 1.6 : 0.8;
        break;
      }
  }
}

// Full-width marks that fill one half of their square; two together would leave a hole (“……”，).
bool fills_left_half(char32_t c) {
  return kHangs.find(c) != kHangs.npos;
}
bool fills_right_half(char32_t c) {
  return std::u32string_view(U"“‘（《〈【『「〔").find(c) != std::u32string_view::npos;
}

// Sets the marks that are followed (or preceded) by another one in half a square.
void tighten(PangoLayout* l, std::string_view text) {
  PangoAttrList* list = nullptr;
  char32_t before = 0;
  std::size_t before_at = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char* p = text.data() + i;
    char32_t c = g_utf8_get_char(p);
    std::size_t next = i + static_cast<std::size_t>(g_utf8_next_char(p) - p), at = 0, end = 0;
    if (fills_left_half(before) && (fills_left_half(c) || fills_right_half(c))) {
      at = before_at;
      end = i;
    } else if (fills_right_half(before) && fills_right_half(c)) {
      at = i;
      end = next;
    }
    if (end > at) {
      if (!list) list = pango_attr_list_new();
      PangoAttribute* half = pango_attr_font_features_new("halt=1");
      half->start_index = static_cast<guint>(at);
      half->end_index = static_cast<guint>(end);
      pango_attr_list_insert(list, half);
    }
    before = c;
    before_at = i;
    i = next;
  }
  if (!list) return;
  pango_layout_set_attributes(l, list);
  pango_attr_list_unref(list);
}

}  // namespace

bool forbidden_at_start(char32_t c) {
  return kNotAtStart.find(c) != kNotAtStart.npos;
}
bool forbidden_at_end(char32_t c) {
  return kNotAtEnd.find(c) != kNotAtEnd.npos;
}
bool is_punctuation(char32_t c) {
  return forbidden_at_start(c) || forbidden_at_end(c);
}

double empty_start(std::string_view line) {
  return !line.empty() && fills_right_half(g_utf8_get_char(line.data())) ? 0.45 : 0;
}
double empty_end(std::string_view line) {
  if (line.empty()) return 0;
  char32_t last = g_utf8_get_char(g_utf8_find_prev_char(line.data(), line.data() + line.size()));
  return fills_left_half(last) ? 0.45 : 0;
}

int count_chars(std::string_view text) {
  int n = 0;
  for (auto* p = text.data(); p < text.data() + text.size(); p = g_utf8_next_char(p)) n += !is_space(g_utf8_get_char(p)) && *p != '\n';
  return n;
}

Text::Text() {
  map_ = pango_cairo_font_map_new();
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map_), 72);
  context_ = pango_font_map_create_context(map_);
  pango_context_set_language(context_, pango_language_from_string("zh-cn"));
  pango_context_set_round_glyph_positions(context_, FALSE);
  // No hinting: the same shapes on every machine, and widths in proportion to the size.
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context_, options);
  cairo_font_options_destroy(options);
}
Text::~Text() {
  g_object_unref(context_);
  g_object_unref(map_);
}

PangoLayout* Text::layout(std::string_view text, bool bold, double px) const {
  PangoLayout* l = pango_layout_new(context_);
  PangoFontDescription* font = pango_font_description_from_string(std::string(kFontFamily).c_str());
  pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size(font, px * PANGO_SCALE);
  pango_layout_set_font_description(l, font);
  pango_font_description_free(font);
  pango_layout_set_single_paragraph_mode(l, TRUE);
  pango_layout_set_text(l, text.data(), static_cast<int>(text.size()));
  tighten(l, text);
  return l;
}

double Text::width(std::string_view text, bool bold) const {
  PangoLayout* l = layout(text, bold, kMeasurePx);
  PangoRectangle logical;
  pango_layout_get_extents(l, nullptr, &logical);
  g_object_unref(l);
  return static_cast<double>(logical.width) / PANGO_SCALE / kMeasurePx;
}

int Text::unknown_glyphs(std::string_view text) const {
  PangoLayout* l = layout(text, false, kMeasurePx);
  int n = pango_layout_get_unknown_glyphs_count(l);
  g_object_unref(l);
  return n;
}

Clusters Text::measure(std::string_view text, bool bold) const {
  Clusters out;
  bool first_line = true;
  for (std::size_t at = 0; at <= text.size();) {
    std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view para = text.substr(at, end - at);
    at = end + 1;
    PangoLayout* l = layout(para, bold, kMeasurePx);
    // Widths by the byte at which a shaped cluster starts (visual order does not matter here).
    std::vector<double> width(para.size() + 1, -1);
    PangoLayoutIter* it = pango_layout_get_iter(l);
    do {
      PangoRectangle r;
      pango_layout_iter_get_cluster_extents(it, nullptr, &r);
      auto index = static_cast<std::size_t>(pango_layout_iter_get_index(it));
      if (index < para.size()) width[index] = static_cast<double>(r.width) / PANGO_SCALE / kMeasurePx;
    } while (pango_layout_iter_next_cluster(it));
    pango_layout_iter_free(it);

    int n_attrs = 0;
    const PangoLogAttr* attrs = pango_layout_get_log_attrs_readonly(l, &n_attrs);
    int char_index = 0;
    std::size_t line_start = out.size();
    std::vector<bool> word = word_starts(para);
    for (std::size_t i = 0; i < para.size(); ++char_index) {
      const char* p = para.data() + i;
      std::size_t next = i + static_cast<std::size_t>(g_utf8_next_char(p) - p);
      char32_t c = g_utf8_get_char(p);
      if (width[i] < 0 && out.size() > line_start) {  // belongs to the cluster before
        out.back().text.append(para.substr(i, next - i));
        out.back().last = c;
      } else {
        Cluster cluster{std::string(para.substr(i, next - i)), c, c, std::max(width[i], 0.0), false, false, word[i] ? 0.0 : 1.0};
        if (out.size() > line_start)
          cluster.break_before = may_break(out.back().last, c, char_index < n_attrs && attrs[char_index].is_line_break);
        else
          cluster.new_line = !first_line;
        out.push_back(std::move(cluster));
      }
      i = next;
    }
    g_object_unref(l);
    mark_quotations(out, line_start);
    first_line = false;
  }
  return out;
}

namespace {

struct Breaker {
  const Clusters& c;
  double max_em, indent;
  Flow flow;

  double room(std::size_t from) const { return std::max(max_em - (from == 0 ? indent : 0), 0.01); }

  // Width of [from, to) as a line: no spaces at its ends, the last mark's empty half hanging.
  double line_width(const std::vector<double>& sum, std::size_t from, std::size_t to) const {
    while (from < to && is_space(c[from].first)) ++from;
    while (to > from && is_space(c[to - 1].first)) --to;
    if (to == from) return 0;
    double w = sum[to] - sum[from];
    if (kHangs.find(c[to - 1].last) != kHangs.npos && c[to - 1].width > 0.9) w -= 0.45;
    return w;
  }
  // What it costs to have [from, to) as a line. `final`: the last line of its paragraph.
  double cost(double width, std::size_t from, std::size_t to, bool final) const {
    double slack = std::max(0.0, room(from) - width) / max_em;
    bool after_mark = is_punctuation(c[to - 1].last) || is_space(c[to - 1].first);
    double torn = final || to >= c.size() ? 0 : c[to].tear;
    switch (flow) {
      case Flow::body: {
        double per_line = 100;
        if (final) return per_line + (width < 2.2 && from > 0 ? 10 : 0);
        return per_line + slack * slack * 8 + torn * 0.9;
      }
      case Flow::display:
        return 100 + slack * slack * 6 + (final || after_mark ? 0 : 3) + torn * 4;
      case Flow::phrases:
        return 1 + (final || after_mark ? 0 : 1.1) + torn * 0.8 + slack * slack * 0.6;
    }
    return 0;
  }

  // Shortest path over break positions of one paragraph [begin, end).
  void paragraph(std::size_t begin, std::size_t end, std::vector<Line>& out) const {
    std::vector<double> sum(c.size() + 1, 0);
    for (std::size_t i = begin; i < end; ++i) sum[i + 1] = sum[i] + c[i].width;
    constexpr double kNever = std::numeric_limits<double>::infinity();
    std::vector<double> best(end - begin + 1, kNever);
    std::vector<std::size_t> from(end - begin + 1, begin);
    best[0] = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (best[i - begin] == kNever) continue;
      bool any = false;
      for (std::size_t j = i + 1; j <= end; ++j) {
        double w = line_width(sum, i, j);
        if (w > room(i) && j > i + 1) {
          if (sum[j] - sum[i] > room(i) + 1.5) break;  // a hanging mark may still follow
          continue;
        }
        if (j < end && !c[j].break_before) continue;
        any |= reach(best, from, begin, i, j, best[i - begin] + cost(w, i, j, j == end));
      }
      if (!any) force(sum, best, from, begin, i, end);
    }
    std::vector<Line> lines;
    for (std::size_t j = end; j > begin; j = from[j - begin]) lines.push_back(line(sum, from[j - begin], j));
    out.insert(out.end(), lines.rbegin(), lines.rend());
  }

 private:
  static bool reach(std::vector<double>& best, std::vector<std::size_t>& from, std::size_t begin, std::size_t i, std::size_t j,
                    double cost) {
    if (cost < best[j - begin]) {
      best[j - begin] = cost;
      from[j - begin] = i;
    }
    return true;
  }
  // A run without a break that is wider than the line: as much as fits, and dear, so that it happens only then.
  void force(const std::vector<double>& sum, std::vector<double>& best, std::vector<std::size_t>& from, std::size_t begin, std::size_t i,
             std::size_t end) const {
    std::size_t j = i + 1;
    while (j < end && sum[j + 1] - sum[i] <= room(i)) ++j;
    while (j > i + 1 && j < end && (forbidden_at_start(c[j].first) || forbidden_at_end(c[j - 1].last))) --j;
    reach(best, from, begin, i, j, best[i - begin] + 10'000);
  }
  Line line(const std::vector<double>& sum, std::size_t from, std::size_t to) const {
    while (from < to && is_space(c[from].first)) ++from;
    while (to > from && is_space(c[to - 1].first)) --to;
    Line l;
    for (std::size_t i = from; i < to; ++i) l.text += c[i].text;
    l.width = line_width(sum, from, to);
    return l;
  }
};

}  // namespace

double tearing(const Clusters& clusters, const std::vector<Line>& lines) {
  // Walk the clusters along the lines; spaces at the ends of lines were dropped.
  double torn = 0;
  std::size_t i = 0;
  for (std::size_t l = 0; l + 1 < lines.size(); ++l) {
    std::size_t bytes = 0;
    while (i < clusters.size() && bytes < lines[l].text.size()) {
      if (bytes == 0 && lines[l].text.compare(0, clusters[i].text.size(), clusters[i].text) != 0 && is_space(clusters[i].first)) {
        ++i;
        continue;
      }
      bytes += clusters[i++].text.size();
    }
    if (i == 0 || i >= clusters.size() || clusters[i].new_line) continue;
    if (!is_punctuation(clusters[i - 1].last) && !is_space(clusters[i].first)) torn += 1 + clusters[i].tear;
  }
  return torn;
}

std::vector<Line> break_lines(const Clusters& clusters, double max_em, Flow flow, double first_indent_em) {
  std::vector<Line> out;
  Breaker b{clusters, max_em, first_indent_em, flow};
  for (std::size_t begin = 0; begin < clusters.size();) {
    std::size_t end = begin + 1;
    while (end < clusters.size() && !clusters[end].new_line) ++end;
    b.paragraph(begin, end, out);
    begin = end;
  }
  std::erase_if(out, [](const Line& l) { return l.text.empty(); });
  if (out.empty()) out.emplace_back();
  return out;
}

}  // namespace fz::render
