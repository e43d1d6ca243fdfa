#include "player/agent/machine.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace fz::agent {
namespace {

constexpr int kHot = 90;                    // degrees; where the sensor has no limit of its own
constexpr std::int64_t kNonsense = 200000;  // millidegrees; sensors that are not connected say so

std::optional<std::int64_t> number(const fs::path& file) {
  auto text = read_file(file, 64);
  if (!text) return std::nullopt;
  const char *begin = text->data(), *end = begin + text->find_last_not_of(" \n\r\t") + 1;
  const bool hex = text->starts_with("0x");
  std::int64_t value = 0;
  const auto r = std::from_chars(hex ? begin + 2 : begin, end, value, hex ? 16 : 10);
  if (r.ec != std::errc{} || r.ptr != end) return std::nullopt;
  return value;
}

// The entries of a folder whose name begins like this; none where it is not there.
void each(const fs::path& folder, std::string_view prefix, const std::function<void(const fs::path&)>& what) {
  std::error_code ignored;
  for (fs::directory_iterator i(folder, ignored), end; !ignored && i != end; i.increment(ignored))
    if (i->path().filename().string().starts_with(prefix)) what(i->path());
}

// The lowest temperature at which the kernel itself would act.
std::int64_t limit_of(const fs::path& zone) {
  std::int64_t limit = kHot * 1000;
  each(zone, "trip_point_", [&](const fs::path& file) {
    const auto name = file.filename().string();
    if (!name.ends_with("_type")) return;
    const auto type = read_file(file, 64);
    const auto at = number(zone / (name.substr(0, name.size() - 4) + "temp"));
    if (type && at && *at > 0 && (type->starts_with("hot") || type->starts_with("critical"))) limit = std::min(limit, *at);
  });
  return limit;
}

void add(std::optional<std::int64_t>& sum, std::optional<std::int64_t> n) {
  if (n) sum = sum.value_or(0) + *n;
}

}  // namespace

Health machine_health(const fs::path& sys) {
  Health h;
  each(sys / "class/thermal", "thermal_zone", [&](const fs::path& zone) {
    const auto now = number(zone / "temp");
    if (!now || *now <= -kNonsense || *now >= kNonsense) return;
    h.temperature_c = std::max(h.temperature_c.value_or(-300), static_cast<int>(*now / 1000));
    h.hot = h.hot || *now >= limit_of(zone);
  });
  each(sys / "class/hwmon", "hwmon",
       [&](const fs::path& chip) { h.under_voltage = h.under_voltage || number(chip / "in0_lcrit_alarm").value_or(0) != 0; });
  each(sys / "block", "", [&](const fs::path& disk) { add(h.storage_errors, number(disk / "device/ioerr_cnt")); });
  each(sys / "fs/ext4", "", [&](const fs::path& volume) { add(h.storage_errors, number(volume / "errors_count")); });
  return h;
}

void add_own_use(Health& health, const fs::path& proc) {
  const auto status = read_file(proc / "status", 64 * 1024);
  const auto value = [&](std::string_view name) -> std::optional<std::int64_t> {
    const auto at = status ? status->find("\n" + std::string(name) + ":") : std::string::npos;
    const auto digit = at == std::string::npos ? at : status->find_first_of("0123456789", at);
    std::int64_t n = 0;
    if (digit == std::string::npos) return std::nullopt;
    if (std::from_chars(status->data() + digit, status->data() + status->size(), n).ec != std::errc{}) return std::nullopt;
    return n;
  };
  if (const auto kb = value("VmRSS")) health.memory_mb = *kb / 1024;
  health.threads = value("Threads");
  std::int64_t open = 0;
  each(proc / "fd", "", [&](const fs::path&) { ++open; });
  if (open > 0) health.descriptors = open - 1;  // but the one that looked
}

}  // namespace fz::agent
