#include "shared/render/render.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstring>

#include "shared/render/compose.hpp"
#include "tests/unit/render/plan_rules.hpp"

namespace fz::render {
namespace {

Bulletin sample() {
  Bulletin b;
  b.title = "先返15元，再骗12.6万元：宝妈刷单步步入套";
  b.fraud_kind = "fake_orders";
  b.exposes = Exposes::case_;
  b.how = {"王某在聊天群里看到“在家兼职、点赞就返钱”。她做了三单，每单都很快收到几元到十几元返利。",
           "“接待员”让她下载一款陌生软件做“联单任务”，先垫付500元，返回650元，随后垫付金额越来越大。",
           "垫付到数万元后，对方以“操作失误”“信用分不足”为由拒绝提现，要求继续充值“修复”，王某这才醒悟报警。"};
  b.signs = {"先付款、后返利", "头几单返钱很快", "必须做完“联单”才能提现"};
  b.loss = "12.6万元";
  b.advice = {"刷单就是诈骗，一单都别做", "保留聊天和转账记录，立即拨打110"};
  b.law = Law{"中华人民共和国反电信网络诈骗法", "第二十条",
              "公安部门会同有关部门建立完善电信网络诈骗涉案资金即时查询、紧急止付、快速冻结、及时解冻和资金返还制度。"};
  b.source = "根据公开通报的同类典型案件改编，人物、金额等情节已作处理";
  return b;
}
Bulletin long_one(std::size_t chars) {
  Bulletin b = sample();
  std::string base = "骗子冒充快递客服来电，称包裹丢失可双倍理赔，诱导下载“共享屏幕”软件，随后窃取验证码并转走12.6万元。", text;
  while (utf8_length(text) < chars / 2) text += base;
  b.how = {text, text};
  return b;
}
TEST(Render, BulletinsHoldTheRulesAtEveryShape) {
  Renderer r;
  for (auto size : kShapes)
    for (auto& options : {Options{}, Options{"https://fanzha.example.gov.cn/app", "扫码下载国家反诈中心App"}}) {
      auto pages = r.layout(sample(), size, options);
      ASSERT_TRUE(pages);
      check_plan(pages->plan(), name(size));
      for (auto& p : pages->plan().pages) check_no_overlap(p, name(size));
      std::string body = body_of(pages->plan());
      Bulletin b = sample();
      for (auto* list : {&b.how, &b.signs, &b.advice})
        for (auto& s : *list) EXPECT_NE(body.find(s), body.npos) << name(size) << s;
      for (auto& s : {*b.loss, b.law->text, b.law->article, b.source}) EXPECT_NE(body.find(s), body.npos) << name(size) << s;
      for (int i = 0; i < pages->count(); ++i) {
        int shown = 0;
        for (auto& op : pages->plan().pages[static_cast<std::size_t>(i)].ops)
          if (auto* t = std::get_if<TextOp>(&op); t && t->role != Role::hotline && t->role != Role::label) shown += count_chars(t->text);
        EXPECT_GE(pages->reading_time(i).count() * kCharsPerSecond, shown * 1000) << name(size) << " page " << i;
        EXPECT_GE(pages->reading_time(i), Millis{3000});
      }
    }
}
TEST(Render, FiveThousandCharactersArePagedAndNothingIsLost) {
  Renderer r;
  auto b = long_one(5000);
  for (auto size : kShapes) {
    auto pages = r.layout(b, size);
    ASSERT_TRUE(pages);
    check_plan(pages->plan(), name(size));
    std::string body = body_of(pages->plan());
    EXPECT_NE(body.find(b.how[0] + b.how[1]), body.npos) << name(size);
    EXPECT_GE(pages->total_time(), Millis{5000 * 1000 / kCharsPerSecond});
  }
}
TEST(Render, OtherScriptsAndEmojiAreLaidOutWhole) {
  Renderer r;
  Bulletin b = sample();
  b.how = {"ئۇيغۇرچە ئاگاھلاندۇرۇش: پۇل يۆتكىمەڭ",
           "ᠮᠣᠩᠭᠣᠯ བོད་ཡིག 反诈 🚨👨‍👩‍👧 مرحبا 96110"};
  EXPECT_TRUE(check_import(b));
  for (auto size : kShapes) {
    auto pages = r.layout(b, size);
    ASSERT_TRUE(pages);
    check_plan(pages->plan(), name(size));
    std::string body = body_of(pages->plan()), expected = b.how[0] + b.how[1];
    std::erase(expected, ' ');
    EXPECT_NE(body.find(expected), body.npos) << name(size);
    EXPECT_TRUE(r.draw(*pages, 0));
  }
}
TEST(Render, SlogansFillTheScreenAndPageOnStrips) {
  Renderer r;
  for (std::string text :
       {"96110来电，请立即接听！", "公检法没有“安全账户”，叫你转账就是骗！", "不轻信、不透露、不转账，遇事多核实！", "防骗"}) {
    Slogan s{text, "general", Exposes::method};
    for (auto size : kShapes) {
      auto pages = r.layout(s, size);
      ASSERT_TRUE(pages);
      check_plan(pages->plan(), name(size) + text);
      EXPECT_EQ(body_of(pages->plan()), text);
      if (!is_strip(size)) {
        EXPECT_EQ(pages->count(), 1);
      }
    }
  }
  std::string longest;
  for (std::size_t i = 0; i < kMaxSloganChars / 10; ++i) longest += "防范电信网络诈骗人人";
  auto pages = r.layout(Slogan{longest, "general", Exposes::method}, {1080, 1920});
  check_plan(pages->plan(), "long slogan");
  EXPECT_EQ(body_of(pages->plan()), longest);
}
TEST(Render, SlateSaysWhatItMustAtEveryShape) {
  Text text;
  for (auto size : kShapes)
    for (auto state : {Slate::State::enrol, Slate::State::waiting, Slate::State::fallback, Slate::State::clock_unknown})
      for (int variant : {0, 1, 2}) {  // 2: no code yet, because there is no network
        const bool full = variant == 1;
        Slate s;
        s.state = state;
        if (state == Slate::State::enrol) (variant == 2 ? s.device : s.code) = "KX7P-M4RQ";
        if (full) {
          s.site = "某某市某某区龙桥街道政务服务中心一楼大厅东侧第三块屏";
          s.server = "https://fanzha.a-very-long-name.example.gov.cn:8443";
          s.message = "网络暂时不通，内容照常播放";
          s.qr_text = "https://fanzha.example.gov.cn:8443/enrol#KX7PM4RQ";
        }
        auto plan = compose_slate(text, s, size);
        std::string what = name(size) + std::string(slate_state_name(state)) + " " + std::to_string(variant);
        bool code = false;
        for (auto& op : plan.ops)
          if (auto* t = std::get_if<TextOp>(&op)) {
            code |= t->text == "KX7P-M4RQ";
            EXPECT_GE(t->x, -0.5) << what << t->text;
            EXPECT_LE(t->x + t->width, size.width + 0.5) << what << t->text;
            EXPECT_LE(t->y + t->px, size.height * 1.02) << what << t->text;
          }
        EXPECT_EQ(code, state == Slate::State::enrol) << what;
        if (!(state == Slate::State::enrol && is_strip(size))) check_plan(Plan{size, {plan}}, what);
        check_no_overlap(plan, what);
        EXPECT_EQ(slate_state(slate_state_name(state)), state);
      }
  EXPECT_EQ(slate_state("nonsense"), Slate::State::fallback);
}
TEST(Render, OddSizesAndTextsDoNotBreakIt) {
  Renderer r;
  Slogan strange{"🚨 مرحبا بالعالم — Ελληνικά 96110 " + std::string(80, 'W'), "新骗局", Exposes::case_};
  for (Size size : {Size{16, 16}, {16, 2000}, {2000, 16}, {100, 1000}, {999, 1001}, {640, 213}}) {
    for (Document d : {Document(sample()), Document(strange)}) {
      auto pages = r.layout(d, size, {"https://example.org", "扫码"});
      ASSERT_TRUE(pages) << name(size);
      ASSERT_GE(pages->count(), 1);
      EXPECT_TRUE(r.draw(*pages, pages->count() - 1));
    }
    EXPECT_TRUE(r.slate({Slate::State::enrol, "KX7P-M4RQ", "", "站点", "服务器", "消息"}, size));
  }
  for (Size size : {Size{15, 100}, {100, 8193}, {-1, 10}, {0, 0}}) {
    EXPECT_EQ(r.layout(sample(), size).error().code, Code::render_size);
    EXPECT_EQ(r.slate({}, size).error().code, Code::render_size);
  }
}
TEST(Render, SameInputSamePixels) {
  auto draw = [] {
    Renderer r;
    auto pages = r.layout(sample(), {640, 360});
    return r.draw(*pages, 0);
  };
  Surface a = draw(), b = draw();
  ASSERT_EQ(a.bytes(), b.bytes());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.bytes()), 0);
}
TEST(Render, PagesTurnInTheirShareOfTheTime) {
  Renderer r;
  auto p = *r.layout(sample(), {1920, 1080});
  ASSERT_GE(p.count(), 2);
  Millis total = p.total_time();
  EXPECT_EQ(p.page_at(Millis{0}, total), 0);
  EXPECT_EQ(p.page_at(p.reading_time(0) - Millis{1}, total), 0);
  EXPECT_EQ(p.page_at(p.reading_time(0), total), 1);
  EXPECT_EQ(p.page_at(p.reading_time(0) / 2, total / 2), 1);
  EXPECT_EQ(p.page_at(total * 2, total), p.count() - 1);
  EXPECT_EQ(p.page_at(Millis{0}, Millis{0}), 0);
}
TEST(Render, TickerRepeatsEndToEnd) {
  Renderer r;
  auto one = r.ticker({"96110来电，请立即接听！"}, 72, 1920);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->width(), 1920);
  std::vector<std::string> many(20, "刷单就是诈骗，垫钱就是掉坑！不轻信、不透露、不转账，遇事多核实！");
  auto strip = r.ticker(many, 72, 1920, {TickerStyle::Tone::warning});
  ASSERT_TRUE(strip);
  EXPECT_GT(strip->width(), 20000);
  EXPECT_EQ(strip->width() % 2, 0);
  // Tiles meet without a seam: a row in the margin has one colour along the whole strip.
  auto* row = reinterpret_cast<const std::uint32_t*>(strip->data() + 8 * strip->stride());
  for (int x = 1; x < strip->width(); ++x) ASSERT_EQ(row[x], row[0]) << x;
  std::vector<std::string> endless(300, std::string(600, 'W'));
  EXPECT_EQ(r.ticker(endless, 72, 1920).error().code, Code::too_large);
  EXPECT_EQ(r.ticker({"x"}, 5, 1920).error().code, Code::render_size);
  EXPECT_TRUE(r.ticker({}, 40, 200));
}
TEST(Render, QrHasItsQuietZoneAndLimits) {
  Renderer r;
  auto s = r.qr("https://fanzha.example.gov.cn", 200);
  ASSERT_TRUE(s);
  auto pixel = [&](int x, int y) { return *reinterpret_cast<const std::uint32_t*>(s->data() + y * s->stride() + x * 4) & 0xffffff; };
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(pixel(i, 3), 0xffffffu);
    EXPECT_EQ(pixel(3, i), 0xffffffu);
  }
  int dark = 0;
  for (int y = 0; y < 200; ++y)
    for (int x = 0; x < 200; ++x) dark += pixel(x, y) == 0;
  EXPECT_GT(dark, 200 * 200 / 6);
  EXPECT_EQ(r.qr(std::string(3000, 'x'), 200).error().code, Code::qr_too_long);
  EXPECT_EQ(r.qr(std::string(2000, 'x'), 100).error().code, Code::qr_too_long);
  EXPECT_EQ(r.qr("", 100).error().code, Code::qr_too_long);
}
TEST(Render, FindsCharactersThatNoFontHas) {
  Renderer r;
  EXPECT_TRUE(r.find_unknown_glyphs("反诈96110 App 🚨 ᠮᠣᠩᠭᠣᠯ བོད་ཡིག ئۇيغۇرچە").empty());
  auto unknown = r.find_unknown_glyphs("反诈\U000F1234中心\U000F1234\U0010FFFD");
  ASSERT_EQ(unknown.size(), 2u);
  EXPECT_EQ(unknown[0], "\U000F1234");
  Bulletin b = sample();
  EXPECT_TRUE(r.check_glyphs(b));
  b.advice[0] += "\U000F1234";
  EXPECT_EQ(r.check_glyphs(b).error().code, Code::unknown_glyphs);
}
TEST(Render, IsQuickEnoughForTheScreen) {
  Renderer r;
  r.prewarm();
  auto now = [] { return std::chrono::steady_clock::now(); };
  auto ms = [](auto d) { return std::chrono::duration<double, std::milli>(d).count(); };
  auto t0 = now();
  auto pages = *r.layout(sample(), {1920, 1080});
  auto t1 = now();
  Surface s = r.draw(pages, 0);
  auto t2 = now();
  std::vector<std::uint8_t> y(1920 * 1080), u(960 * 540), v(960 * 540);
  to_i420(s, {y.data(), u.data(), v.data(), 1920, 960});
  auto t3 = now();
  std::printf("layout %.1f ms, draw %.1f ms, to I420 %.1f ms\n", ms(t1 - t0), ms(t2 - t1), ms(t3 - t2));
  EXPECT_LT(ms(t3 - t0), 5000);  // a hang, not a race: the figures are for the reader
}
}  // namespace
}  // namespace fz::render
