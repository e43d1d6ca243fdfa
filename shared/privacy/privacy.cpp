#include "shared/privacy/privacy.hpp"

#include <algorithm>
#include <array>

#include "shared/privacy/rules.hpp"

namespace fz::privacy {
namespace {

struct Words {
  Kind kind;
  std::string_view name, label;
};
constexpr std::array<Words, 5> kWords{{{Kind::name, "name", "姓名"},
                                       {Kind::phone, "phone", "电话号码"},
                                       {Kind::identity_card, "identity_card", "身份证号"},
                                       {Kind::bank_card, "bank_card", "银行卡号"},
                                       {Kind::plate, "plate", "车牌号"}}};
const Words& words(Kind kind) {
  return kWords[static_cast<std::size_t>(kind)];
}

/// Adds those of `more` that touch nothing in `all`; both are in order and stay so.
void merge(std::vector<Span>& all, const std::vector<Span>& more) {
  std::vector<Span> out;
  auto next = all.begin();
  for (const Span& s : more) {
    while (next != all.end() && next->end <= s.begin) out.push_back(*next++);
    if (next == all.end() || next->begin >= s.end) out.push_back(s);
  }
  out.insert(out.end(), next, all.end());
  all = std::move(out);
}

}  // namespace

std::string_view kind_name(Kind kind) {
  return words(kind).name;
}
std::string_view kind_label(Kind kind) {
  return words(kind).label;
}

std::vector<Finding> find(std::string_view utf8) {
  const Text text = read(utf8);
  std::vector<Span> spans = find_plates(text);  // a plate's digits are no telephone
  merge(spans, find_numbers(text));
  merge(spans, find_names(text));
  std::vector<Finding> out;
  std::size_t line = 1, line_begin = 0, at = 0;
  for (const Span& s : spans) {
    for (; at < s.begin; ++at)
      if (text.raw[at] == U'\n') {
        ++line;
        line_begin = at + 1;
      }
    const std::size_t begin = text.offset[s.begin], end = text.offset[s.end];
    out.push_back({s.kind, std::string(utf8.substr(begin, end - begin)), begin, end, line, s.begin - line_begin + 1});
  }
  return out;
}

std::string canonical(std::string_view utf8) {
  const Text text = read(utf8);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text.at(i);
    const int digit = digit_of(c);
    if (is_separator(c) || c == U'(' || c == U')' || c == U'+') continue;
    if (digit >= 0)
      out += static_cast<char>('0' + digit);
    else if (c < 0x80)
      out += static_cast<char>(c);
    else
      out += utf8.substr(text.offset[i], text.offset[i + 1] - text.offset[i]);
  }
  return out;
}

}  // namespace fz::privacy
