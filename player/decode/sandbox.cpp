#include "player/decode/sandbox.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace fz::decode {
namespace {

// linux/landlock.h of Debian 12 is older than many kernels: the structure in its newest known form (ABI 6).
struct LandlockRuleset {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};
constexpr long kCreateRuleset = 444, kRestrictSelf = 446;

// Every right a kernel knows is handled and none is granted: see Documentation/userspace-api/landlock.rst.
LandlockRuleset all_rights(int abi, std::size_t& size) {
  LandlockRuleset r{(1U << 13) - 1, 0, 0};  // ABI 1
  size = sizeof r.handled_access_fs;
  if (abi >= 2) r.handled_access_fs |= 1U << 13;  // refer
  if (abi >= 3) r.handled_access_fs |= 1U << 14;  // truncate
  if (abi >= 4) r.handled_access_net = 3, size += sizeof r.handled_access_net;
  if (abi >= 5) r.handled_access_fs |= 1U << 15;        // ioctl on devices
  if (abi >= 6) r.scoped = 3, size += sizeof r.scoped;  // abstract sockets, signals
  return r;
}

void restrict_landlock(SandboxReport& report) {
  long abi = ::syscall(kCreateRuleset, nullptr, 0, 1U);
  if (abi <= 0) return;
  report.landlock_abi = static_cast<int>(abi);
  std::size_t size = 0;
  auto rights = all_rights(report.landlock_abi, size);
  int fd = static_cast<int>(::syscall(kCreateRuleset, &rights, size, 0U));
  if (fd < 0) return;
  report.landlock = ::syscall(kRestrictSelf, fd, 0U) == 0;
  ::close(fd);
}

void limit(int what, std::uint64_t value) {
  rlimit r{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(what), &r);
}
void set_limits(const SandboxLimits& limits) {
  ::signal(SIGXFSZ, SIG_IGN);  // a write over the limit fails with EFBIG
  limit(RLIMIT_FSIZE, limits.file_bytes);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, 256);
#ifndef FZ_SANITIZE
  limit(RLIMIT_DATA, std::uint64_t{4} << 30);  // private writable memory: a bomb ends here, not in the machine's swap
#endif
}

// Needed by libc, GLib, GStreamer, libav, libvpx and x264 for computing with what is open already.
constexpr int kPlain[] = {
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
    SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(ftruncate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    // memory
    SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mincore),
    SCMP_SYS(membarrier),
    // threads
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_getattr), SCMP_SYS(sched_get_priority_max),
    SCMP_SYS(sched_get_priority_min), SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
    SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(set_tid_address), SCMP_SYS(arch_prctl),
    SCMP_SYS(getcpu),
    // signals of its own
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    // time and waiting
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2),
    // harmless questions
    SCMP_SYS(getrandom), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(getrusage), SCMP_SYS(times), SCMP_SYS(getcwd)};

struct Release {
  void operator()(void* context) const { ::seccomp_release(context); }
};
using Filter = std::unique_ptr<void, Release>;

// Calls that are allowed with certain arguments only.
int add_conditional(scmp_filter_ctx f) {
  int bad = 0;
  auto self = static_cast<scmp_datum_t>(::getpid());
  // Threads yes, processes no. clone3 hides its flags in memory: libc falls back to clone when told it is missing.
  bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
  bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, self));  // abort()
  bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
  bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_VMA));
  bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0));  // ask, not set
  // GStreamer wakes its own threads through a pair; connect, sendmsg and the rest stay refused.
  bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
  // The eventfds are shared with the screen and must stay non-blocking: flags may be set only with O_NONBLOCK among them.
  bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2, SCMP_A1(SCMP_CMP_EQ, F_SETFL),
                          SCMP_A2(SCMP_CMP_MASKED_EQ, O_NONBLOCK, O_NONBLOCK));
  for (int what : {F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC, F_GET_SEALS})
    bad |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_EQ, static_cast<scmp_datum_t>(what)));
  // GLib gives new threads the scheduling of the old one: told that it is done.
  bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(0), SCMP_SYS(sched_setattr), 0);
  // Libraries probe for files and take the refusal calmly.
  for (int call : {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
                   SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx)})
    bad |= seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), call, 0);
  return bad;
}

Result<void> restrict_seccomp() {
  Filter f(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
  if (!f) return fail(Code::internal, {{"id", "seccomp"}}, "seccomp_init");
  seccomp_attr_set(f.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  seccomp_attr_set(f.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary tree instead of a list: futex and read come fast
  int bad = 0;
  for (int call : kPlain) bad |= seccomp_rule_add(f.get(), SCMP_ACT_ALLOW, call, 0);
  bad |= add_conditional(f.get());
  if (bad == 0) bad = seccomp_load(f.get());
  if (bad != 0) return fail(Code::internal, {{"id", "seccomp"}}, std::strerror(-bad));
  return {};
}

}  // namespace

Result<SandboxReport> enter_sandbox(const SandboxLimits& limits) {
  SandboxReport report;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(Code::internal, {{"id", "no_new_privs"}}, std::strerror(errno));
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  set_limits(limits);
  restrict_landlock(report);
  FZ_CHECK(restrict_seccomp());
  report.seccomp = true;
  return report;
}

}  // namespace fz::decode
