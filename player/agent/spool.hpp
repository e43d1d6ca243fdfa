// Plays that the server has not acknowledged, and those that were intended and have no record yet: SQLite, synchronous=FULL, so
// that what an answer says is on the disk. Used by one thread.
#pragma once
#include <memory>
#include <vector>

#include "player/agent/core/action.hpp"
#include "player/agent/core/agent.hpp"
#include "shared/db/db.hpp"

namespace fz::agent {

/// Acknowledged plays are kept this long, to be sent again to a server that was restored from an older backup.
inline constexpr Days kKeepAcknowledged{30};

class Spool {
 public:
  /// Makes or migrates the database. Errors: db_newer, db_damaged, disk_full, io.
  static Result<std::unique_ptr<Spool>> open(const fs::path& file);

  /// Fills what the core wants of the spool: last counter and hash, acknowledged, open intents in order.
  Result<void> load(Loaded& into);

  Result<void> store(const StoreIntent& a);
  Result<void> store(const StoreStarted& a);
  /// The record and the end of its intent, in one transaction.
  Result<void> store(const StoreRecord& a);
  Result<void> store(const DropIntent& a);
  Result<std::vector<trust::Play>> read(const LoadPlays& a);
  Result<void> store(const PlaysAcknowledged& a);

 private:
  explicit Spool(std::unique_ptr<db::Connection> c) : c_(std::move(c)) {}
  std::unique_ptr<db::Connection> c_;
};

}  // namespace fz::agent
