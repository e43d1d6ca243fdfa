// Urgent warnings: red and yellow, one card where the screen has room for it.
#include "shared/render/sheet.hpp"
#include "shared/render/strip.hpp"

namespace fz::render {
namespace {

using namespace theme;

std::vector<std::string> facts_of(const Warning& w) {
  return {w.place, "有效至" + china_time(w.until), w.source + "发布"};
}

}  // namespace

Plan compose_warning(const Text& text, const Warning& w, Size size, const Options& o) {
  Sheet s;
  s.lead = "紧急预警";
  s.badge = fraud_kind_label(w.fraud_kind);
  s.title = w.title;
  s.style = {rgb(0xfff6d6), rgb(0xffe9a8), rgb(0xd3101c), kRedDark, kNavy, rgb(0x041433), true};
  s.sections.push_back({"骗局内容", kRed, kWhite, items_of(text, w.text, Marker::warning)});
  s.sections.push_back({"立即做到", rgb(0x9a4a00), kWhite, items_of(text, w.advice, Marker::check)});
  s.bar = facts_of(w);
  s.bar_section = {"地区时间", kInkSoft, kWhite, items_of(text, s.bar, Marker::none)};
  return compose_sheet(text, s, size, o);
}

Plan compose_warning_strip(const Text& text, const Warning& w, Size size) {
  constexpr Color kTop = rgb(0xe0131f), kYellow = rgb(0xffe14d), kAmber = rgb(0xb35a00);
  std::vector<StripPart> parts;
  parts.push_back({"紧急预警", kTop, kRedDark, kYellow, {w.title}});
  parts.push_back({"紧急预警", kTop, kRedDark, kWhite, w.text});
  parts.push_back({"立即做到", kAmber, rgb(0x7a3d00), kWhite, w.advice});
  parts.push_back({"紧急预警", kTop, kRedDark, kYellow, facts_of(w)});
  return compose_strip(text, fraud_kind_label(w.fraud_kind), parts, size, rgb(0x4a060c));
}

}  // namespace fz::render
