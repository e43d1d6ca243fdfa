#include "shared/crypto/seal.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "shared/base/id.hpp"

namespace fz::crypto {
namespace {

class SealTest : public testing::Test {
 protected:
  SealTest() : folder(fs::temp_directory_path() / ("fz-seal-" + random_code(8))) { fs::create_directories(folder); }
  ~SealTest() override { fs::remove_all(folder); }
  fs::path folder;
};

TEST_F(SealTest, OpensOnlyWithItsKeyForWhomItWasSealedAndUnchanged) {
  const auto key = SealKey::load_or_make(folder / "seal.key").value();
  const auto sealed = key.seal("JBSWY3DPEHPK3PXP", "account-1");
  EXPECT_EQ(sealed.find("JBSWY3DP"), std::string::npos);
  EXPECT_NE(sealed, key.seal("JBSWY3DPEHPK3PXP", "account-1")) << "a nonce each";
  EXPECT_EQ(key.open(sealed, "account-1").value(), "JBSWY3DPEHPK3PXP");
  EXPECT_EQ(SealKey::load_or_make(folder / "seal.key").value().open(sealed, "account-1").value(), "JBSWY3DPEHPK3PXP");
  EXPECT_FALSE(key.open(sealed, "account-2"));
  EXPECT_FALSE(key.open("JBSWY3DPEHPK3PXP", "account-1"));
  EXPECT_FALSE(key.open("sealed1:AAAA", "account-1"));
  auto changed = sealed;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(key.open(changed, "account-1"));
  const auto other = SealKey::load_or_make(folder / "other.key").value();
  EXPECT_EQ(other.open(sealed, "account-1").error().code, Code::key_invalid);
}

TEST_F(SealTest, TheKeyFileIsItsOwnersAloneAndNeverReplaced) {
  const auto file = folder / "seal.key";
  ASSERT_TRUE(SealKey::load_or_make(file));
  struct stat about {};
  ASSERT_EQ(::stat(file.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  EXPECT_EQ(SealKey::load_or_make(file).error().code, Code::key_exposed);
  ASSERT_TRUE(write_atomic(file, "not a key\n", 0600));
  EXPECT_EQ(SealKey::load_or_make(file).error().code, Code::key_invalid);
  EXPECT_EQ(read_file(file, 100).value(), "not a key\n");
}

}  // namespace
}  // namespace fz::crypto
