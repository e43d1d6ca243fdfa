// A decoder in hostile hands: enters the cage of fz-decode and then tries what exploited code would try.
// planted_decoder ATTACK [free]: exit 0 when refused, 1 when it succeeded. "free" leaves the cage out, to prove the attack works.
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "player/decode/sandbox.hpp"

namespace {

/// Things opened before the cage closes, as a real decoder has them.
struct Held {
  int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int event = ::eventfd(0, EFD_NONBLOCK);
  int folder = ::open("/tmp", O_RDONLY | O_DIRECTORY);
  pid_t parent = ::getppid();
};

bool reap(pid_t pid) {
  if (pid == 0) ::_exit(0);
  if (pid > 0) ::waitpid(pid, nullptr, 0);
  return pid > 0;
}
bool try_connect(int fd) {
  sockaddr_in a{};
  a.sin_family = AF_INET;
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  a.sin_port = htons(9);
  return ::connect(fd, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0 || errno == EINPROGRESS || errno == ECONNREFUSED;
}
bool try_execve() {
  const char* argv[] = {"/bin/false", nullptr};
  ::execve("/bin/false", const_cast<char* const*>(argv), nullptr);
  return false;  // when it succeeds, "false" ends with 1
}
bool try_read_parent(pid_t parent) {
  char byte, *somewhere = &byte;
  iovec mine{&byte, 1}, theirs{somewhere, 1};
  return ::process_vm_readv(parent, &mine, 1, &theirs, 1, 0) >= 0 || errno == EFAULT;
}
bool make_blocking(int fd) {
  return ::fcntl(fd, F_SETFL, 0) == 0;
}

using Attack = std::function<bool(const Held&)>;
const std::map<std::string, Attack> kAttacks = {
    {"socket", [](auto&) { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0 || ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; }},
    {"connect", [](auto& h) { return try_connect(h.socket); }},
    {"bind", [](auto& h) { return ::listen(h.socket, 1) == 0; }},
    {"open", [](auto&) { return ::open("/etc/passwd", O_RDONLY) >= 0; }},
    {"openat", [](auto& h) { return ::openat(h.folder, ".", O_RDONLY | O_DIRECTORY) >= 0; }},
    {"openwrite", [](auto&) { return ::open("/tmp/fz-planted", O_WRONLY | O_CREAT, 0600) >= 0; }},
    {"mkdir", [](auto& h) { return ::mkdirat(h.folder, "fz-planted-dir", 0700) == 0 || errno == EEXIST; }},
    {"unlink", [](auto&) { return ::unlink("/tmp/fz-planted-none") == 0 || errno == ENOENT; }},
    {"execve", [](auto&) { return try_execve(); }},
    {"ptrace", [](auto&) { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }},
    {"fork", [](auto&) { return reap(::fork()); }},
    {"clone3", [](auto&) { return ::syscall(SYS_clone3, nullptr, 0) >= 0 || errno == EINVAL || errno == EFAULT; }},
    {"kill", [](auto& h) { return ::kill(h.parent, 0) == 0; }},
    {"tgkill", [](auto& h) { return ::syscall(SYS_tgkill, h.parent, h.parent, 0) == 0; }},
    {"read_parent", [](auto& h) { return try_read_parent(h.parent); }},
    {"blocking_event", [](auto& h) { return make_blocking(h.event); }},
    {"blocking_dup", [](auto& h) { return make_blocking(::fcntl(h.event, F_DUPFD_CLOEXEC, 0)); }},
    {"memfd", [](auto&) { return ::memfd_create("x", 0) >= 0; }},
    {"io_uring", [](auto&) { return ::syscall(SYS_io_uring_setup, 1, nullptr) >= 0 || errno == EFAULT; }},
    {"bpf", [](auto&) { return ::syscall(SYS_bpf, 0, nullptr, 0) >= 0 || errno == EINVAL || errno == EFAULT || errno == E2BIG; }},
    {"userns", [](auto&) { return ::unshare(CLONE_NEWUSER) == 0; }},
    {"dumpable", [](auto&) { return ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0; }},
    {"setrlimit", [](auto&) { return ::syscall(SYS_setrlimit, 7, nullptr) == 0 || errno == EFAULT; }}};

}  // namespace

#ifdef FZ_SANITIZE
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}
#endif

int main(int argc, char** argv) {
  std::string name = argc > 1 ? argv[1] : "";
  if (name == "list") {
    for (auto& [attack, unused] : kAttacks) std::printf("%s\n", attack.c_str());
    return 0;
  }
  auto it = kAttacks.find(name);
  if (it == kAttacks.end()) return 2;
  Held held;
  if (argc < 3) {
    auto caged = fz::decode::enter_sandbox({});
    if (!caged || !caged->seccomp) return 3;
  }
  // From a thread that was started inside, as a demuxer's is: the cage holds for all.
  bool succeeded = false;
  std::thread([&] { succeeded = it->second(held); }).join();
  ::_exit(succeeded ? 1 : 0);
}
