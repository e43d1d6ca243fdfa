#include "shared/privacy/labelled.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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

// Sets that were written before their author looked at the rules, in the styles of notices, news, forms and letters. `heldout` was looked
// at afterwards, miss by miss, so that it only guards now; `final` was measured and never looked at. No word of either is in a rule
// because it stands there. Whoever wants an independent figure measures a set of their own.
Report report_of(const std::string& name) {
  const auto text = read_file(std::string(std::getenv("FZ_SOURCE_DIR")) + "/tests/golden/privacy/" + name, 4 << 20);
  const auto samples = read_samples(text.value());
  const auto report = measure(samples.value());
  std::cout << name << ": " << samples->size() << " texts, names " << report.names.hit << "/" << report.names.labelled << ", precision "
            << report.names.precision() << "; numbers " << report.numbers.hit << "/" << report.numbers.labelled << ", precision "
            << report.numbers.precision() << "\n";
  return report;
}
TEST(Labelled, TheHeldOutSetIsFound) {
  const auto report = report_of("heldout.jsonl");
  if (std::getenv("FZ_PRIVACY_DETAILS") != nullptr) {
    for (const auto& line : report.missed) std::cout << "missed " << line << "\n";
    for (const auto& line : report.wrong) std::cout << "wrong " << line << "\n";
  }
  EXPECT_GE(report.names.recall(), 0.90);
  EXPECT_GE(report.numbers.recall(), 0.99);
  EXPECT_GE(report.names.precision(), 0.80);
}
// What is written instead is masked by the same rules: nobody is asked twice.
TEST(Labelled, WhatWasMaskedIsNotFoundAgain) {
  const auto text = read_file(std::string(std::getenv("FZ_SOURCE_DIR")) + "/tests/golden/privacy/heldout.jsonl", 4 << 20);
  ASSERT_TRUE(text);
  const auto samples = read_samples(*text);
  ASSERT_TRUE(samples);
  for (const auto& sample : *samples) {
    std::string after = sample.text;
    const auto all = find(after);
    for (auto f = all.rbegin(); f != all.rend(); ++f) after.replace(f->begin, f->end - f->begin, masked(*f));
    for (const auto& f : all) {
      const auto again = find(after);
      EXPECT_TRUE(std::none_of(again.begin(), again.end(), [&](const Finding& g) { return g.text == masked(f); }))
          << masked(f) << " in " << after;
    }
  }
}

TEST(Labelled, TheFinalSetIsFound) {
  const auto report = report_of("final.jsonl");
  EXPECT_GE(report.names.recall(), 0.90);
  EXPECT_GE(report.numbers.recall(), 0.99);
  EXPECT_GE(report.names.precision(), 0.80);
}

}  // namespace
}  // namespace fz::privacy
