#include "shared/crypto/hash.hpp"

#include <gtest/gtest.h>

#include "shared/base/id.hpp"

using namespace fz;
using namespace fz::crypto;

TEST(Hash, Sha256KnownAnswers) {  // FIPS 180-4 examples
  EXPECT_EQ(sha256_hex(std::string_view("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex(std::string_view("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, IncrementalIsOneShotHoweverItIsCut) {
  Bytes data = random_bytes(10'000);
  for (std::size_t step : {1u, 63u, 64u, 65u, 999u, 10'000u}) {
    Sha256 h;
    for (std::size_t i = 0; i < data.size(); i += step) h.update(ByteView(data).subspan(i, std::min(step, data.size() - i)));
    EXPECT_EQ(h.finish_hex(), sha256_hex(data));
    h.update(as_bytes("abc"));  // and it may be used again
    EXPECT_EQ(h.finish_hex(), sha256_hex(std::string_view("abc")));
  }
}

TEST(Hash, ChunksAreTheHashesOfEachMebibyte) {
  for (std::size_t size :
       {std::size_t{0}, std::size_t{1}, kChunkSize - 1, kChunkSize, kChunkSize + 1, 3 * kChunkSize, 2 * kChunkSize + 77}) {
    Bytes data(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(i * 7 + (i >> 16));
    ChunkedHasher h;
    for (std::size_t i = 0; i < size; i += 300'007) h.update(ByteView(data).subspan(i, std::min<std::size_t>(300'007, size - i)));
    auto got = h.finish();
    EXPECT_EQ(got.length, size);
    EXPECT_EQ(got.sha256, sha256_hex(data));
    ASSERT_EQ(got.chunks.size(), (size + kChunkSize - 1) / kChunkSize);
    for (std::size_t c = 0; c < got.chunks.size(); ++c)
      EXPECT_EQ(got.chunks[c], sha256_hex(ByteView(data).subspan(c * kChunkSize, std::min(kChunkSize, size - c * kChunkSize))));
    EXPECT_EQ(h.finish().chunks.size(), 0u);
  }
}

TEST(Hash, HmacKnownAnswers) {  // RFC 4231, cases 1, 2 and 6
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, 0x0b), as_bytes("Hi There"))), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(131, 0xaa), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(to_hex(hmac_sha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hash, ConstantTimeCompare) {
  EXPECT_TRUE(equal_constant_time(std::string_view("secret"), std::string_view("secret")));
  EXPECT_FALSE(equal_constant_time(std::string_view("secret"), std::string_view("secreT")));
  EXPECT_FALSE(equal_constant_time(std::string_view("secret"), std::string_view("secrets")));
  EXPECT_TRUE(equal_constant_time(std::string_view(), std::string_view()));
}
