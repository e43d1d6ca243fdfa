// Urgent take-over: an approved warning on every chosen screen at once, and who has it. Flow and roles: README.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/review/review.hpp"
#include "server/screens/screens.hpp"
#include "shared/base/json.hpp"
#include "shared/trust/documents.hpp"

namespace fz::alerts {

using accounts::Actor;
using accounts::Context;

/// All conditions must hold. Empty lists do not restrict.
struct Target {
  std::string unit;                  ///< all screens of this branch
  std::vector<std::string> regions;  ///< division codes, see trust::covers_region
  std::vector<std::string> venues;   ///< OpenOOH ids
  std::vector<std::string> tags;     ///< of the screen; any one is enough
  std::vector<std::string> screens;  ///< ids
};
/// What follows the card, as people name it.
struct Part {
  std::string item;
  Millis duration{30000};  ///< 1 s .. 4 h
};
struct Draft {
  std::string item;  ///< the card: a text approved as an emergency
  std::vector<Part> then;
  Target target;
  int minutes = 60;  ///< 1 .. 720
  bool drill = false;
};

struct Alert {
  std::string id;
  std::string unit, author;  ///< who sent it
  std::string title;
  Draft what;
  trust::Alert document;  ///< what the screens get, signed by the online key when it is sent
  UtcTime created;
  bool alive(UtcTime now) const { return !document.cancelled && now < document.expires; }
};
/// What a screen said of an alert.
struct Ack {
  std::string alert, screen;
  std::int64_t version = 0;
  std::string state;  ///< "ready" "shown" "drill" "cancelled" "refused"
  std::string code;   ///< of the catalogue, why it was refused
  UtcTime at;
};
/// True for the states that a screen may say.
bool is_ack_state(std::string_view state);

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::optional<Alert>> alert(std::string_view id) const = 0;
  virtual Result<std::vector<Alert>> alerts(std::string_view unit_path, std::string_view before, int limit) const = 0;  ///< newest first
  /// Those whose end is ahead, cancelled ones too: screens must learn of the cancellation.
  virtual Result<std::vector<Alert>> unended(UtcTime now) const = 0;
  virtual Result<void> put_alert(const Alert& alert) = 0;
  virtual Result<std::vector<Ack>> acks(std::string_view alert) const = 0;  ///< by screen
  virtual Result<void> put_ack(const Ack& ack) = 0;                         ///< unless a newer one is there; unknown alerts are left out
};

struct Tables {
  Store& alerts;
  const review::Store& review;
  const library::Store& library;
  const screens::Store& screens;
  const accounts::Store& accounts;
};

/// Makes an alert for the screens that the target holds and the card is approved for.
/// Errors: forbidden_role (duty officer or publisher), bad_field (item: not approved as an emergency, or no text),
/// campaign_unapproved, not_found{item|unit|screen}: no screen is within the target.
Result<Alert> create(const Tables& db, const Context& ctx, const Draft& draft);
/// A next version of the document that says so. Errors: forbidden_role, not_found{alert}, conflict (it is over).
Result<Alert> cancel(const Tables& db, const Context& ctx, std::string_view id);
/// Errors: not_found{alert}, for other branches too.
Result<Alert> get(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id);
/// True if the alert is for the place; `unit_path` is that of the target's unit.
bool targets(const Alert& alert, const std::string& unit_path, const screens::Place& place);
/// Ids of the screens of now that it is for.
Result<std::vector<std::string>> screens_of(const Alert& alert, const screens::Store& screens, const accounts::Store& units);

/// The fields that people set, both ways (API and table); strict. Errors: bad_field, missing_field, unknown_field.
Result<Draft> draft_from_json(const json::value& v);
json::object to_json(const Draft& draft);

}  // namespace fz::alerts
