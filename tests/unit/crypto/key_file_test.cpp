#include "shared/crypto/key_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "shared/base/json.hpp"
#include "tests/support/temp_dir.hpp"

using namespace fz;
using namespace fz::crypto;
using fz::test::TempDir;

TEST(KeyFile, PlainKeyIsPrivateToItsOwner) {
  TempDir dir;
  auto key = PrivateKey::generate();
  ASSERT_TRUE(write_key_file(dir / "device.key", key, "scr-1", "device", std::nullopt));
  struct stat st {};
  ASSERT_EQ(stat((dir / "device.key").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  auto back = read_key_file(dir / "device.key");
  ASSERT_TRUE(back) << to_log(back.error());
  EXPECT_EQ(back->public_key(), key.public_key());
  auto info = key_file_info(dir / "device.key").value();
  EXPECT_EQ(info.holder, "scr-1");
  EXPECT_EQ(info.purpose, "device");
  EXPECT_EQ(info.keyid, key.id());
  EXPECT_FALSE(info.encrypted);

  ASSERT_EQ(chmod((dir / "device.key").c_str(), 0640), 0);
  auto exposed = read_key_file(dir / "device.key");
  ASSERT_FALSE(exposed);
  EXPECT_EQ(exposed.error().code, Code::key_exposed);
}

TEST(KeyFile, NeverOverwritesAKey) {
  TempDir dir;
  auto key = PrivateKey::generate();
  ASSERT_TRUE(write_key_file(dir / "a.key", key, "h", "root", std::nullopt));
  auto again = write_key_file(dir / "a.key", PrivateKey::generate(), "h", "root", std::nullopt);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::file_exists);
  EXPECT_EQ(read_key_file(dir / "a.key").value().id(), key.id());
}

TEST(KeyFile, EncryptedKeyNeedsItsPassphrase) {
  auto key = PrivateKey::generate();
  auto text = seal_key(key, "审核员一", "approve", "correct horse").value();
  EXPECT_EQ(text.find(to_hex(key.seed())), std::string::npos);
  EXPECT_EQ(open_key(text, "correct horse").value().id(), key.id());
  EXPECT_EQ(open_key(text, "wrong").error().code, Code::passphrase_wrong);
  EXPECT_EQ(open_key(text, std::nullopt).error().code, Code::passphrase_missing);
  EXPECT_EQ(seal_key(key, "h", "approve", "").error().code, Code::bad_field);
  EXPECT_TRUE(key_info(text).value().encrypted);
  EXPECT_NE(seal_key(key, "审核员一", "approve", "correct horse").value(), text) << "salt and nonce are new each time";
}

TEST(KeyFile, PublicPartCannotBeExchanged) {
  auto key = PrivateKey::generate(), other = PrivateKey::generate();
  auto change = [](std::string text, auto edit) {
    auto v = json::parse(text).value();
    edit(v.as_object());
    return json::write(v);
  };
  auto sealed = seal_key(key, "reviewer-1", "approve", "pass").value();
  EXPECT_EQ(open_key(change(sealed, [](auto& o) { o["holder"] = "reviewer-2"; }), "pass").error().code, Code::passphrase_wrong);
  EXPECT_EQ(open_key(change(sealed, [&](auto& o) { o["public"] = other.public_key().hex(); }), "pass").error().code, Code::key_invalid);
  auto plain = seal_key(key, "server", "online", std::nullopt).value();
  auto swapped = change(plain, [&](auto& o) {
    o["public"] = other.public_key().hex();
    o["keyid"] = other.id();
  });
  EXPECT_EQ(open_key(swapped, std::nullopt).error().code, Code::key_invalid);
}

TEST(KeyFile, DamageIsRefusedAndBounded) {
  auto sealed = seal_key(PrivateKey::generate(), "h", "approve", "pass").value();
  auto set = [&](const char* name, json::value value) {
    auto v = json::parse(sealed).value();
    v.as_object()["encrypted"].as_object()[name] = std::move(value);
    return open_key(json::write(v), "pass").error().code;
  };
  EXPECT_EQ(set("memory", std::int64_t{1} << 40), Code::key_invalid) << "a file must not ask for all memory";
  EXPECT_EQ(set("ops", 1'000'000), Code::key_invalid);
  EXPECT_EQ(set("salt", "AAAA"), Code::key_invalid);
  EXPECT_EQ(set("kdf", "scrypt"), Code::key_invalid);
  for (std::size_t cut = 0; cut < sealed.size(); cut += 37) EXPECT_FALSE(key_info(sealed.substr(0, cut)));
  EXPECT_FALSE(open_key("", "pass"));
  EXPECT_FALSE(open_key("{}", "pass"));
}

TEST(KeyFile, ReadsPemToo) {
  TempDir dir;
  auto key = PrivateKey::generate();
  ASSERT_TRUE(write_atomic(dir / "key.pem", key.to_pem(), 0600));
  EXPECT_EQ(read_key_file(dir / "key.pem").value().id(), key.id());
  ASSERT_EQ(chmod((dir / "key.pem").c_str(), 0644), 0);
  EXPECT_EQ(read_key_file(dir / "key.pem").error().code, Code::key_exposed);
}
