// What the machine says of itself. Nothing here is decided upon: it is reported, and what is out of bounds is an alarm.
#pragma once
#include <cstdint>
#include <optional>

namespace fz::agent {

struct Health {
  std::optional<int> temperature_c;            ///< of the hottest sensor; nothing where there is none
  bool hot = false;                            ///< at or over that sensor's own limit, or over 90 degrees where it names none
  bool under_voltage = false;                  ///< the supply is or was too weak (Raspberry Pi and others with such a sensor)
  std::optional<std::int64_t> storage_errors;  ///< counted by disks and file systems; nothing where nobody counts
  std::optional<std::int64_t> memory_mb, descriptors, threads;  ///< of this program; the unit bounds them
  friend bool operator==(const Health&, const Health&) = default;
};

}  // namespace fz::agent
