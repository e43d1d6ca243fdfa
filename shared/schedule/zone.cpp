#include "shared/schedule/zone.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <stdexcept>

#include "shared/base/file.hpp"

namespace fz::schedule {
namespace {
const date::time_zone& tz(const void* p) {
  return *static_cast<const date::time_zone*>(p);
}
}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  try {
    TimeZone z;
    z.zone_ = date::locate_zone(std::string(name.substr(0, 64)));
    return z;
  } catch (const std::runtime_error& e) {  // the library's way to say "no such zone" and "no database"
    return fail(Code::zone_unknown, {{"zone", std::string(name.substr(0, 64))}}, e.what());
  }
}
std::string TimeZone::name() const {
  return tz(zone_).name();
}

ZoneSpan ZoneAccess::span(const TimeZone& zone, UtcTime t) {
  auto info = tz(zone.zone_).get_info(std::chrono::floor<std::chrono::seconds>(t));
  return {std::chrono::time_point_cast<Millis>(info.begin), std::chrono::time_point_cast<Millis>(info.end), info.offset};
}

TimeZone::Wall TimeZone::wall(UtcTime t) const {
  return {std::chrono::local_time<Millis>{t.time_since_epoch() + ZoneAccess::span(*this, t).offset}};
}
Date TimeZone::Wall::date() const {
  return Date{std::chrono::floor<std::chrono::days>(time)};
}
int TimeZone::Wall::weekday() const {
  return static_cast<int>(std::chrono::weekday{std::chrono::floor<std::chrono::days>(time)}.iso_encoding()) - 1;
}
Millis TimeZone::Wall::of_day() const {
  return time - std::chrono::floor<std::chrono::days>(time);
}

std::string TimeZone::format(UtcTime t) const {
  Wall w = wall(t);
  auto info = tz(zone_).get_info(std::chrono::floor<std::chrono::seconds>(t));
  return fmt::format("{} {} {}", format_date(w.date()), format_minutes(static_cast<int>(w.of_day() / std::chrono::minutes{1})),
                     info.abbrev);
}

std::string tzdata_version() {
  // The compact source that Debian's tzdata installs starts with "# version 2024a".
  auto text = read_file("/usr/share/zoneinfo/tzdata.zi", 1 << 20);
  constexpr std::string_view kMark = "# version ";
  if (!text || !text->starts_with(kMark)) return "unknown";
  return text->substr(kMark.size(), text->find('\n') - kMark.size());
}

}  // namespace fz::schedule
