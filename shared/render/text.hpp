// Text measured and broken into lines. Inside this module.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"

struct _PangoContext;
struct _PangoFontMap;
struct _PangoLayout;

namespace fz::render {

/// The one family of all text; fontconfig finds other scripts and emoji. (With an emoji font in the list, digits would come
/// from it.)
inline constexpr std::string_view kFontFamily = "Noto Sans CJK SC";

/// One grapheme cluster: its bytes, its width in em, and whether a line may end before it.
struct Cluster {
  std::string text;
  char32_t first = 0, last = 0;  ///< its first and last character
  double width = 0;
  bool break_before = false;
  bool new_line = false;  ///< a line feed stands before it
  double tear = 0;        ///< how bad a break before it is: inside a word 1, inside a short quotation 0.8 or 1.6
};
using Clusters = std::vector<Cluster>;

struct Line {
  std::string text;
  double width = 0;  ///< em, without the empty half of a full-width mark at its end
};

enum class Flow {
  body,     ///< full lines; no lone character on the last one
  display,  ///< as few lines as possible, then balanced, rather broken after punctuation
  phrases,  ///< one phrase a line (strips)
};

/// The fonts and the shaper. One thread.
class Text {
 public:
  Text();
  ~Text();
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;

  /// Shapes once; widths are proportional to the size because hinting is off.
  Clusters measure(std::string_view text, bool bold) const;
  double width(std::string_view text, bool bold) const;  ///< em, one line
  /// A layout with the font set, for drawing at `px`. The caller unrefs it.
  _PangoLayout* layout(std::string_view text, bool bold, double px) const;
  /// Characters without a glyph in any font.
  int unknown_glyphs(std::string_view text) const;

 private:
  _PangoFontMap* map_;
  _PangoContext* context_;
};

/// True if a line may not start with `c` (closing punctuation), or may not end with it (opening punctuation).
bool forbidden_at_start(char32_t c);
bool forbidden_at_end(char32_t c);
bool is_punctuation(char32_t c);
/// How much of the first and of the last em of a line is empty: full-width marks fill one half of their square.
double empty_start(std::string_view line);
double empty_end(std::string_view line);
/// Lines no wider than `max_em` (the first one no wider than max_em - first_indent_em), where a closing punctuation mark's
/// empty half may hang out. An unbreakable run wider than a line is broken between clusters. Always at least one line.
std::vector<Line> break_lines(const Clusters& clusters, double max_em, Flow flow, double first_indent_em = 0);
/// How badly the lines tear the text: 1 for each break that is not after a mark, more inside words and quotations.
double tearing(const Clusters& clusters, const std::vector<Line>& lines);
/// Characters that are read: all but spaces.
int count_chars(std::string_view text);

}  // namespace fz::render
