// Text on strips: a band that says what it is, with the hotline, and one line of text at a time. Inside this module.
#pragma once
#include <string>
#include <vector>

#include "shared/render/compose.hpp"

namespace fz::render {

struct StripPart {
  std::string name;         ///< in the band
  Color top, bottom, text;  ///< of the band, and of the line
  std::vector<std::string> texts;
};
Plan compose_strip(const Text& text, const std::string& kind, const std::vector<StripPart>& parts, Size size, Color ground = theme::kNavy);

}  // namespace fz::render
