#include "shared/base/bytes.hpp"

#include <gtest/gtest.h>

#include "shared/base/id.hpp"

namespace fz {
namespace {
TEST(Bytes, Base64VectorsOfRfc4648) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (auto [plain, text] : kCases) {
    EXPECT_EQ(to_base64(as_bytes(plain)), text);
    EXPECT_EQ(as_text(*from_base64(text)), plain);
  }
}
TEST(Bytes, Base64IsCanonicalOnly) {
  for (auto* text : {"Zg=", "Zg", "Zh==", "Zm9=", "Zg==Zg==", " Zg==", "Zg==\n", "Z===", "====", "Zm9v====", "Zm-v"})
    EXPECT_FALSE(from_base64(text)) << text;
}
TEST(Bytes, HexIsStrict) {
  EXPECT_EQ(to_hex(as_bytes("\x01\xfe")), "01fe");
  EXPECT_EQ(from_hex("01fe")->at(1), 0xfe);
  for (auto* text : {"0", "0G", "FE", " 1"}) EXPECT_FALSE(from_hex(text)) << text;
}
TEST(Bytes, RoundTripsRandomBytes) {
  for (std::size_t n = 0; n < 70; ++n) {
    auto b = random_bytes(n);
    EXPECT_EQ(*from_base64(to_base64(b)), b);
    EXPECT_EQ(*from_hex(to_hex(b)), b);
  }
}
TEST(Bytes, Utf8) {
  EXPECT_TRUE(is_utf8("反诈 96110 😀"));
  EXPECT_EQ(utf8_length("反诈 96"), 5u);
  for (auto* text : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe5\x8f", "\x80"}) EXPECT_FALSE(is_utf8(text));
}
TEST(Id, Uuid7IsOrderedByTime) {
  auto a = uuid7(from_unix_ms(1000)), b = uuid7(from_unix_ms(2000));
  EXPECT_TRUE(is_uuid(a));
  EXPECT_LT(a, b);
  EXPECT_EQ(a[14], '7');
}
}  // namespace
}  // namespace fz
