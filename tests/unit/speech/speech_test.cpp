#include "server/speech/speech.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

namespace fz::speech {
namespace {

TEST(Normalise, ReadsHotlinesDigitByDigit) {
  EXPECT_EQ(normalise("反诈热线96110"), "反诈热线九六幺幺零");
  EXPECT_EQ(normalise("请拨打110、12381或400-800-1234"), "请拨打幺幺零、幺二三八幺或四零零，八零零，幺二三四");
  EXPECT_EQ(normalise("电话13800138000"), "电话幺三八零零幺三八零零零");
  EXPECT_EQ(normalise("９６１１０"), "九六幺幺零") << "full-width";
  EXPECT_EQ(normalise("010 12345678"), "零幺零，幺二三四五六七八");
}
TEST(Normalise, ReadsAmountsAndQuantitiesInWords) {
  EXPECT_EQ(normalise("损失20000元"), "损失两万元");
  EXPECT_EQ(normalise("¥5,000"), "五千元");
  EXPECT_EQ(normalise("3.5万元"), "三点五万元");
  EXPECT_EQ(normalise("12345678元"), "一千二百三十四万五千六百七十八元");
  EXPECT_EQ(normalise("105元，1010元，100000001元"), "一百零五元，一千零一十元，一亿零一元");
  EXPECT_EQ(normalise("205000元，200005元，2000元，10元"), "二十万五千元，二十万零五元，两千元，十元");
  EXPECT_EQ(normalise("占50%，增长3.2%"), "占百分之五十，增长百分之三点二");
  EXPECT_EQ(normalise("300人，2个，12起，3-5天"), "三百人，两个，十二起，三到五天");
  EXPECT_EQ(normalise("第2条和3点"), "第二条和三点");
}
TEST(Normalise, ReadsDatesAndTimes) {
  EXPECT_EQ(normalise("2022年3月15日"), "二零二二年三月十五日");
  EXPECT_EQ(normalise("2022-03-05起"), "二零二二年三月五日起");
  EXPECT_EQ(normalise("1998年，12号"), "一九九八年，十二号");
  EXPECT_EQ(normalise("7:00和18:30、2:05"), "七点和十八点三十分、两点零五分");
}
TEST(Normalise, ReadsLettersAndWordsThatHaveTwoReadings) {
  EXPECT_EQ(normalise("下载APP"), "下载诶批批");
  EXPECT_EQ(normalise("银行卡"), "银 hang2 卡");
  EXPECT_EQ(normalise("不轻信\n不转账"), "不轻信。不转账");
  EXPECT_EQ(normalise("<speak>&[[x]]"), " 艾丝批伊诶开 和  艾克斯  ") << "nothing reaches the engine as markup";
  EXPECT_EQ(normalise(""), "");
}
TEST(Normalise, SurvivesAnyBytes) {
  for (int seed = 0; seed < 2000; ++seed) {
    std::string s;
    for (int k = 0, n = seed % 40; k < n; ++k) s += static_cast<char>((seed * 7919 + k * 104729) % 251);
    [[maybe_unused]] auto out = normalise(s);
  }
  for (auto* s :
       {"1", "1.", ".1", "1,", "1,2", "1-", "2022", "2022-", "2022-1", "2022-1-", "7:", "7:0", "¥", "¥x", "%", "99999999999999999999元"})
    EXPECT_FALSE(normalise(s).empty()) << s;
}

// The engine says what we mean: jiu3 liu4 yao1 yao1 ling2.
TEST(Speech, TheEnginesPhonemesOfHotlinesAreTheirDigits) {
  Engine engine;
  auto of = [&](const char* text) {
    Speech s;
    s.text = text;
    auto p = phonemes(engine, s);
    EXPECT_TRUE(p) << to_log(p.error());
    std::string out;
    for (char c : p ? *p : std::string{})
      if (c != ' ' && c != '\n') out += c;
    return out;
  };
  EXPECT_EQ(of("96110"), "tS;'iou21_|l'iou51_|j'Au55_|j'Au55_|l'i35N_|");
  EXPECT_EQ(of("110"), "j'Au55_|j'Au55_|l'i35N_|");
  EXPECT_EQ(of("2022年"), "'@r51_|l'i35N_|'@r51_|'@r51_|n'iE35n_|");
  EXPECT_EQ(of("20000元"), of("两万元"));
  EXPECT_THAT(of("银行"), testing::HasSubstr("X'a35N")) << "hang, not xing";
  EXPECT_THAT(of("反诈热线96110"), testing::Not(testing::HasSubstr("(en)"))) << "nothing is read as English";
}
TEST(Speech, SpeaksAWavFile) {
  Speech s;
  s.text = "请记住反诈热线96110。不轻信，不透露，不转账。";
  Fd wav(::memfd_create("wav", MFD_CLOEXEC));
  auto said = speak({}, s, wav);
  ASSERT_TRUE(said) << to_log(said.error());
  char head[12];
  ASSERT_EQ(::pread(wav.get(), head, 12, 0), 12);
  EXPECT_EQ(std::string_view(head, 4), "RIFF");
  auto seconds = static_cast<double>(::lseek(wav.get(), 0, SEEK_END)) / 44100;
  EXPECT_GT(seconds, 4);
  EXPECT_LT(seconds, 15);
  Engine none{"/nonexistent/espeak-ng"};
  EXPECT_EQ(speak(none, s, wav).error().code, Code::unavailable);
  Engine slow{"/usr/bin/espeak-ng", Millis{1}};
  EXPECT_EQ(speak(slow, s, wav).error().code, Code::timeout);
}
TEST(Speech, DocumentIsStrict) {
  Speech s{"反诈热线96110", "cmn-f", 120};
  EXPECT_EQ(*parse(write(s)), s);
  EXPECT_EQ(parse(R"({"schema":1,"text":"一"})")->speed, 150);
  for (auto* bad : {R"({"schema":1,"text":""})", R"({"schema":1,"text":". ,"})", R"({"schema":1,"text":"a","voice":"en"})",
                    R"({"schema":1,"text":"a","speed":10})", R"({"schema":1,"text":"a","x":1})", R"({"schema":1,"text":"a\tb"})", "{}"})
    EXPECT_FALSE(parse(bad)) << bad;
  EXPECT_EQ(parse(R"({"schema":1,"text":")" + std::string(1001, 'a') + "\"}").error().code, Code::bad_field);
}

}  // namespace
}  // namespace fz::speech
