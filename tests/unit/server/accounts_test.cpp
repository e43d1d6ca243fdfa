#include "server/accounts/accounts.hpp"

#include "shared/crypto/password.hpp"
#include "tests/unit/server/fixture.hpp"

namespace fz::accounts {
namespace {

class AccountsTest : public ServerTest {
 protected:
  /// One attempt, with the password's verdict given.
  Result<Login> attempt(const std::string& login, bool good, const std::string& address = "10.0.0.1") {
    FZ_TRY(const auto c, store_->read([&](const store::Tx& tx) { return credentials(tx.accounts(), login, address, now_); }));
    return store_->write([&](store::Tx& tx) { return finish_login(tx.accounts(), tx.audit(), c, good, address, "test", now_); });
  }
  Result<Authenticated> who(const std::string& token) {
    return store_->read([&](const store::Tx& tx) { return authenticate(tx.accounts(), token, now_); });
  }
};

TEST_F(AccountsTest, TheTreeHasPathsAndRefusesNonsense) {
  EXPECT_EQ(district_.path, "500000/500119/");
  const auto make = [&](NewUnit n, const Actor& by) {
    return store_->write([&](store::Tx& tx) { return create_unit(tx.accounts(), tx.context(by, now_), n); });
  };
  auto village = make({"500119", "", "某村", 1}, admin_);
  ASSERT_TRUE(village);
  EXPECT_EQ(village->code, "500119");
  EXPECT_EQ(village->path, "500000/500119/" + village->id + "/");
  EXPECT_EQ(make({"500119", "12", "x", 1}, admin_).error().code, Code::bad_field);
  EXPECT_EQ(make({"500119", "500118", "x", 1}, admin_).error().code, Code::conflict);
  EXPECT_EQ(make({"nowhere", "", "x", 1}, admin_).error().code, Code::not_found);
  EXPECT_EQ(make({"", "", "second root", 1}, admin_).error().code, Code::missing_field);
  EXPECT_EQ(make({"500119", "", "x", 1}, stranger_).error().code, Code::not_found);  // a neighbour's branch
  EXPECT_EQ(make({"500119", "", "x", 1}, clerk_).error().code, Code::forbidden_role);
}

TEST_F(AccountsTest, LoginGivesASessionThatEnds) {
  auto login = attempt("Clerk", true);
  ASSERT_TRUE(login && login->ok);
  auto session = who(login->token);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->actor.account, clerk_.account);
  EXPECT_EQ(session->actor.unit_path, "500000/500119/");
  EXPECT_EQ(session->actor.holder, "reviewer-3");
  EXPECT_FALSE(who(login->token + "x"));
  EXPECT_FALSE(who(""));
  now_ += kSessionIdle - Millis{1};
  EXPECT_TRUE(who(login->token)->touch);
  write([&](store::Tx& tx) { return touch_session(tx.accounts(), session->actor.session, now_); });
  now_ += kSessionIdle - Millis{1};
  EXPECT_TRUE(who(login->token));
  now_ += Millis{1};
  EXPECT_EQ(who(login->token).error().code, Code::unauthenticated);
}

TEST_F(AccountsTest, ASessionHasAnAbsoluteEnd) {
  auto login = attempt("clerk", true);
  auto actor = who(login->token)->actor;
  for (int i = 0; i < 11; ++i) {
    now_ += std::chrono::hours(1);
    write([&](store::Tx& tx) { return touch_session(tx.accounts(), actor.session, now_); });
    EXPECT_TRUE(who(login->token)) << i;
  }
  now_ += std::chrono::hours(1);
  EXPECT_FALSE(who(login->token));
}

TEST_F(AccountsTest, FailuresDelayGrowinglyAndOnlyThatAddress) {
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(attempt("clerk", false)->ok);
  auto locked = attempt("clerk", true);
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().code, Code::login_delayed);
  EXPECT_TRUE(attempt("clerk", true, "10.0.0.2")->ok);  // the person at their own desk is not locked out
  now_ += Seconds{2};
  EXPECT_FALSE(attempt("clerk", false)->ok);
  now_ += Seconds{2};
  EXPECT_EQ(attempt("clerk", true).error().code, Code::login_delayed);  // 4 s now
  now_ += Seconds{2};
  EXPECT_TRUE(attempt("clerk", true)->ok);
  EXPECT_TRUE(attempt("clerk", false)->ok == false && attempt("clerk", true)->ok);  // and the count begins anew
  EXPECT_EQ(login_delay(1000), std::chrono::minutes(15));
}

