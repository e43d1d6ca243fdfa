// Finds what would tell who a person in a text is: names, telephone, identity-card, bank-card and licence-plate numbers
// that are not masked. Rules, not a list of people: what is found and what is left alone stands in README.md.
// Pure functions without state; any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fz::privacy {

enum class Kind { name, phone, identity_card, bank_card, plate };
/// "name" "phone" "identity_card" "bank_card" "plate"; Chinese words for people.
std::string_view kind_name(Kind kind);
std::string_view kind_label(Kind kind);

struct Finding {
  Kind kind = Kind::name;
  std::string text;                  ///< as it stands there, blanks and dashes inside included
  std::size_t begin = 0, end = 0;    ///< bytes of the text that was searched
  std::size_t line = 1, column = 1;  ///< of its first character, counted from 1; columns are characters
};

/// Everything in `utf8` that is not masked, in reading order; findings do not overlap. Bytes that are no UTF-8 separate like
/// punctuation. Time and memory grow with the length of the text; callers bound it.
std::vector<Finding> find(std::string_view utf8);

/// How public notices write it: 张某, 欧阳某, 138****5678, 500***************, 6222 **** **** 1234, 渝A****5. find() leaves that alone.
/// Two people of one surname become the same; the writer tells them apart.
std::string masked(const Finding& finding);

/// `text` with blanks, dashes and dots removed and full-width and Chinese digits as 0-9: two spellings of one number agree.
std::string canonical(std::string_view text);

}  // namespace fz::privacy
