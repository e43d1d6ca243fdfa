// Pure text work on code points: the longest rule that fits at a place is applied, left to right.
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "server/speech/speech.hpp"
#include "shared/base/bytes.hpp"

namespace fz::speech {
namespace {

using Text = std::u32string;
using View = std::u32string_view;

Text decode(std::string_view s) {
  Text out;
  for (std::size_t k = 0; k < s.size();) {
    auto c = static_cast<unsigned char>(s[k]);
    int n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    char32_t v = n == 1 ? c : c & (0x7f >> n);
    for (int i = 1; i < n && k + static_cast<std::size_t>(i) < s.size(); ++i)
      v = v << 6 | (static_cast<unsigned char>(s[k + static_cast<std::size_t>(i)]) & 0x3f);
    k += static_cast<std::size_t>(n);
    // Full-width digits, letters and signs; what makes a pause stays as it is.
    constexpr std::u32string_view kPauses = U"，！？；（）";
    if (v >= 0xff01 && v <= 0xff5e && kPauses.find(v) == kPauses.npos) v -= 0xfee0;
    out += v;
  }
  return out;
}
void encode(Text const& text, std::string& out) {
  for (char32_t c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xc0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xe0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
      out += static_cast<char>(0xf0 | c >> 18);
      out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
      out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
}

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
bool is_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

constexpr View kDigits = U"零一二三四五六七八九";
/// One by one; `phone`: 1 is 幺, which cannot be taken for 7.
Text by_digit(View digits, bool phone) {
  Text out;
  for (char32_t c : digits) out += phone && c == U'1' ? U'幺' : kDigits[c - U'0'];
  return out;
}

/// A whole number in words: 12 十二, 105 一百零五, 20000 两万. REQUIRES: at most 16 digits.
Text in_words(View digits) {
  while (digits.size() > 1 && digits[0] == U'0') digits.remove_prefix(1);
  if (digits == U"0") return U"零";
  Text out;
  bool zero = false;  // a gap is to be read
  for (std::size_t k = 0; k < digits.size(); ++k) {
    auto place = digits.size() - 1 - k;
    auto in_group = place % 4;
    auto d = digits[k] - U'0';
    if (d == 0) {
      zero = true;
    } else {
      if (zero && !out.empty()) out += U'零';
      zero = false;
      bool ten = d == 1 && in_group == 1 && out.empty();
      bool two = d == 2 && (in_group == 3 || (in_group == 0 && place > 0 && out.empty()));
      if (!ten) out += two ? U'两' : kDigits[d];
      if (in_group > 0) out += U" 十百千"[in_group];
    }
    if (in_group != 0 || place == 0) continue;
    // The end of a group of four: 万, 亿; left out when all of it was zero.
    bool any = false;
    for (std::size_t n = k >= 3 ? k - 3 : 0; n <= k; ++n) any = any || digits[n] != U'0';
    if (place == 8)
      out += U'亿';
    else if (any)
      out += U'万';
    zero = false;  // 205000 is 二十万五千
  }
  return out;
}

struct Number {
  View whole, part;  ///< part: behind the decimal point
  Text joined;       ///< whole without its commas
  std::size_t length = 0;
};
Text words(const Number& n) {
  Text out = n.joined.size() > 16 ? by_digit(n.joined, false) : in_words(n.joined);
  if (!n.part.empty()) out += U'点' + by_digit(n.part, false);
  return out;
}

/// "1,234.50", "96110", "3.5" at the beginning of `s`.
std::optional<Number> number(View s) {
  Number n;
  std::size_t k = 0;
  while (k < s.size() && (is_digit(s[k]) || (s[k] == U',' && k > 0 && k + 3 < s.size() && is_digit(s[k - 1]) && is_digit(s[k + 1]) &&
                                             is_digit(s[k + 2]) && is_digit(s[k + 3]) && (k + 4 >= s.size() || !is_digit(s[k + 4])))))
    if (is_digit(s[k++])) n.joined += s[k - 1];
  if (n.joined.empty()) return std::nullopt;
  n.whole = s.substr(0, k);
  if (k + 1 < s.size() && s[k] == U'.' && is_digit(s[k + 1])) {
    auto from = ++k;
    while (k < s.size() && is_digit(s[k])) ++k;
    n.part = s.substr(from, k - from);
    if (k < s.size() && s[k] == U'.') return std::nullopt;  // 1.2.3: a version or an address
  }
  n.length = k;
  return n;
}

bool starts(View s, View with) {
  return s.substr(0, with.size()) == with;
}
template <std::size_t N>
View one_of(View s, const std::array<View, N>& list) {
  for (View w : list)
    if (starts(s, w)) return w;
  return {};
}
constexpr std::array<View, 6> kMoney{U"万元", U"亿元", U"美元", U"元", U"块", U"角"};
// What is counted: the number before it is a quantity, however long.
constexpr std::array<View, 36> kMeasures{U"万",   U"亿", U"千", U"百", U"人", U"名", U"位", U"个", U"起", U"次",   U"家",   U"件",
                                         U"条",   U"张", U"份", U"部", U"台", U"笔", U"天", U"年", U"岁", U"小时", U"分钟", U"秒",
                                         U"公里", U"米", U"余", U"多", U"周", U"倍", U"户", U"字", U"页", U"层",   U"种",   U"句"};
constexpr std::array<View, 16> kTwo{U"个", U"人", U"名", U"位", U"起", U"次",   U"家", U"件",
                                    U"条", U"张", U"份", U"天", U"年", U"小时", U"万", U"种"};

// Readings that the engine's dictionary has wrong, character by character.
struct Reading {
  View word, spoken;
};
constexpr Reading kReadings[] = {{U"银行", U"银 hang2 "},  {U"行业", U" hang2 业"},  {U"重复", U" chong2 复"}, {U"重新", U" chong2 新"},
                                 {U"还款", U" huan2 款"},  {U"还钱", U" huan2 钱"},  {U"归还", U"归 huan2 "},  {U"偿还", U"偿 huan2 "},
                                 {U"着急", U" zhao2 急"},  {U"了解", U" liao3 解"},  {U"调查", U" diao4 查"},  {U"长辈", U" zhang3 辈"},
                                 {U"家长", U"家 zhang3 "}, {U"校长", U"校 zhang3 "}, {U"所长", U"所 zhang3 "}, {U"冒充", U" mao4 充"}};
// Letters by characters that sound like their names.
constexpr std::array<View, 26> kLetters{U"诶",   U"比", U"西",   U"弟",   U"伊",     U"艾弗",   U"鸡", U"艾尺", U"爱",
                                        U"杰",   U"开", U"艾勒", U"艾姆", U"恩",     U"欧",     U"批", U"丘",   U"啊",
                                        U"艾丝", U"踢", U"优",   U"维",   U"达不溜", U"艾克斯", U"歪", U"贼"};

class Reader {
 public:
  explicit Reader(View s) : s_(s) {}
  Text run() {
    while (!s_.empty()) {
      if (date() || clock() || money() || quantity() || digits() || letters() || reading()) continue;
      plain();
    }
    return std::move(out_);
  }

 private:
  bool take(std::size_t n, View spoken) {
    out_ += spoken;
    s_.remove_prefix(n);
    return true;
  }
  std::size_t run_of_digits(std::size_t from, std::size_t most) const {
    std::size_t n = 0;
    while (from + n < s_.size() && n <= most && is_digit(s_[from + n])) ++n;
    return n <= most ? n : 0;
  }
  // 2022年, 2022-03-05, 2022/3/5, 3月5日
  bool date() {
    auto year = run_of_digits(0, 4);
    if (year == 4 && s_.size() > 4 && s_[4] == U'年') return take(5, by_digit(s_.substr(0, 4), false) + U'年');
    if (year == 4 && s_.size() > 4 && (s_[4] == U'-' || s_[4] == U'/')) {
      auto month = run_of_digits(5, 2), day_at = 5 + month + 1;
      if (month == 0 || day_at > s_.size() || s_[day_at - 1] != s_[4]) return false;
      auto day = run_of_digits(day_at, 2);
      if (day == 0) return false;
      return take(day_at + day, by_digit(s_.substr(0, 4), false) + U'年' + in_words(s_.substr(5, month)) + U'月' +
                                    in_words(s_.substr(day_at, day)) + U'日');
    }
    auto n = run_of_digits(0, 2);
    if (n == 0 || s_.size() <= n || (s_[n] != U'月' && s_[n] != U'日' && s_[n] != U'号')) return false;
    return take(n + 1, in_words(s_.substr(0, n)) + s_[n]);
  }
  // 7:00, 18:30
  bool clock() {
    auto h = run_of_digits(0, 2);
    if (h == 0 || s_.size() < h + 3 || (s_[h] != U':' && s_[h] != U'：') || run_of_digits(h + 1, 2) != 2) return false;
    auto minutes = s_.substr(h + 1, 2);
    Text spoken = (s_.substr(0, h) == U"2" || s_.substr(0, h) == U"02" ? Text(U"两") : in_words(s_.substr(0, h))) + U'点';
    if (minutes != U"00") spoken += (minutes[0] == U'0' ? U"零" : U"") + in_words(minutes) + U'分';
    return take(h + 3, spoken);
  }
  // ¥5,000  20000元  3.5万元  50%
  bool money() {
    bool sign = s_[0] == U'¥' || s_[0] == U'￥' || s_[0] == 0xffe5;
    auto n = number(s_.substr(sign ? 1 : 0));
    if (!n) return false;
    auto rest = s_.substr(n->length + (sign ? 1 : 0));
    if (!sign && !rest.empty() && rest[0] == U'%') return take(n->length + 1, U"百分之" + words(*n));
    auto unit = one_of(rest, kMoney);
    if (!sign && unit.empty()) return false;
    Text spoken = words(*n);
    if (spoken == U"二" && !unit.empty()) spoken = U"两";
    if (sign && unit.empty()) {
      auto scale = starts(rest, U"万") || starts(rest, U"亿") ? rest.substr(0, 1) : View{};
      return take(1 + n->length + scale.size(), spoken + Text(scale) + U'元');
    }
    return take((sign ? 1 : 0) + n->length + unit.size(), spoken + Text(unit));
  }
  // 300人  3-5天  2个  3.5
  bool quantity() {
    auto n = number(s_);
    if (!n) return false;
    auto rest = s_.substr(n->length);
    if (!rest.empty() && (rest[0] == U'-' || rest[0] == U'~' || rest[0] == U'至')) {
      auto to = number(rest.substr(1));
      if (to && !one_of(rest.substr(1 + to->length), kMeasures).empty()) return take(n->length + 1, words(*n) + U'到');
    }
    bool counted = !one_of(rest, kMeasures).empty();
    if (!counted && n->part.empty() && (n->joined.size() > 2 || n->joined[0] == U'0')) return false;
    auto spoken = words(*n);
    bool ordinal = !out_.empty() && out_.back() == U'第';
    if (spoken == U"二" && !ordinal && !one_of(rest, kTwo).empty()) spoken = U"两";
    return take(n->length, spoken);
  }
  // Hotlines, telephone and card numbers: one digit after the other, groups with a short rest.
  bool digits() {
    std::size_t n = 0;
    while (n < s_.size() && is_digit(s_[n])) ++n;
    if (n == 0) return false;
    take(n, by_digit(s_.substr(0, n), true));
    if (s_.size() > 1 && (s_[0] == U'-' || s_[0] == U' ') && is_digit(s_[1])) take(1, U"，");
    return true;
  }
  bool letters() {
    if (!is_letter(s_[0])) return false;
    return take(1, kLetters[static_cast<std::size_t>((s_[0] | 0x20) - U'a')]);
  }
  bool reading() {
    for (auto& r : kReadings)
      if (starts(s_, r.word)) return take(r.word.size(), r.spoken);
    return false;
  }
  void plain() {
    switch (s_[0]) {
      case U'\n':
      case U'\r':
        take(1, U"。");
        return;
      case U'%':
      case U'‰':
      case U'#':
      case U'*':
      case U'_':
      case U'<':  // the engine's markup
      case U'>':
      case U'[':
      case U']':
        take(1, U" ");
        return;
      case U'&':
      case U'+':
        take(1, U"和");
        return;
      default:
        take(1, s_.substr(0, 1));
    }
  }

  View s_;
  Text out_;
};

}  // namespace

std::string normalise(std::string_view text) {
  auto points = decode(text);
  std::string out;
  encode(Reader(points).run(), out);
  return out;
}

}  // namespace fz::speech
