#include "shared/render/text.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fz::render {
namespace {

const Text& fonts() {
  static const Text t;
  return t;
}
std::string broken(std::string_view s, double em, Flow flow = Flow::body) {
  std::string out;
  for (auto& l : break_lines(fonts().measure(s, false), em, flow)) out += (out.empty() ? "" : "|") + l.text;
  return out;
}

TEST(Text, MeasuresInEm) {
  EXPECT_NEAR(fonts().width("国家反诈中心", false), 6.0, 0.01);
  EXPECT_NEAR(fonts().width("", false), 0.0, 1e-9);
  EXPECT_GT(fonts().width("96110", true), fonts().width("96110", false));
  // Two marks in a row share a square.
  EXPECT_NEAR(fonts().width("账户”，", false), 3.5, 0.05);
}
TEST(Text, KeepsMarksNumbersAndQuotationsTogether) {
  EXPECT_EQ(broken("国家反诈，中心来电", 4.6), "国家反诈，|中心来电");  // the mark hangs out
  EXPECT_EQ(broken("损失共计12.6万元整", 5.5), "损失共计|12.6万元整");
  EXPECT_EQ(broken("公检法没有“安全账户”，叫你转账就是骗！", 8, Flow::display), "公检法没有|“安全账户”，|叫你转账就是骗！");
  EXPECT_EQ(broken("一\n二", 9), "一|二");
  EXPECT_EQ(broken("", 9), "");
  EXPECT_EQ(broken("  ", 9), "");
  EXPECT_EQ(broken("abcdefghijklmnopqrstuvwxyz", 3).find('|') != std::string::npos, true);
}
TEST(Text, KinsokuHoldsForAnyText) {
  const std::vector<std::string> pieces{
      "反", "诈", "96110", "，", "。", "“", "”", "《", "》", "（", "）", "！", "……", "——", "App", " ", "12.6万元", "：", "https://a.cn/b?c",
      "%",  "￥", "、"};
  std::mt19937 random(17);
  for (int round = 0; round < 300; ++round) {
    std::string s = "反诈";
    for (int i = 0; i < 60; ++i) s += pieces[random() % pieces.size()];
    auto clusters = fonts().measure(s, false);
    for (auto flow : {Flow::body, Flow::display, Flow::phrases}) {
      double em = 4 + static_cast<double>(random() % 20);
      auto lines = break_lines(clusters, em, flow, flow == Flow::body ? 1.5 : 0);
      std::string joined, expected;
      for (auto& l : lines) {
        joined += l.text;
        EXPECT_LE(l.width, std::max(em, 1.1) + 0.01) << l.text;
      }
      std::erase(joined, ' ');
      for (char c : s)
        if (c != ' ') expected += c;
      ASSERT_EQ(joined, expected);
    }
  }
}
TEST(Text, NeverStartsOrEndsALineWithTheWrongMark) {
  const std::string s = "骗子冒充“客服”来电，称《理赔单》有误（共3笔），要求“共享屏幕”！随后转走12.6万元……请牢记：不轻信、不透露、不转账。";
  auto clusters = fonts().measure(s, false);
  for (double em = 5; em < 40; em += 0.5)
    for (auto flow : {Flow::body, Flow::display, Flow::phrases})
      for (auto& l : break_lines(clusters, em, flow)) {
        auto first = fonts().measure(l.text, false);
        ASSERT_FALSE(forbidden_at_start(first.front().first)) << em << " " << l.text;
        ASSERT_FALSE(forbidden_at_end(first.back().last)) << em << " " << l.text;
      }
}
TEST(Text, CountsWhatIsRead) {
  EXPECT_EQ(count_chars("反诈 96110\n"), 7);
  EXPECT_EQ(count_chars("　"), 0);
}
TEST(Text, RightToLeftAndEmojiKeepTheirText) {
  for (auto* s : {"مرحبا بالعالم في هذا المكان", "🚨紧急👨‍👩‍👧提示🇨🇳", "Ελληνικά", "བོད་ཡིག"}) {
    std::string joined, expected(s);
    for (auto& l : break_lines(fonts().measure(s, false), 4, Flow::body)) joined += l.text;
    std::erase(joined, ' ');
    std::erase(expected, ' ');
    EXPECT_EQ(joined, expected);
  }
}
}  // namespace
}  // namespace fz::render
