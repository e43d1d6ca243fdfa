// The prefectures that exist. Source: Ministry of Civil Affairs, 中华人民共和国县以上行政区划代码 (GB/T 2260-2007 with its changes to
// the end of 2023); the municipalities' and the provinces' directly administered counties by the same list (01, 02, 90).
#include "server/accounts/divisions.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fz::accounts {
namespace {

struct Province {
  std::string_view code, name;
  std::string_view prefectures;  ///< third and fourth digit: "01-11,29"
};
constexpr std::array<Province, 34> kProvinces{{{"11", "北京市", "01-02"},
                                               {"12", "天津市", "01-02"},
                                               {"13", "河北省", "01-11"},
                                               {"14", "山西省", "01-11"},
                                               {"15", "内蒙古自治区", "01-09,22,25,29"},
                                               {"21", "辽宁省", "01-14"},
                                               {"22", "吉林省", "01-08,24"},
                                               {"23", "黑龙江省", "01-12,27"},
                                               {"31", "上海市", "01-02"},
                                               {"32", "江苏省", "01-13"},
                                               {"33", "浙江省", "01-11"},
                                               {"34", "安徽省", "01-08,10-13,15-18"},
                                               {"35", "福建省", "01-09"},
                                               {"36", "江西省", "01-11"},
                                               {"37", "山东省", "01-11,13-17"},
                                               {"41", "河南省", "01-17,90"},
                                               {"42", "湖北省", "01-03,05-13,28,90"},
                                               {"43", "湖南省", "01-13,31"},
                                               {"44", "广东省", "01-09,12-20,51-53"},
                                               {"45", "广西壮族自治区", "01-14"},
                                               {"46", "海南省", "01-04,90"},
                                               {"50", "重庆市", "01-02"},
                                               {"51", "四川省", "01,03-11,13-20,32-34"},
                                               {"52", "贵州省", "01-06,23,26-27"},
                                               {"53", "云南省", "01,03-09,23,25-26,28-29,31,33-34"},
                                               {"54", "西藏自治区", "01-06,25"},
                                               {"61", "陕西省", "01-10"},
                                               {"62", "甘肃省", "01-12,29-30"},
                                               {"63", "青海省", "01-02,22-23,25-28"},
                                               {"64", "宁夏回族自治区", "01-05"},
                                               {"65", "新疆维吾尔自治区", "01-02,04-05,23,27-32,40,42-43,90"},
                                               {"71", "台湾省", "00"},
                                               {"81", "香港特别行政区", "00"},
                                               {"82", "澳门特别行政区", "00"}}};

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
  const auto province = std::find_if(kProvinces.begin(), kProvinces.end(), [&](const Province& p) { return p.code == code.substr(0, 2); });
  if (province == kProvinces.end()) return unknown(std::string(code.substr(0, 2)) + "0000");
  const auto prefecture = code.substr(2, 2);
  if (prefecture == "00" && code.substr(4, 2) == "00") {  // the province itself has no towns
    if (code.size() > 6) return unknown(std::string(code.substr(0, 6)));
    return {};
  }
  if (!listed(province->prefectures, prefecture)) return unknown(std::string(province->name) + " " + std::string(code.substr(0, 4)) + "00");
  if (code.size() > 6 && code.substr(4, 2) == "00" && prefecture != "00") {
    // Prefectures without districts (Dongguan, Zhongshan, Danzhou, Jiayuguan) have their towns at once.
    static constexpr std::array<std::string_view, 4> kWithout{"4419", "4420", "4604", "6202"};
    if (std::find(kWithout.begin(), kWithout.end(), code.substr(0, 4)) == kWithout.end()) return unknown(std::string(code.substr(0, 6)));
  }
  return {};
}

bool division_holds(std::string_view outer, std::string_view inner) {
  return significant(inner).starts_with(significant(outer));
}

}  // namespace fz::accounts
