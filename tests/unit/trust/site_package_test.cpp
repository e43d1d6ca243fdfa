#include "shared/trust/site_package.hpp"

#include <gtest/gtest.h>

#include "shared/crypto/hash.hpp"

namespace fz::trust {
namespace {

const std::string kPin(64, 'a');
const SitePackage kSite{"https://fz.example:8443", kPin, "{\"a root\":1}\n"};

TEST(SitePackageTest, FileAndCodeSayTheSame) {
  const auto file = parse_site_package(write_site_package(kSite)).value();
  EXPECT_EQ(file.server, kSite.server);
  EXPECT_EQ(file.pin, kSite.pin);
  EXPECT_EQ(file.root, kSite.root);
  const auto code = parse_site_code(" " + write_site_code(kSite) + "\r\n").value();
  EXPECT_EQ(code.server, kSite.server);
  EXPECT_EQ(code.pin, kSite.pin);
  EXPECT_EQ(code.root_sha256, crypto::sha256_hex(kSite.root));
  const auto without = parse_site_code(write_site_code({"https://fz.example", "", "r"})).value();
  EXPECT_EQ(without.pin, "");
}

TEST(SitePackageTest, RefusesWhatIsNotExact) {
  for (const std::string bad :
       {"", "{}", R"({"schema":2,"server":"https://a","root":"e30="})", R"({"schema":1,"server":"file:///etc","root":"e30="})",
        R"({"schema":1,"server":"https://a/path","root":"e30="})", R"({"schema":1,"server":"https://u@a","root":"e30="})",
        R"({"schema":1,"server":"https://a","pin":"12","root":"e30="})", R"({"schema":1,"server":"https://a","root":"e3="})",
        R"({"schema":1,"server":"https://a","root":"e30=","more":1})"})
    EXPECT_FALSE(parse_site_package(bad)) << bad;
  const std::string root = "root=" + std::string(64, 'b');
  for (const std::string& bad : {std::string(), std::string("https://a"), "https://a/#pin=" + kPin, "https://a/#" + root + "&" + root,
                                 "https://a/#" + root + "&more=1", "https://a/#" + root + "&pin=1", "ftp://a/#" + root,
                                 "https://a/b/#" + root, "https://a/#root=" + std::string(63, 'b'), "https:///#" + root})
    EXPECT_FALSE(parse_site_code(bad)) << bad;
}

}  // namespace
}  // namespace fz::trust
