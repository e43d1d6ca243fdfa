// Every content sample at six shapes, with and without a QR code: the rules of README.md, on the laid-out pages.
#include <cstdlib>
#include <map>

#include "shared/base/file.hpp"
#include "tests/unit/render/plan_rules.hpp"

namespace fz::render {
namespace {

std::map<std::string, Document> samples() {
  std::map<std::string, Document> out;
  fs::path source = std::getenv("FZ_SOURCE_DIR");
  for (auto* folder : {"bulletins", "slogans", "warnings"})
    for (auto& e : fs::directory_iterator(source / "content-samples" / folder)) {
      auto d = parse_document(*read_file(e.path(), kMaxDocumentBytes));
      EXPECT_TRUE(d) << e.path();
      if (d) out.emplace(e.path().filename(), *d);
    }
  return out;
}

// What stands in the body, in order, at this size.
std::vector<std::string> items(const Document& d, Size size) {
  std::vector<std::string> out;
  auto add = [&](const std::vector<std::string>& l) { out.insert(out.end(), l.begin(), l.end()); };
  if (auto* s = std::get_if<Slogan>(&d)) return {s->text};
  if (auto* w = std::get_if<Warning>(&d)) {
    if (is_strip(size)) out.push_back(w->title);
    add(w->text);
    add(w->advice);
    if (is_strip(size)) add({w->place, "有效至" + china_time(w->until), w->source + "发布"});
    return out;
  }
  auto& b = std::get<Bulletin>(d);
  if (is_strip(size)) out.push_back(b.title);
  add(b.how);
  if (b.loss) out.push_back(*b.loss);
  add(b.signs);
  add(b.advice);
  if (b.law) add({"《" + b.law->name + "》" + b.law->article, b.law->text});
  out.push_back(is_strip(size) ? b.source : "来源：" + b.source);
  return out;
}

TEST(Samples, HoldTheRulesAtSixShapes) {
  auto all = samples();
  ASSERT_GE(all.size(), 17u);
  Renderer r;
  for (auto& [file, doc] : all)
    for (auto size : kShapes)
      for (auto& options : {Options{}, Options{"https://fanzha.example.gov.cn/app", "扫码下载国家反诈中心App"}}) {
        auto pages = r.layout(doc, size, options);
        ASSERT_TRUE(pages);
        std::string what = file + " " + name(size) + (options.qr_text.empty() ? "" : " QR");
        check_plan(pages->plan(), what);
        check_line_ends(pages->plan(), what);
        check_reading(*pages, what);
        check_items(pages->plan(), items(doc, size), what);
        for (auto& p : pages->plan().pages) check_no_overlap(p, what);
      }
}
TEST(Samples, EveryPageSaysWhichOneItIs) {
  Renderer r;
  for (auto& [file, doc] : samples())
    for (auto size : kShapes) {
      auto pages = *r.layout(doc, size);
      if (pages.count() < 2 || std::holds_alternative<Slogan>(doc)) continue;
      for (int i = 0; i < pages.count(); ++i) {
        std::string number = std::to_string(i + 1), of = "/" + std::to_string(pages.count());
        bool says = false, bar = false;
        auto& ops = pages.plan().pages[static_cast<std::size_t>(i)].ops;
        for (std::size_t k = 0; k + 1 < ops.size(); ++k) {
          auto *a = std::get_if<TextOp>(&ops[k]), *b = std::get_if<TextOp>(&ops[k + 1]);
          says |= a && b && a->text == number && b->text == of;
          auto* f = std::get_if<FillOp>(&ops[k]);
          bar |= f && f->box.h < size.height * 0.04 && f->box.w > 1;
        }
        EXPECT_TRUE(size.width > size.height && !is_strip(size) ? says : says || bar) << file << name(size) << " page " << i;
      }
    }
}
TEST(Samples, NoBoxInsteadOfAGlyph) {
  Renderer r;
  for (auto& [file, doc] : samples()) {
    EXPECT_TRUE(check_import(doc)) << file;
    auto pages = *r.layout(doc, {1920, 1080});
    std::string all;
    for (auto& page : pages.plan().pages)
      for (auto& op : page.ops)
        if (auto* t = std::get_if<TextOp>(&op)) all += t->text;
    EXPECT_TRUE(r.find_unknown_glyphs(all).empty()) << file;
  }
}
}  // namespace
}  // namespace fz::render
