// The agent as a process: one thread owns the core and carries its actions out; others fetch, hash, probe and write.
#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "player/agent/boot.hpp"
#include "player/agent/core/agent.hpp"
#include "player/agent/library.hpp"
#include "player/agent/mailbox.hpp"
#include "player/agent/network.hpp"
#include "player/agent/screen_link.hpp"
#include "player/agent/spool.hpp"
#include "player/agent/state_files.hpp"
#include "player/agent/stick.hpp"
#include "player/agent/worker.hpp"
#include "shared/wire/decoder_process.hpp"

namespace fz::agent {

struct ShellOptions {
  NetworkOptions network;
  fs::path root;  ///< the site package's root.json
  fs::path data;  ///< folder of everything that is kept
  ScreenOptions screen;
  fs::path decoder;                       ///< fz-decode; empty: beside the running program
  std::uint64_t quota = 0;                ///< bytes of media, 0: only the free space limits it
  std::uint64_t min_free = 256ull << 20;  ///< bytes that stay free
  UpdateLimits limits;
  Millis plays_gather{2000};
  BootOptions boot;
  std::vector<fs::path> sticks;  ///< where sticks are looked for
  std::optional<std::pair<int, int>> download_hours{};
};

class Shell {
 public:
  explicit Shell(ShellOptions options) : options_(std::move(options)) {}
  ~Shell();
  /// Opens what is on the disk and starts the core. Errors: io, conflict (another agent has the folder), trust_* (the site
  /// package's root), key_invalid, key_exposed, db_newer.
  Result<void> open();
  /// Runs until `stop_fd` is readable; then what is on the surface is ended and recorded, for at most two seconds.
  /// REQUIRES: open().
  void run(int stop_fd);
  /// --boot: shows the boot list once and answers the exit status (BootStatus). `began`: CLOCK_BOOTTIME of the program's start.
  int run_boot(int stop_fd, Millis began);

 private:
  struct Decoder {
    wire::DecoderProcess process;
  };
  Result<Loaded> load();
  Instant instant() const;
  void handle(Event event);
  void carry_out(Action& action);
  void wait(int stop_fd, const std::vector<int>& more = {});
  void take_screen();
  void end_of_decoders();
  template <class What>
  void to_spool(What what, std::function<void(bool ok)> done);
  void load_plays(const LoadPlays& what);
  void open_item(const OpenItem& what);
  void item_opened(const OpenItem& what, Result<blob::Opened> file, std::string text);
  void probe(const ProbeMedia& what);
  void save(const SaveState& what);
  void from_screen(wire::ToAgent m, std::vector<Fd>& fds);
  void restart_screen(std::string_view why);
  void tell(const wire::ToScreen& m);
  void write_enrolment(const wire::ToScreen& m);
  void watchdog(Millis boot);
  void keep_blobs(std::set<std::string, std::less<>> names);
  void tend_sticks(Millis boot);
  void stick_seen(StickMirror::Seen seen, StickMirror::Visit visit);
  void take_receipt(std::string envelope);
  void leave_plays(std::int64_t after);
  void leave_block(std::int64_t first, const std::vector<trust::Play>& plays);
  void call(Call& c);
  void fetch(FetchDocument& what);
  void fetch(FetchMedia& what);

  ShellOptions options_;
  std::unique_ptr<crypto::PrivateKey> key_;
  std::unique_ptr<StateFiles> files_;
  std::unique_ptr<blob::Store> store_;
  std::unique_ptr<Spool> spool_;
  Keep keep_;
  Mailbox mail_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<ScreenLink> screen_;
  Chance chance_;
  std::map<std::string, Decoder> decoders_;  // by play
  std::deque<Event> pending_;
  bool handling_ = false;
  std::string enrolment_told_;
  Millis health_due_{}, watchdog_due_{};
  std::unique_ptr<Network> network_;
  std::unique_ptr<StickMirror> stick_;  // used by stick_worker_ alone
  bool stick_here_ = false, stick_looking_ = false;
  Millis stick_due_{}, stick_plays_due_{};
  std::string stick_key_;           // for whom plays are sealed; empty: they stay here
  std::int64_t stick_through_ = 0;  // counter of the last play that was left on the stick
  std::shared_ptr<std::atomic<bool>> stick_cancel_ = std::make_shared<std::atomic<bool>>(false);
  // Last, so that their threads end before what they use.
  std::unique_ptr<Worker> spooler_, writer_, opener_, slow_opener_, prober_, stick_worker_;
  std::atomic<bool> stopping_{false};
};

}  // namespace fz::agent
