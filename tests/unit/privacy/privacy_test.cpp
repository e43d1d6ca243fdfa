#include "shared/privacy/privacy.hpp"

#include <gmock/gmock.h>

namespace fz::privacy {
namespace {

std::vector<std::string> found(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& f : find(text)) out.push_back(std::string(kind_name(f.kind)) + " " + f.text);
  return out;
}
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Privacy, SaysWhatStandsWhere) {
  const auto all = find("通报\n受害人张伟，电话 138 1234 5678。");
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all[0].text, "张伟");
  EXPECT_EQ(all[0].line, 2);
  EXPECT_EQ(all[0].column, 4);
  EXPECT_EQ(all[1].kind, Kind::phone);
  EXPECT_EQ(all[1].text, "138 1234 5678");
  EXPECT_EQ(all[1].column, 10);
}
TEST(Privacy, SaysHowNoticesWriteIt) {
  const auto masked_all = [](std::string text) {
    auto all = find(text);
    for (auto f = all.rbegin(); f != all.rend(); ++f) text.replace(f->begin, f->end - f->begin, masked(*f));
    return text;
  };
  EXPECT_EQ(masked_all("受害人张伟，电话 138 1234 5678。"), "受害人张某，电话 138****5678。");
  EXPECT_EQ(masked_all("民警欧阳建国与买买提·艾合买提"), "民警欧阳某与买某");
  EXPECT_EQ(masked_all("+86-139-8765-4321、(023)67891234"), "139****4321、023****");
  EXPECT_EQ(masked_all("11010519491231002X"), "110***************");
  EXPECT_EQ(masked_all("卡号4111111111111112"), "卡号4111 **** **** 1112");
  EXPECT_EQ(masked_all("渝A12345 川B·D1234F"), "渝A****5 川B****F");
}
TEST(Privacy, TelephonesHoweverTheyAreWritten) {
  EXPECT_THAT(found("打13812345678找他"), ElementsAre("phone 13812345678"));
  EXPECT_THAT(found("+86-139-8765-4321"), ElementsAre("phone +86-139-8765-4321"));
  EXPECT_THAT(found("１３８１２３４５６７８"), ElementsAre("phone １３８１２３４５６７８"));
  EXPECT_THAT(found("一三八一二三四五六七八"), ElementsAre("phone 一三八一二三四五六七八"));
  EXPECT_THAT(found("1三8一2345六78"), ElementsAre("phone 1三8一2345六78"));
  EXPECT_THAT(found("(023)67891234、0871-6543210"), ElementsAre("phone (023)67891234", "phone 0871-6543210"));
  EXPECT_THAT(found("13812345678 13912345678"), ElementsAre("phone 13812345678", "phone 13912345678"));
}
TEST(Privacy, HotlinesAmountsAndDatesAreNobodys) {
  EXPECT_THAT(found("请拨打96110、110、12345、95588、400-800-1234、800 810 1234"), IsEmpty());
  EXPECT_THAT(found("涉案13800000000元，2026-11-25 12:00:00，1990-01-01 123"), IsEmpty());
  EXPECT_THAT(found("订单号2023051212345678，192.168.100.200，3.14159265358979"), IsEmpty());
}
TEST(Privacy, IdentityCardsMistypedOnesToo) {
  EXPECT_THAT(found("11010519491231002X"), ElementsAre("identity_card 11010519491231002X"));  // the example of GB 11643
  EXPECT_THAT(found("110105194912310021"), ElementsAre("identity_card 110105194912310021"));  // a wrong check digit
  EXPECT_THAT(found("110105 19491231 002x"), ElementsAre("identity_card 110105 19491231 002x"));
  EXPECT_THAT(found("110105491231002"), ElementsAre("identity_card 110105491231002"));
  EXPECT_THAT(found("身份证号：1101051949123100"), ElementsAre("identity_card 1101051949123100"));
}
TEST(Privacy, BankCardsByTheLuhnFormulaOrByWhatTheyAreCalled) {
  EXPECT_THAT(found("4111 1111 1111 1111"), ElementsAre("bank_card 4111 1111 1111 1111"));
  EXPECT_THAT(found("4111111111111112"), IsEmpty());
  EXPECT_THAT(found("卡号4111111111111112"), ElementsAre("bank_card 4111111111111112"));
  EXPECT_THAT(found("6222023100012345678"), ElementsAre("bank_card 6222023100012345678"));
}
TEST(Privacy, PlatesOfEveryForm) {
  EXPECT_THAT(found("渝A12345 川B·D1234F"), ElementsAre("plate 渝A12345", "plate 川B·D1234F"));
  EXPECT_THAT(found("渝AD12345，渝B1234挂，渝A1234警，粤Z1234港"),
              ElementsAre("plate 渝AD12345", "plate 渝B1234挂", "plate 渝A1234警", "plate 粤Z1234港"));
  EXPECT_THAT(found("渝a－１２３４５"), ElementsAre("plate 渝a－１２３４５"));
  EXPECT_THAT(found("WJ01·12345"), ElementsAre("plate WJ01·12345"));
  EXPECT_THAT(found("新ABCDEF，渝A****5，鲁B2023年"), IsEmpty());
}
TEST(Privacy, MaskedFormsAreLeftAlone) {
  EXPECT_THAT(found("张某、李某某、王先生、陈女士、小李、老王、赵××、孙XX"), IsEmpty());
  EXPECT_THAT(found("138****1234，500119********1234，6222 **** **** 1234，1381234****，138XXXX1234"), IsEmpty());
  EXPECT_THAT(found("李明（化名）和王芳(化名)"), IsEmpty());
}
TEST(Privacy, NamesByWhatStandsAroundThem) {
  EXPECT_THAT(found("受害人张伟与李娜是同学"), ElementsAre("name 张伟", "name 李娜"));
  EXPECT_THAT(found("被告人欧阳志远伙同他人"), ElementsAre("name 欧阳志远"));
  EXPECT_THAT(found("買家許志明、張　偉"), ElementsAre("name 許志明", "name 張　偉"));
  EXPECT_THAT(found("买买提·艾合买提收到短信"), ElementsAre("name 买买提·艾合买提"));
}
TEST(Privacy, WhoWasNamedOnceIsFoundAgain) {
  EXPECT_THAT(found("受害人周敏报警。后来周敏丈夫也来了。"), ElementsAre("name 周敏", "name 周敏"));
}
TEST(Privacy, WordsThatLookLikeNamesAreNone) {
  EXPECT_THAT(found("高科技公司、王者荣耀、黄金、马上、江苏、金融、公安局、何时、任何人、方程式、白领"), IsEmpty());
  EXPECT_THAT(found("中华人民共和国反电信网络诈骗法"), IsEmpty());
}
TEST(Privacy, BytesThatAreNoTextSeparate) {
  EXPECT_THAT(found("\xff\xfe 13812345678 \xe4\xbd"), ElementsAre("phone 13812345678"));
  EXPECT_THAT(found(""), IsEmpty());
  EXPECT_THAT(found("1"), IsEmpty());
}
TEST(Privacy, CanonicalFormsAgree) {
  EXPECT_EQ(canonical("１３８-1234 5678"), "13812345678");
  EXPECT_EQ(canonical("一三八一二三四五六七八"), canonical("138.1234.5678"));
}

}  // namespace
}  // namespace fz::privacy
