// Play records: verified batches in, signed receipts out, roll-ups for reports. Format and rules: README.md.
#pragma once
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/crypto/key.hpp"
#include "shared/trust/documents.hpp"

namespace fz::plays {

/// A batch whose signature, chain and counters are good, with the bytes that prove it.
struct Batch {
  std::string device;  ///< keyid
  trust::PlayBatch content;
  std::string envelope;  ///< as it came: the evidence
  std::string payload_sha256;
};
/// Checks an envelope of kPlaysType by the device's key, for that screen. Pure; any thread.
/// Errors: trust_* , plays_screen (made for another screen), plays_signature.
Result<Batch> verify_batch(std::string_view envelope, const crypto::PublicKey& device, std::string_view screen);

/// What is kept for a device after a batch.
struct Ack {
  std::string device, screen;
  std::int64_t through = 0;  ///< all plays up to this counter are on the disk
  std::string head;          ///< play_hash of that play
  std::string batch;         ///< payload_sha256 of the batch
  std::int64_t added = 0;    ///< rows that were new
};
/// The receipt's envelope, signed by the online key.
std::string sign_receipt(const Ack& ack, UtcTime now, const crypto::PrivateKey& online);

struct PlayRow {
  std::string screen, device;
  trust::Play play;  ///< without `previous`: the chain stands in the evidence
};
struct PlayFilter {
  std::string screen, approval, campaign;  ///< empty: any
  std::optional<UtcTime> from, until;      ///< by start; `until` is not included
  std::int64_t after_row = 0;              ///< continue after this row number
  int limit = 100;                         ///< 1..1000
};
struct PlayPage {
  std::vector<PlayRow> rows;  ///< in the order in which they arrived
  std::int64_t next_row = 0;  ///< 0: no more
};
/// Plays of one item on one screen within one hour (UTC). What was skipped is no play.
struct Rollup {
  std::string approval, screen;
  UtcTime hour;
  std::int64_t plays = 0, completed = 0, presented_ms = 0, frames = 0;
};
struct RollupFilter {
  std::string screen, approval;
  std::optional<UtcTime> from, until;  ///< hours; `until` is not included
  int limit = 1000;                    ///< 1..10000; earliest hours first
};
struct DeviceState {
  std::string screen;
  std::int64_t through = 0;
  std::string head;
  std::int64_t gaps = 0;  ///< counters that never came and that the device was let off, see kGapAsks
};
/// A device that was asked this often over this time for plays it evidently has no more (it keeps them for 30 days, and the
/// server may have been restored from less) goes on without them; what is missing is counted.
inline constexpr int kGapAsks = 3;
inline constexpr Millis kGapPatience = std::chrono::minutes(10);
struct Totals {
  std::int64_t plays = 0, devices = 0, batches = 0;
};

/// The plays database. Thread-safe.
class Store {
 public:
  virtual ~Store() = default;
  /// One transaction over all batches: rows, roll-ups, device state and evidence. A result for each batch, in order; a
  /// batch that is refused leaves the others in. Errors of a batch: plays_gap{expected}, plays_fork.
  virtual std::vector<Result<Ack>> ingest(const std::vector<const Batch*>& batches, UtcTime now) = 0;
  virtual Result<PlayPage> plays(const PlayFilter& filter) const = 0;
  virtual Result<std::vector<Rollup>> rollups(const RollupFilter& filter) const = 0;
  virtual Result<std::optional<DeviceState>> device(std::string_view keyid) const = 0;
  /// Envelopes of the device's batches that hold `counter`, oldest first.
  virtual Result<std::vector<std::string>> evidence(std::string_view keyid, std::int64_t counter) const = 0;
  virtual Result<Totals> totals() const = 0;
  /// Moves what was written into the main file. No commit ever does it by itself.
  virtual Result<void> checkpoint() = 0;
};

/// Group commit: one thread writes everything that has queued up in one transaction (up to about 5,000 plays), and moves the
/// write-ahead log into the file when it has nothing else to do. Thread-safe.
class Log {
 public:
  /// Starts the writer thread. `store` and `clock` must outlive the log. At most `max_queue` batches and 128 MiB wait.
  Log(Store& store, const Clock& clock, std::size_t max_queue = 4096);
  ~Log();  ///< writes what is queued, then stops
  /// The future is ready once the batch is on the disk. At once unavailable when the queue is full or the log stops.
  std::future<Result<Ack>> submit(Batch batch);
  /// The same with a callback on the writer thread (must be quick).
  void submit(Batch batch, std::function<void(Result<Ack>)> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fz::plays
