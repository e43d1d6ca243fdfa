// Names of people: a surname, one or two characters that are used in given names, and what stands around them. Each
// candidate collects points; the dictionary's segmentation says where words begin, so that 高科技 or 马上 is no person.
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "shared/privacy/rules.hpp"
#include "shared/privacy/vocabulary.hpp"

namespace fz::privacy {
namespace {

using View = std::u32string_view;

// Points, in halves. Found by trying on the development set (tests/golden/privacy); each says what it is worth alone.
constexpr int kEnough = 8;
constexpr int kBesideAName = 5;           ///< enough for one that stands in a list with a sure one: 张伟、万里
constexpr int kByRole = 7, kByTitle = 7;  ///< 受害人 before it, 女士 after it
constexpr int kInAList = 2;               ///< ... of which it is one whole entry: 甘泉、张伟
constexpr int kEntryOfARole = 3;          ///< 姓名：庄严: a role, and nothing else behind it
constexpr int kSubject = 2;               ///< begins a sentence, and something is done
constexpr int kSingles = 2;               ///< three characters that the dictionary cannot join
constexpr int kSureAnywhere = 12;         ///< such a name is found again in the rest of the text

bool is_end(char32_t c) {
  return c == 0 || c == U'\n' || c == U'\r' || c == U' ' || c == U'\t' ||
         View(U",.;:!?()[]<>\"'|/，。；：！？（）【】《》“”‘’「」『』、…—－-\\").find(c) != View::npos;
}
bool is_masked_name(const Text& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i <= end; ++i)
    if (text.at(i) == U'某' || (is_mask(text.at(i)) && !is_separator(text.at(i)))) return true;
  // 李X, 王XX
  return text.at(end) == U'X' && !is_letter(text.at(end + 1) == U'X' ? text.at(end + 2) : text.at(end + 1));
}
/// 李明（化名）: said to be no real name.
bool is_pseudonym(const Text& text, std::size_t begin, std::size_t end) {
  const View after = text.part(end, end + 6);
  const bool bracket = !after.empty() && (after[0] == U'(' || after[0] == U'[' || after[0] == U'【' || after[0] == U'〔');
  if (bracket && (after.find(U"化名") != View::npos || after.find(U"虚构") != View::npos || after.find(U"代称") != View::npos)) return true;
  return text.ends_with(begin, U"化名") || text.ends_with(begin, U"化名为") || text.ends_with(begin, U"化名:") ||
         text.ends_with(begin, U"化名叫");
}

struct Candidate {
  std::size_t begin = 0, end = 0;
  int points = 0;
};

class NameFinder {
 public:
  explicit NameFinder(const Text& text) : text_(text) {}

  std::vector<Span> find() {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (!is_han(text_.at(i))) continue;
      for (const std::size_t surname : {std::size_t{2}, std::size_t{1}})
        for (std::size_t given = 1; given <= 2; ++given) consider(i, surname, given, candidates);
    }
    auto chosen = choose(candidates);
    again(chosen);
    spaced(chosen);
    transliterated(chosen);
    without_surname(chosen);
    std::vector<Span> out;
    for (auto& [begin, end] : chosen)
      if (!is_pseudonym(text_, begin, end)) out.push_back({Kind::name, begin, end});
    return out;
  }

 private:
  using Chosen = std::map<std::size_t, std::size_t>;  // begin -> end

  void consider(std::size_t i, std::size_t surname, std::size_t given, std::vector<Candidate>& out) const {
    const std::size_t end = i + surname + given;
    if (end > text_.size()) return;
    int points = 0;
    if (surname == 2) {
      const bool compound = is_compound_surname(text_.part(i, i + 2));
      if (!compound) return;
      points += 5;
    } else {
      const int weight = surname_weight(text_.at(i));
      if (weight == 0) return;
      points += weight;
    }
    if (View(U"区县镇乡村街路省市州").find(text_.at(end - 1)) != View::npos) return;  // 高新区
    if (given == 2 && is_lone_function_word(end - 1)) return;                         // 王伟 | 和 | 李娜
    int worth = 0;
    for (std::size_t k = i + surname; k < end; ++k) {
      const int w = given_weight(text_.at(k));
      if ((w < 0 && !is_soft(text_.at(k))) || !is_han(text_.at(k))) return;
      worth += w == 2 ? 3 : w == 1 ? 2 : -1;
    }
    points += given == 1 ? worth : worth * 2 / 3;
    const bool word = surname == 1 && is_word_surname(text_.at(i));
    const int left = before(i), right = after(end), joined = words(i, end);
    if (is_masked_name(text_, i, end) || is_stop_word(text_.part(i, end)) || is_stop_word(text_.part(i, i + 2)) ||
        (given == 2 && is_stop_word(text_.part(i + 1, end)) && (word || left < kByRole)))
      return;
    // 王老师, 张阿姨, 李老先生, 王叔: a surname and a title are no name.
    if (title_after(text_.part(i + surname, i + surname + 4)) >= given) return;
    if (surname == 1 && given == 1 && is_short_title(text_.at(i + 1))) return;
    points += joined + left + right;
    if (left >= kByRole && is_entry(i, end)) points += kEntryOfARole;
    if (begins_sentence(i) && right >= 2 && text_.word_start[end]) points += kSubject;
    if (given == 2 && joined >= 2) points += kSingles;
    if (word && left < kByRole && right < kByTitle) points -= 3;
    if (points >= (is_entry(i, end) ? kInAList : kBesideAName)) out.push_back({i, end, points});
  }

