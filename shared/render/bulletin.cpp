// Case bulletins: how it works, what came of it, what gives it away, what to do, the law, the source.
#include "shared/render/sheet.hpp"
#include "shared/render/strip.hpp"

namespace fz::render {
namespace {

using namespace theme;

std::string law_name(const Law& law) {
  return (law.name.starts_with("《") ? law.name : "《" + law.name + "》") + law.article;
}

// What came of it: an amount of money, or an outcome in words.
bool is_amount(const std::string& loss) {
  std::string_view s = loss;
  for (std::string_view about : {"约", "近", "超", "共"})
    if (s.starts_with(about)) s.remove_prefix(about.size());
  return !s.empty() && s[0] >= '0' && s[0] <= '9';
}
std::string loss_heading(const std::string& loss) {
  return is_amount(loss) ? "损失金额" : "案件结果";
}

std::vector<Section> sections_of(const Text& t, const Bulletin& b) {
  std::vector<Section> s;
  bool is_case = b.exposes == Exposes::case_;
  s.push_back({is_case ? "案件经过" : "诈骗手法", kBlue, kTintBlue, items_of(t, b.how, Marker::number)});
  if (b.loss)
    s.push_back({loss_heading(*b.loss),
                 kRedDark,
                 kTintRed,
                 {Item{t.measure(*b.loss, true), Marker::none, 0, true, kRed, is_amount(*b.loss) ? 1.7 : 1.2}}});
  if (!b.signs.empty()) s.push_back({"识骗要点", kRed, kTintRed, items_of(t, b.signs, Marker::warning)});
  s.push_back({"正确做法", kGreen, kTintGreen, items_of(t, b.advice, Marker::check)});
  if (b.law)
    s.push_back({"法律链接",
                 kLaw,
                 kTintLaw,
                 {Item{t.measure(law_name(*b.law), true), Marker::none, 0, true, kLaw}, Item{t.measure(b.law->text, false)}}});
  s.push_back({"", kInkSoft, kPaper, {Item{t.measure("来源：" + b.source, false), Marker::none, 0, false, kInkSoft}}});
  return s;
}

}  // namespace

Plan compose_bulletin(const Text& text, const Bulletin& b, Size size, const Options& o) {
  bool is_case = b.exposes == Exposes::case_;
  Sheet s;
  s.badge = fraud_kind_label(b.fraud_kind);
  s.tag = is_case ? "典型案例" : "手法揭秘";
  s.mark = is_case ? "案例" : "手法";
  s.tag_filled = is_case;
  s.title = b.title;
  s.sections = sections_of(text, b);
  return compose_sheet(text, s, size, o);
}

Plan compose_bulletin_strip(const Text& text, const Bulletin& b, Size size) {
  bool is_case = b.exposes == Exposes::case_;
  constexpr Color kRedLight = rgb(0xd31a28);
  std::vector<StripPart> parts;
  parts.push_back({is_case ? "典型案例" : "手法揭秘", kBlueLight, kBlue, kGold, {b.title}});
  parts.push_back({is_case ? "案件经过" : "诈骗手法", kBlueLight, kBlue, kWhite, b.how});
  if (b.loss) parts.push_back({loss_heading(*b.loss), kRedLight, kRedDark, kGold, {*b.loss}});
  parts.push_back({"识骗要点", kRedLight, kRedDark, kWhite, b.signs});
  parts.push_back({"正确做法", rgb(0x11904f), rgb(0x075c31), kWhite, b.advice});
  if (b.law) parts.push_back({"法律链接", rgb(0x9a6418), kLaw, kWhite, {law_name(*b.law), b.law->text}});
  parts.push_back({"信息来源", kBlueLight, kBlue, kWhite, {b.source}});
  return compose_strip(text, fraud_kind_label(b.fraud_kind), parts, size);
}

}  // namespace fz::render
