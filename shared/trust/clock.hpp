// What time it is on a screen whose clock may be wrong and whose server may lie. Pure state: readings are parameters.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/clock.hpp"

namespace fz::trust {

/// How the current reading was come by, best first.
enum class ClockTrust {
  attested,   ///< set by the server's signed answer in this boot
  continued,  ///< carried on over a power-off by an RTC that agreed with the attested time before
  rtc,        ///< the real-time clock's word alone, not below the floor
  floor,      ///< the RTC is in the past (or dead): the floor holds, and runs on from there
  none,       ///< not credible: an RTC so far ahead that no known document could be alive
};
std::string_view clock_trust_name(ClockTrust trust);

/// An instant and how far to believe it. FRESH needs attested or continued; none means DARK.
struct TrustedTime {
  UtcTime now;
  ClockTrust trust = ClockTrust::none;
};

/// now = max(floor, attested, last_now + elapsed). Not thread-safe; one thread owns it.
class TrustedClock {
 public:
  /// `build_date`: the release's; the floor of a new screen.
  explicit TrustedClock(UtcTime build_date);
  /// State saved before. Errors: bad_json and the like.
  static Result<TrustedClock> load(std::string_view json, UtcTime build_date);
  /// Save after attest(), raise_floor() and reset(), and every few minutes.
  std::string save(Millis since_boot) const;

  /// At the start of the program: this boot's id (/proc/sys/kernel/random/boot_id), CLOCK_BOOTTIME, the RTC (wall clock).
  void start(std::string_view boot_id, Millis since_boot, UtcTime rtc);
  /// The time now. Goes back only when attested time replaces an RTC that ran ahead (or was set ahead while the power was off),
  /// or corrects a crystal that runs fast by at most 500 ppm. REQUIRES: start() was called.
  TrustedTime read(Millis since_boot) const;

  /// TrustedState::offline_issued(): the latest `issued` of a document signed by two or more offline keys. Only rises.
  void raise_floor(UtcTime issued);
  /// A new root was accepted: floor and attested time begin anew at the build date.
  void reset(Millis since_boot, UtcTime rtc);
  UtcTime floor() const { return floor_; }

  /// The server's verified answer to our nonce. `round_trip` is how long it took. Refuses (Check::clock, alarm) a time more than
  /// 5 min behind the floor or behind the last attested time plus all the time that ran since then (plus 1/2000 of it: crystals
  /// drift), so that no server can stop the clock of a screen that runs. How long the power was off is the RTC's word alone, and
  /// the server's counts more: else an RTC that was set ahead by a year meanwhile would keep the screen dark for that year.
  /// Once attested in this boot, also refuses a time more than 5 min and 1 % of the time since the last attestation ahead.
  Result<void> attest(UtcTime server_time, Millis since_boot, Millis round_trip, UtcTime rtc);

 private:
  bool good() const { return trust_ == ClockTrust::attested || trust_ == ClockTrust::continued; }
  UtcTime now_at(Millis since_boot) const;
  UtcTime ran_at(Millis since_boot) const;
  void start_from(UtcTime rtc, bool carry_on);

  UtcTime build_date_, floor_;
  std::string boot_id_;
  UtcTime base_;         // the time at base_boot_ of this boot
  Millis base_boot_{0};  // since_boot of that moment
  ClockTrust trust_ = ClockTrust::none;
  UtcTime last_good_;        // the last reading that was attested or continued; the epoch if there was none
  UtcTime last_attested_;    // the reading at the last attestation
  UtcTime ran_;              // that, and the time that ran since then, power-offs left out, at base_boot_; the epoch if there was none
  bool rtc_agreed_ = false;  // at the last attestation
};

}  // namespace fz::trust
