#include "shared/base/json.hpp"

#include <gtest/gtest.h>

namespace fz::json {
namespace {
TEST(Json, ParsesAndWritesSorted) {
  auto v = parse(R"( {"b":[1,-2,{"z":null,"a":true}],"a":"反\u8bc8\n"} )");
  ASSERT_TRUE(v);
  EXPECT_EQ(write(*v), R"({"a":"反诈\n","b":[1,-2,{"a":true,"z":null}]})");
  EXPECT_EQ(write(*parse("{}")), "{}");
  EXPECT_EQ(write(*parse("[]")), "[]");
}
TEST(Json, RefusesWhatIsNotStrict) {
  for (auto* text : {R"({"a":1,"a":2})", R"({"a":{"b":1,"b":1}})", "1.5", "1e2", "-0", "9007199254740992", "-9007199254740992",
                     "18446744073709551615", "{} x", "", "{", "[1,]", "\"\xff\"", "NaN", "// c\n1", R"({"\u0061":1,"a":2})"})
    EXPECT_FALSE(parse(text)) << text;
  EXPECT_TRUE(parse("9007199254740991"));
}
TEST(Json, BoundsDepthAndSize) {
  std::string deep = std::string(16, '[') + std::string(16, ']');
  EXPECT_TRUE(parse(deep));
  EXPECT_FALSE(parse("[" + deep + "]"));
  EXPECT_EQ(parse("[1,2,3]", {.max_bytes = 3}).error().code, Code::too_large);
}
TEST(Json, ReaderSticksToTheFirstFailure) {
  auto v = *parse(R"({"name":"a","n":5,"tags":["x"]})");
  Reader r(v, "item");
  EXPECT_EQ(r.string("name"), "a");
  EXPECT_EQ(r.integer("n", 0, 9), 5);
  EXPECT_EQ(r.strings("tags", 3).size(), 1u);
  EXPECT_TRUE(r.finish());

  Reader unknown(v, "item");
  unknown.string("name");
  EXPECT_EQ(unknown.finish().error().code, Code::unknown_field);

  Reader missing(v, "item");
  missing.string("title");
  missing.integer("n", 6, 9);
  EXPECT_EQ(missing.finish().error().code, Code::missing_field);
  EXPECT_EQ(message(missing.finish().error(), Lang::zh), "缺少“item.title”，请补充。");
}
}  // namespace
}  // namespace fz::json