  bool begins_sentence(std::size_t at) const { return at == 0 || View(U"。！？!?；;：:\n").find(text_.at(at - 1)) != View::npos; }
  /// Seldom part of a name, and never of one that nothing else speaks for: 有为, 招年.
  static bool is_soft(char32_t c) { return View(U"为年日先女过得上里照其后可").find(c) != View::npos; }

  /// Nothing but it stands between two marks.
  bool is_entry(std::size_t begin, std::size_t end) const { return (begin == 0 || is_end(text_.at(begin - 1))) && is_end(text_.at(end)); }

  bool is_lone_function_word(std::size_t at) const {
    return text_.word_start[at] && text_.word_start[at + 1] &&
           View(U"和与及以同有时来会可想要发因按经在说称将被向为到给对从让找替跟遂均系").find(text_.at(at)) != View::npos;
  }

  /// Do words begin and end where the candidate does?
  int words(std::size_t begin, std::size_t end) const {
    int points = 0;
    if (!text_.word_start[begin]) points -= 6;
    if (!text_.word_start[end]) points -= 4;
    std::size_t first = begin + 1;  // end of the first word
    while (!text_.word_start[first]) ++first;
    if (first >= end && text_.word_start[begin]) {
      points -= first == end ? 4 : 2;  // the dictionary knows it, as a word (or as a famous name)
    } else if (first - begin == 1) {
      points += 2;  // a single character that nothing joins: how unknown names look
    } else if (!is_compound_surname(text_.part(begin, first))) {
      // 白玉|梅: a word by chance, and a character left over that only a name explains.
      points -= first + 1 == end && text_.word_start[end] && given_weight(text_.at(first)) == 2 ? 1 : 3;
    }
    return points;
  }

  int before(std::size_t begin) const {
    if (begin == 0 || is_end(text_.at(begin - 1))) {
      // "姓名：张伟": the mark belongs to the role.
      std::size_t k = begin;
      while (k > 0 && begin - k < 2 &&
             (text_.at(k - 1) == U':' || text_.at(k - 1) == U' ' || text_.at(k - 1) == U'"' || text_.at(k - 1) == U'“'))
        --k;
      if (k == begin) return 2;
      if (role_before(view_before(k)) > 0) return kByRole;
      return text_.at(k) == U':' && is_label(view_before(k)) ? kByRole : 2;
    }
    const View left = view_before(begin);
    if (role_before(left) > 0) return kByRole;
    // A word that ends in one of these is a person: 业务员, 受益人, 站长.
    if (begin > 1 && is_han(text_.at(begin - 2)) && View(U"人员长师生者民").find(text_.at(begin - 1)) != View::npos) return 4;
    if (text_.at(begin - 1) == U'小' || text_.at(begin - 1) == U'老' || text_.at(begin - 1) == U'阿') return -4;  // 小王
    if (link_before(left) > 0) return 2;
    return is_han(text_.at(begin - 1)) ? -1 : 1;
  }

  int after(std::size_t end) const {
    if (is_end(text_.at(end))) return text_.at(end) == U'(' ? 3 : 2;
    const View right = text_.part(end, end + 5);
    const std::size_t title = title_after(right), verb = verb_after(right), place = place_after(right);
    if (title > 0 && title >= place && title >= verb) return kByTitle;
    if (place > 0 && place >= verb) return -4;
    if (verb >= 2 && text_.word_start[end]) return 4;
    if (verb == 1) return 2;
    return is_han(text_.at(end)) ? 0 : 1;
  }

  View view_before(std::size_t end) const { return text_.part(end > 6 ? end - 6 : 0, end); }

