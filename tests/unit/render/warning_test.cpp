#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "shared/base/file.hpp"
#include "tests/unit/render/plan_rules.hpp"

namespace fz::render {
namespace {

constexpr std::string_view kWarning =
    R"({"schema":1,"type":"warning","title":"冒充客服退款骗局高发","fraud_kind":"fake_customer_service","place":"某区","text":["一","二"],"advice":["挂断"],"until":"2026-11-25T16:30:00Z","source":"某区反诈中心","hotline":"96110"})";

std::string changed(std::string_view from, std::string_view to) {
  std::string s(kWarning);
  auto at = s.find(from);
  EXPECT_NE(at, s.npos) << from;
  return s.replace(at, from.size(), to);
}

TEST(Warnings, ReadAndWrittenTheSame) {
  auto d = parse_document(kWarning);
  ASSERT_TRUE(d) << to_log(d.error());
  EXPECT_EQ(*parse_document(write_document(*d)), *d);
  EXPECT_EQ(document_mime(*d), kWarningMime);
  EXPECT_EQ(document_type(*d), "warning");
  EXPECT_TRUE(is_document_mime(kWarningMime));
  EXPECT_EQ(document_kind_of_fraud(*d), "fake_customer_service");
  EXPECT_EQ(china_time(std::get<Warning>(*d).until), "11月26日00:30");  // the next day in China
  auto text = document_text(*d);
  for (auto* s : {"紧急预警", "冒充客服退款骗局高发", "某区", "一", "二", "挂断", "11月26日00:30", "某区反诈中心", "96110"})
    EXPECT_NE(text.find(s), text.npos) << s;
  auto with_qr = parse_document(changed("\"hotline\"", R"("qr":{"text":"https://a.cn/b","caption":"扫码"},"hotline")"));
  ASSERT_TRUE(with_qr);
  EXPECT_EQ(*parse_document(write_document(*with_qr)), *with_qr);
  EXPECT_NE(document_text(*with_qr).find("https://a.cn/b"), std::string::npos);
}
TEST(Warnings, RefusedWithTheCauseNamed) {
  std::string long_text;
  for (int i = 0; i < 401; ++i) long_text += "字";
  struct Case {
    std::string text;
    Code code;
  };
  for (auto& c : std::vector<Case>{
           {changed("96110", "110"), Code::document_hotline},
           {changed("2026-11-25T16:30:00Z", "2026-11-25 16:30"), Code::bad_field},
           {changed("2026-11-25T16:30:00Z", "tomorrow"), Code::bad_field},
           {changed("[\"挂断\"]", "[]"), Code::bad_field},
           {changed("\"某区\"", "\" \""), Code::bad_field},
           {changed("\"一\"", "\"" + long_text + "\""), Code::document_too_long},
           {changed("\"place\":\"某区\",", ""), Code::missing_field},
           {changed("\"hotline\"", "\"colour\":\"red\",\"hotline\""), Code::unknown_field},
           {changed("\"hotline\"", R"("qr":{"text":"x","caption":"这句说明写得实在是太长了些"},"hotline")"), Code::document_too_long},
           {changed("\"hotline\"", R"("qr":"x","hotline")"), Code::bad_field},
       }) {
    auto d = parse_document(c.text);
    ASSERT_FALSE(d) << c.text;
    EXPECT_EQ(d.error().code, c.code) << c.text.substr(0, 300) << " " << to_log(d.error());
  }
}
TEST(Warnings, OneCardOnAWideScreen) {
  Renderer r;
  auto doc = *parse_document(*read_file(fs::path(std::getenv("FZ_SOURCE_DIR")) / "content-samples/warnings/refund-calls.json", 1 << 16));
  for (auto size : {Size{1920, 1080}, {1280, 720}, {3840, 2160}}) EXPECT_EQ(r.layout(doc, size)->count(), 1) << name(size);
  for (auto size : kShapes) {
    auto pages = *r.layout(doc, size);
    std::string first;
    for (auto& op : pages.plan().pages[0].ops)
      if (auto* t = std::get_if<TextOp>(&op)) first += t->text;
    EXPECT_NE(first.find("紧急预警"), first.npos) << name(size);
    EXPECT_NE(first.find("96110"), first.npos) << name(size);
  }
}
TEST(Warnings, TheLongestHoldsTheRulesToo) {
  Warning w;
  for (int i = 0; i < 4; ++i) w.title += "冒充客服退款理赔诈骗";
  w.fraud_kind = "fake_customer_service";
  w.place = "某省某市某区某街道及其周边地区各社区各村和各单位各学校";
  w.text.assign(5, "骗子以“误开会员”为由，诱导共享屏幕、说出验证码并转走存款");
  w.advice.assign(5, "立即挂断电话，不共享屏幕，不说验证码，拨打96110核实");
  w.until = from_unix_ms(1795000000000);
  w.source = "某省某市公安局某区分局反电信网络诈骗中心";
  w.qr = QrLink{"https://fanzha.example.gov.cn/w", "扫码举报线索"};
  Renderer r;
  ASSERT_TRUE(parse_document(write_document(w)));
  for (auto size : kShapes) {
    auto pages = *r.layout(w, size);
    check_plan(pages.plan(), name(size));
    check_line_ends(pages.plan(), name(size));
    check_reading(pages, name(size));
    for (auto& p : pages.plan().pages) check_no_overlap(p, name(size));
    std::string body = body_of(pages.plan()), titles = body_of(pages.plan(), {Role::title}), bar = body_of(pages.plan(), {Role::chip});
    EXPECT_NE((is_strip(size) ? body : titles).find(w.title), body.npos) << name(size);
    for (auto& s : {w.text[0] + w.text[1], w.advice[0] + w.advice[1]}) EXPECT_NE(body.find(s), body.npos) << name(size) << s;
    for (auto& s : {w.place, w.source}) EXPECT_TRUE(body.find(s) != body.npos || bar.find(s) != bar.npos) << name(size) << s;
  }
}
TEST(Warnings, DrawnAtOnceAfterWarmUp) {
  Renderer r;
  r.prewarm();
  auto doc = *parse_document(*read_file(fs::path(std::getenv("FZ_SOURCE_DIR")) / "content-samples/warnings/refund-calls.json", 1 << 16));
  auto started = std::chrono::steady_clock::now();
  Surface s = r.draw(*r.layout(doc, {1920, 1080}), 0);
  double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
  std::printf("a warning at 1080p: %.1f ms\n", ms);
  EXPECT_TRUE(s);
  EXPECT_LT(ms, 5000);  // a hang, not a race: the figure is for the reader
}
}  // namespace
}  // namespace fz::render
