#include "shared/crypto/key.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "shared/base/file.hpp"
#include "shared/base/process.hpp"
#include "shared/crypto/hash.hpp"
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
}  // namespace

TEST(Key, Ed25519KnownAnswers) {  // RFC 8032 section 7.1, tests 1 and 2
  struct {
    const char *seed, *pub, *message, *sig;
  } const cases[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
  };
  for (auto& c : cases) {
    auto key = PrivateKey::from_seed(from_hex(c.seed).value()).value();
    Bytes message = from_hex(c.message).value();
    EXPECT_EQ(key.public_key().hex(), c.pub);
    EXPECT_EQ(to_hex(key.sign(message)), c.sig);
    EXPECT_TRUE(verify(key.public_key(), message, from_hex(c.sig).value()));
    EXPECT_EQ(to_hex(key.seed()), c.seed);
  }
}

TEST(Key, KeyidIsOverSchemeAndRawKey) {
  auto key = PrivateKey::generate();
  std::string text = "ed25519";
  text.push_back('\0');
  text.append(as_text(key.public_key().raw));
  EXPECT_EQ(key.id(), sha256_hex(text));
  auto other = key.public_key();
  other.scheme = kSm2Sm3;
  EXPECT_NE(keyid(other), key.id());
}

TEST(Key, RefusesEverythingThatIsNotTheSignature) {
  auto key = PrivateKey::generate(), stranger = PrivateKey::generate();
  auto message = as_bytes("message");
  auto good = key.sign(message);
  EXPECT_TRUE(verify(key.public_key(), message, good));
  EXPECT_FALSE(verify(stranger.public_key(), message, good));
  EXPECT_FALSE(verify(key.public_key(), as_bytes("Message"), good));
  for (std::size_t i = 0; i < good.size() * 8; ++i) {
    auto bad = good;
    bad[i / 8] = static_cast<std::uint8_t>(bad[i / 8] ^ (1u << (i % 8)));
    EXPECT_FALSE(verify(key.public_key(), message, bad)) << i;
  }
  EXPECT_FALSE(verify(key.public_key(), message, {}));
  EXPECT_FALSE(verify(key.public_key(), message, ByteView(good).first(63)));
  // S + L for S is another text of the same signature; RFC 8032 refuses it.
  auto longer = good;
  const std::uint8_t order[] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += longer[32 + i] + order[i];
    longer[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verify(key.public_key(), message, longer));
  EXPECT_FALSE(verify({std::string(kSm2Sm3), key.public_key().raw}, message, good)) << "a scheme that is not compiled in verifies nothing";
  EXPECT_FALSE(verify({"ed25519", Bytes(31)}, message, good));
  EXPECT_EQ(ERR_peek_error(), 0u) << "nothing may stay in OpenSSL's queue";
}

TEST(Key, PublicKeysFromHex) {
  EXPECT_TRUE(public_key_from_hex("ed25519", std::string(64, 'a')));
  EXPECT_FALSE(public_key_from_hex("ed25519", std::string(62, 'a')));
  EXPECT_FALSE(public_key_from_hex("ed25519", std::string(64, 'A')));
  EXPECT_FALSE(public_key_from_hex("", std::string(64, 'a')));
  EXPECT_FALSE(public_key_from_hex("ed25519", ""));
  EXPECT_TRUE(public_key_from_hex("sm2-sm3", std::string(130, '0')));
  EXPECT_FALSE(public_key_from_hex("future", std::string(600, '0')));
}

TEST(Key, OpensslCommandLineVerifiesOurSignature) {
  TempDir dir;
  auto key = PrivateKey::generate();
  std::string message = "DSSEv1 4 type 4 body";
  ASSERT_TRUE(write_atomic(dir / "message", message));
  ASSERT_TRUE(write_atomic(dir / "sig", as_text(key.sign(as_bytes(message)))));
  ASSERT_TRUE(write_atomic(dir / "public.pem", public_key_to_pem(key.public_key()).value()));
  std::vector<std::string> verify_args = {"pkeyutl",          "-verify",  "-rawin",    "-pubin", "-inkey",
                                          dir / "public.pem", "-sigfile", dir / "sig", "-in",    dir / "message"};
  auto done = openssl(verify_args);
  ASSERT_TRUE(done) << to_log(done.error());
  EXPECT_NE(done->find("Verified Successfully"), std::string::npos);
  ASSERT_TRUE(write_atomic(dir / "message", message + "!"));
  EXPECT_FALSE(openssl(verify_args));
}

TEST(Key, ReadsWhatOpensslMade) {
  TempDir dir;
  ASSERT_TRUE(openssl({"genpkey", "-algorithm", "ed25519", "-out", dir / "key.pem"}));
  ASSERT_TRUE(openssl({"pkey", "-in", dir / "key.pem", "-pubout", "-out", dir / "public.pem"}));
  auto pem = read_file(dir / "key.pem", 4096).value();
  auto key = PrivateKey::from_pem(pem);
  ASSERT_TRUE(key) << to_log(key.error());
  EXPECT_EQ(public_key_from_pem(read_file(dir / "public.pem", 4096).value()).value(), key->public_key());
  EXPECT_EQ(key->to_pem(), pem);
  ASSERT_TRUE(write_atomic(dir / "message", "hello"));
  ASSERT_TRUE(openssl({"pkeyutl", "-sign", "-rawin", "-inkey", dir / "key.pem", "-in", dir / "message", "-out", dir / "sig"}));
  EXPECT_TRUE(verify(key->public_key(), as_bytes("hello"), as_bytes(read_file(dir / "sig", 100).value())));
}

TEST(Key, PemOfOtherKindsIsRefused) {
  TempDir dir;
  ASSERT_TRUE(openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", dir / "ec.pem"}));
  ASSERT_TRUE(openssl({"genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x", "-out", dir / "locked.pem"}));
  for (auto& text : {read_file(dir / "ec.pem", 4096).value(), read_file(dir / "locked.pem", 4096).value(),
                     std::string("-----BEGIN PRIVATE KEY-----"), std::string()}) {
    auto key = PrivateKey::from_pem(text);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, Code::key_invalid);
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}
