#include "shared/base/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace fz {
namespace {
TEST(Process, ReturnsOutputAndStatus) {
  EXPECT_EQ(*run_command({.argv = {"/bin/sh", "-c", "echo $X"}, .fds = {}, .env = {{"X", "hello"}}}, Seconds{5}), "hello\n");
  EXPECT_EQ(run_command({.argv = {"/bin/false"}, .fds = {}, .env = {}}, Seconds{5}).error().code, Code::process_failed);
  EXPECT_EQ(run_command({.argv = {"/no/such/program"}, .fds = {}, .env = {}}, Seconds{5}).error().code, Code::process_failed);
}
TEST(Process, TimesOutAndCapsOutput) {
  EXPECT_EQ(run_command({.argv = {"/bin/sleep", "30"}, .fds = {}, .env = {}}, Millis{200}).error().code, Code::timeout);
  EXPECT_EQ(run_command({.argv = {"/bin/sh", "-c", "yes"}, .fds = {}, .env = {}}, Seconds{5}, 1000).error().code, Code::process_failed);
}
TEST(Process, PassesExactlyTheNamedDescriptors) {
  Fd extra(::open("/dev/null", O_RDONLY));
  Fd given(::open("/dev/zero", O_RDONLY));
  auto out =
      run_command({.argv = {"/bin/sh", "-c", "for f in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$f ] && readlink /proc/$$/fd/$f; done; true"},
                   .fds = {{given.get(), 5}},
                   .env = {}},
                  Seconds{5});
  ASSERT_TRUE(out);
  EXPECT_EQ(*out, "/dev/zero\n");
}
TEST(Process, EndsForCertain) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  Fd rd(ends[0]), wr(ends[1]);
  auto p =
      Process::spawn({.argv = {"/bin/sh", "-c", "trap '' TERM; echo set; while :; do sleep 1; done"}, .fds = {{wr.get(), 1}}, .env = {}});
  ASSERT_TRUE(p);
  char set = 0;
  ASSERT_EQ(::read(rd.get(), &set, 1), 1);  // only now is the trap in place
  EXPECT_TRUE(p->running());
  EXPECT_EQ(p->end(Millis{100}), 128 + SIGKILL);
  EXPECT_FALSE(p->running());
}
}  // namespace
}  // namespace fz
