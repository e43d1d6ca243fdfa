// The date of this release: the floor of a new screen's clock. Raised with every release.
#pragma once
#include "shared/base/clock.hpp"

namespace fz::agent {

inline UtcTime release_date() {
  return parse_time("2026-11-01T00:00:00Z").value();
}

}  // namespace fz::agent
