// Child processes: started with an exact set of descriptors, watched through a pidfd, ended for certain.
#pragma once
#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/error.hpp"
#include "shared/base/file.hpp"

namespace fz {

struct SpawnOptions {
  std::vector<std::string> argv;                         ///< argv[0] is the program's path (no PATH search unless it has no '/')
  std::vector<std::pair<int, int>> fds;                  ///< (ours, number in the child); 0-2 default to ours; all others are closed
  std::vector<std::pair<std::string, std::string>> env;  ///< added to, or replacing, our environment
  bool die_with_parent = true;                           ///< SIGKILL when the starting thread's process ends (PR_SET_PDEATHSIG)
};

/// A running child; the destructor kills and reaps it. Owned by one thread.
class Process {
 public:
  /// Errors: process_failed.
  static Result<Process> spawn(const SpawnOptions& options);
  Process() = default;
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;
  ~Process();
  pid_t pid() const { return pid_; }
  bool running();                             ///< false once the child has ended (and was reaped)
  int pidfd() const { return pidfd_.get(); }  ///< readable when the child has ended
  void signal(int sig) const;
  /// Waits up to `limit`; the exit status (128 + signal when killed), or nothing if it still runs.
  std::optional<int> wait(Millis limit);
  /// SIGTERM, up to `grace`, then SIGKILL; reaped on return.
  int end(Millis grace);

 private:
  pid_t pid_ = -1;
  Fd pidfd_;
  std::optional<int> status_;
};

/// Runs a command to its end and returns its standard output (capped). Errors: process_failed (exit status not 0, output
/// over max_output), timeout.
Result<std::string> run_command(const SpawnOptions& options, Millis limit, std::size_t max_output = 1 << 20);

/// Folder of the running program: its siblings (fz-decode ...) are found here.
fs::path program_dir();

}  // namespace fz
