// The process is killed at every single disk step; the next start finds whole blobs or none.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/blob/fixture.hpp"

namespace fz::blob {
namespace {

using KillTest = BlobTest;

/// Runs `work` in a child that dies with SIGKILL at the nth disk step; true if it died there.
template <class F>
bool killed_at(int nth, F&& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    int step = 0;
    set_disk_hook([&](std::string_view, const fs::path&) {
      if (++step == nth) ::kill(::getpid(), SIGKILL);
      return 0;
    });
    work();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

TEST_F(KillTest, EveryStepOfAnUpload) {
  const Bytes data = bytes(300000);
  const std::string name = crypto::sha256_hex(data);
  int killed = 0;
  for (int nth = 1; nth < 100; ++nth) {
    const bool died = killed_at(nth, [&] {
      auto store = Store::open(dir_ / "media");
      if (!store) ::_exit(1);
      auto part = (*store)->part("upload", data.size());
      if (!part) ::_exit(2);
      for (std::size_t at = part->length(); at < data.size(); at += 100000) {
        if (!part->append(ByteView(data).subspan(at, std::min<std::size_t>(100000, data.size() - at)))) ::_exit(3);
      }
      if (!part->commit() || !part->discard()) ::_exit(4);
    });
    killed += died ? 1 : 0;
    auto store = open();
    EXPECT_EQ(leftovers(), 0u);
    const bool there = store->has(name);
    if (there) {
      EXPECT_TRUE(store->open_verified(name)) << nth;
    } else {
      // nothing was lost either: the part goes on from where it was
      auto part = store->part("upload", data.size());
      ASSERT_TRUE(part);
      EXPECT_EQ(part->length() % 100000, 0u);
      ASSERT_TRUE(part->append(ByteView(data).subspan(part->length())));
      EXPECT_EQ(part->commit()->sha256, name) << nth;
    }
    ASSERT_TRUE(store->remove_part("upload"));
    ASSERT_TRUE(store->remove(name));
    if (!died) break;
  }
  EXPECT_GE(killed, 8);
}

}  // namespace
}  // namespace fz::blob
