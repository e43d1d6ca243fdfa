// Decides what a zone shows next: picks by the schedule's rotation, prefetches two deep, asks the last door before
// the cue, before the go and every second, and answers for what the screen reports. Sans-I/O, one owner.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "player/agent/core/action.hpp"
#include "player/agent/core/backoff.hpp"
#include "player/agent/core/ledger.hpp"
#include "shared/schedule/rotation.hpp"

namespace fz::agent {

inline constexpr std::string_view kMainZone = "main", kSideZone = "side";

/// What the director may show from; borrowed for one call.
struct Programme {
  const schedule::Playlist* playlist = nullptr;  ///< null: nothing committed yet
  const schedule::TimeZone* zone = nullptr;
  const Catalogue* catalogue = nullptr;
  /// The last door: nothing if the item may be shown at `at`, else why not. `opened`: its descriptor was hashed.
  std::function<std::optional<Error>(const Item&, bool opened, UtcTime at)> door;
  std::string_view clock;                           ///< how far the time can be believed, for the records
  std::function<std::string(UtcTime)> mint_play{};  ///< a new play id (UUIDv7)
  std::string_view playlist_id{};                   ///< SHA-256 of the published playlist
  std::optional<schedule::Class> only{};            ///< slots of this class and nothing else, whatever holds them back
  bool once = false;                                ///< every item of it once, as while the machine starts
  const std::map<std::string, std::string, std::less<>>* texts = nullptr;  ///< verified texts that are at hand, by hash
};

class Director {
 public:
  /// `zone`: kMainZone or kSideZone. The main zone's director alone watches the screen program and shows emergencies; while one
  /// may be shown there the other takes everything off.
  Director(Ledger& ledger, std::string_view zone)
      : zone_(zone), ledger_(&ledger), rotation_(zone == kMainZone ? schedule::Layer::main : schedule::Layer::side) {}

  void restore(schedule::Rotation rotation) { rotation_ = std::move(rotation); }
  const schedule::Rotation& rotation() const { return rotation_; }

  /// The screen is there, or it laid this zone out anew: what was cued for another place is gone.
  void screen_ready(const Now& now, Place place, Actions& out);
  void screen_gone(const Now& now, Actions& out);
  /// Takes everything off and begins nothing more.
  void shut_down(const Now& now, Actions& out);
  /// A new set was committed: what is on air goes on to its end, what follows comes from the new set.
  void set_changed(const Now& now, const Programme& programme, Chance& chance, Actions& out);
  /// Asks the door for all that is queued or on air; then picks, prefetches and goes on. Call after every event and when
  /// wake_at() has come.
  void advance(const Now& now, const Programme& programme, Chance& chance, Actions& out);

  void opened(const std::string& play, const Now& now);
  /// The item could not be opened or its decoder not be started: skipped for a while.
  void open_failed(const std::string& play, std::string_view why, const Now& now, Chance& chance, Actions& out);
  void intent_stored(const std::string& play);
  void decoder_ended(const std::string& play, bool clean, const Now& now, Chance& chance, Actions& out);
  void cued(const wire::Cued& m, const Now& now);
  void failed(const wire::Failed& m, const Now& now, Chance& chance, Actions& out);
  void started(const wire::Started& m, const Now& now, std::string_view clock, Actions& out);
  void ended(const wire::Ended& m, const Now& now, std::string_view clock, Chance& chance, Actions& out);
  void alive(const wire::Alive& m, const Now& now, Chance& chance, Actions& out);

  /// The output is dark by schedule: nothing but an emergency is shown or heard, and nothing is recorded as if it were.
  void set_off(bool off, const Now& now, Actions& out);
  /// An emergency is on the surface or on its way there.
  bool emergency() const;

