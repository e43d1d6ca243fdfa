#include "shared/privacy/labelled.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "shared/base/file.hpp"

namespace fz::privacy {
namespace {

TEST(Labelled, CountsWhatIsCoveredAndWhatIsWrong) {
  const auto samples = read_samples(
      "{\"text\":\"受害人张伟，电话138 1234 "
      "5678。\",\"findings\":[{\"kind\":\"name\",\"text\":\"张伟\"},{\"kind\":\"phone\",\"text\":\"138 1234 "
      "5678\"}]}\n\n"
      "{\"text\":\"代号甲乙丙，受害人李娜\",\"findings\":[{\"kind\":\"name\",\"text\":\"甲乙丙\"}]}\n");
  ASSERT_TRUE(samples) << to_log(samples.error());
  const auto report = measure(*samples);
  EXPECT_EQ(report.names.labelled, 2);
  EXPECT_EQ(report.names.hit, 1);
  EXPECT_EQ(report.names.reported, 2);
  EXPECT_EQ(report.names.wrong, 1);
  EXPECT_EQ(report.numbers.recall(), 1.0);
  EXPECT_EQ(report.missed.size(), 1);
  EXPECT_EQ(report.wrong.size(), 1);
}
TEST(Labelled, RefusesASetThatIsWrong) {
  EXPECT_FALSE(read_samples("{\"text\":\"a\",\"findings\":[{\"kind\":\"name\",\"text\":\"b\"}]}"));
  EXPECT_FALSE(read_samples("{\"text\":\"a\",\"findings\":[{\"kind\":\"cat\",\"text\":\"a\"}]}"));
  EXPECT_FALSE(read_samples("{\"text\":\"a\"}"));
  EXPECT_FALSE(read_samples("no json"));
}
// The set that the rules were made with: it says that nothing got worse, not how good they are on other texts.
TEST(Labelled, TheDevelopmentSetIsFound) {
  const auto text = read_file(std::string(std::getenv("FZ_SOURCE_DIR")) + "/tests/golden/privacy/development.jsonl", 4 << 20);
  ASSERT_TRUE(text);
  const auto samples = read_samples(*text);
  ASSERT_TRUE(samples) << to_log(samples.error());
  const auto report = measure(*samples);
  std::cout << "names " << report.names.hit << "/" << report.names.labelled << ", precision " << report.names.precision() << "; numbers "
            << report.numbers.hit << "/" << report.numbers.labelled << ", precision " << report.numbers.precision() << "\n";
  EXPECT_GE(report.names.recall(), 0.90);
  EXPECT_GE(report.names.precision(), 0.95);
  EXPECT_EQ(report.numbers.recall(), 1.0);
  EXPECT_EQ(report.numbers.precision(), 1.0);
}

}  // namespace
}  // namespace fz::privacy
