// The playlist document: rules of what a screen plays, never occurrences. Format: README.md beside this file.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/error.hpp"

namespace fz::schedule {

using Date = std::chrono::year_month_day;

/// Priority classes, highest first. Only the highest class that can play at an instant is played.
enum class Class : std::uint8_t { emergency, boot, timed, campaign, filler };
std::string_view class_name(Class c);

/// The zone of the layout a slot plays in.
enum class Layer : std::uint8_t { main, ticker, side };
inline constexpr std::size_t kLayers = 3;
std::string_view layer_name(Layer l);

/// A part of the day on some weekdays, by the clock on the site's wall. [from, to) in minutes after midnight.
struct DayPart {
  std::uint8_t days = 0x7f;  ///< bit 0: Monday ... bit 6: Sunday (ISO 8601 day minus 1)
  int from = 0;              ///< 0..1439
  int to = 0;                ///< 0..1440; to < from: over midnight, belongs to the day it starts on; to == from: 24 hours from `from`
  bool operator==(const DayPart&) const = default;
};

struct Item {
  std::string approval;  ///< approval id
  Millis duration{};     ///< 1 s .. 4 h
  bool operator==(const Item&) const = default;
};

struct Slot {
  std::string id;
  std::string campaign;
  Class priority = Class::campaign;
  int weight = 1;                      ///< 1..1000; plays of this slot relative to its class
  Date from{}, until{};                ///< in the site's zone, both inclusive; the day a day-part starts on counts
  std::vector<DayPart> dayparts;       ///< at least one
  std::vector<Item> items;             ///< at least one; played in turn
  std::optional<int> max_per_hour;     ///< plays in any 3600 s; 1..3600
  std::optional<Seconds> min_spacing;  ///< start to start; 1 s .. 7 d
  Layer layer = Layer::main;
  bool once = false;  ///< a programme (class timed): from each start of a day-part its items play once, in order, then it rests
  bool operator==(const Slot&) const = default;
};

/// What the output is set to on some hours. Members that are empty leave what an earlier rule (or the default) says.
struct OutputRule {
  DayPart when;
  std::optional<int> volume_percent, brightness_percent;  ///< 0..100
  std::optional<bool> muted, on;
  bool operator==(const OutputRule&) const = default;
};

/// Hours without sound, whatever an item or an output rule says.
struct SilentHours {
  DayPart when;
  bool except_emergency = false;  ///< an emergency may be heard all the same
  bool operator==(const SilentHours&) const = default;
};

struct Playlist {
  std::vector<Slot> slots;
  std::string layout{}, facts{};  ///< approvals of the layout and of the table of local facts; empty: the built-in layout, none
  std::vector<OutputRule> output{};
  std::vector<SilentHours> silent{};
  bool operator==(const Playlist&) const = default;
};

inline constexpr std::size_t kMaxPlaylistBytes = 2 * 1024 * 1024;
inline constexpr std::size_t kMaxSlots = 2000, kMaxItemsPerSlot = 500, kMaxDayParts = 32, kMaxOutputRules = 64;

/// Reads a playlist strictly: unknown members, repeated slot ids and values out of range are refused.
/// Errors: too_large, bad_json, missing_field, unknown_field, bad_field, playlist_schema.
Result<Playlist> parse_playlist(std::string_view text);
/// Deterministic: equal playlists give equal bytes, and parse_playlist(write_playlist(p)) == p. Defaults are left out.
std::string write_playlist(const Playlist& p);

/// The members "output" and "silent" alone, as they stand in a playlist and in the settings of a site: {"output":[...],
/// "silent":[...]}, both optional. Errors: as parse_playlist.
struct OutputRules {
  std::vector<OutputRule> output;
  std::vector<SilentHours> silent;
  bool operator==(const OutputRules&) const = default;
};
Result<OutputRules> parse_output_rules(std::string_view text);
std::string write_output_rules(const OutputRules& rules);

/// "2026-11-01"; bad_field otherwise.
Result<Date> parse_date(std::string_view text);
std::string format_date(Date d);
/// "07:30" -> 450; "24:00" only if `allow_24`. bad_field otherwise.
Result<int> parse_minutes(std::string_view text, bool allow_24);
std::string format_minutes(int minutes);

}  // namespace fz::schedule
