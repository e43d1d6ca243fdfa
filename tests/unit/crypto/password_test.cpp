#include "shared/crypto/password.hpp"

#include <gtest/gtest.h>

using namespace fz;
using namespace fz::crypto;

TEST(Password, VerifiesOnlyThePassword) {
  auto hash = hash_password("口令 correct").value();
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=2,p=1$")) << hash;
  EXPECT_TRUE(verify_password(hash, "口令 correct"));
  EXPECT_FALSE(verify_password(hash, "口令 wrong"));
  EXPECT_FALSE(verify_password(hash, ""));
  EXPECT_FALSE(password_needs_rehash(hash));
  EXPECT_NE(hash_password("口令 correct").value(), hash) << "salted";
}

TEST(Password, DamagedHashesVerifyNothing) {
  auto hash = hash_password("x").value();
  for (auto bad :
       {std::string(), std::string("$argon2id$"), hash.substr(0, hash.size() - 1), std::string(500, 'a'), hash + std::string(1, '\0')})
    EXPECT_FALSE(verify_password(bad, "x")) << bad;
  EXPECT_TRUE(password_needs_rehash("$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

TEST(Password, LengthIsBounded) {
  EXPECT_TRUE(hash_password(std::string(1024, 'x')));
  EXPECT_EQ(hash_password(std::string(1025, 'x')).error().code, Code::bad_field);
}
