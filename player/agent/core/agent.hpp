// The whole decision-making of a screen's agent, sans-I/O: (state, event, instant) -> (state, actions). No thread, no file,
// no socket, no clock of its own: the shell (player/agent) and the simulator (tests) drive the same code.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "player/agent/core/action.hpp"
#include "player/agent/core/arrangement.hpp"
#include "player/agent/core/channel.hpp"
#include "player/agent/core/director.hpp"
#include "player/agent/core/event.hpp"
#include "player/agent/core/ledger.hpp"
#include "player/agent/core/reporter.hpp"
#include "player/agent/core/session.hpp"
#include "player/agent/core/takeover.hpp"
#include "player/agent/core/ticker.hpp"
#include "player/agent/core/updater.hpp"
#include "shared/base/json.hpp"
#include "shared/trust/door.hpp"

namespace fz::agent {

struct AgentConfig {
  UtcTime build_date{};  ///< the release's: the clock's first floor
  std::string root;      ///< envelope of the site package's root
  std::string server;    ///< address, shown on the slate
  Session::Config session;
  UpdateLimits limits;
  std::function<std::string(UtcTime)> mint_play;  ///< UUIDv7
  Millis status_every{30000};
  Millis plays_gather{2000};  ///< from a record to its batch
  /// Minutes of the day, by the screen's zone, between which media are downloaded (may pass midnight); else at any time.
  std::optional<std::pair<int, int>> download_hours{};
  bool boot = false;  ///< class boot, each item once, and nothing else; no network is asked for anything
};

/// What the disk held at the start.
struct Loaded {
  std::string boot_id;                                                              ///< of the kernel's boot
  std::optional<std::string> trust, clock, identity, set, rotation, side_rotation;  ///< the state files, as they were saved
  std::map<std::string, std::string, std::less<>> documents;                        ///< bytes of documents_of(set), by hash, where readable
  std::set<std::string, std::less<>> stored;                                        ///< all blobs by name
  std::int64_t last_counter = 0, acknowledged = 0;
  std::string last_hash = std::string(64, '0');
  std::vector<Intent> open;
};

class Agent {
 public:
  /// `key`: the device key; must outlive the agent. Errors: the root of the site package is no good.
  static Result<std::unique_ptr<Agent>> start(const crypto::PrivateKey& key, AgentConfig config, Loaded loaded, Instant at,
                                              std::uint64_t entropy);

  /// One step. `entropy`: fresh random bits. The actions are to be carried out in order.
  Actions handle(const Event& event, Instant at, std::uint64_t entropy);
  /// After a Shutdown: nothing is on the surface and every play has its record.
  bool quiet() const { return !director_.busy() && !side_.busy() && ledger_.open().empty() && !ledger_.storing(); }
  /// Config boot: all that could be shown was, or there is nothing.
  bool boot_over() const { return !updater_ || !updater_->playlist() || !zone_ || director_.exhausted(); }
  int boot_shown() const { return boot_shown_; }
  /// CLOCK_BOOTTIME of the next Tick that is wanted.
  Millis wake_at() const;

  // For the status, tests and the simulator.
  const trust::TrustedState* trusted() const { return state_.get(); }
  const Updater* updater() const { return updater_ ? &*updater_ : nullptr; }
  const Director& director() const { return director_; }  ///< of the main zone
  /// True while this play of any zone waits to be opened.
  bool wants(std::string_view play) const { return director_.wants(play) || side_.wants(play); }
  /// Blobs of all plays in the queues: not to be removed.
  std::set<std::string, std::less<>> in_use() const;
  std::optional<ScreenSize> side_size() const;  // of the side zone, where there is one
  const Ledger& ledger() const { return ledger_; }
  const Reporter& reporter() const { return reporter_; }
  const Session& session() const { return session_; }
  trust::TrustedTime time(Millis boot) const { return clock_.read(boot); }
  std::string status_json(const Now& now) const;

 private:
  Agent(const crypto::PrivateKey& key, AgentConfig config);
  struct Noted {
    UtcTime at;
    Params params{};  ///< of the sentence
    std::string detail;
    std::int64_t count = 0;
  };

