#include "shared/base/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

extern char** environ;

namespace fz {
namespace {
// In the child between fork and exec: only async-signal-safe calls.
[[noreturn]] void exec_child(const std::vector<std::pair<int, int>>& fds, char* const* argv, char* const* env, bool die, pid_t parent,
                             int report) {
  if (die) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  // First move every source above the highest target, so that no dup2 overwrites one still needed.
  int high = 3;
  for (auto& [from, to] : fds) high = std::max(high, to + 1);
  report = ::fcntl(report, F_DUPFD_CLOEXEC, high);
  int moved[64];
  std::size_t n = std::min<std::size_t>(fds.size(), 64);
  for (std::size_t i = 0; i < n; ++i) moved[i] = ::fcntl(fds[i].first, F_DUPFD_CLOEXEC, high);
  for (std::size_t i = 0; i < n; ++i) ::dup2(moved[i], fds[i].second);
  // Close all others: ranges between the wanted targets; `report` stays (close-on-exec).
  for (int fd = 3; fd < high; ++fd) {
    bool wanted = false;
    for (std::size_t i = 0; i < n; ++i) wanted = wanted || fds[i].second == fd;
    if (!wanted) ::close(fd);
  }
  if (report > high) ::syscall(SYS_close_range, high, report - 1, 0);
  ::syscall(SYS_close_range, report + 1, ~0U, 0);
  ::execvpe(argv[0], argv, env);
  int e = errno;
  [[maybe_unused]] auto ignored = ::write(report, &e, sizeof e);
  ::_exit(127);
}
}  // namespace

Result<Process> Process::spawn(const SpawnOptions& o) {
  auto failed = [&](int e) {
    return fail(Code::process_failed,
                {{"program", o.argv.empty() ? "?" : fs::path(o.argv[0]).filename().string()}, {"what", std::strerror(e)}});
  };
  if (o.argv.empty()) return failed(EINVAL);
  std::vector<char*> argv;
  for (auto& a : o.argv) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  std::vector<std::string> env_text;
  for (char** e = environ; *e; ++e) {
    std::string_view v = *e;
    bool replaced = std::any_of(o.env.begin(), o.env.end(), [&](auto& p) { return v.starts_with(p.first + "="); });
    if (!replaced) env_text.emplace_back(v);
  }
  for (auto& [k, v] : o.env) env_text.push_back(k + "=" + v);
  std::vector<char*> env;
  for (auto& e : env_text) env.push_back(e.data());
  env.push_back(nullptr);

  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return failed(errno);
  Fd report_read(report[0]), report_write(report[1]);
  pid_t parent = ::getpid();
  pid_t pid = ::fork();
  if (pid < 0) return failed(errno);
  if (pid == 0) exec_child(o.fds, argv.data(), env.data(), o.die_with_parent, parent, report_write.get());
  report_write.reset();
  int e = 0;
  ssize_t n;
  do n = ::read(report_read.get(), &e, sizeof e);
  while (n < 0 && errno == EINTR);
  if (n == sizeof e) {
    ::waitpid(pid, nullptr, 0);
    return failed(e);
  }
  Process p;
  p.pid_ = pid;
  p.pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  return p;
}

Process::Process(Process&& o) noexcept
    : pid_(std::exchange(o.pid_, -1)), pidfd_(std::move(o.pidfd_)), status_(std::exchange(o.status_, std::nullopt)) {}
Process& Process::operator=(Process&& o) noexcept {
  if (this != &o) {
    if (pid_ > 0 && !status_) end(Millis{0});
    pid_ = std::exchange(o.pid_, -1);
    pidfd_ = std::move(o.pidfd_);
    status_ = std::exchange(o.status_, std::nullopt);
  }
  return *this;
}
Process::~Process() {
  if (pid_ > 0 && !status_) end(Millis{0});
}
bool Process::running() {
  return pid_ > 0 && !wait(Millis{0});
}
void Process::signal(int sig) const {
  if (pid_ > 0 && !status_) ::kill(pid_, sig);
}
std::optional<int> Process::wait(Millis limit) {
  if (status_ || pid_ <= 0) return status_.value_or(-1);
  auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    int st = 0;
    pid_t r = ::waitpid(pid_, &st, WNOHANG);
    if (r == pid_ || (r < 0 && errno == ECHILD)) {
      status_ = r < 0 ? -1 : WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
      pidfd_.reset();
      return status_;
    }
    auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd p{pidfd_.get(), POLLIN, 0};
    ::poll(&p, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1000)));
  }
}
int Process::end(Millis grace) {
  if (pid_ <= 0) return -1;
  if (grace.count() > 0) {
    signal(SIGTERM);
    if (auto s = wait(grace)) return *s;
  }
  signal(SIGKILL);
  for (;;)
    if (auto s = wait(Millis{1000})) return *s;
}

Result<std::string> run_command(const SpawnOptions& options, Millis limit, std::size_t max_output) {
  int p[2];
  auto name = options.argv.empty() ? std::string("?") : fs::path(options.argv[0]).filename().string();
  auto failed = [&](std::string what) { return fail(Code::process_failed, {{"program", name}, {"what", std::move(what)}}); };
  if (::pipe2(p, O_CLOEXEC) != 0) return failed(std::strerror(errno));
  Fd rd(p[0]), wr(p[1]);
  SpawnOptions o = options;
  o.fds.emplace_back(wr.get(), 1);
  FZ_TRY(Process child, Process::spawn(o));
  wr.reset();
  auto until = std::chrono::steady_clock::now() + limit;
  std::string out;
  char buffer[65536];
  for (;;) {
    auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now()).count();
    pollfd q{rd.get(), POLLIN, 0};
    if (left <= 0 || ::poll(&q, 1, static_cast<int>(left)) == 0) return fail(Code::timeout, {{"what", name}});
    ssize_t n = ::read(rd.get(), buffer, sizeof buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) break;
    out.append(buffer, static_cast<std::size_t>(n));
    if (out.size() > max_output) return failed("too much output");
  }
  auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now());
  auto status = child.wait(std::max(left, Millis{0}));
  if (!status) return fail(Code::timeout, {{"what", name}});
  if (*status != 0)
    return fail(Code::process_failed, {{"program", name}, {"what", "exit status " + std::to_string(*status)}}, out.substr(0, 2000));
  return out;
}

fs::path program_dir() {
  std::error_code ec;
  auto self = fs::read_symlink("/proc/self/exe", ec);
  return ec ? fs::path(".") : self.parent_path();
}
}  // namespace fz
