// Telephone, identity-card and bank-card numbers: groups of digits with blanks or dashes between them are put together
// and compared with the forms that such numbers have.
#include <algorithm>
#include <array>
#include <optional>

#include "shared/privacy/rules.hpp"

namespace fz::privacy {
namespace {

using View = std::u32string_view;

/// Digits that stand side by side, all of one kind (0-9, or Chinese numerals).
struct Group {
  std::size_t begin = 0, end = 0;
  bool ascii = true;
};
/// Groups that only separators part.
using Run = std::vector<Group>;

constexpr std::size_t kMaxSeparators = 3, kMaxDigits = 19, kContext = 10;

/// True if a masked part touches [begin, end): "138****", "622202 **** ".
bool touches_mask(const Text& text, std::size_t begin, std::size_t end) {
  auto masked = [&](std::size_t at) { return is_mask(text.at(at)) && !is_separator(text.at(at)); };
  auto two = [&](std::size_t a, std::size_t b) {
    const bool crosses = text.at(a) == U'X' && text.at(b) == U'X';
    return crosses || (is_mask(text.at(a)) && is_mask(text.at(b)));
  };
  std::size_t after = end, before = begin;
  if (text.at(after) == U' ' || text.at(after) == U'-') ++after;
  if (before > 0 && (text.at(before - 1) == U' ' || text.at(before - 1) == U'-')) --before;
  return masked(after) || two(after, after + 1) || (before > 0 && masked(before - 1)) || (before > 1 && two(before - 2, before - 1));
}

std::vector<Run> runs_of(const Text& text) {
  std::vector<Run> out;
  std::size_t gap = kMaxSeparators + 1;
  for (std::size_t i = 0; i < text.size();) {
    if (digit_of(text.at(i)) < 0) {
      const bool separator = is_separator(text.at(i)) && !(is_mask(text.at(i)) && is_mask(text.at(i + 1)));
      gap = separator || text.at(i) == U'(' || text.at(i) == U')' ? gap + 1 : kMaxSeparators + 1;
      ++i;
      continue;
    }
    Group g{i, i, is_ascii_digit(text.at(i))};
    while (digit_of(text.at(g.end)) >= 0 && is_ascii_digit(text.at(g.end)) == g.ascii) ++g.end;
    if (gap > kMaxSeparators) out.emplace_back();
    out.back().push_back(g);
    gap = 0;
    i = g.end;
  }
  return out;
}

std::string digits_of(const Text& text, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t i = begin; i < end; ++i)
    if (const int d = digit_of(text.at(i)); d >= 0) out += static_cast<char>('0' + d);
  return out;
}

/// Where a list of numbers begins that one stands in: 卡号：6225…、6226…、4367….
std::size_t list_begin(const Text& text, std::size_t begin) {
  const auto in_list = [&](char32_t c) {
    return digit_of(c) >= 0 || is_separator(c) || (c != 0 && View(U"、,，;/").find(c) != View::npos);
  };
  const std::size_t least = begin > 120 ? begin - 120 : 0;
  while (begin > least && in_list(text.at(begin - 1))) --begin;
  return begin;
}
template <std::size_t N>
bool said_before(const Text& text, std::size_t begin, const std::array<View, N>& words) {
  const View before = text.part(begin > kContext ? begin - kContext : 0, begin);
  return std::any_of(words.begin(), words.end(), [&](View w) { return before.find(w) != View::npos; });
}
constexpr std::array<View, 9> kPhoneWords{U"电话", U"手机", U"号码", U"座机", U"固话", U"致电", U"拨打", U"联系方式", U"TEL"};
constexpr std::array<View, 4> kHotlineWords{U"热线", U"专线", U"客服电话", U"服务电话"};
constexpr std::array<View, 4> kIdentityWords{U"身份证", U"身份号", U"证件号", U"公民身份"};
constexpr std::array<View, 8> kCardWords{U"卡号", U"账号", U"账户", U"帐号", U"银行卡", U"储蓄卡", U"信用卡", U"收款卡"};
constexpr std::array<View, 9> kOtherNumbers{U"订单", U"编号", U"单号", U"流水", U"案号", U"信用代码", U"备案", U"批准文号", U"序列号"};

/// An amount or a count, not a number of somebody: "13800000000元".
bool is_amount(const Text& text, std::size_t end) {
  return View(U"元万亿块人次条件%％户个例名").find(text.at(end)) != View::npos && text.at(end) != 0;
}

bool is_province(std::string_view two) {
  constexpr std::string_view kAll =
      "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91";
  return kAll.find(two) != std::string_view::npos;
}
bool is_day(std::string_view month, std::string_view day) {
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}
/// GB 11643: province, birthday. The check digit is not asked for: a mistyped number tells as much about its owner.
bool is_identity18(std::string_view d) {
  if (d.size() != 17 && d.size() != 18) return false;
  const auto year = d.substr(6, 4);
  return is_province(d.substr(0, 2)) && year >= "1880" && year <= "2039" && is_day(d.substr(10, 2), d.substr(12, 2));
}
bool is_identity15(std::string_view d) {
  return d.size() == 15 && is_province(d.substr(0, 2)) && is_day(d.substr(8, 2), d.substr(10, 2));
}
/// ISO/IEC 7812-1: the Luhn formula over all digits.
bool is_luhn(std::string_view d) {
  int sum = 0;
  for (std::size_t i = 0; i < d.size(); ++i) {
    int n = d[d.size() - 1 - i] - '0';
    if (i % 2 == 1) n = n * 2 > 9 ? n * 2 - 9 : n * 2;
    sum += n;
  }
  return sum % 10 == 0;
}
bool is_mobile(std::string_view d) {
  for (const std::string_view code : {"0086", "086", "86", "0"})
    if (d.starts_with(code) && d.size() == 11 + code.size()) d.remove_prefix(code.size());
  return d.size() == 11 && d[0] == '1' && d[1] >= '3';
}
/// Area code (GB/T numbering: 010, 02x, 03xx-09xx) and seven or eight digits.
bool is_landline(std::string_view d) {
  if (d.starts_with("0086")) d.remove_prefix(4);
  if (d.starts_with("86")) d.remove_prefix(2);
  if (!d.empty() && d[0] != '0' && (d.size() == 10 || d.size() == 11) && d[0] >= '2') return false;
  if (d.size() < 10 || d.size() > 12 || d[0] != '0') return false;
  const std::size_t area = d[1] == '1' || d[1] == '2' ? 3 : 4;
  const std::size_t local = d.size() - area;
  return d[1] != '0' && (local == 7 || local == 8) && d[area] >= '2' && d[area] <= '8' && !(area == 3 && d[1] == '1' && d[2] != '0');
}
/// Numbers of services and authorities: nobody's own.
bool is_hotline(std::string_view d) {
  return (d.size() == 10 && (d.starts_with("400") || d.starts_with("800"))) || d.size() <= 6;
}

struct Match {
  Span span;
  std::size_t groups = 0;  ///< 0: nothing, but these are to be passed over
};

class RunMatcher {
 public:
  RunMatcher(const Text& text, const Run& run) : text_(text), run_(run) {}

