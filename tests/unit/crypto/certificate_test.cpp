#include "shared/crypto/certificate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "shared/base/file.hpp"
#include "shared/base/process.hpp"
#include "tests/support/temp_dir.hpp"

using namespace fz;
using namespace fz::crypto;
using fz::test::TempDir;

namespace {
Result<std::string> openssl(std::vector<std::string> arguments) {
  SpawnOptions options;
  options.argv = {"openssl"};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  return run_command(options, Seconds{20});
}
const UtcTime kFrom = parse_time("2026-11-22T08:00:00Z").value(), kTo = parse_time("2036-11-22T08:00:00Z").value();
}  // namespace

TEST(Certificate, OpensslReadsWhatWasAskedFor) {
  TempDir dir;
  auto made = make_self_signed({"fanzha.local", "127.0.0.1", "::1"}, kFrom, kTo);
  ASSERT_TRUE(made) << to_log(made.error());
  ASSERT_TRUE(write_atomic(dir / "cert.pem", made->certificate_pem));
  ASSERT_TRUE(write_atomic(dir / "key.pem", made->key_pem, 0600));
  auto text = openssl({"x509", "-in", dir / "cert.pem", "-noout", "-text"}).value();
  for (auto* part : {"CN = fanzha.local", "DNS:fanzha.local", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1", "ecdsa-with-SHA256",
                     "NIST CURVE: P-256", "TLS Web Server Authentication", "Nov 22 08:00:00 2036 GMT"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  auto print = openssl({"x509", "-in", dir / "cert.pem", "-noout", "-fingerprint", "-sha256"}).value();
  print.erase(std::remove(print.begin(), print.end(), ':'), print.end());
  std::transform(print.begin(), print.end(), print.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  EXPECT_NE(print.find(made->sha256), std::string::npos) << print;
  EXPECT_EQ(certificate_sha256(made->certificate_pem).value(), made->sha256);
  EXPECT_EQ(certificate_not_after(made->certificate_pem).value(), kTo);
  // Key and certificate belong together, and the certificate is a trust anchor for itself.
  EXPECT_EQ(openssl({"x509", "-in", dir / "cert.pem", "-noout", "-pubkey"}).value(),
            openssl({"pkey", "-in", dir / "key.pem", "-pubout"}).value());
  auto verified = openssl({"verify", "-x509_strict", "-no_check_time", "-CAfile", dir / "cert.pem", dir / "cert.pem"});
  EXPECT_TRUE(verified) << to_log(verified.error());
}

TEST(Certificate, RefusesNamesThatWouldBecomeSomethingElse) {
  for (auto name : {"", "a b", "a,DNS:evil", "DNS:x", "名字", "*.example"}) {
    auto made = make_self_signed({name}, kFrom, kTo);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, Code::bad_field);
  }
  EXPECT_FALSE(make_self_signed({}, kFrom, kTo));
  EXPECT_FALSE(make_self_signed({"a"}, kTo, kFrom));
  EXPECT_FALSE(certificate_sha256("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
}
