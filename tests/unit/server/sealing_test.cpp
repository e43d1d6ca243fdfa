// Secrets of second factors at rest.
#include "shared/crypto/totp.hpp"
#include "shared/db/db.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::accounts {
namespace {

class SealingTest : public ServerTest {
 protected:
  std::string begin() {
    return write([&](store::Tx& tx) { return begin_second_factor(tx.accounts(), tx.context(first_, now_)); })->secret;
  }
  std::string stored() {
    const auto c = db::Connection::open(folder_ / "fanzha.db").value();
    return c->one("SELECT secret FROM second_factor", {}, [](const db::Row& r) { return r.text(0); }).value().value();
  }
  bool good(const std::string& code) {
    return store_->write([&](store::Tx& tx) { return take_code(tx.accounts(), first_.account, code, now_); }).value();
  }
  std::string code(const std::string& secret) { return crypto::totp_code(*crypto::from_base32(secret), crypto::totp_step(now_)); }
};

TEST_F(SealingTest, TheDatabaseAloneTellsNoSecret) {
  const auto secret = begin();
  EXPECT_EQ(stored().find(secret), std::string::npos);
  EXPECT_TRUE(stored().starts_with("sealed1:"));
  EXPECT_TRUE(good(code(secret)));
  EXPECT_TRUE(fs::exists(folder_ / "seal.key"));
}

TEST_F(SealingTest, WhatAnEarlierReleaseLeftIsSealedAtTheStart) {
  const auto secret = begin();
  store_.reset();
  {
    const auto c = db::Connection::open(folder_ / "fanzha.db").value();
    ASSERT_TRUE(c->run("UPDATE second_factor SET secret = ?", {secret}));
    ASSERT_TRUE(c->checkpoint(true));
  }
  EXPECT_NE(read_file(folder_ / "fanzha.db", 64 << 20).value().find(secret), std::string::npos);
  open();
  EXPECT_TRUE(stored().starts_with("sealed1:"));
  EXPECT_TRUE(good(code(secret)));
  store_.reset();
  {
    const auto c = db::Connection::open(folder_ / "fanzha.db").value();
    ASSERT_TRUE(c->checkpoint(true));
  }
  EXPECT_EQ(read_file(folder_ / "fanzha.db", 64 << 20).value().find(secret), std::string::npos) << "overwritten, not only let go";
}

TEST_F(SealingTest, WithoutItsKeyNoCodeIsRightTheServerStartsAndRecoveryCodesWork) {
  const auto secret = begin();
  const auto codes = write([&](store::Tx& tx) { return confirm_second_factor(tx.accounts(), tx.context(first_, now_), code(secret)); });
  ASSERT_TRUE(codes && *codes);
  now_ += Seconds{30};
  store_.reset();
  fs::remove(folder_ / "seal.key");
  open();
  EXPECT_FALSE(good(code(secret)));
  EXPECT_FALSE(good(crypto::totp_code({}, crypto::totp_step(now_)))) << "and not that of an empty secret";
  EXPECT_TRUE(good((*codes)->front()));
}

}  // namespace
}  // namespace fz::accounts
