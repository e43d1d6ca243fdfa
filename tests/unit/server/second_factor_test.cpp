#include "server/accounts/accounts.hpp"
#include "shared/crypto/totp.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::accounts {
namespace {

class SecondFactorTest : public ServerTest {
 protected:
  Result<Login> attempt(const std::string& code, const std::string& address = "10.0.0.1", bool password = true) {
    FZ_TRY(const auto c, store_->read([&](const store::Tx& tx) { return credentials(tx.accounts(), "first", address, now_); }));
    return store_->write([&](store::Tx& tx) { return finish_login(tx.accounts(), tx.audit(), c, password, address, "test", now_, code); });
  }
  std::string code(int steps = 0) const { return crypto::totp_code(*crypto::from_base32(secret_), crypto::totp_step(now_) + steps); }
  void begin() {
    secret_ = write([&](store::Tx& tx) { return begin_second_factor(tx.accounts(), tx.context(first_, now_)); })->secret;
  }
  std::optional<std::vector<std::string>> confirm(const std::string& with) {
    auto r = store_->write([&](store::Tx& tx) { return confirm_second_factor(tx.accounts(), tx.context(first_, now_), with); });
    return r ? *r : std::nullopt;
  }
  std::vector<std::string> set_up() {
    begin();
    auto codes = confirm(code());
    EXPECT_TRUE(codes);
    now_ += Seconds{30};
    return codes.value_or(std::vector<std::string>{});
  }
  std::string secret_;
  int count_ = 0;
};

TEST_F(SecondFactorTest, CountsOnceItIsConfirmed) {
  begin();
  EXPECT_TRUE(attempt("")->ok);  // begun only: nobody is locked out by a page closed too early
  EXPECT_FALSE(confirm("000000"));
  EXPECT_EQ(confirm(code())->size(), static_cast<std::size_t>(kRecoveryCodes));
  now_ += Seconds{30};
  EXPECT_EQ(attempt("")->why, Code::login_code_needed);
  EXPECT_EQ(attempt("000000")->why, Code::login_code_wrong);
  auto in = attempt(code());
  ASSERT_TRUE(in->ok);
  auto who = store_->read([&](const store::Tx& tx) { return authenticate(tx.accounts(), in->token, now_); });
  EXPECT_TRUE(who->actor.second_factor);
  EXPECT_EQ(attempt(code(), "10.0.0.1", false)->why, Code::login_failed);  // the right code does not help a wrong password
  auto again = store_->write([&](store::Tx& tx) { return begin_second_factor(tx.accounts(), tx.context(first_, now_)); });
  EXPECT_EQ(again.error().code, Code::second_factor_there);
}

TEST_F(SecondFactorTest, ACodeCountsOnce) {
  set_up();
  const std::string used = code();
  EXPECT_TRUE(attempt(used)->ok);
  EXPECT_EQ(attempt(used)->why, Code::login_code_wrong);
  EXPECT_TRUE(attempt(code(1))->ok);  // a clock 30 s ahead
  EXPECT_EQ(attempt(used)->why, Code::login_code_wrong);
  now_ += Seconds{30};
  EXPECT_EQ(attempt(code())->why, Code::login_code_wrong);  // it was used ahead of its time
  now_ += Seconds{30};
  EXPECT_TRUE(attempt(code())->ok);
}

TEST_F(SecondFactorTest, ARecoveryCodeCountsOnceAndOnlyItsHashIsKept) {
  const auto codes = set_up();
  std::string typed = codes.at(3);
  for (char& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  EXPECT_TRUE(attempt(typed)->ok);
  EXPECT_EQ(attempt(codes.at(3))->why, Code::login_code_wrong);
  EXPECT_TRUE(attempt(codes.at(4))->ok);
  EXPECT_EQ(*store_->read([&](const store::Tx& tx) { return tx.accounts().recovery_codes_left(first_.account); }), kRecoveryCodes - 2);
  store_.reset();
  const auto bytes = read_file(folder_ / "fanzha.db", 64 << 20);
  std::string plain;
  for (char c : codes.at(5))
    if (c != '-') plain += c;
  EXPECT_EQ(bytes->find(plain), std::string::npos);
  EXPECT_EQ(bytes->find(codes.at(5)), std::string::npos);
}

TEST_F(SecondFactorTest, WrongCodesAreSlowedLikeWrongPasswords) {
  set_up();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(attempt("000000")->why, Code::login_code_wrong);
  EXPECT_EQ(attempt(code()).error().code, Code::login_delayed);
}

TEST_F(SecondFactorTest, ResetBySecurityOfTheBranchAlone) {
  set_up();
  const auto reset = [&](const Actor& who) {
    return store_->write([&](store::Tx& tx) { return remove_second_factor(tx.accounts(), tx.context(who, now_), first_.account); });
  };
  EXPECT_EQ(reset(stranger_).error().code, Code::not_found);
  EXPECT_EQ(reset(clerk_).error().code, Code::forbidden_role);
  EXPECT_TRUE(reset(admin_));
  EXPECT_TRUE(attempt("")->ok);
}

TEST_F(SecondFactorTest, WhoNeedsOne) {
  EXPECT_FALSE(needs_second_factor({Role::contributor, Role::inspect, Role::operate}));
  for (Role r : {Role::reviewer, Role::publisher, Role::duty, Role::administrator, Role::security, Role::auditor})
    EXPECT_TRUE(needs_second_factor({Role::contributor, r})) << role_name(r);
}

TEST_F(SecondFactorTest, AFloodOfAddressesIsSlowedAndThePersonAtTheirDeskIsNot) {
  ASSERT_TRUE(attempt("", "10.0.0.1")->ok);  // this address is known now
  int refused = 0;
  for (int i = 0; i < 80; ++i) {
    auto r = attempt("", "203.0.113." + std::to_string(i), false);
    if (!r && r.error().code == Code::login_delayed) ++refused;
  }
  EXPECT_GE(refused, 20);
  EXPECT_EQ(attempt("", "203.0.113.200").error().code, Code::login_delayed);
  EXPECT_TRUE(attempt("", "10.0.0.1")->ok);
}

TEST_F(SecondFactorTest, SessionsAreListedAndEnded) {
  auto one = attempt("", "10.0.0.1"), two = attempt("", "10.0.0.2");
  const auto me = store_->read([&](const store::Tx& tx) { return authenticate(tx.accounts(), one->token, now_); })->actor;
  const auto list = [&](const Actor& who) {
    return store_->read([&](const store::Tx& tx) { return accounts::list_sessions(tx.accounts(), who, first_.account); });
  };
  ASSERT_EQ(list(me)->size(), 2u);
  EXPECT_EQ(list(admin_)->size(), 2u);
  EXPECT_EQ(list(stranger_).error().code, Code::not_found);
  EXPECT_EQ(list(clerk_).error().code, Code::forbidden_role);
  const auto end = [&](const Actor& who, const std::string& id) {
    return store_->write([&](store::Tx& tx) { return end_sessions(tx.accounts(), tx.context(who, now_), first_.account, id); });
  };
  EXPECT_EQ(end(me, "nothing").error().code, Code::not_found);
  ASSERT_TRUE(end(me, ""));
  ASSERT_EQ(list(me)->size(), 1u);
  EXPECT_EQ(list(me)->front().token_hash, me.session);
  ASSERT_TRUE(end(admin_, session_id(list(me)->front())));
  EXPECT_TRUE(list(me)->empty());
}

TEST_F(SecondFactorTest, ThreeAdministratorsAreThreePeople) {
  Actor security = admin_;
  security.strict = true;
  EXPECT_FALSE(security.has(Role::security));  // an administrator alone
  const auto make = [&](const Actor& who, Roles roles) {
    return store_->write([&](store::Tx& tx) {
      return create_account(tx.accounts(), tx.context(who, now_), {"person-" + std::to_string(count_++), "x", "500119", roles, "", "h"});
    });
  };
  EXPECT_EQ(make(security, {Role::contributor}).error().code, Code::forbidden_role);
  security.roles = {Role::security};
  EXPECT_TRUE(make(security, {Role::contributor, Role::reviewer}));
  EXPECT_TRUE(make(security, {Role::auditor}));
  EXPECT_EQ(make(security, {Role::administrator, Role::security}).error().code, Code::roles_separate);
  EXPECT_EQ(make(security, {Role::auditor, Role::publisher}).error().code, Code::roles_separate);
  EXPECT_TRUE(make(admin_, {Role::administrator, Role::publisher}));  // without the strict policy
  // The last one of each stays.
  const auto keeper = write([&](store::Tx& tx) { return add_keeper(tx.accounts(), tx.audit(), "security", Role::security, "h", now_); });
  AccountChange off;
  off.enabled = false;
  auto r = store_->write([&](store::Tx& tx) { return change_account(tx.accounts(), tx.context(security, now_), keeper->id, off); });
  EXPECT_EQ(r.error().code, Code::last_administrator);
}

}  // namespace
}  // namespace fz::accounts
