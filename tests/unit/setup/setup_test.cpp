#include "server/setup/setup.hpp"

#include <gtest/gtest.h>

#include "shared/crypto/authority.hpp"

namespace fz::setup {
namespace {

const UtcTime kNow = *parse_time("2026-11-30T12:00:00Z");

TEST(Setup, WhatACertificateIs) {
  const auto own = crypto::make_self_signed({"fz.example", "10.1.2.3"}, kNow, kNow + Days{10});
  const auto ca = crypto::make_authority("南川区反诈中心 CA", kNow, kNow + Days{20}),
             other = crypto::make_authority("别人", kNow, kNow + Days{20});
  ASSERT_TRUE(own && ca && other);
  const auto leaf = crypto::issue(ca->certificate_pem, ca->key_pem, {"fz.example", "::1"}, kNow, kNow + Days{5});
  ASSERT_TRUE(leaf) << to_log(leaf.error());
  auto s = describe(own->certificate_pem, "");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->kind, Kind::self_signed);
  EXPECT_EQ(s->names, (std::vector<std::string>{"fz.example", "10.1.2.3"}));
  EXPECT_EQ(s->fingerprint, own->sha256);
  EXPECT_EQ(s->expires, kNow + Days{10});
  s = describe(leaf->certificate_pem, ca->certificate_pem);
  ASSERT_TRUE(s);
  EXPECT_EQ(s->kind, Kind::office_ca);
  EXPECT_EQ(s->names, (std::vector<std::string>{"fz.example", "::1"}));
  EXPECT_EQ(s->authority, ca->sha256);
  EXPECT_EQ(s->authority_expires, kNow + Days{20});
  EXPECT_EQ(describe(leaf->certificate_pem, other->certificate_pem)->kind, Kind::given) << "somebody else's";
  EXPECT_EQ(describe("nonsense", "").error().code, Code::key_invalid);
}

TEST(Setup, WhoIsThere) {
  accounts::Account a;
  a.roles = {accounts::Role::contributor, accounts::Role::publisher};
  accounts::Account one = a, two = a;
  one.roles = two.roles = {accounts::Role::reviewer};
  one.holder = two.holder = "张三";
  auto people = people_of({a, one, two});
  EXPECT_EQ(people.count, 3);
  EXPECT_EQ(people.roles["reviewer"], 2);
  EXPECT_FALSE(people.done) << "one holder with two accounts is one person";
  two.holder = "李四";
  EXPECT_TRUE(people_of({a, one, two}).done);
  two.enabled = false;
  EXPECT_FALSE(people_of({a, one, two}).done);
}

TEST(Setup, FilesForOfficePcs) {
  const auto ca = crypto::make_authority("单位", kNow, kNow + Days{20});
  ASSERT_TRUE(ca);
  for (const char* name : {"ca.crt", "install-windows.cmd", "install-linux.sh"}) {
    const auto file = office_file(name, ca->certificate_pem);
    ASSERT_TRUE(file && *file) << name;
    EXPECT_NE((*file)->bytes.find("-----BEGIN CERTIFICATE-----"), std::string::npos) << name;
    EXPECT_EQ((*file)->bytes.find("PRIVATE"), std::string::npos) << name;
  }
  EXPECT_FALSE(*office_file("ca.key", ca->certificate_pem));
}

}  // namespace
}  // namespace fz::setup
