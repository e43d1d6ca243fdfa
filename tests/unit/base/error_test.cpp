#include "shared/base/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fz {
namespace {
// Names between braces of a catalogue sentence; a sentence within it is in its own language.
std::set<std::string> placeholders(std::string_view t) {
  std::set<std::string> out;
  for (auto open = t.find('{'); open != t.npos; open = t.find('{', open + 1)) {
    const auto name = t.substr(open + 1, t.find('}', open) - open - 1);
    out.emplace(name == "zh" || name == "en" ? "sentence" : name);
  }
  return out;
}
TEST(Error, EveryCodeSaysTheSameInBothLanguages) {
  for (auto c : all_codes()) {
    EXPECT_FALSE(code_template(c, Lang::zh).empty()) << code_name(c);
    EXPECT_EQ(placeholders(code_template(c, Lang::zh)), placeholders(code_template(c, Lang::en))) << code_name(c);
    EXPECT_GE(http_status(c), 400) << code_name(c);
  }
}
TEST(Error, NamesAreUniqueAndFindTheirCode) {
  std::set<std::string_view> names;
  for (auto c : all_codes()) {
    EXPECT_TRUE(names.insert(code_name(c)).second) << code_name(c);
    bool found = false;
    EXPECT_EQ(code_from_name(code_name(c), found), c);
    EXPECT_TRUE(found);
  }
  bool found = true;
  code_from_name("no_such_code", found);
  EXPECT_FALSE(found);
}
TEST(Error, FillsParameters) {
  auto e = fail(Code::not_found, {{"what", "海报"}});
  EXPECT_EQ(message(e, Lang::zh), "没有找到海报，可能已被删除。");
  EXPECT_EQ(message(e, Lang::en), "海报 was not found; it may have been removed.");
}
Result<int> half(int n) {
  if (n % 2) return fail(Code::bad_request, {{"what", "odd"}});
  return n / 2;
}
Result<int> quarter(int n) {
  FZ_TRY(int h, half(n));
  return half(h);
}
TEST(Error, TryReturnsTheFirstFailure) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).error().code, Code::bad_request);
  EXPECT_THROW(quarter(5).value(), std::logic_error);
}
}  // namespace
}  // namespace fz
