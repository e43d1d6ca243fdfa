// The picture while a machine starts (a hotel's TV): the list of class boot, once, from the local store, without network.
// Whatever goes wrong, the program ends, and its status lets the session go on. Statuses: README.md.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/file.hpp"

namespace fz::agent {

struct BootOptions {
  bool on = false;
  Millis limit{30000};           ///< from the start of the program; then it is over, whatever hangs
  std::set<int> keys;            ///< Linux key codes that end it; empty: any key
  std::vector<fs::path> inputs;  ///< event devices; empty: all of /dev/input
};

/// Exit statuses of fz-agent --boot.
enum BootStatus : int { kBootPlayed = 0, kBootSkipped = 10, kBootLimit = 11, kBootNothing = 12, kBootStopped = 13 };

/// Ends this process with kBootLimit at `at` (CLOCK_BOOTTIME), and with it every child that was started to die with it: screen
/// and decoders, also such as hang. Cannot be called off.
void end_at(Millis at);

/// Watches keyboards and remote controls for a key that is pressed. One thread.
class BootKeys {
 public:
  explicit BootKeys(const BootOptions& options);
  /// For poll(2); fewer when a device has gone.
  std::vector<int> fds() const;
  /// Reads what there is; true once a key that counts was pressed.
  bool pressed();

 private:
  std::set<int> keys_;
  std::vector<Fd> devices_;
};

}  // namespace fz::agent
