#include "server/screens/screens.hpp"

#include <gtest/gtest.h>

#include "tests/support/town_hall.hpp"

namespace fz::screens {
namespace {

class ScreensTest : public ::testing::Test {
 protected:
  Result<Site> make_site(const Actor& who, NewSite s) {
    return hall_.write([&](store::Tx& tx) { return create_site(tx.screens(), tx.accounts(), tx.context(who, hall_.now()), s); });
  }
  NewSite bank() {
    return {.unit = "500119",
            .name = "城关支行",
            .region = "500119",
            .venue = "1001",
            .zone = "Asia/Shanghai",
            .keeper = "王某",
            .keeper_phone = "110",
            .address = "",
            .audiences = {"bank_customers"}};
  }
  Result<Enrolment> ask(const crypto::PrivateKey& key, const crypto::PrivateKey& signer, const std::string& address = "10.0.0.1") {
    auto proof = signer.sign(as_bytes(enrolment_message(key.id())));
    return hall_.write([&](store::Tx& tx) { return ask_enrolment(tx.screens(), key.public_key(), proof, address, "{}", hall_.now()); });
  }
  Result<Screen> confirm(const Actor& who, const std::string& code, const std::string& site, const std::string& replaces = "") {
    return hall_.write([&](store::Tx& tx) {
      return confirm_enrolment(tx.screens(), tx.accounts(), tx.context(who, hall_.now()), code, site, "大厅屏", replaces);
    });
  }
  Result<std::string> challenge(const std::string& device) {
    return hall_.write([&](store::Tx& tx) { return make_challenge(tx.screens(), device, hall_.now()); });
  }
  Result<Granted> token(const crypto::PrivateKey& key, const std::string& nonce, const std::string& boot,
                        const crypto::PrivateKey* signer = nullptr) {
    auto sig = (signer ? *signer : key).sign(as_bytes(token_message(nonce, boot, key.id())));
    return hall_.write([&](store::Tx& tx) { return grant_token(tx.screens(), tx.audit(), key.id(), nonce, boot, sig, hall_.now()); });
  }
  Result<Screen> who_is(const std::string& secret) {
    return hall_.read([&](const store::Tx& tx) { return authenticate(tx.screens(), secret, hall_.now()); });
  }
  Screen enrolled(const crypto::PrivateKey& key) {
    auto site = make_site(hall_.admin, bank()).value();
    return confirm(hall_.admin, ask(key, key).value().code, site.id).value();
  }
  Granted granted(const crypto::PrivateKey& key, const std::string& boot) { return token(key, challenge(key.id()).value(), boot).value(); }

