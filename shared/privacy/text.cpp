#include "shared/privacy/text.hpp"

#include <unicode/ubrk.h>

#include <algorithm>
#include <array>
#include <memory>

#include "shared/privacy/vocabulary.hpp"

namespace fz::privacy {
namespace {

/// One character at `i`, which moves on; U+FFFD and one byte for what is no UTF-8.
char32_t next_character(std::string_view s, std::size_t& i) {
  auto byte = [&](std::size_t k) { return static_cast<unsigned char>(s[k]); };
  const unsigned char first = byte(i);
  const std::size_t more = first < 0x80 ? 0 : first >= 0xf0 && first < 0xf5 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 4;
  if (first >= 0xf5 || more == 4 || i + more >= s.size()) {
    ++i;
    return first < 0x80 ? first : 0xfffd;
  }
  char32_t c = more == 0 ? first : first & (0x3fU >> more);
  for (std::size_t k = 1; k <= more; ++k) {
    if ((byte(i + k) & 0xc0U) != 0x80) {
      ++i;
      return 0xfffd;
    }
    c = c << 6 | (byte(i + k) & 0x3fU);
  }
  i += more + 1;
  return c;
}

char32_t plain_form(char32_t c) {
  if (c >= 0xff01 && c <= 0xff5e) c = c - 0xff01 + 0x21;
  if (c == 0x3000 || c == 0x00a0) c = U' ';
  if (c >= U'a' && c <= U'z') c = c - U'a' + U'A';
  return simplified(c);
}

void segment(Text& text) {
  text.word_start.assign(text.size() + 1, 0);
  text.word_start.back() = 1;
  std::u16string units;
  std::vector<std::size_t> place;  // of each UTF-16 unit
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t c = text.plain[i];
    if (c >= 0x10000) {
      units += static_cast<char16_t>(0xd800 + ((c - 0x10000) >> 10));
      place.push_back(i);
      c = 0xdc00 + ((c - 0x10000) & 0x3ff);
    }
    units += static_cast<char16_t>(c);
    place.push_back(i);
  }
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<UBreakIterator, decltype(&ubrk_close)> words(
      ubrk_open(UBRK_WORD, "zh", units.data(), static_cast<std::int32_t>(units.size()), &status), &ubrk_close);
  if (U_FAILURE(status)) {  // no dictionary on this machine: every character may begin a word, so more is found, not less
    std::fill(text.word_start.begin(), text.word_start.end(), 1);
    return;
  }
  for (std::int32_t at = ubrk_first(words.get()); at != UBRK_DONE; at = ubrk_next(words.get()))
    if (static_cast<std::size_t>(at) < place.size()) text.word_start[place[static_cast<std::size_t>(at)]] = 1;
}

}  // namespace

std::u32string_view Text::part(std::size_t begin, std::size_t end) const {
  end = std::min(end, plain.size());
  return begin < end ? std::u32string_view(plain.data() + begin, end - begin) : std::u32string_view();
}
bool Text::ends_with(std::size_t end, std::u32string_view word) const {
  return !word.empty() && word.size() <= end && part(end - word.size(), end) == word;
}
bool Text::starts_with(std::size_t begin, std::u32string_view word) const {
  return !word.empty() && part(begin, begin + word.size()) == word;
}

Text read(std::string_view utf8) {
  Text out;
  for (std::size_t i = 0; i < utf8.size();) {
    out.offset.push_back(i);
    out.raw.push_back(next_character(utf8, i));
    out.plain.push_back(plain_form(out.raw.back()));
  }
  out.offset.push_back(utf8.size());
  segment(out);
  return out;
}

int digit_of(char32_t c) {
  if (is_ascii_digit(c)) return static_cast<int>(c - U'0');
  constexpr std::array<std::u32string_view, 10> kNumerals{U"零〇○", U"一壹幺", U"二贰", U"三叁", U"四肆",
                                                          U"五伍",  U"六陆",   U"七柒", U"八捌", U"九玖"};
  for (std::size_t n = 0; n < kNumerals.size(); ++n)
    if (kNumerals[n].find(c) != std::u32string_view::npos) return static_cast<int>(n);
  return -1;
}
bool is_han(char32_t c) {
  return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff);
}
bool is_separator(char32_t c) {
  // blank, tab, dashes of every length, dots, zero-width characters
  return c == U' ' || c == U'\t' || c == U'-' || c == U'_' || c == U'.' || (c >= 0x2000 && c <= 0x2015) || c == 0x2212 || c == 0x2500 ||
         c == 0x00b7 || c == 0x2022 || c == 0x30fb || c == 0xfeff || c == 0x2060 || c == 0x00ad;
}
bool is_mask(char32_t c) {
  return std::u32string_view(U"*×✕✖●○■□█▇◆•").find(c) != std::u32string_view::npos;
}

}  // namespace fz::privacy
