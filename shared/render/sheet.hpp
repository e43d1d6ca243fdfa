// A sheet: a header, sections of items as cards, a hotline bar, on as many pages as it takes. What bulletins and warnings
// are on screens that are not strips. Inside this module.
#pragma once
#include <string>
#include <vector>

#include "shared/render/compose.hpp"

namespace fz::render {

enum class Marker { none, number, warning, check };

struct Item {
  Clusters clusters;
  Marker marker = Marker::none;
  int number = 0;
  bool bold = false;
  Color ink = theme::kInk;
  double scale = 1;  ///< of the em
};
struct Section {
  std::string name;  ///< four characters; empty: a note without a card
  Color color, tint;
  std::vector<Item> items;
};
std::vector<Item> items_of(const Text& t, const std::vector<std::string>& texts, Marker marker);

struct SheetStyle {
  Color ground = theme::kPaper, ground_low = theme::kPaperLow;
  Color head = theme::kBlue, head_low = theme::kNavy;
  Color foot = theme::kRed, foot_low = theme::kRedDark;
  bool urgent = false;  ///< warning stripes, and the lead in the largest type
};
struct Sheet {
  std::string lead;       ///< urgent: "紧急预警", over the title
  std::string badge;      ///< in the first chip: the kind of fraud
  std::string tag, mark;  ///< beside it where there is room: "典型案例", or short "案例"
  bool tag_filled = false;
  std::string title;
  std::vector<std::string> bar;  ///< facts under the title on the first page: place, time
  Section bar_section;           ///< the same as a section, for a screen where they do not fit there
  std::vector<Section> sections;
  SheetStyle style;
};

Plan compose_sheet(const Text& text, const Sheet& sheet, Size size, const Options& o);

}  // namespace fz::render
