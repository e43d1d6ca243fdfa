// The words that the rules lean on: surnames, characters of given names, and what stands before and after a person's name.
#pragma once
#include <string_view>

namespace fz::privacy {

/// The simplified form of a traditional character that is used in names; any other character as it is.
char32_t simplified(char32_t c);

/// 3: one of the thirty surnames that most people have; 2: common; 1: rare, or a word of its own as often; 0: no surname.
int surname_weight(char32_t c);
/// A surname that is a verb or a preposition much more often (向, 查, 应).
bool is_word_surname(char32_t c);
bool is_compound_surname(std::u32string_view two);
/// 2: seen in names above all (伟, 芳); 1: also seen in names; 0: any other; -1: never in a name (的, 了).
int given_weight(char32_t c);
/// Used to write names of other languages (买买提, 史蒂夫).
bool is_transliteration(char32_t c);

/// The length of the longest word of the list that ends at the end of `before`, or stands at the beginning of `after`; 0: none.
std::size_t role_before(std::u32string_view before);  ///< 受害人, 民警, 名叫
std::size_t link_before(std::u32string_view before);  ///< 和, 与, 对, 给
std::size_t title_after(std::u32string_view after);   ///< 先生, 女士, 老师
std::size_t verb_after(std::u32string_view after);    ///< 说, 接到, 转账
std::size_t place_after(std::u32string_view after);   ///< 区, 村, 公司: what went before was no person
bool is_label(std::u32string_view before);            ///< ends in what names a person before a colon: 审核, 联系人
bool is_short_title(char32_t c);                      ///< 叔, 局: after a surname alone
/// The longest piece of a name without a surname (扎西, 买买提, 巴特尔) at the beginning of `text`; 0: none.
std::size_t element_at(std::u32string_view text);
/// A whole candidate that is something else, although it looks like a name (高科技, 王者荣耀, 金融).
bool is_stop_word(std::u32string_view candidate);

}  // namespace fz::privacy
