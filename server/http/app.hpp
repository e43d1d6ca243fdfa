// What handlers work with; made once by server/app, shared by all threads.
#pragma once
#include <atomic>
#include <functional>
#include <string>

#include "server/http/alert_board.hpp"
#include "server/http/board.hpp"
#include "server/http/channels.hpp"
#include "server/http/console.hpp"
#include "server/http/events.hpp"
#include "server/http/files.hpp"
#include "server/http/limiter.hpp"
#include "server/http/metrics.hpp"
#include "server/http/pictures.hpp"
#include "server/http/screen_tokens.hpp"
#include "server/setup/setup.hpp"
#include "server/store/store.hpp"

namespace fz::http {

struct Settings {
  bool tls = true;                    ///< cookies are Secure and named __Host-
  bool behind_proxy = false;          ///< the address is the last one of X-Forwarded-For
  bool open_metrics = false;          ///< /metrics for everybody, not for loopback alone
  bool second_factor = true;          ///< asked of all who review, publish, withdraw or administer
  bool three_administrators = false;  ///< system, security and audit are different people
  accounts::SessionLimits sessions;
  library::Quota quota;
  fs::path data;                                    ///< the data folder, for the figures of its administrator
  fs::path shots;                                   ///< folder of the screens' last pictures
  double person_rate = 50, person_burst = 300;      ///< requests a second of one session or address
  double screen_rate = 30, screen_burst = 300;      ///< of one screen
  double stranger_rate = 20, stranger_burst = 120;  ///< open routes that cost something, of one address
  double login_rate = 2, login_burst = 30;          ///< a password hash costs 0.1 s
  /// Behind one address there may be this many machines (an office behind NAT): what is limited by address is multiplied by it.
  int machines_per_address = 1;
};

struct App {
  store::Store& store;
  blob::Store& blobs;
  publish::Publisher& publisher;
  plays::Log& plays;
  const Clock& clock;
  Settings settings;
  setup::Certificates* certificates = nullptr;                          ///< null: without TLS
  std::function<void()> jobs_wanted = [] {};                            ///< there may be a new job
  std::function<Result<void>()> ready = [] { return Result<void>(); };  ///< for /readyz

  Metrics metrics{};
  Channels channels{};
  ScreenTokens tokens{};
  Limiter limiter{};
  OpenFiles files{};
  Board board{};
  AlertBoard alerts{};
  Events events{};      ///< the open consoles
  Console console{};    ///< files of the web console; set before the first request
  Pictures pictures{};  ///< thumbnails and previews
  BusyNames uploads{};  ///< uploads that are being written
};

/// In the data folder: when a backup was made last, as JSON {"at","files","bytes"}; written by `fz-server --backup`.
inline constexpr const char* kLastBackup = "last-backup.json";

/// Publishes and tells the screens whose list changed.
Result<publish::Delta> publish_now(App& app);
/// Makes the alerts of the database ready to be pushed. Once at start, before the first channel. Errors: io, db_damaged ...
Result<void> load_alerts(App& app);
/// As publish_now after a change that must succeed whether or not anything can be published yet; problems are logged.
void publish_quietly(App& app, std::string_view why);

}  // namespace fz::http