  void collect(std::vector<Span>& out) const {
    for (std::size_t i = 0; i < run_.size();) {
      const auto found = best_from(i);
      if (!found) {
        ++i;
        continue;
      }
      out.push_back(found->span);
      i += found->groups;
    }
  }

 private:
  std::optional<Match> best_from(std::size_t first) const {
    // One whole group is what it is; else the longest chain of groups that has a known form.
    std::size_t count = 0;
    std::string digits;
    std::optional<Match> best;
    for (std::size_t last = first; last < run_.size(); ++last) {
      const auto& g = run_[last];
      digits += digits_of(text_, g.begin, g.end);
      if (digits.size() > kMaxDigits + 4) break;
      ++count;
      std::size_t end = g.end;
      if (const auto kind = kind_of(digits, first, last, end)) best = Match{{*kind, begin_of(first), end}, count};
      if (best && last == first) break;
    }
    return best;
  }

  /// "(023) 6789..." and "+86 138..." begin with their mark.
  std::size_t begin_of(std::size_t first) const {
    const std::size_t b = run_[first].begin;
    return b > 0 && (text_.at(b - 1) == U'+' || text_.at(b - 1) == U'(') ? b - 1 : b;
  }

  std::optional<Kind> kind_of(const std::string& d, std::size_t first, std::size_t last, std::size_t& end) const {
    const std::size_t begin = run_[first].begin;
    if (touches_mask(text_, begin, end)) return std::nullopt;
    if (is_letter(text_.at(begin - 1)) && is_letter(text_.at(end)) && text_.at(end) != U'X') return std::nullopt;  // a hash, a code
    if (is_identity(d, begin, end)) return Kind::identity_card;
    if (is_mobile(d) && !looks_like_dates(first, last) && !is_amount(text_, end)) return Kind::phone;
    if (is_landline(d) && !is_amount(text_, end)) return Kind::phone;
    if (is_hotline(d)) return is_local(d, begin, end) ? std::optional(Kind::phone) : std::nullopt;
    if (is_local(d, begin, end)) return Kind::phone;
    if (is_bank_card(d, begin)) return Kind::bank_card;
    return std::nullopt;
  }