TEST_F(AccountsTest, AnUnknownNameCostsAsMuchAndTellsNothing) {
  auto c = store_->read([&](const store::Tx& tx) { return credentials(tx.accounts(), "nobody", "a", now_); });
  ASSERT_TRUE(c);
  EXPECT_TRUE(c->account.empty());
  EXPECT_TRUE(c->hash.starts_with("$argon2id$"));
  EXPECT_FALSE(crypto::password_needs_rehash(c->hash));  // the same cost as a real one
  EXPECT_FALSE(crypto::verify_password(c->hash, ""));
  EXPECT_FALSE(attempt("nobody", true)->ok);
}

TEST_F(AccountsTest, ChangingRolesOrDisablingEndsSessions) {
  auto login = attempt("clerk", true);
  AccountChange change;
  change.enabled = false;
  write([&](store::Tx& tx) { return change_account(tx.accounts(), tx.context(admin_, now_), clerk_.account, change); });
  EXPECT_FALSE(who(login->token));
  EXPECT_FALSE(attempt("clerk", true)->ok);
}

TEST_F(AccountsTest, TheLastAdministratorStays) {
  AccountChange change;
  change.enabled = false;
  write([&](store::Tx& tx) { return change_account(tx.accounts(), tx.context(admin_, now_), stranger_.account, change); });
  auto r = store_->write([&](store::Tx& tx) { return change_account(tx.accounts(), tx.context(admin_, now_), admin_.account, change); });
  EXPECT_EQ(r.error().code, Code::last_administrator);
}

TEST_F(AccountsTest, ApiTokensHaveScopeAndEnd) {
  const auto make = [&](const Actor& by, Roles roles, UtcTime until) {
    return store_->write([&](store::Tx& tx) { return create_api_token(tx.accounts(), tx.context(by, now_), "script", roles, until); });
  };
  EXPECT_EQ(make(clerk_, {Role::publisher}, now_ + Days{1}).error().code, Code::forbidden_role);
  EXPECT_EQ(make(clerk_, {Role::contributor}, now_ + Days{400}).error().code, Code::bad_field);
  auto token = make(stranger_, {Role::contributor}, now_ + Days{1});
  ASSERT_TRUE(token);
  EXPECT_EQ(who(token->secret)->actor.roles, Roles{Role::contributor});
  now_ += Days{1};
  EXPECT_FALSE(who(token->secret));
}

TEST_F(AccountsTest, PasswordsAreLongAndNotCommon) {
  for (const char* bad : {"short", "password1234", "aaaaaaaaaaaaaa", "clerk-2026-x", "12345678ab"}) {
    EXPECT_EQ(check_password(bad, "clerk").error().code, Code::password_weak) << bad;
  }
  EXPECT_TRUE(check_password("看电影 买西瓜 去散步 9", "clerk"));
  EXPECT_TRUE(check_password("correct horse battery", "clerk"));
}

TEST_F(AccountsTest, SettingAPasswordEndsTheOtherSessions) {
  auto one = attempt("clerk", true), two = attempt("clerk", true);
  auto me = who(one->token)->actor;
  write([&](store::Tx& tx) { return set_password(tx.accounts(), tx.context(me, now_), me.account, "new", false); });
  EXPECT_TRUE(who(one->token));
  EXPECT_FALSE(who(two->token));
  auto foreign =
      store_->write([&](store::Tx& tx) { return set_password(tx.accounts(), tx.context(stranger_, now_), me.account, "new", true); });
  EXPECT_EQ(foreign.error().code, Code::not_found);
}

TEST_F(AccountsTest, BootstrapHappensOnce) {
  auto again = store_->write([&](store::Tx& tx) { return bootstrap(tx.accounts(), tx.audit(), "500000", "x", "root", "h", now_); });
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);
}

}  // namespace
}  // namespace fz::accounts
