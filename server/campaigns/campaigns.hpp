// What is to be shown where and when.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/library/library.hpp"
#include "shared/schedule/playlist.hpp"

namespace fz::campaigns {

using accounts::Actor;
using accounts::Context;

enum class State : std::uint8_t { draft, active, stopped };
std::string_view state_name(State state);
std::optional<State> state_from_name(std::string_view name);

/// All conditions must hold. Empty lists do not restrict.
struct Target {
  std::string unit;                    ///< all screens of this branch
  std::vector<std::string> venues;     ///< OpenOOH ids
  std::vector<std::string> audiences;  ///< of the site
  std::vector<std::string> tags;       ///< of the screen; any one is enough
  bool operator==(const Target&) const = default;
};

struct CampaignItem {
  std::string item;
  Millis duration{10000};  ///< 1 s .. 4 h
  bool operator==(const CampaignItem&) const = default;
};

struct Campaign {
  std::string id;
  std::string unit, author;
  std::string name;
  State state = State::draft;
  schedule::Class priority = schedule::Class::campaign;
  schedule::Layer layer = schedule::Layer::main;
  int weight = 1;  ///< 1..1000
  schedule::Date from{}, until{};
  std::vector<schedule::DayPart> dayparts;  ///< empty: all day, every day
  std::optional<int> max_per_hour;
  std::optional<Seconds> min_spacing;
  bool once = false;  ///< a programme: class timed, its items once from each day-part's start
  std::vector<CampaignItem> items;
  std::string layout, facts;  ///< items that say what stands where, and the local facts; empty: none
  Target target;
  std::int64_t revision = 1;
  UtcTime created, updated;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::optional<Campaign>> campaign(std::string_view id) const = 0;
  virtual Result<std::vector<Campaign>> campaigns(std::string_view unit_path, std::string_view before,
                                                  int limit) const = 0;  ///< newest first
  virtual Result<std::vector<Campaign>> active() const = 0;              ///< by id
  virtual Result<void> put_campaign(const Campaign& campaign) = 0;
};

struct Tables {
  Store& campaigns;
  const library::Store& library;
  const accounts::Store& accounts;
};

/// Everything but id, unit, author, state, revision and times is taken from `draft`. The unit is the actor's.
/// Errors: forbidden_role, bad_field, not_found{item|unit}, campaign_items{limit}.
Result<Campaign> create(const Tables& db, const Context& ctx, const Campaign& draft);
/// As create; `if_revision` 0 does not check. Errors: conflict.
Result<Campaign> change(const Tables& db, const Context& ctx, std::string_view id, const Campaign& draft, std::int64_t if_revision);
/// To active needs every item approved: campaign_unapproved{title}. The caller publishes afterwards.
Result<Campaign> set_state(const Tables& db, const Context& ctx, std::string_view id, State state);
Result<Campaign> get(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id);

/// JSON of the fields that people set, both ways (API and table); strict. Format: README.md.
json::value to_json(const Campaign& campaign);
Result<Campaign> from_json(const json::value& v);

}  // namespace fz::campaigns
