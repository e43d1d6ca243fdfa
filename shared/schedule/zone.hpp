// Inside this module: what resolve.cpp needs to know of a time zone, without the tz library's headers.
#pragma once
#include "shared/schedule/resolve.hpp"

namespace fz::schedule {

using LocalTime = std::chrono::local_time<Millis>;

/// The zone's clock around an instant.
struct ZoneSpan {
  UtcTime begin, end;  ///< [begin, end): the offset holds
  Millis offset;       ///< local = UTC + offset
};

struct ZoneAccess {
  static ZoneSpan span(const TimeZone& zone, UtcTime t);
};

}  // namespace fz::schedule
