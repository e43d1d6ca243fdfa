// Pages on paper, and texts in a few words.
#include "shared/render/print.hpp"

#include <gtest/gtest.h>

#include "shared/base/bytes.hpp"
#include "shared/render/short_text.hpp"

namespace fz::render {
namespace {

Bulletin bulletin() {
  Bulletin b;
  b.title = "冒充客服退款骗局";
  b.fraud_kind = "fake_customer_service";
  b.how = {"骗子自称客服，说商品有问题要退款", "让你点链接、填验证码"};
  b.signs = {"主动加好友"};
  b.advice = {"挂断电话，到官方应用里查", "不要共享屏幕"};
  b.source = "南川区反诈中心";
  return b;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

TEST(Print, ADocumentHasItsPagesInThePapersSize) {
  Renderer renderer;
  const auto a4 = print_document(renderer, bulletin(), Paper::a4);
  ASSERT_TRUE(a4) << to_log(a4.error());
  EXPECT_TRUE(a4->starts_with("%PDF-1."));
  EXPECT_GE(count(*a4, "/MediaBox [ 0 0 595.27"), 1u) << "210 x 297 mm, upright";
  const auto a3 = print_document(renderer, bulletin(), Paper::a3);
  ASSERT_TRUE(a3);
  EXPECT_GE(count(*a3, "/MediaBox [ 0 0 841.88"), 1u);
  EXPECT_EQ(*print_document(renderer, bulletin(), Paper::a4), *a4) << "the same every time";
  Facts facts;
  facts.title = "本地";
  facts.rows.push_back({"*", "", "派出所", "023 1", "", "", ""});
  EXPECT_EQ(print_document(renderer, facts, Paper::a4).error().code, Code::facts_no_page);
}

TEST(Print, APicturesJpegStandsInTheFileAsItIs) {
  Renderer renderer;
  // Cairo reads a JPEG's header alone: SOI, SOF0 of 8 bits, 40 x 90, three components, EOI.
  std::string jpeg("\xff\xd8\xff\xc0\x00\x11\x08\x00\x5a\x00\x28\x03\x01\x11\x00\x02\x11\x01\x03\x11\x01", 21);
  jpeg += "\xff\xd9";
  const auto upright = print_picture(renderer, {jpeg, 40, 90}, Paper::a4);
  ASSERT_TRUE(upright) << to_log(upright.error());
  EXPECT_NE(upright->find(jpeg), std::string::npos);
  EXPECT_EQ(count(*upright, "/DCTDecode"), 1u);
  EXPECT_EQ(count(*upright, "/MediaBox [ 0 0 595.27"), 1u);
  const auto lying = print_picture(renderer, {jpeg, 90, 40}, Paper::a4);
  ASSERT_TRUE(lying);
  EXPECT_EQ(count(*lying, "/MediaBox [ 0 0 841.88"), 1u);
  EXPECT_EQ(print_picture(renderer, {jpeg, 0, 40}, Paper::a4).error().code, Code::render_size);
}

TEST(ShortText, WholeSentencesAndTheHotlineWithinTheLimit) {
  EXPECT_EQ(short_text(bulletin(), 140), "冒充客服退款骗局。挂断电话，到官方应用里查。不要共享屏幕。反诈专线 96110。");
  EXPECT_EQ(short_text(bulletin(), 35), "冒充客服退款骗局。挂断电话，到官方应用里查。反诈专线 96110。");
  EXPECT_EQ(short_text(bulletin(), 5), "冒充客服…");
  Slogan s;
  s.text = "不轻信\n不转账";
  EXPECT_EQ(short_text(s, 140), "不轻信 不转账");
  for (std::size_t most = 2; most < 140; ++most) EXPECT_LE(utf8_length(short_text(bulletin(), most)), most);
}

}  // namespace
}  // namespace fz::render
