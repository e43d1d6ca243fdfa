// Sites and screens: enrolment by a code, identity by a device key, and what is known of each. Protocol: README.md.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/accounts/accounts.hpp"
#include "server/accounts/table.hpp"
#include "shared/crypto/key.hpp"

namespace fz::screens {

using accounts::Actor;
using accounts::Context;

struct Site {
  std::string id;
  std::string unit;
  std::string name;
  std::string region;                  ///< division code
  std::string venue;                   ///< OpenOOH id, or "x...."
  std::string zone = "Asia/Shanghai";  ///< IANA
  std::string keeper, keeper_phone, address;
  std::vector<std::string> audiences;
  UtcTime created;
};

enum class ScreenState : std::uint8_t { active, replaced, blocked };
std::string_view screen_state_name(ScreenState state);
struct Screen {
  std::string id;  ///< "scr-" and 12 random letters and digits
  std::string site;
  std::string name;
  std::vector<std::string> tags;
  ScreenState state = ScreenState::active;
  std::string device;  ///< keyid of the device key
  crypto::PublicKey key;
  UtcTime enrolled;
  std::string boot;          ///< nonce of the current boot session; empty before the first token
  bool clone_alarm = false;  ///< one device key under two boot sessions at once
  std::optional<UtcTime> seen;
  std::string status;  ///< last status, JSON
};

/// A device that shows its code and waits.
struct Enrolment {
  std::string code;  ///< 8 characters that cannot be mistaken for one another
  std::string device;
  crypto::PublicKey key;
  std::string address;  ///< it came from
  std::string info;     ///< JSON: model, version; shown to the person who confirms
  std::string screen;   ///< when confirmed
  UtcTime created, expires;
};

struct Challenge {
  std::string nonce_hash, device;
  UtcTime expires;
};
struct ScreenToken {
  std::string token_hash, screen, boot;
  UtcTime expires;
};

/// What publishing needs of each active screen.
struct Place {
  std::string screen, site, unit, unit_path, region, venue, zone;
  std::vector<std::string> audiences, tags;
  std::string output{};  ///< of the site, as set_output() keeps it; empty: none
};

struct ScreenFilter {
  std::string unit_path, site, text;
  std::optional<UtcTime> seen_before;  ///< dark screens
  std::string after;                   ///< screen id
  int limit = 50;                      ///< 1..200
};
/// One line of the list of screens.
struct ScreenLine {
  Screen screen;
  std::string site_name, unit;
};

/// A size in pixels, how many screens have a zone of it, and the name of one of them.
struct ZoneSize {
  int width = 0, height = 0;
  std::int64_t screens = 0;
  std::string example;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::optional<Site>> site(std::string_view id) const = 0;
  virtual Result<std::vector<Site>> sites(std::string_view unit_path, std::string_view after, int limit) const = 0;  ///< by id
  virtual Result<void> put_site(const Site& site) = 0;
  virtual Result<std::string> site_output(std::string_view site) const = 0;  ///< empty: none
  virtual Result<void> put_site_output(std::string_view site, std::string_view rules) = 0;
  virtual Result<std::optional<Screen>> screen(std::string_view id) const = 0;
  virtual Result<std::optional<Screen>> screen_by_device(std::string_view keyid) const = 0;
  virtual Result<std::vector<ScreenLine>> screens(const ScreenFilter& filter) const = 0;  ///< by id
  /// Sizes of everything that plays items on the branch's active screens, as they tell it (member "zones" of their status); the
  /// size that most screens have first, at most 1000.
  virtual Result<std::vector<ZoneSize>> zone_sizes(std::string_view unit_path) const = 0;
  virtual Result<std::vector<Place>> places() const = 0;  ///< of active screens, by id
  virtual Result<void> put_screen(const Screen& screen) = 0;
  virtual Result<void> set_status(std::string_view screen, UtcTime seen, std::string_view status) = 0;

  virtual Result<std::optional<Enrolment>> enrolment(std::string_view code) const = 0;
  virtual Result<std::optional<Enrolment>> enrolment_by_device(std::string_view keyid) const = 0;
  virtual Result<int> count_enrolments(std::string_view address, UtcTime since) const = 0;
  virtual Result<void> put_enrolment(const Enrolment& enrolment) = 0;
  virtual Result<void> remove_enrolments_before(UtcTime expires) = 0;