  bool is_identity(const std::string& d, std::size_t begin, std::size_t& end) const {
    std::size_t x = end;
    while (x < end + 2 && is_separator(text_.at(x))) ++x;
    const bool with_x = text_.at(x) == U'X' && !is_letter(text_.at(x + 1)) && digit_of(text_.at(x + 1)) < 0;
    const bool said = said_before(text_, begin, kIdentityWords);
    if (said_before(text_, begin, std::array<View, 1>{U"信用代码"})) return false;
    if (with_x && d.size() == 17 && (is_identity18(d) || said)) {
      end = x + 1;
      return true;
    }
    if (d.size() == 18 && is_identity18(d)) return true;
    if (is_identity15(d) && !is_bank_prefix(d)) return true;
    // Said to be one, with a digit too few or too many, or an impossible birthday.
    if (!said || d.size() < 14 || d.size() > 19) return false;
    if (with_x && d.size() >= 15) end = x + 1;
    return true;
  }

  bool is_bank_prefix(const std::string& d) const {
    return (d.starts_with("34") || d.starts_with("37")) && is_luhn(d) && !is_day(d.substr(8, 2), d.substr(10, 2));
  }
  bool is_bank_card(const std::string& d, std::size_t begin) const {
    if (d.size() < 12 || d.size() > kMaxDigits) return false;
    if (said_before(text_, list_begin(text_, begin), kCardWords)) return true;
    if (d.size() < 14) return false;
    const bool union_pay = d.starts_with("62") && d.size() >= 16;
    if (said_before(text_, begin, kOtherNumbers)) return union_pay && is_luhn(d);
    return union_pay || (is_luhn(d) && (d[0] >= '3' && d[0] != '7' && d[0] != '8'));
  }
  /// Seven or eight digits that are called a telephone; a mobile number with a digit too few or too many.
  bool is_local(const std::string& d, std::size_t begin, std::size_t end) const {
    if (!said_before(text_, begin, kPhoneWords) || said_before(text_, begin, kHotlineWords) || is_amount(text_, end)) return false;
    if (said_before(text_, begin, kIdentityWords) || said_before(text_, begin, kCardWords)) return false;
    if ((d.size() == 7 || d.size() == 8) && d[0] >= '2' && d[0] <= '8' && !d.starts_with("20") && !d.starts_with("400")) return true;
    return (d.size() == 10 || d.size() == 12) && d[0] == '1' && d[1] >= '3';
  }
  /// 1990-01-01 and what follows it.
  bool looks_like_dates(std::size_t first, std::size_t last) const {
    if (last < first + 2) return false;
    auto size = [&](std::size_t k) { return run_[k].end - run_[k].begin; };
    return size(first) == 4 && size(first + 1) <= 2 && size(first + 2) <= 2 && text_.at(run_[first].begin) == U'1' &&
           (text_.at(run_[first].begin + 1) == U'9' || text_.at(run_[first].begin + 1) == U'8');
  }

