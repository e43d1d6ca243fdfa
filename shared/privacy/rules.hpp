// The two families of rules. Inside this folder only.
#pragma once
#include <vector>

#include "shared/privacy/privacy.hpp"
#include "shared/privacy/text.hpp"

namespace fz::privacy {

/// Characters [begin, end) of a Text.
struct Span {
  Kind kind = Kind::name;
  std::size_t begin = 0, end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// Both in reading order, without overlaps.
std::vector<Span> find_numbers(const Text& text);
std::vector<Span> find_plates(const Text& text);
std::vector<Span> find_names(const Text& text);

}  // namespace fz::privacy
