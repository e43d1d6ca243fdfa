// Play records and intents on the disk: SQLite, every commit synced. Acknowledged records are kept 30 days.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "player/agent/core/action.hpp"
#include "shared/db/db.hpp"

namespace fz::agent {

/// What the core needs at a start.
struct SpoolState {
  std::int64_t last_counter = 0, acknowledged = 0;
  std::string last_hash;
  std::vector<Intent> open;
};

/// Used by one thread at a time.
class Spool {
 public:
  /// A database that is damaged is put aside (with the suffix ".damaged") and a new one begun: a screen goes on showing.
  /// Errors: io, disk_full, db_newer.
  static Result<std::unique_ptr<Spool>> open(const fs::path& file);

  Result<SpoolState> load();
  /// Durable on return. Storing an intent or a record that is there already is no error.
  Result<void> store(const StoreIntent& a);
  Result<void> store(const StoreStarted& a);
  Result<void> store(const StoreRecord& a);
  Result<void> store(const DropIntent& a);
  Result<void> store(const PlaysAcknowledged& a);
  Result<std::vector<trust::Play>> plays_after(std::int64_t counter, std::size_t limit);

  /// The probe's finding for these bytes: nothing if unknown, empty if good, else the name of the error's code.
  Result<std::optional<std::string>> probe_result(const std::string& sha256);
  Result<void> store_probe_result(const std::string& sha256, const std::string& code);

 private:
  explicit Spool(std::unique_ptr<db::Connection> c) : c_(std::move(c)) {}
  std::unique_ptr<db::Connection> c_;
};

inline constexpr Millis kKeepAcknowledged = Days{30};

}  // namespace fz::agent
