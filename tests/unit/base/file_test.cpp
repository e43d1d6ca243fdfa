#include "shared/base/file.hpp"

#include <gtest/gtest.h>

#include "shared/base/id.hpp"

namespace fz {
namespace {
class FileTest : public ::testing::Test {
 protected:
  FileTest() : dir_(fs::temp_directory_path() / ("fz-file-" + random_code(8))) { fs::create_directories(dir_); }
  ~FileTest() override {
    set_disk_hook(nullptr);
    fs::remove_all(dir_);
  }
  std::size_t entries() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir_), {})); }
  fs::path dir_;
};
TEST_F(FileTest, WritesAtomically) {
  auto p = dir_ / "a";
  ASSERT_TRUE(write_atomic(p, "one"));
  ASSERT_TRUE(write_atomic(p, "two"));
  EXPECT_EQ(*read_file(p, 10), "two");
  EXPECT_EQ(entries(), 1u);
}
TEST_F(FileTest, ReadsWithACap) {
  ASSERT_TRUE(write_atomic(dir_ / "a", "12345"));
  EXPECT_EQ(read_file(dir_ / "a", 4).error().code, Code::too_large);
  EXPECT_EQ(read_file(dir_ / "b", 4).error().code, Code::not_found);
}
TEST_F(FileTest, DoesNotFollowALink) {
  ASSERT_TRUE(write_atomic(dir_ / "a", "x"));
  fs::create_symlink("a", dir_ / "link");
  EXPECT_FALSE(read_file(dir_ / "link", 10));
}
// Whichever step fails, the old content is there whole (the new one only once the rename is done), and no rubbish stays.
TEST_F(FileTest, EveryFailingStepLeavesOldOrNew) {
  auto p = dir_ / "a";
  for (int nth = 1;; ++nth) {
    set_disk_hook(nullptr);
    ASSERT_TRUE(write_atomic(p, "old"));
    int step = 0;
    set_disk_hook([&](std::string_view, const fs::path&) { return ++step == nth ? ENOSPC : 0; });
    auto r = write_atomic(p, "new");
    set_disk_hook(nullptr);
    auto content = *read_file(p, 10);
    EXPECT_EQ(entries(), 1u);
    if (step < nth) {
      EXPECT_TRUE(r);
      EXPECT_GT(nth, 4);
      break;
    }
    EXPECT_EQ(r.error().code, Code::disk_full);
    EXPECT_TRUE(content == "old" || content == "new") << content;
  }
}
}  // namespace
}  // namespace fz
