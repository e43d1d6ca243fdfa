// A text as the rules see it: one place a character, each with its plain form. Inside this folder only.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fz::privacy {

struct Text {
  std::vector<char32_t> raw;             ///< the characters; U+FFFD for a byte that is no UTF-8
  std::vector<char32_t> plain;           ///< full-width forms as ASCII, capitals, common traditional characters as simplified
  std::vector<std::size_t> offset;       ///< byte of each character; one more at the end
  std::vector<std::uint8_t> word_start;  ///< 1 where the dictionary's segmentation begins a word; one more at the end, always 1
  std::size_t size() const { return plain.size(); }
  /// U+0000 outside.
  char32_t at(std::size_t i) const { return i < plain.size() ? plain[i] : 0; }
  /// The plain characters [begin, end).
  std::u32string_view part(std::size_t begin, std::size_t end) const;
  /// True if one of `words` ends exactly at `end`. "" never does.
  bool ends_with(std::size_t end, std::u32string_view word) const;
  bool starts_with(std::size_t begin, std::u32string_view word) const;
};

Text read(std::string_view utf8);

/// 0-9 for a digit, Chinese numerals that stand for single digits included (一, 〇, 幺, 壹 ...); -1 for anything else.
int digit_of(char32_t plain);
inline bool is_ascii_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
inline bool is_letter(char32_t c) {
  return c >= U'A' && c <= U'Z';
}
bool is_han(char32_t c);
/// Blanks, dashes, dots and invisible characters that people put between the groups of a number.
bool is_separator(char32_t c);
/// Characters that stand for hidden ones.
bool is_mask(char32_t c);

}  // namespace fz::privacy
