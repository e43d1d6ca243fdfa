#include "server/library/diff.hpp"

#include <algorithm>

namespace fz::library {

void flatten(const json::value& v, const std::string& at, std::vector<std::string>& out) {
  if (const auto* o = v.if_object()) {
    for (const auto& [name, value] : *o) flatten(value, at.empty() ? std::string(name) : at + "." + std::string(name), out);
  } else if (const auto* a = v.if_array()) {
    for (std::size_t i = 0; i < a->size(); ++i) flatten((*a)[i], at + "[" + std::to_string(i) + "]", out);
  } else {
    const auto* s = v.if_string();
    out.push_back(at + ": " + (s ? std::string(*s) : json::write(v)));
  }
}

std::vector<DiffLine> diff(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  constexpr std::size_t kMost = 2000;
  std::vector<DiffLine> out;
  if (a.size() > kMost || b.size() > kMost) {
    for (const auto& line : a) out.push_back({'-', line});
    for (const auto& line : b) out.push_back({'+', line});
    return out;
  }
  // common[i][j]: the longest common subsequence of a from i on and b from j on.
  const std::size_t width = b.size() + 1;
  std::vector<std::uint16_t> common((a.size() + 1) * width, 0);
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i * width + j] = a[i] == b[j] ? static_cast<std::uint16_t>(common[(i + 1) * width + j + 1] + 1)
                                           : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      out.push_back({' ', a[i]});
      ++i, ++j;
    } else if (i < a.size() && (j == b.size() || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      out.push_back({'-', a[i++]});
    } else {
      out.push_back({'+', b[j++]});
    }
  }
  return out;
}

}  // namespace fz::library
