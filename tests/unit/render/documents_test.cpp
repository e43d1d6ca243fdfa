#include "shared/render/documents.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "shared/base/file.hpp"

namespace fz::render {
namespace {

constexpr std::string_view kBulletin =
    R"({"schema":1,"type":"bulletin","title":"刷单返利","fraud_kind":"fake_orders","exposes":"case","how":["一","二"],"signs":[],"loss":"12.6万元","advice":["别做"],"law":{"name":"反电信网络诈骗法","article":"第二条","text":"文"},"source":"反诈中心","hotline":"96110"})";
constexpr std::string_view kSlogan = R"({"schema":1,"type":"slogan","text":"不轻信\n不转账","fraud_kind":"general","exposes":"method"})";

std::string changed(std::string_view text, std::string_view from, std::string_view to) {
  std::string s(text);
  auto at = s.find(from);
  EXPECT_NE(at, s.npos) << from;
  return s.replace(at, from.size(), to);
}

TEST(Documents, ReadsAndWritesTheSame) {
  for (auto text : {kBulletin, kSlogan}) {
    auto d = parse_document(text);
    ASSERT_TRUE(d) << to_log(d.error());
    EXPECT_EQ(*parse_document(write_document(*d)), *d);
    EXPECT_EQ(write_document(*parse_document(write_document(*d))), write_document(*d));
  }
  auto b = std::get<Bulletin>(*parse_document(kBulletin));
  EXPECT_EQ(b.exposes, Exposes::case_);
  EXPECT_EQ(b.loss, "12.6万元");
  EXPECT_EQ(b.law->article, "第二条");
  auto none = changed(changed(kBulletin, R"("12.6万元")", "null"), R"({"name":"反电信网络诈骗法","article":"第二条","text":"文"})", "null");
  EXPECT_FALSE(std::get<Bulletin>(*parse_document(none)).law);
  EXPECT_EQ(document_mime(*parse_document(kSlogan)), kSloganMime);
  EXPECT_EQ(document_text(*parse_document(kBulletin)).find("刷单返利\n刷单返利\n手法：\n  1. 一\n"), 0u);
  EXPECT_EQ(fraud_kind_label("fake_police"), "冒充公检法");
  EXPECT_EQ(fraud_kind_label("新骗局"), "新骗局");
  EXPECT_EQ(fraud_kind_label("brand_new"), "防范诈骗");
}
TEST(Documents, AcceptsEverySample) {
  const char* source = std::getenv("FZ_SOURCE_DIR");
  ASSERT_TRUE(source);
  int n = 0;
  for (auto* folder : {"bulletins", "slogans"})
    for (auto& e : fs::directory_iterator(fs::path(source) / "content-samples" / folder)) {
      auto d = parse_document(*read_file(e.path(), kMaxDocumentBytes));
      EXPECT_TRUE(d) << e.path() << to_log(d.error());
      ++n;
    }
  EXPECT_GE(n, 12);
}
TEST(Documents, RefusesWithTheCauseNamed) {
  struct Case {
    std::string text;
    Code code;
  };
  std::string long_item(3 * (kMaxBulletinChars / 2 + 1), ' ');
  for (std::size_t i = 0; i < long_item.size(); i += 3) long_item.replace(i, 3, "字");
  for (auto& c : std::vector<Case>{
           {changed(kBulletin, "96110", "10086"), Code::document_hotline},
           {changed(kBulletin, "\"bulletin\"", "\"poster\""), Code::document_type},
           {changed(kBulletin, "\"schema\":1", "\"schema\":2"), Code::document_schema},
           {changed(kBulletin, "\"schema\":1", "\"schema\":1,\"video\":1"), Code::unknown_field},
           {changed(kBulletin, ",\"source\":\"反诈中心\"", ""), Code::missing_field},
           {changed(kBulletin, ",\"law\":{", ",\"lawx\":{"), Code::missing_field},
           {changed(kBulletin, "[\"一\",\"二\"]", "[]"), Code::bad_field},
           {changed(kBulletin, "\"一\"", "\"　 \""), Code::bad_field},
           {changed(kBulletin, "\"case\"", "\"both\""), Code::bad_field},
           {changed(kBulletin, "反诈中心", "反诈\\u0007中心"), Code::document_control},
           {changed(kBulletin, "反诈中心", "反诈\\u202e中心"), Code::document_control},
           {changed(kBulletin, "\"一\"", "\"一\\n二\""), Code::document_control},
           {changed(kSlogan, "不轻信", std::string(kMaxSloganChars + 1, 'x')), Code::document_too_long},
           {changed(changed(kBulletin, "\"一\"", "\"" + long_item + "\""), "\"二\"", "\"" + long_item + "\""), Code::document_too_long},
           {std::string(kMaxDocumentBytes + 1, ' '), Code::too_large},
           {"[]", Code::bad_field},
           {"{", Code::bad_json},
       }) {
    auto d = parse_document(c.text);
    ASSERT_FALSE(d) << c.text;
    EXPECT_EQ(d.error().code, c.code) << c.text.substr(0, 200) << " " << to_log(d.error());
  }
}
}  // namespace
}  // namespace fz::render
