// A disk that loses its power: from the nth step on nothing reaches it, and what was written without a sync may be forgotten.
// Covers the files of shared/base (its disk hook) below one folder, and SQLite's (a VFS of its own). One at a time.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "shared/base/file.hpp"

namespace fz::test {

/// What is left of writes that were not synced.
enum class Unsynced { forgotten, kept };

class PowerCut {
 public:
  /// All that is in `folder` now is durable. `at`: the step before which the power goes; counted over both layers.
  PowerCut(fs::path folder, int at);
  ~PowerCut();
  PowerCut(const PowerCut&) = delete;
  PowerCut& operator=(const PowerCut&) = delete;

  bool happened() const { return off_; }
  /// The power is on again and the disk holds what a disk would. REQUIRES: nothing of the folder is open any more.
  void restore(Unsynced unsynced);

  // For the two layers.
  /// False: the power is gone.
  bool step();
  void synced_file(const fs::path& path);

 private:
  using Names = std::map<std::string, ino_t>;
  void prime(const fs::path& dir);
  void finish_step();
  void keep(const fs::path& file);
  static Names list(const fs::path& dir);

  fs::path folder_;
  int at_, steps_ = 0;
  bool off_ = false;
  std::string last_step_;  // begun; it is done when the next one begins
  fs::path last_path_;
  std::map<std::string, Names> names_;           // durable entries of each folder
  std::map<ino_t, std::string> contents_;        // durable bytes of each file
  std::map<std::string, std::string> database_;  // durable bytes of SQLite's files, by path
};

}  // namespace fz::test