  virtual Result<void> put_challenge(const Challenge& challenge) = 0;
  virtual Result<std::optional<Challenge>> take_challenge(std::string_view nonce_hash) = 0;
  virtual Result<void> remove_challenges_before(UtcTime expires) = 0;
  virtual Result<void> put_token(const ScreenToken& token) = 0;
  virtual Result<std::optional<ScreenToken>> token(std::string_view token_hash) const = 0;
  virtual Result<void> remove_tokens_before(UtcTime expires) = 0;
  virtual Result<void> remove_tokens_of(std::string_view screen) = 0;
  /// Boot nonces that a screen has left behind (the last 32).
  virtual Result<bool> boot_was_left(std::string_view screen, std::string_view boot) const = 0;
  virtual Result<void> leave_boot(std::string_view screen, std::string_view boot, UtcTime now) = 0;
};

inline constexpr Millis kEnrolmentLife = std::chrono::minutes(30);
inline constexpr int kEnrolmentsPerAddress = 20;  ///< within kEnrolmentLife
inline constexpr Millis kChallengeLife = std::chrono::minutes(2);
inline constexpr Millis kTokenLife = std::chrono::hours(1);

struct NewSite {
  std::string unit, name, region, venue, zone, keeper, keeper_phone, address;
  std::vector<std::string> audiences;
};
/// Errors: forbidden_role (administrator), bad_field, zone_unknown, not_found{unit}.
Result<Site> create_site(Store& db, const accounts::Store& units, const Context& ctx, const NewSite& site);
Result<Site> change_site(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, const NewSite& site);

/// Volume, brightness, on and off and silent hours of a site's screens: the members "output" and "silent" of a playlist
/// (shared/schedule), kept as their deterministic JSON. The caller publishes afterwards. Errors: forbidden_role
/// (administrator), not_found{site}, those of schedule::parse_output_rules.
Result<std::string> set_output(Store& db, const accounts::Store& units, const Context& ctx, std::string_view site, std::string_view rules);
/// "{}" when none are set. Errors: not_found{site}.
Result<std::string> output_of(const Store& db, const accounts::Store& units, const Actor& who, std::string_view site);
inline constexpr std::size_t kMaxSiteRows = 10000;
std::span<const accounts::Column> site_columns();  ///< static
/// unit 单位 (id or code), name 名称, region 区划代码, venue 场所类型, keeper 负责人, phone 电话, address 地址, zone 时区.
Result<accounts::Table> read_site_table(std::string_view bytes);
/// All rows or none. Errors: table_row.
Result<int> import_sites(Store& db, const accounts::Store& units, const Context& ctx, const accounts::Table& table);

// ---- enrolment ---------------------------------------------------------------------------------------------------
/// From a device: asks for a code. `proof` is the device key's signature over enrolment_message(); asking again while
/// the code lives gives the same code. Errors: key_invalid, signature_wrong, too_many_requests, screen_enrolled.
Result<Enrolment> ask_enrolment(Store& db, const crypto::PublicKey& key, ByteView proof, std::string_view address, std::string_view info,
                                UtcTime now, int per_address = kEnrolmentsPerAddress);
/// "fz-enrol-v1" LF keyid.
std::string enrolment_message(std::string_view keyid);
/// By staff at the screen: this code stands at that site. `replaces` names a broken screen whose place it takes.
/// Errors: forbidden_role, enrolment_code (unknown or ended), not_found{site|screen}.
Result<Screen> confirm_enrolment(Store& db, const accounts::Store& units, const Context& ctx, std::string_view code, std::string_view site,
                                 std::string_view name, std::string_view replaces);
/// The device asks what became of its code. Errors: enrolment_code.
Result<Enrolment> enrolment_state(const Store& db, std::string_view code, std::string_view device, UtcTime now);

// ---- tokens ------------------------------------------------------------------------------------------------------
/// A nonce (hex, 32 bytes) for the device to sign, good once. Errors: screen_unknown.
Result<std::string> make_challenge(Store& db, std::string_view device, UtcTime now);
/// "fz-token-v1" LF nonce LF boot LF keyid.
std::string token_message(std::string_view nonce, std::string_view boot, std::string_view keyid);
struct Granted {
  std::string token;  ///< shown once
  Screen screen;
  UtcTime expires;
  bool clone_alarm = false;  ///< raised now
};
/// Errors: challenge_ended, signature_wrong, screen_unknown, screen_blocked, bad_field (boot: 16..64 hex digits).
Result<Granted> grant_token(Store& db, audit::Trail& trail, std::string_view device, std::string_view nonce, std::string_view boot,
                            ByteView signature, UtcTime now);
/// The screen behind a token. Errors: unauthenticated, screen_blocked.
Result<Screen> authenticate(const Store& db, std::string_view token, UtcTime now);

/// A status report; `status` is kept as it came (at most 32 KiB of JSON).
Result<void> report_status(Store& db, const Screen& screen, std::string_view status, UtcTime now);
Result<Screen> set_state(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id, ScreenState state);
/// Clears a clone alarm after somebody has looked. Ends the screen's tokens.
Result<Screen> clear_alarm(Store& db, const accounts::Store& units, const Context& ctx, std::string_view id);
/// Errors: not_found{screen}, for other branches too.
Result<Screen> get_screen(const Store& db, const accounts::Store& units, const Actor& who, std::string_view id);
Result<void> sweep(Store& db, UtcTime now);

}  // namespace fz::screens
