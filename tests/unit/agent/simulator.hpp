// One screen's whole world in simulated time: the agent's core, a disk, a screen with decoders, a network and a server.
// A seed gives the same run every time, keys, ids and nonces included. Faults are drawn at random; invariants are checked as it runs.
#pragma once
#include <functional>
#include <memory>
#include <queue>

#include "player/agent/core/agent.hpp"
#include "tests/support/publisher.hpp"

namespace fz::test {

struct Faults {
  // Mean time between, 0: never.
  Millis agent_kill{0}, screen_crash{0}, power_cut{0}, outage{0}, blob_damage{0}, wall_jump{0}, publication{0}, bad_bytes{0}, disk_full{0};
  int cue_fail_permille = 0, decoder_die_permille = 0, decoder_hang_permille = 0;
  static Faults none() { return {}; }
  static Faults rough();
  /// What a screen meets in years: the same faults, days apart instead of minutes.
  static Faults years();
};

class Simulator {
 public:
  /// `leap` over zero: while a play is on the surface and nothing else happens, the screen's word and the agent's tick come this far
  /// apart instead of every second; `item_scale` makes the plays longer. For years of simulated time.
  Simulator(std::uint64_t seed, Faults faults, Millis leap = Millis{0}, int item_scale = 1);
  ~Simulator();

  void boot_agent();
  void kill_agent();
  void power_cut();
  void run(Millis span);
  void sleep(Millis span) { time_ += span; }  ///< the machine is suspended: clocks go on, nothing else
  /// Until `done` or `limit`; true if done.
  bool run_until(const std::function<bool()>& done, Millis limit);
  /// No more faults; everything that is under way comes to its end, then the last invariants are checked.
  void settle_and_check();

  Millis since_boot() const { return time_ - booted_; }
  UtcTime now() const { return from_unix_ms(to_unix_ms(kOfficeNow) + time_.count()); }
  std::string on_air() const;  ///< approval on the surface, empty: slate
  agent::Agent& agent() { return *agent_; }
  bool agent_runs() const { return agent_ != nullptr; }
  void push(const std::string& text);
  void set_server_up(bool up);
  void damage_blob(const std::string& sha);
  void crash_screen();

  /// What must never happen.
  enum class Kind {
    unapproved,  ///< something that is not approved and current was shown
    plays,       ///< a play lost, doubled or altered
    dark,        ///< dark although rule and store had something to show
    withdrawal,  ///< a withdrawal not honoured within its bound
    news,        ///< a screen that reaches its server had long not taken what was published
  };
  Publisher server;
  std::vector<std::string> violations;  ///< the first of them, in words
  std::map<Kind, int> broken;           ///< all of them
  Millis wall_offset{0};
  bool corrupt_answers = false;
  Millis answer_delay{20};
  int kills = 0;  ///< of agent, screen or power
  int presented = 0;
  std::int64_t steps = 0;
  int calls = 0;                    ///< of the server
  wire::Slate slate;                ///< what its slate was last told
  std::vector<std::string> ticker;  ///< what the screen's ticker was last told
  std::string trace;                ///< hash over every action and its time so far
  bool tracing = true;
  agent::UpdateLimits limits;
  Millis status_every{30000}, plays_gather{2000}, session_retry_most{60000};
  std::optional<std::pair<int, int>> download_hours;
  wire::Output output;                     ///< as the screen was told last
  bool sound_lost = false;                 ///< what the screen says of its sound device
  bool side_zone = false;                  ///< the screen has one, from its next connection on
  bool drop_go = false;                    ///< a broken screen that never starts what it was told to show
  std::vector<std::string> alert_answers;  ///< messages {"m":"alert"} from the screen

  struct Disk {
    std::map<agent::StateFile, std::string> files;
    std::map<std::string, std::string> blobs;
    std::vector<trust::Play> plays;
    std::vector<agent::Intent> intents;
    std::int64_t acknowledged = 0;
    bool full = false;
  } disk;

 private:
  struct Shown {
    std::string approval, sha;
    Millis started{-1}, ended{-1};
    std::int64_t shown_ms = 0;
  };
  struct OnScreen {
    std::string id, approval, sha;
    Millis duration{};
    bool cued = false, gone = false, hangs = false;
    Millis started{-1};
    std::int64_t started_wall = 0;
    bool now = false;
  };
  void at(Millis when, std::function<void()> f);
  void later(Millis delay, agent::Event event);  // to this run of the agent
  void step(const agent::Event& event);
  static std::string describe(const agent::Action& action);
  void carry_out(const agent::Action& action);
  void call(const agent::Call& call);
  void spool(std::function<void()> write, agent::Event done);
  void from_screen(wire::ToAgent m, Millis delay = Millis{1});
  void to_screen(const wire::ToScreen& m);
  void screen_advance();
  void take_place();
  void cue_text(const wire::Cue& cue);
  void screen_end(wire::EndReason reason);
  void end_at(Millis when, const std::string& play, wire::EndReason reason);
  void screen_tick();
  void connect_screen();
  void check_surface();
  void violation(Kind kind, const std::string& what);
  void plan_fault(Millis mean, std::function<void()> f);
  void publication();
  void hourly(int hour);
  void every_second();
  Millis calm() const;
  void speak();
  wire::Alive alive() const;
  bool has_news_of(Millis event) const;
  void publish();
  void check_news();
  void check_withdrawn(const OnScreen& p);
  Millis between(std::int64_t a, std::int64_t b) { return chance_.between(Millis{a}, Millis{b}); }
  bool lucky(int permille) { return static_cast<int>(chance_.next() % 1000) < permille; }

  using Entry = std::pair<std::pair<Millis, std::uint64_t>, std::function<void()>>;
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const { return a.first > b.first; }
  };
  std::priority_queue<Entry, std::vector<Entry>, Later> queue_;
  std::uint64_t seq_ = 0;
  Millis time_{0}, booted_{0};
  agent::Chance chance_;
  Faults faults_;
  bool faults_on_ = true;
  crypto::PrivateKey key_;
  std::unique_ptr<agent::Agent> agent_;
  std::uint64_t run_ = 0;      // of the agent
  std::uint64_t fetches_ = 0;  // AbortFetches raises it
  std::string boot_id_ = "boot-0";
  Millis spool_free_{0}, tick_at_{-1};
  bool server_up_ = true, channel_up_ = false;
  int next_item_ = 0, idle_ticks_ = 0;

  // the screen
  std::vector<OnScreen> screen_;
  std::map<std::string, wire::Ended> unacknowledged_;
  std::vector<std::string> ended_order_;
  std::map<std::string, Shown> shown_;
  std::uint64_t screen_run_ = 0;
  bool connected_ = false;
  Millis dark_since_{0}, could_show_since_{0}, last_trouble_{0};
  Millis leap_{0}, spoken_{0}, ticked_{0}, reachable_{0}, published_{0};
  int item_scale_ = 1;
  std::map<std::string, Millis> withdrawn_known_, withdrawn_at_;
  std::set<std::string> damaged_;
};

}  // namespace fz::test