  Result<void> load(Loaded loaded, Instant at);
  Result<void> make_trust(const std::optional<std::string>& saved, const Now& now);
  void dispatch(const Event& event, const Now& now, Actions& out);
  void screen_ready(const wire::Ready& m, const Now& now, Actions& out);
  void from_screen(const wire::ToAgent& m, const Now& now, Actions& out);
  void channel_message(const std::string& text, const Now& now, Actions& out);
  void pushed_withdrawals(const json::value& envelope, const Now& now, Actions& out);
  void command(const std::string& id, const std::string& name, std::int64_t value, const Now& now, Actions& out);
  void command_done(const std::string& id, const std::optional<Error>& why_not, Actions& out);
  void shot_taken(const ShotTaken& e, Actions& out);
  void shot_sent(const Answered& e, Actions& out);
  void identify(const Now& now, Actions& out);
  /// Lets each part go on after an event; the order is that of the flow of data.
  void settle(const Now& now, Actions& out);
  void settle_session(const Now& now, Actions& out);
  void settle_updater(const Now& now, Actions& out);
  void settle_director(const Now& now, Actions& out);
  void tell_slate(const Now& now, Actions& out);
  schedule::Levels levels(const Now& now, const Programme& p) const;
  void tell_output(const schedule::Levels& levels, Actions& out);
  void report_status(const Now& now, Actions& out);
  void confirm_withdrawn(Actions& out);
  bool withdrawals_done() const;
  void save(const Now& now, Actions& out);
  void note_alarms(const Now& now, const Actions& out);
  void note_machine(const Health& health, const Now& now);
  void screen_fell(const Now& now, Actions& out);
  void stick_came(const StickCame& e, const Now& now, Actions& out);
  /// The network's token, or the stick's while there is none.
  std::string source() const;
  bool may_download() const;
  Programme programme(const Now& now);
  /// The director whose play this is; the main zone's for one that nobody knows.
  Director& of(std::string_view play) { return side_.knows(play) ? side_ : director_; }
  Now read(Instant at) const;

  AgentConfig config_;
  const crypto::PrivateKey* key_;
  trust::TrustedClock clock_;
  trust::TrustedTime time_;
  Chance chance_;
  std::unique_ptr<trust::TrustedState> state_;  // none before enrolment
  Session session_;
  std::optional<Updater> updater_;
  Loaded pending_;  // what the updater gets once there is one
  Ledger ledger_;
  Director director_{ledger_, kMainZone}, side_{ledger_, kSideZone};
  Arrangement arrangement_;
  bool screen_greeted_ = false;  // it said ready on this connection
  std::string screen_run_;       // which process of it
  Reporter reporter_;
  Channel channel_;
  Ticker ticker_;
  TakeOver takeover_;
  std::optional<schedule::TimeZone> zone_;
  std::string zone_name_, clock_name_;
  ScreenSize screen_;

  std::optional<std::string> slate_told_;
  wire::Output output_;  ///< as an operator set it; the schedule's levels are taken of it
  std::optional<wire::Output> output_told_;
  bool sound_lost_ = false;
  std::int64_t screen_kb_ = 0;
  int falls_ = 0;  // of the screen, one after the other, without a play that was shown to its end
  Backoff rest_{Millis{10000}, Millis{40000}};
  Millis rest_until_{0};  // nothing but the slate until then
  bool stick_ = false;    // one with documents for this screen is here
  std::map<std::string, Noted, std::less<>> alarms_;
  std::optional<Error> last_trouble_;
  std::set<std::string, std::less<>> unconfirmed_;   // pushed withdrawals whose items may still be on the surface
  std::map<std::uint64_t, std::string> shots_sent_;  // call -> command
  std::uint64_t shot_call_ = std::uint64_t{5} << 20;
  Millis identify_until_{0}, identify_told_{0};  // the site's name and the screen's id run along the ticker
  std::uint64_t saved_revision_ = 0;
  std::string saved_rotation_, saved_side_rotation_;
  Millis clock_saved_{}, rotation_saved_{}, status_due_{};
  std::uint64_t status_call_ = 0;
  std::int64_t withdrawals_told_ = 0;  // version in the last status that was hurried
  std::string status_told_;
  std::int64_t free_mb_ = -1;
  int boot_shown_ = 0;
  Health machine_;
};

}  // namespace fz::agent
