// A folder for blobs that is removed at the end.
#pragma once
#include <gtest/gtest.h>

#include "shared/base/id.hpp"
#include "shared/blob/blob.hpp"

namespace fz::blob {

class BlobTest : public ::testing::Test {
 protected:
  BlobTest() : dir_(fs::temp_directory_path() / ("fz-blob-" + random_code(8))) {}
  ~BlobTest() override {
    set_disk_hook(nullptr);
    fs::remove_all(dir_);
  }
  std::unique_ptr<Store> open(Options options = {}) {
    auto store = Store::open(dir_ / "media", std::move(options));
    EXPECT_TRUE(store) << to_log(store.error());
    return *std::move(store);
  }
  static Bytes bytes(std::size_t n, unsigned seed = 1) {
    Bytes out(n);
    std::uint32_t x = seed * 2654435761u + 1;
    for (auto& b : out) {
      x ^= x << 13, x ^= x >> 17, x ^= x << 5;
      b = static_cast<std::uint8_t>(x);
    }
    return out;
  }
  fs::path path_of(const std::string& sha256) const { return dir_ / "media" / sha256.substr(0, 2) / sha256; }
  void damage(const std::string& sha256, std::uint64_t at) const {
    FILE* f = std::fopen(path_of(sha256).c_str(), "r+b");
    ASSERT_NE(f, nullptr);
    std::fseek(f, static_cast<long>(at), SEEK_SET);
    const int c = std::fgetc(f);
    std::fseek(f, static_cast<long>(at), SEEK_SET);
    std::fputc(c ^ 1, f);
    std::fclose(f);
  }
  std::size_t leftovers() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir_ / "media" / "tmp"), {})); }
  fs::path dir_;
};

}  // namespace fz::blob