  test::TownHall hall_;
  crypto::PrivateKey key_ = crypto::PrivateKey::generate(), other_ = crypto::PrivateKey::generate();
  const std::string boot_a_ = std::string(32, 'a'), boot_b_ = std::string(32, 'b');
};

TEST_F(ScreensTest, ASiteIsCheckedAndStaysInItsBranch) {
  auto site = make_site(hall_.admin, bank());
  ASSERT_TRUE(site) << to_log(site.error());
  auto wrong = [&](auto change) {
    auto s = bank();
    change(s);
    return make_site(hall_.admin, s).error().code;
  };
  EXPECT_EQ(wrong([](NewSite& s) { s.zone = "Mars/Olympus"; }), Code::zone_unknown);
  EXPECT_EQ(wrong([](NewSite& s) { s.region = "50011"; }), Code::division_unknown);
  EXPECT_EQ(wrong([](NewSite& s) { s.venue = "bank"; }), Code::bad_field);
  EXPECT_EQ(wrong([](NewSite& s) { s.name = ""; }), Code::missing_field);
  EXPECT_EQ(wrong([](NewSite& s) { s.name = "a\nb"; }), Code::bad_field);
  EXPECT_EQ(wrong([](NewSite& s) { s.unit = "500118"; }), Code::not_found);
  EXPECT_EQ(make_site(hall_.publisher, bank()).error().code, Code::forbidden_role);
  auto s = bank();
  s.venue = "x.internet_cafe";
  EXPECT_TRUE(make_site(hall_.admin, s));
}

TEST_F(ScreensTest, EnrolmentGivesOneCodeWhileItLives) {
  auto e = ask(key_, key_);
  ASSERT_TRUE(e) << to_log(e.error());
  EXPECT_EQ(e->code.size(), 8u);
  EXPECT_EQ(ask(key_, key_)->code, e->code);
  hall_.clock().advance(kEnrolmentLife + Seconds{1});
  EXPECT_NE(ask(key_, key_)->code, e->code);
  EXPECT_EQ(ask(key_, other_).error().code, Code::signature_wrong);
}

TEST_F(ScreensTest, EnrolmentIsBoundedPerAddress) {
  for (int i = 0; i < kEnrolmentsPerAddress; ++i) {
    auto k = crypto::PrivateKey::generate();
    ASSERT_TRUE(ask(k, k, "10.9.9.9"));
  }
  EXPECT_EQ(ask(key_, key_, "10.9.9.9").error().code, Code::too_many_requests);
  EXPECT_TRUE(ask(key_, key_, "10.9.9.8"));
}

TEST_F(ScreensTest, ACodeIsConfirmedOnceByTheBranch) {
  auto site = make_site(hall_.admin, bank()).value();
  auto code = ask(key_, key_).value().code;
  EXPECT_EQ(confirm(hall_.neighbour_admin, code, site.id).error().code, Code::not_found);
  EXPECT_EQ(confirm(hall_.contributor, code, site.id).error().code, Code::forbidden_role);
  EXPECT_EQ(confirm(hall_.admin, "WRONGCDE", site.id).error().code, Code::enrolment_code);
  auto screen = confirm(hall_.admin, code, site.id);
  ASSERT_TRUE(screen) << to_log(screen.error());
  EXPECT_EQ(confirm(hall_.admin, code, site.id).error().code, Code::enrolment_code);
  auto state = hall_.read([&](const store::Tx& tx) { return enrolment_state(tx.screens(), code, key_.id(), hall_.now()); });
  EXPECT_EQ(state->screen, screen->id);
  EXPECT_FALSE(hall_.read([&](const store::Tx& tx) { return enrolment_state(tx.screens(), code, other_.id(), hall_.now()); }));
}

TEST_F(ScreensTest, AnEndedCodeIsRefused) {
  auto site = make_site(hall_.admin, bank()).value();
  auto code = ask(key_, key_).value().code;
  hall_.clock().advance(kEnrolmentLife + Millis{1});
  EXPECT_EQ(confirm(hall_.admin, code, site.id).error().code, Code::enrolment_code);
}

TEST_F(ScreensTest, AChallengeIsGoodOnceAndShortly) {
  auto screen = enrolled(key_);
  EXPECT_EQ(challenge(other_.id()).error().code, Code::screen_unknown);
  auto nonce = challenge(key_.id()).value();
  EXPECT_EQ(token(key_, nonce, boot_a_, &other_).error().code, Code::signature_wrong);
  nonce = challenge(key_.id()).value();
  auto t = token(key_, nonce, boot_a_);
  ASSERT_TRUE(t) << to_log(t.error());
  EXPECT_EQ(token(key_, nonce, boot_a_).error().code, Code::challenge_ended);
  auto late = challenge(key_.id()).value();
  hall_.clock().advance(kChallengeLife);
  EXPECT_EQ(token(key_, late, boot_a_).error().code, Code::challenge_ended);
  EXPECT_EQ(token(key_, challenge(key_.id()).value(), "xyz").error().code, Code::bad_field);
  EXPECT_EQ(who_is(t->token)->id, screen.id);
}

TEST_F(ScreensTest, ATokenEnds) {
  enrolled(key_);
  auto t = granted(key_, boot_a_);
  EXPECT_TRUE(who_is(t.token));
  EXPECT_EQ(who_is(t.token + "x").error().code, Code::unauthenticated);
  hall_.clock().advance(kTokenLife);
  EXPECT_EQ(who_is(t.token).error().code, Code::unauthenticated);
}

TEST_F(ScreensTest, TwoBootSessionsAtOnceRaiseTheCloneAlarmOnce) {
  enrolled(key_);
  EXPECT_FALSE(granted(key_, boot_a_).clone_alarm);
  EXPECT_FALSE(granted(key_, boot_a_).clone_alarm);  // a reconnect
  EXPECT_FALSE(granted(key_, boot_b_).clone_alarm);  // a restart
  EXPECT_TRUE(granted(key_, boot_a_).clone_alarm);   // the old session lives on: a copy
  EXPECT_FALSE(granted(key_, boot_b_).clone_alarm);  // said already
  auto screen = hall_.read([&](const store::Tx& tx) { return tx.screens().screen_by_device(key_.id()); }).value();
  EXPECT_TRUE(screen->clone_alarm);
  EXPECT_TRUE(hall_.write(
      [&](store::Tx& tx) { return clear_alarm(tx.screens(), tx.accounts(), tx.context(hall_.admin, hall_.now()), screen->id); }));
  EXPECT_FALSE(granted(key_, boot_b_).clone_alarm);
}

TEST_F(ScreensTest, AReplacedScreenIsShutOut) {
  auto old = enrolled(key_);
  auto t = granted(key_, boot_a_);
  auto code = ask(other_, other_).value().code;
  auto fresh = confirm(hall_.admin, code, old.site, old.id);
  ASSERT_TRUE(fresh) << to_log(fresh.error());
  EXPECT_FALSE(who_is(t.token));
  EXPECT_EQ(token(key_, challenge(key_.id()).value(), boot_a_).error().code, Code::screen_blocked);
  auto places = hall_.read([](const store::Tx& tx) { return tx.screens().places(); }).value();
  ASSERT_EQ(places.size(), 1u);
  EXPECT_EQ(places[0].screen, fresh->id);
  EXPECT_EQ(places[0].unit_path, "500000/500119/");
}

TEST_F(ScreensTest, AStrangerSeesNothing) {
  auto screen = enrolled(key_);
  auto get = [&](const Actor& who) {
    return hall_.read([&](const store::Tx& tx) { return get_screen(tx.screens(), tx.accounts(), who, screen.id); });
  };
  EXPECT_TRUE(get(hall_.admin));
  EXPECT_EQ(get(hall_.neighbour_admin).error().code, Code::not_found);
  auto lines = hall_.read([](const store::Tx& tx) {
    return tx.screens().screens({.unit_path = "500000/500118/", .site = "", .text = "", .seen_before = {}, .after = "", .limit = 50});
  });
  EXPECT_TRUE(lines->empty());
}

TEST_F(ScreensTest, DarkScreensAreFound) {
  auto screen = enrolled(key_);
  auto dark = [&] {
    return hall_
        .read([&](const store::Tx& tx) {
          return tx.screens().screens({.unit_path = "500000/",
                                       .site = "",
                                       .text = "",
                                       .seen_before = hall_.now() - std::chrono::minutes{5},
                                       .after = "",
                                       .limit = 50});
        })
        ->size();
  };
  EXPECT_EQ(dark(), 1u);
  EXPECT_TRUE(hall_.write([&](store::Tx& tx) { return report_status(tx.screens(), screen, R"({"freshness":"fresh"})", hall_.now()); }));
  EXPECT_EQ(dark(), 0u);
  hall_.clock().advance(std::chrono::minutes{6});
  EXPECT_EQ(dark(), 1u);
  EXPECT_EQ(
      hall_.write([&](store::Tx& tx) { return report_status(tx.screens(), screen, std::string(40000, 'x'), hall_.now()); }).error().code,
      Code::too_large);
}

}  // namespace
}  // namespace fz::screens