  /// The best of those that overlap; the longer one if two are as good.
  Chosen choose(std::vector<Candidate> candidates) {
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      if (a.points != b.points) return a.points > b.points;
      if (a.end - a.begin != b.end - b.begin) return a.end - a.begin > b.end - b.begin;
      return a.begin < b.begin;
    });
    Chosen out;
    for (auto c : candidates) {
      if (c.points < kEnough || !is_free(out, c.begin, c.end)) continue;
      // 孙茂|才: whether the last character still belongs to the name nobody knows for certain; rather one too many than one too few.
      for (const auto& longer : candidates)
        if (longer.begin == c.begin && longer.end > c.end && text_.word_start[longer.end] && longer.points >= kBesideAName &&
            longer.points + 4 >= c.points && is_free(out, longer.begin, longer.end))
          c.end = longer.end;
      out.emplace(c.begin, c.end);
      if (c.points >= kSureAnywhere) sure_.insert(std::u32string(text_.part(c.begin, c.end)));
    }
    for (bool more = true; more;) {
      more = false;
      for (const auto& c : candidates) {
        if (c.points >= kEnough || !is_free(out, c.begin, c.end) || !is_beside(out, c)) continue;
        if (c.points < kBesideAName && !is_entry(c.begin, c.end)) continue;
        out.emplace(c.begin, c.end);
        more = true;
      }
    }
    return out;
  }
  /// Joined by one character to a name that is chosen already.
  bool is_beside(const Chosen& chosen, const Candidate& c) const {
    auto joins = [&](std::size_t at) { return View(U"、和与及跟同,， ;/").find(text_.at(at)) != View::npos && text_.at(at) != 0; };
    const auto next = chosen.find(c.end + 1);
    if (next != chosen.end() && joins(c.end)) return true;
    const auto after = chosen.lower_bound(c.begin);
    return after != chosen.begin() && c.begin > 0 && std::prev(after)->second + 1 == c.begin && joins(c.begin - 1);
  }
  static bool is_free(const Chosen& chosen, std::size_t begin, std::size_t end) {
    const auto next = chosen.lower_bound(begin);
    if (next != chosen.end() && next->first < end) return false;
    return next == chosen.begin() || std::prev(next)->second <= begin;
  }

  /// Who was named once is the same person further down, whatever stands around it there.
  void again(Chosen& chosen) const {
    for (const auto& name : sure_) {
      const View all(text_.plain.data(), text_.size());
      for (auto at = all.find(name); at != View::npos; at = all.find(name, at + name.size())) {
        const std::size_t end = at + name.size();
        if (is_free(chosen, at, end) && !is_masked_name(text_, at, end) && (name.size() > 2 || text_.word_start[end]))
          chosen.emplace(at, end);
      }
    }
  }

  /// 张　伟: two characters that a list draws apart to the width of three.
  void spaced(Chosen& chosen) const {
    for (std::size_t i = 0; i + 2 < text_.size(); ++i) {
      if (surname_weight(text_.at(i)) < 1 || (i > 0 && is_han(text_.at(i - 1)) && role_before(view_before(i)) == 0)) continue;
      std::size_t k = i + 1;
      while (text_.at(k) == U' ' && k < i + 4) ++k;
      if (k == i + 1 || given_weight(text_.at(k)) < 2 || is_han(text_.at(k + 1)) || !is_free(chosen, i, k + 1)) continue;
      chosen.emplace(i, k + 1);
    }
  }

  /// 买买提·艾合买提, 史蒂夫·乔布斯
  void transliterated(Chosen& chosen) const {
    auto is_dot = [&](std::size_t i) { return View(U"·•・‧∙").find(text_.at(i)) != View::npos && text_.at(i) != 0; };
    for (std::size_t i = 1; i + 1 < text_.size(); ++i) {
      if (!is_dot(i) || !is_han(text_.at(i - 1)) || !is_han(text_.at(i + 1))) continue;
      std::size_t begin = i, end = i + 1;
      while (begin > 0 && i - begin < 7 && is_transliteration(text_.at(begin - 1))) --begin;
      while (end < text_.size() && end - i < 8 &&
             (is_transliteration(text_.at(end)) || (is_dot(end) && is_transliteration(text_.at(end + 1)))))
        ++end;
      if (i - begin < 2 || end - i < 3) continue;
      for (auto it = chosen.lower_bound(begin > 3 ? begin - 3 : 0); it != chosen.end() && it->first < end;)
        it = it->second > begin ? chosen.erase(it) : std::next(it);
      chosen.emplace(begin, end);
      i = end;
    }
  }

  /// 扎西多吉, 阿不都热依木, 巴特尔: pieces that such names are made of, one after the other.
  void without_surname(Chosen& chosen) const {
    for (std::size_t i = 0; i < text_.size();) {
      std::size_t end = i;
      int points = 0;
      while (const auto length = element_at(text_.part(end, end + 4))) {
        points += length > 2 ? 7 : 4;
        end += length;
      }
      if (end == i) {
        ++i;
        continue;
      }
      const auto held = chosen.upper_bound(i);
      const bool within = held != chosen.begin() && std::prev(held)->second >= end;  // of one with a middle dot
      // Two pieces need no more than not to be a place.
      if (!within && points + std::max(before(i), 0) + after(end) >= kEnough && !is_masked_name(text_, i, end)) {
        for (auto it = chosen.lower_bound(i); it != chosen.end() && it->first < end;) it = chosen.erase(it);
        if (is_free(chosen, i, end)) chosen.emplace(i, end);
      }
      i = end;
    }
  }

  const Text& text_;
  std::set<std::u32string> sure_;
};

}  // namespace

std::vector<Span> find_names(const Text& text) {
  return NameFinder(text).find();
}

}  // namespace fz::privacy
