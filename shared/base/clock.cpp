#include "shared/base/clock.hpp"

#include <fmt/format.h>
#include <time.h>

namespace fz {
namespace {
class SystemClock final : public Clock {
 public:
  UtcTime wall() const override { return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now()); }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  Millis since_boot() const override {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return Millis{t.tv_sec * 1000 + t.tv_nsec / 1'000'000};
  }
};
// The number in text[at, at+n), or -1.
int digits(std::string_view text, std::size_t at, std::size_t n) {
  int v = 0;
  for (std::size_t i = at; i < at + n; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    v = v * 10 + (text[i] - '0');
  }
  return v;
}
}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string format_time(UtcTime t) {
  auto day = std::chrono::floor<Days>(t);
  std::chrono::year_month_day ymd{day};
  std::chrono::hh_mm_ss hms{t - day};
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                          static_cast<unsigned>(ymd.day()), hms.hours().count(), hms.minutes().count(), hms.seconds().count());
  if (auto ms = hms.subseconds().count()) text += fmt::format(".{:03}", ms);
  return text + "Z";
}

Result<UtcTime> parse_time(std::string_view s) {
  auto bad = [&] { return fail(Code::bad_request, {{"what", "time"}}, std::string(s.substr(0, 40))); };
  bool with_ms = s.size() == 24;
  if (s.size() != 20 && !with_ms) return bad();
  if (s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s.back() != 'Z' || (with_ms && s[19] != '.'))
    return bad();
  int y = digits(s, 0, 4), mo = digits(s, 5, 2), d = digits(s, 8, 2), h = digits(s, 11, 2), mi = digits(s, 14, 2), sec = digits(s, 17, 2);
  int ms = with_ms ? digits(s, 20, 3) : 0;
  if (y < 1970 || mo < 0 || d < 0 || h < 0 || h > 23 || mi < 0 || mi > 59 || sec < 0 || sec > 59 || ms < 0 || (with_ms && ms == 0))
    return bad();
  std::chrono::year_month_day ymd{std::chrono::year{y}, std::chrono::month{static_cast<unsigned>(mo)},
                                  std::chrono::day{static_cast<unsigned>(d)}};
  if (!ymd.ok()) return bad();
  return UtcTime{std::chrono::sys_days{ymd}} + std::chrono::hours{h} + std::chrono::minutes{mi} + Seconds{sec} + Millis{ms};
}
}  // namespace fz
