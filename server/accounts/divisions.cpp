// The codes that exist: provinces here, prefectures and counties in counties.cpp.
#include "server/accounts/divisions.hpp"

#include <algorithm>
#include <iterator>

namespace fz::accounts {
namespace {

constexpr std::string_view kProvinces[] = {"11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34",
                                           "35", "36", "37", "41", "42", "43", "44", "45", "46", "50", "51", "52",
                                           "53", "54", "61", "62", "63", "64", "65", "71", "81", "82"};

/// The ranges of a prefecture ("01-11,29"), or nothing if there is no such prefecture.
std::string_view counties_of(std::string_view prefecture) {
  const std::string_view all = kCounties;
  for (auto at = all.find(prefecture); at != std::string_view::npos; at = all.find(prefecture, at + 1)) {
    if (all[at + prefecture.size()] != ':') continue;
    const auto begin = at + prefecture.size() + 1;
    return all.substr(begin, all.find_first_of(" \n", begin) - begin);
  }
  return {};
}

bool listed(std::string_view ranges, std::string_view two) {
  while (!ranges.empty()) {
    const auto comma = ranges.find(',');
    const auto range = ranges.substr(0, comma);
    if (two >= range.substr(0, 2) && two <= range.substr(range.size() - 2)) return true;
    ranges = comma == std::string_view::npos ? std::string_view{} : ranges.substr(comma + 1);
  }
  return false;
}

/// Without the levels that are not used: "500000" -> "50", "500119000" -> "500119".
std::string_view significant(std::string_view code) {
  if (code.size() == 12 && code.ends_with("000")) code.remove_suffix(3);
  if (code.size() == 9 && code.ends_with("000")) code.remove_suffix(3);
  while (code.size() <= 6 && code.size() >= 2 && code.ends_with("00")) code.remove_suffix(2);
  return code;
}

}  // namespace

bool is_division_code(std::string_view s) {
  return (s.size() == 6 || s.size() == 9 || s.size() == 12) && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<void> check_division(std::string_view code) {
  const auto unknown = [&](std::string what) {
    return fail(Code::division_unknown, {{"code", std::string(code)}, {"what", std::move(what)}});
  };
  if (!is_division_code(code)) return unknown("6 / 9 / 12 位数字 digits");
  if (code == "000000") return {};
  const auto province = code.substr(0, 2), county = code.substr(4, 2);
  if (std::find(std::begin(kProvinces), std::end(kProvinces), province) == std::end(kProvinces))
    return unknown(std::string(province) + "0000");
  if (code.substr(2, 4) == "0000") {  // the province itself has no towns
    if (code.size() > 6) return unknown(std::string(code.substr(0, 6)));
    return {};
  }
  if (province >= "71") {  // Taiwan, Hong Kong, Macao: below the province only the form is known
    if (code.substr(2, 2) != "00") return unknown(std::string(code.substr(0, 4)) + "00");
    return {};
  }
  const auto counties = counties_of(code.substr(0, 4));
  if (counties.empty()) return unknown(std::string(code.substr(0, 4)) + "00");
  if (code.size() == 6 && county == "00") return {};
  if (!listed(counties, county))
    return unknown(std::string(code.substr(0, 6)) +
                   "（2023-06 的名单；新设的区县请不填代码 list of 2023-06: leave the code of a newer county empty）");
  return {};
}

bool division_holds(std::string_view outer, std::string_view inner) {
  return significant(inner).starts_with(significant(outer));
}

}  // namespace fz::accounts
