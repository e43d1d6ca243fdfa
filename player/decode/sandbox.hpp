// The cage of fz-decode: entered in-process after every library is loaded and before the first byte of media is read.
// Layers: no_new_privs and not dumpable; resource limits; Landlock (no file system, no TCP, no foreign signals, as far as
// the kernel has it); seccomp with a list of allowed system calls, everything else fails with EPERM.
// Inside: no open, no socket, no exec, no new process, no ptrace, no signal to others, no change of shared descriptors'
// flags. Memory, threads of its own, and the descriptors it was given remain.
#pragma once
#include <cstdint>

#include "shared/base/error.hpp"

namespace fz::decode {

struct SandboxLimits {
  std::uint64_t file_bytes = std::uint64_t{64} << 20;  ///< RLIMIT_FSIZE: what may be written to a descriptor it holds
  std::uint64_t cpu_seconds = 6 * 3600;                ///< RLIMIT_CPU
};
struct SandboxReport {
  int landlock_abi = 0;  ///< 0: the kernel has no Landlock, seccomp alone stands
  bool landlock = false;
  bool seccomp = false;
};

/// Enters; there is no way back. Call while the process has one thread (seccomp is set for all, Landlock for this one and
/// its children). Errors: internal when seccomp cannot be set; a missing Landlock is only reported.
Result<SandboxReport> enter_sandbox(const SandboxLimits& limits);

}  // namespace fz::decode
