// What changed between two versions, line by line. Pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/json.hpp"

namespace fz::library {

/// "member.member[0]: value" for every value of a document, in its own order.
void flatten(const json::value& document, const std::string& at, std::vector<std::string>& out);

struct DiffLine {
  char op;  ///< ' ' in both, '-' only before, '+' only after
  std::string text;
};
/// A shortest script (longest common subsequence). More than 2,000 lines a side are compared as a whole: all '-', then all '+'.
std::vector<DiffLine> diff(const std::vector<std::string>& before, const std::vector<std::string>& after);

}  // namespace fz::library
