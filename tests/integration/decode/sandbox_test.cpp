// The cage of fz-decode holds: every attack of the planted decoder is refused inside and works outside of it.
#include <gtest/gtest.h>

#include <sstream>

#include "shared/base/json.hpp"
#include "tests/support/media/media.hpp"

namespace fz {
namespace {

int attack(const std::string& name, bool free) {
  SpawnOptions o;
  o.argv = {(test::bin_dir() / "planted_decoder").string(), name};
  if (free) o.argv.push_back("free");
  auto p = Process::spawn(o);
  EXPECT_TRUE(p);
  return p->wait(Seconds{30}).value_or(-1);
}

TEST(DecodeSandbox, RefusesEveryAttack) {
  SpawnOptions o;
  o.argv = {(test::bin_dir() / "planted_decoder").string(), "list"};
  auto list = run_command(o, Seconds{30});
  ASSERT_TRUE(list);
  std::istringstream lines(*list);
  int n = 0;
  for (std::string name; std::getline(lines, name); ++n) EXPECT_EQ(attack(name, false), 0) << name;
  EXPECT_GE(n, 20);
  EXPECT_FALSE(fs::exists("/tmp/fz-planted"));
}

TEST(DecodeSandbox, TheAttacksWorkWithoutIt) {
  for (auto* name : {"socket", "connect", "open", "openat", "openwrite", "mkdir", "unlink", "execve", "fork", "kill", "tgkill",
                     "blocking_event", "blocking_dup", "memfd", "dumpable", "clone3"})
    EXPECT_EQ(attack(name, true), 1) << name;
  fs::remove("/tmp/fz-planted");
  fs::remove("/tmp/fz-planted-dir");
}

TEST(DecodeSandbox, SelftestTellsItsState) {
  SpawnOptions o;
  o.argv = {(test::bin_dir() / "fz-decode").string(), "--selftest"};
  auto text = run_command(o, Seconds{30});
  ASSERT_TRUE(text);
  auto v = json::parse(*text);
  ASSERT_TRUE(v) << *text;
  EXPECT_TRUE(v->at("seccomp").as_bool());
  EXPECT_EQ(v->at("landlock").as_bool(), v->at("landlock_abi").as_int64() > 0);
}

}  // namespace
}  // namespace fz
