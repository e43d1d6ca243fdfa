// Temperature, supply and storage as Linux tells them in /sys; no privileges needed.
#pragma once
#include "player/agent/core/health.hpp"
#include "shared/base/file.hpp"

namespace fz::agent {

/// thermal zones (Documentation/driver-api/thermal), hwmon's in0_lcrit_alarm (Documentation/hwmon/sysfs-interface), SCSI's ioerr_cnt,
/// ext4's errors_count. What is not there is left out. `sys`: "/sys", or a test's.
Health machine_health(const fs::path& sys = "/sys");

/// Adds what this program itself takes (proc(5), /proc/self). `proc`: "/proc/self", or a test's.
void add_own_use(Health& health, const fs::path& proc = "/proc/self");

}  // namespace fz::agent
