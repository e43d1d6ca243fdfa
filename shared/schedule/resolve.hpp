// "What may play at instant T on this screen, and why not the rest." Pure functions, any thread.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/schedule/playlist.hpp"

namespace fz::schedule {

/// A time zone of the IANA database. Cheap to copy; valid as long as the process runs.
class TimeZone {
 public:
  /// "Asia/Shanghai". Errors: zone_unknown.
  static Result<TimeZone> find(std::string_view name);
  std::string name() const;

  /// What the wall clock shows: days since 1970-01-01 and minutes plus milliseconds within that day.
  struct Wall {
    std::chrono::local_time<Millis> time;
    Date date() const;
    int weekday() const;  ///< 0 Monday .. 6 Sunday
    Millis of_day() const;
  };
  Wall wall(UtcTime t) const;
  /// "2026-11-01 07:30" on the wall at `t`, with the zone's abbreviation, for messages.
  std::string format(UtcTime t) const;

 private:
  friend struct ZoneAccess;
  const void* zone_ = nullptr;  // date::time_zone, owned by the library for the life of the process
};
/// Version of the tz database in use ("2025b"), for the status; "unknown" if the system does not say.
std::string tzdata_version();

/// Why a slot does not play at an instant.
enum class WhyNot : std::uint8_t {
  before_window,    ///< its first day has not come
  after_window,     ///< its last day is over
  wrong_weekday,    ///< no day-part on this weekday
  outside_daypart,  ///< a day-part today, but not now
  outranked,        ///< a higher class plays in its layer
  emergency,        ///< an emergency replaces everything
  boot_only,        ///< class boot plays only while the machine starts
  programme_over,   ///< a programme whose items have had their time; it rests until its next start
};
std::string_view why_not_name(WhyNot w);

struct Playing {
  std::size_t slot = 0;    ///< index in Playlist::slots
  int share_permille = 0;  ///< of the plays in its layer; the shares of one layer add up to 1000
};
struct NotPlaying {
  std::size_t slot = 0;
  WhyNot why{};
  std::string zh, en;  ///< a sentence for a person
};
struct Resolution {
  std::vector<Playing> playing;        ///< of the highest class of each layer, in playlist order
  std::vector<NotPlaying> others;      ///< every other slot, in playlist order
  std::vector<Playing> in_window;      ///< every slot whose window and day-part are open, whatever its class (share 0)
  std::optional<UtcTime> next_change;  ///< first instant after T at which `in_window` changes or a programme ends; none: never
};

/// Which slots play at `now`. Never fails: a playlist that parsed resolves at every instant.
/// Emergencies in `main` replace everything in every layer; in `ticker` they replace the ticker.
/// `booting`: the machine is starting and shows its boot list; otherwise class boot does not play.
Resolution resolve(const Playlist& playlist, const TimeZone& zone, UtcTime now, bool booting = false);

/// True if the slot's window and one of its day-parts are open at `now`.
bool open_at(const Slot& slot, const TimeZone& zone, UtcTime now);

/// One opening of a programme (a slot with `once`), in real time: from the first instant at which the wall shows the
/// day-part's start (the jump, when a gap swallows it) for the day-part's length. So it comes exactly once a day.
struct Opening {
  UtcTime from, to;  ///< [from, to)
};
/// The opening that holds `now`, the one that began last when day-parts overlap. REQUIRES: slot.once.
std::optional<Opening> opening_at(const Slot& slot, const TimeZone& zone, UtcTime now);
/// When a programme opens next within `horizon` after `now`, so that its first item can be got ready; nothing if none does.
std::optional<UtcTime> next_programme(const Playlist& playlist, const TimeZone& zone, UtcTime now, Millis horizon);

/// What the output is to be set to.
struct Levels {
  int brightness_percent = 100;
  int volume_percent = 100;
  bool muted = false;
  bool on = true;  ///< false: the surface is meant to be dark
  bool operator==(const Levels&) const = default;
};
/// By the playlist's output rules at `now`: of the rules whose hours are open the last one in the list decides each member.
/// Silent hours mute whatever the rules say. `emergency`: one is on; the surface is then on, and it is heard in silent hours
/// where these except emergencies.
Levels output_at(const std::vector<OutputRule>& rules, const std::vector<SilentHours>& silent, const TimeZone& zone, UtcTime now,
                 bool emergency = false);

/// The mix rule "method first, case second" (以揭露手法为主，曝光案例为辅).
enum class Exposes : std::uint8_t { neither, method, case_ };
struct Mix {
  bool ok = true;
  int method_permille = 0, case_permille = 0, neither_permille = 0;  ///< expected shares of the plays
  std::string zh, en;                                                ///< the finding, in a sentence
};
/// `exposes[approval id]` by a caller's function. Counts the layer `main` of the classes timed, campaign and filler,
/// each slot by its weight, its items in equal parts. Not ok if cases take more plays than methods.
struct ExposesOf {
  virtual ~ExposesOf() = default;
  virtual Exposes operator()(std::string_view approval) const = 0;
};
Mix check_mix(const Playlist& playlist, const ExposesOf& exposes);

}  // namespace fz::schedule
