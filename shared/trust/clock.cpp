#include "shared/trust/clock.hpp"

#include <algorithm>
#include <array>

#include "shared/base/json.hpp"
#include "shared/trust/check.hpp"

namespace fz::trust {
namespace {
constexpr Millis kTolerance = std::chrono::minutes{5};
constexpr Days kLongestOff{400};    // a power-off that an agreeing RTC carries us over
constexpr Days kBeyondBelief{800};  // twice the longest approval: nothing known could still be alive
constexpr int kSlewBack = 2000;     // a crystal is wrong by less than 1/2000, so a server may slow us by no more
constexpr std::array<std::string_view, 5> kNames = {"attested", "continued", "rtc", "floor", "none"};
constexpr std::string_view kFormat = "fz-clock-1";
}  // namespace

std::string_view clock_trust_name(ClockTrust trust) {
  return kNames[static_cast<std::size_t>(trust)];
}

TrustedClock::TrustedClock(UtcTime build_date) : build_date_(build_date), floor_(build_date), base_(build_date) {}

UtcTime TrustedClock::now_at(Millis since_boot) const {
  return std::max(floor_, base_ + std::max(Millis{0}, since_boot - base_boot_));
}
UtcTime TrustedClock::ran_at(Millis since_boot) const {
  return ran_ == UtcTime{} ? floor_ : std::max(floor_, ran_ + std::max(Millis{0}, since_boot - base_boot_));
}
TrustedTime TrustedClock::read(Millis since_boot) const {
  return {now_at(since_boot), trust_};
}

void TrustedClock::start(std::string_view boot_id, Millis since_boot, UtcTime rtc) {
  if (!boot_id_.empty() && boot_id_ == boot_id && since_boot >= base_boot_) return;  // the program alone was restarted
  bool carry_on = last_good_ != UtcTime{} && rtc_agreed_;
  boot_id_ = boot_id;
  base_boot_ = since_boot;
  start_from(rtc, carry_on);
}
void TrustedClock::start_from(UtcTime rtc, bool carry_on) {
  auto known = std::max(floor_, last_good_);
  base_ = std::max(known, rtc);
  if (rtc < known - kTolerance)
    trust_ = ClockTrust::floor;
  else if (carry_on && rtc <= last_good_ + kLongestOff)
    trust_ = ClockTrust::continued;
  else
    trust_ = rtc <= known + kBeyondBelief ? ClockTrust::rtc : ClockTrust::none;
}

void TrustedClock::raise_floor(UtcTime issued) {
  floor_ = std::max(floor_, issued);
}
void TrustedClock::reset(Millis since_boot, UtcTime rtc) {
  floor_ = build_date_;
  last_good_ = last_attested_ = ran_ = {};
  rtc_agreed_ = false;
  base_boot_ = since_boot;
  start_from(rtc, false);
}

Result<void> TrustedClock::attest(UtcTime server_time, Millis since_boot, Millis round_trip, UtcTime rtc) {
  auto told = server_time + std::max(Millis{0}, round_trip) / 2, now = now_at(since_boot), earliest = ran_at(since_boot);
  auto drift = ran_ == UtcTime{} ? Millis{0} : std::max(Millis{0}, earliest - last_attested_) / kSlewBack;
  if (told < earliest - kTolerance - drift) return refuse(Check::clock, format_time(server_time) + " < " + format_time(earliest));
  if (trust_ == ClockTrust::attested && told > now + kTolerance + std::max(Millis{0}, now - last_attested_) / 100)
    return refuse(Check::clock, format_time(server_time) + " > " + format_time(now));
  base_ = std::max({floor_, told, earliest - drift});
  base_boot_ = since_boot;
  trust_ = ClockTrust::attested;
  last_good_ = last_attested_ = ran_ = base_;
  rtc_agreed_ = rtc >= told - kTolerance && rtc <= told + kTolerance;
  return {};
}

std::string TrustedClock::save(Millis since_boot) const {
  auto now = now_at(since_boot);
  return json::write(json::object{{"format", kFormat},
                                  {"floor", to_unix_ms(floor_)},
                                  {"boot_id", boot_id_},
                                  {"now", to_unix_ms(now)},
                                  {"since_boot", since_boot.count()},
                                  {"trust", clock_trust_name(trust_)},
                                  {"last_good", to_unix_ms(good() ? now : last_good_)},
                                  {"last_attested", to_unix_ms(last_attested_)},
                                  {"ran", ran_ == UtcTime{} ? 0 : to_unix_ms(ran_at(since_boot))},
                                  {"rtc_agreed", rtc_agreed_}});
}
Result<TrustedClock> TrustedClock::load(std::string_view text, UtcTime build_date) {
  FZ_TRY(auto document, json::parse(text, {4096, 2}));
  json::Reader r(document, "clock");
  constexpr std::int64_t kMax = (std::int64_t{1} << 53) - 1;
  auto ms = [&](std::string_view name) { return from_unix_ms(r.integer(name, 0, kMax)); };
  TrustedClock out(build_date);
  auto format = r.string("format", 32), trust = r.string("trust", 16);
  out.floor_ = std::max(build_date, ms("floor"));
  out.boot_id_ = r.string("boot_id", 64);
  out.base_ = ms("now");
  out.base_boot_ = Millis{r.integer("since_boot", 0, kMax)};
  out.last_good_ = ms("last_good");
  out.last_attested_ = ms("last_attested");
  out.ran_ = from_unix_ms(r.integer_or("ran", to_unix_ms(out.last_attested_), 0, kMax));  // files of earlier releases have none
  out.rtc_agreed_ = r.boolean_or("rtc_agreed", false);
  FZ_CHECK(r.finish());
  auto known = std::find(kNames.begin(), kNames.end(), trust);
  if (format != kFormat || known == kNames.end()) return fail(Code::bad_field, {{"field", "format"}, {"what", format}});
  out.trust_ = static_cast<ClockTrust>(known - kNames.begin());
  return out;
}
}  // namespace fz::trust
