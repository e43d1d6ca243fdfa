#include "shared/render/facts.hpp"

#include <algorithm>
#include <cstdlib>

#include "shared/base/file.hpp"
#include "tests/unit/render/plan_rules.hpp"

namespace fz::render {
namespace {

Result<Document> table(const std::string& rows) {
  return parse_document(R"({"schema":1,"type":"facts","title":"本地信息","rows":[)" + rows + "]}");
}
FactsRow full_row() {
  FactsRow row;
  row.region = "500119";
  row.station = "龙桥派出所";
  row.phone = "000-12345680";
  row.reward = "举报诈骗线索，查实最高奖励5000元";
  row.account = "某区反诈公众号";
  row.qr = "https://fanzha.example.gov.cn/q";
  return row;
}
std::string all_text(const PagePlan& p) {
  std::string out;
  for (auto& op : p.ops)
    if (auto* t = std::get_if<TextOp>(&op)) out += t->text;
  return out;
}
bool has_code(const PagePlan& p) {
  return std::any_of(p.ops.begin(), p.ops.end(), [](auto& op) { return std::holds_alternative<QrOp>(op); });
}

TEST(Facts, AScreenFindsItsOwnRow) {
  auto doc = parse_document(*read_file(fs::path(std::getenv("FZ_SOURCE_DIR")) / "content-samples/facts/local.json", 1 << 16));
  ASSERT_TRUE(doc) << to_log(doc.error());
  auto& f = std::get<Facts>(*doc);
  EXPECT_EQ(row_for(f, "500119001", "site-hall-1")->station, "龙桥派出所");  // the site before the region
  EXPECT_EQ(row_for(f, "500119001", "site-x")->region, "500119");            // the longest region above it
  EXPECT_EQ(row_for(f, "500119", "")->region, "500119");
  EXPECT_EQ(row_for(f, "500106", "")->region, "500100");
  EXPECT_EQ(row_for(f, "110101", "site-x")->region, "*");
  Facts none{"t", {f.rows[1]}};
  EXPECT_EQ(row_for(none, "110101", ""), nullptr);
  std::reverse(f.rows.begin(), f.rows.end());  // the order of rows does not matter
  EXPECT_EQ(row_for(f, "500119001", "site-x")->region, "500119");
  EXPECT_EQ(row_for(f, "500119001", "site-hall-1")->station, "龙桥派出所");
}
TEST(Facts, ReadAndWrittenTheSameAndShownWhole) {
  auto d = parse_document(*read_file(fs::path(std::getenv("FZ_SOURCE_DIR")) / "content-samples/facts/local.json", 1 << 16));
  EXPECT_EQ(*parse_document(write_document(*d)), *d);
  EXPECT_EQ(document_mime(*d), kFactsMime);
  EXPECT_TRUE(check_import(*d));
  auto text = document_text(*d);
  for (auto& row : std::get<Facts>(*d).rows)
    for (auto& s : {row.station, row.phone, row.reward, row.account, row.qr, row.site, row.region}) EXPECT_NE(text.find(s), text.npos) << s;
  Renderer r;
  EXPECT_EQ(r.layout(*d, {1920, 1080}).error().code, Code::facts_no_page);
}
TEST(Facts, RefusedWithTheCauseNamed) {
  struct Case {
    std::string rows;
    Code code;
  };
  for (auto& c : std::vector<Case>{
           {"", Code::bad_field},
           {R"({"phone":"110"})", Code::facts_place},
           {R"({"region":"500119","site":"s","phone":"110"})", Code::facts_place},
           {R"({"region":"5001","phone":"110"})", Code::facts_place},
           {R"({"region":"50011x","phone":"110"})", Code::facts_place},
           {R"({"region":"500119"})", Code::bad_field},
           {R"({"region":"500119","account":"公众号"})", Code::bad_field},
           {R"({"region":"500119","phone":"call us"})", Code::bad_field},
           {R"({"region":"500119","phone":"110","colour":"red"})", Code::unknown_field},
           {R"({"region":"500119","phone":"110"},{"region":"500119","phone":"119"})", Code::facts_duplicate},
           {R"({"site":"s","phone":"110"},{"site":"s","phone":"119"})", Code::facts_duplicate},
           {R"({"region":"500119","station":"一二三四五六七八九十一二三四五六七八九十一二三四五"})", Code::document_too_long},
           {R"({"region":"500119","station":"派出\u202e所"})", Code::document_control},
       }) {
    auto d = table(c.rows);
    ASSERT_FALSE(d) << c.rows;
    EXPECT_EQ(d.error().code, c.code) << c.rows << to_log(d.error());
  }
}
TEST(Facts, CornersAndPanelsSayTheNumberReadably) {
  Text text;
  FactsRow few;
  few.region = "*";
  few.reward = "查实有奖";
  double em = min_text_em({1920, 1080});
  for (auto& row : {full_row(), few})
    for (Size size : {Size{480, 320}, {384, 384}, {320, 640}, {640, 360}, {480, 1080}, {1080, 480}, {1920, 160}, {1080, 200}}) {
      for (auto& page : {compose_corner(text, row, size, em), compose_side_panel(text, row, size, em)}) {
        auto what = name(size);
        EXPECT_NE(all_text(page).find("96110"), std::string::npos) << what;
        check_no_overlap(page, what);
        for (auto& op : page.ops) {
          auto* t = std::get_if<TextOp>(&op);
          if (!t) continue;
          EXPECT_GE(t->px, em - 0.01) << what << t->text;
          EXPECT_GE(t->x + empty_start(t->text) * t->px, -0.5) << what << t->text;
          EXPECT_LE(t->x + t->width - empty_end(t->text) * t->px, size.width + 0.5) << what << t->text;
          EXPECT_GE(t->y, -0.5) << what << t->text;
          EXPECT_LE(t->y + t->px, size.height + 0.5) << what << t->text;
        }
      }
    }
  auto panel = compose_side_panel(text, full_row(), {480, 1080}, em);
  auto words = all_text(panel);
  for (auto* s : {"96110", "龙桥派出所", "000-12345680"}) EXPECT_NE(words.find(s), words.npos) << s;
  EXPECT_TRUE(has_code(panel));
  EXPECT_TRUE(has_code(compose_corner(text, full_row(), {480, 320}, em)));
  auto foot = all_text(compose_side_panel(text, full_row(), {1920, 160}, em));
  EXPECT_NE(foot.find("000-12345680"), foot.npos);
}
TEST(Facts, TinyCornersAreDrawnToo) {
  Renderer r;
  for (Size size : {Size{16, 16}, {64, 64}, {16, 200}, {200, 16}, {8192, 20}}) {
    EXPECT_TRUE(r.corner(full_row(), size, 59)) << name(size);
    EXPECT_TRUE(r.side_panel(full_row(), size, 59)) << name(size);
  }
  EXPECT_EQ(r.corner(full_row(), {8, 8}, 59).error().code, Code::render_size);
}
}  // namespace
}  // namespace fz::render
