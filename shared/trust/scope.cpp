// Who covers what: venues by their id, regions by administrative division codes (GB/T 2260 and its 9- and 12-digit
// extension), where trailing zeros of a level mean "all below".
#include <algorithm>

#include "shared/trust/documents.hpp"

namespace fz::trust {
namespace {
bool all_digits(std::string_view s) {
  return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}
/// The part of a division code that says something: "500000" -> "50", "500100" -> "5001", "500119" and longer codes cut
/// at the level (6, 9, 12 digits) below which all are zeros. Anything that is no such code is returned whole.
std::string_view stem(std::string_view code) {
  if (!all_digits(code) || (code.size() != 6 && code.size() != 9 && code.size() != 12)) return code;
  for (std::size_t level : {std::size_t{2}, std::size_t{4}, std::size_t{6}, std::size_t{9}})
    if (level < code.size() && code.find_first_not_of('0', level) == std::string_view::npos) return code.substr(0, level);
  return code;
}
bool covers_one(std::string_view scope, std::string_view region) {
  if (scope == "*" || scope == region) return true;
  if (!all_digits(scope) || !all_digits(region)) return false;
  auto above = stem(scope), below = stem(region);
  return above.size() >= 2 && below.starts_with(above);
}
}  // namespace

bool covers_venue(const std::vector<std::string>& scope, std::string_view venue) {
  return std::any_of(scope.begin(), scope.end(), [&](auto& s) { return s == "*" || s == venue; });
}
bool covers_region(const std::vector<std::string>& scope, std::string_view region) {
  return std::any_of(scope.begin(), scope.end(), [&](auto& s) { return covers_one(s, region); });
}
}  // namespace fz::trust