  /// What must be shown changed and cannot wait for the end of an item: what waits is picked anew, and the next item that goes
  /// takes the place of what is on air.
  void hurry() { hurry_ = true; }
  /// Something may have to go now (a withdrawal): the door is asked at the next advance(), not at the next second.
  void ask_door_now() { next_door_ = Millis{0}; }
  Millis wake_at() const { return wake_at_; }
  /// Nothing is decided before `boot`: the surface is being laid out.
  void rest_until(Millis boot) { wake_at_ = boot; }
  /// True while this play waits to be opened.
  bool wants(std::string_view play) const;
  /// True while this play is in the queue.
  bool knows(std::string_view play) const;
  /// True while a play of this approval is queued or on the surface, also one that an earlier run of the agent let go.
  bool has(std::string_view approval) const;
  bool screen_connected() const { return connected_; }
  const Place& place() const { return place_; }
  /// Approval on air; empty if none.
  std::string on_air() const;
  /// Blobs of all plays in the queue: not to be removed.
  std::set<std::string, std::less<>> in_use() const;
  /// How many blobs have failed lately and wait for another try.
  std::size_t penalised() const { return penalties_.size(); }
  /// True while something is on air or on its way there.
  bool busy() const { return !queue_.empty(); }
  /// Programme::once: everything that could be shown has been, and is over.
  bool exhausted() const { return exhausted_ && queue_.empty(); }

 private:
  static constexpr Millis kHeartbeat{1500};  // the screen speaks four times a second
  static constexpr Millis kSilent{5000};     // not even busy processors explain that
  enum class Stage { opening, cueing, cued, storing, stored, gone, on_air, stopping };
  struct Play {
    std::string id;
    schedule::Pick pick;
    Item item;
    Stage stage = Stage::opening;
    Millis since{};                // of the stage
    Millis started{};              // on_air
    Millis stop_sent{};            // stopping
    std::string because{};         // why we stopped it
    bool opened = false;           // descriptor hashed
    bool shown = false;            // `started` came
    bool over = false;             // what goes next takes its place
    std::string text{};            // a verified text that is at hand: cued and told to go in one step
    std::optional<Millis> held{};  // since when every report has said that the last frame is held
  };
  struct Penalty {
    Backoff backoff{Millis{2000}, Millis{600000}};
    Millis since{}, until{};
  };

  Play* find(std::string_view id);
  void set_stage(Play& p, Stage s, const Now& now);
  void check_doors(const Now& now, const Programme& programme, Chance& chance, Actions& out);
  void check_held(const Now& now, const Programme& programme, Actions& out);
  void check_times(const Now& now, Chance& chance, Actions& out);
  void check_heartbeat(const Now& now, Actions& out);
  void end_emergencies(const Now& now, const Programme& programme, Actions& out);
  void drop_waiting(std::string_view why, const Now& now, Actions& out);
  void preempt(const Now& now, const Programme& programme, Actions& out);
  void fill(const Now& now, const Programme& programme, Actions& out);
  void go(const Now& now, const Programme& programme, Chance& chance, Actions& out);
  std::optional<schedule::Pick> pick(const Now& now, UtcTime at, const Programme& programme);
  std::optional<schedule::Pick> pick_ahead(const Now& now, const Programme& programme);
  UtcTime next_start(const Now& now) const;
  /// Takes a play that was not told to go out of the queue.
  void discard(const std::string& id, std::string_view why, Actions& out);
  /// Tells the screen to take off a play that was told to go.
  void stop(Play& p, std::string_view why, const Now& now, Actions& out);
  void punish(const Play& p, const Now& now, Chance& chance);
  void remove(const std::string& id, Actions& out);
  Intent intent_of(const Play& p, const Now& now) const;
  /// Could not be shown: recorded as skipped, kept back for a while, and out of the queue.
  void skip(const std::string& id, std::string_view why, const Now& now, Chance& chance, Actions& out);

  bool is_main() const { return zone_ == kMainZone; }

  std::string zone_, clock_;
  Ledger* ledger_;
  schedule::Rotation rotation_;
  std::deque<Play> queue_;                                 // in the order in which they go
  std::map<std::string, Penalty, std::less<>> penalties_;  // by blob
  bool connected_ = false, shut_down_ = false, off_ = false, hurry_ = false, exhausted_ = false;
  Place place_;
  std::set<std::pair<std::string, std::string>> picked_;  // Programme::once: slot and approval
  Millis wake_at_{};
  Millis last_alive_{}, last_advance_{}, heartbeat_due_{};
  Millis next_door_{}, inherited_since_{}, ready_since_{};
  std::map<std::string, std::string, std::less<>> told_off_;  // plays that are not in the queue and were told to stop, and why
};

}  // namespace fz::agent
