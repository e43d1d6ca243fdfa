#include "server/finder/finder.hpp"

#include <algorithm>
#include <array>

#include "shared/base/bytes.hpp"

namespace fz::finder {
namespace {

constexpr std::array<std::pair<Noun, std::string_view>, 7> kGroups{{{Noun::item, "items"},
                                                                    {Noun::campaign, "campaigns"},
                                                                    {Noun::screen, "screens"},
                                                                    {Noun::site, "sites"},
                                                                    {Noun::unit, "units"},
                                                                    {Noun::account, "accounts"},
                                                                    {Noun::alert, "alerts"}}};

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string plain_blanks(std::string_view query) {
  std::string out(query);
  for (const std::string_view wide : {"\xe3\x80\x80", "\t"})  // the ideographic blank
    for (auto at = out.find(wide); at != std::string::npos; at = out.find(wide)) out.replace(at, wide.size(), 1, ' ');
  return out;
}

std::vector<std::string> units_above(std::string_view path) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    out.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string_view group_name(Noun noun) {
  return std::find_if(kGroups.begin(), kGroups.end(), [&](const auto& g) { return g.first == noun; })->second;
}

std::vector<std::string> words_of(std::string_view query) {
  const std::string text = plain_blanks(query);
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size() && out.size() < 8;) {
    const auto end = std::min(text.find(' ', at), text.size());
    const auto word = lower(std::string_view(text).substr(at, end - at));
    at = end + 1;
    if (utf8_length(word) >= 2) out.push_back(word);
  }
  return out;
}

Result<std::vector<Group>> search(const Store& db, const accounts::Actor& who, std::string_view query) {
  if (!is_utf8(query) || utf8_length(query) > 100) return fail(Code::bad_field, {{"field", "q"}, {"what", "<= 100"}});
  Query q;
  q.words = words_of(query);
  const std::string plain = plain_blanks(query);
  const auto from = plain.find_first_not_of(' ');
  if (from == std::string::npos) return std::vector<Group>{};
  q.id = plain.substr(from, plain.find_last_not_of(' ') - from + 1);
  q.unit_path = who.unit_path;
  q.above = units_above(who.unit_path);
  std::vector<Group> out;
  for (const auto& [noun, name] : kGroups) {
    if (noun == Noun::alert || (noun == Noun::account && !who.has(accounts::Role::security))) continue;
    FZ_TRY(auto hits, db.find(noun, q));
    if (hits.empty()) continue;
    const bool more = hits.size() > static_cast<std::size_t>(q.limit);
    if (more) hits.resize(static_cast<std::size_t>(q.limit));
    out.push_back({noun, std::move(hits), more});
  }
  return out;
}

}  // namespace fz::finder