  const Text& text_;
  const Run& run_;
};

constexpr View kPlateProvinces = U"京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
constexpr View kPlateTails = U"挂学警港澳领试超使";

bool is_plate_character(char32_t c) {
  return is_letter(c) || digit_of(c) >= 0;
}

/// Where the plate that begins with letters at `i` ends; 0: none. `letters`: how many stand before the number.
std::size_t plate_end(const Text& text, std::size_t i) {
  if (!is_letter(text.at(i))) return 0;
  ++i;
  for (int n = 0; n < 2 && is_separator(text.at(i)); ++n) ++i;
  std::size_t body = 0, digits = 0, end = i;
  for (int gaps = 0; body < 7; ++i) {
    if (is_plate_character(text.at(i))) {
      ++body;
      digits += digit_of(text.at(i)) >= 0 ? 1 : 0;
      end = i + 1;
    } else if (body > 0 && gaps < 2 && is_separator(text.at(i)) && is_plate_character(text.at(i + 1))) {
      ++gaps;
    } else {
      break;
    }
  }
  if (digits == 0 || is_mask(text.at(end))) return 0;
  if (body == 4 && kPlateTails.find(text.at(end)) != View::npos && text.at(end) != 0) return end + 1;
  return body == 5 || body == 6 ? end : 0;
}
/// The armed police: WJ, a province's digits or character, five more. Elsewhere: what is called a plate.
std::size_t special_plate_end(const Text& text, std::size_t i) {
  if (text.at(i) == U'W' && text.at(i + 1) == U'J' && (i == 0 || !is_letter(text.at(i - 1)))) {
    std::size_t k = i + 2, body = 0;
    if (kPlateProvinces.find(text.at(k)) != View::npos && text.at(k) != 0) ++k;
    for (std::size_t last = k; k < last + 9 && body < 8; ++k) {
      if (is_plate_character(text.at(k)))
        ++body;
      else if (!is_separator(text.at(k)))
        break;
    }
    while (k > i && is_separator(text.at(k - 1))) --k;
    if (body >= 5 && body <= 7) return k;
  }
  constexpr std::array<View, 3> kPlateWords{U"车牌", U"号牌", U"牌照"};
  const bool starts = is_letter(text.at(i)) && (i == 0 || !is_plate_character(text.at(i - 1)));
  if (!starts || !said_before(text, i, kPlateWords)) return 0;
  const std::size_t skip = is_letter(text.at(i + 1)) ? 1 : 0;  // VA12345
  const std::size_t end = plate_end(text, i + skip);
  return end;
}

}  // namespace

std::vector<Span> find_numbers(const Text& text) {
  std::vector<Span> out;
  for (const auto& run : runs_of(text)) RunMatcher(text, run).collect(out);
  return out;
}

std::vector<Span> find_plates(const Text& text) {
  std::vector<Span> out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = 0;
    if (kPlateProvinces.find(text.at(i)) != View::npos) {
      std::size_t letter = i + 1;
      if (is_separator(text.at(letter))) ++letter;
      end = plate_end(text, letter);
    } else if (is_letter(text.at(i))) {
      end = special_plate_end(text, i);
    } else if (text.at(i) == U'使' && is_ascii_digit(text.at(i + 1))) {  // embassies: 使 and six digits
      end = i + 1;
      while (is_ascii_digit(text.at(end))) ++end;
      if (end != i + 7) end = 0;
    }
    if (end == 0) continue;
    out.push_back({Kind::plate, i, end});
    i = end - 1;
  }
  return out;
}

}  // namespace fz::privacy
