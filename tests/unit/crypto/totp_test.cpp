#include "shared/crypto/totp.hpp"

#include <gtest/gtest.h>

namespace fz::crypto {
namespace {

const std::string kRfcSecret = "12345678901234567890";

UtcTime at(std::int64_t seconds) {
  return from_unix_ms(seconds * 1000);
}

TEST(Totp, TheVectorsOfRfc6238) {  // appendix B, SHA-1
  const std::pair<std::int64_t, const char*> vectors[] = {{59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
                                                          {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [seconds, code] : vectors) EXPECT_EQ(totp_code(as_bytes(kRfcSecret), totp_step(at(seconds)), 8), code) << seconds;
}

TEST(Totp, TheVectorsOfRfc4226) {  // appendix D
  const char* codes[] = {"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(totp_code(as_bytes(kRfcSecret), i), codes[i]) << i;
}

TEST(Totp, OneStepEitherWayAndNoneTwice) {
  const ByteView secret = as_bytes(kRfcSecret);
  const UtcTime now = at(1111111111);
  const auto here = totp_step(now);
  for (std::int64_t d = -3; d <= 3; ++d) {
    const auto found = totp_match(secret, totp_code(secret, here + d), now, 0);
    EXPECT_EQ(found.has_value(), d >= -1 && d <= 1) << d;
    if (found) {
      EXPECT_EQ(*found, here + d);
    }
  }
  const std::string code = totp_code(secret, here);
  EXPECT_FALSE(totp_match(secret, code, now, here));      // used
  EXPECT_FALSE(totp_match(secret, code, now, here + 1));  // a later one was used
  EXPECT_FALSE(totp_match(secret, totp_code(secret, here - 1), now, here));
  EXPECT_TRUE(totp_match(secret, totp_code(secret, here + 1), now, here));
  for (const char* bad : {"", "1", "0000000", "abcdef"}) EXPECT_FALSE(totp_match(secret, bad, now, 0)) << bad;
}

TEST(Totp, Base32) {  // RFC 4648, section 10, without padding
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""}, {"f", "MY"}, {"fo", "MZXQ"}, {"foo", "MZXW6"}, {"foob", "MZXW6YQ"}, {"fooba", "MZXW6YTB"}, {"foobar", "MZXW6YTBOI"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(to_base32(as_bytes(std::string_view(plain))), text);
    EXPECT_EQ(as_text(*from_base32(text)), plain);
  }
  EXPECT_EQ(as_text(*from_base32("mzxw 6ytb-oi======")), "foobar");
  EXPECT_FALSE(from_base32("MZXW1"));
}

}  // namespace
}  // namespace fz::crypto
