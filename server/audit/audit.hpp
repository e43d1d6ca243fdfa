// The trail: who did what when. Append-only, hash-chained, written in the same transaction as the change.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/base/json.hpp"

namespace fz::audit {

/// What happened. No secrets, no personal data beyond ids.
struct Event {
  std::string actor;     ///< account id, "screen:<id>", "system", or "?" (a refused stranger)
  std::string unit;      ///< unit id of the branch it belongs to; may be empty
  std::string action;    ///< "item.create", "review.pass", "session.refused" ...: noun, dot, verb
  std::string object;    ///< id of what it was done to
  bool refused = false;  ///< somebody tried and was not let
  json::object details;  ///< small: ids, states, codes
};

struct Entry {
  std::int64_t seq = 0;  ///< 1, 2, 3 ... without gaps
  UtcTime at;
  Event event;
  std::string prev, hash;  ///< hex SHA-256
};

inline constexpr std::string_view kChainStart = "0000000000000000000000000000000000000000000000000000000000000000";

/// The canonical JSON of an entry without its two hashes; `with_hashes`: with them, as exports have it.
json::object entry_json(const Entry& entry, bool with_hashes);
/// hex SHA-256 of prev || '\n' || canonical JSON of the entry without its two hashes. Format: README.md.
std::string entry_hash(const Entry& entry);
/// Entries in order, the first following `prev` with number `first_seq`. Errors: audit_broken{seq,what}.
Result<void> verify_chain(std::span<const Entry> entries, std::string_view prev, std::int64_t first_seq);

struct Filter {
  std::string actor, action_prefix, object;  ///< empty: any
  std::vector<std::string> units;            ///< empty: any
  std::optional<UtcTime> from, until;
  std::int64_t before_seq = 0;  ///< 0: from the newest; else older than this
  int limit = 100;              ///< 1..1000
};

/// The server's word, signed with its online key, that the entry `seq` had this hash at that time. Format: README.md.
struct Checkpoint {
  std::int64_t seq = 0;
  UtcTime at;
  std::string envelope;
};

class Trail {
 public:
  virtual ~Trail() = default;
  /// Errors: disk_full, io.
  virtual Result<void> append(const Event& event, UtcTime now) = 0;
  /// Newest first.
  virtual Result<std::vector<Entry>> list(const Filter& filter) const = 0;
  /// Oldest first, from `seq` on.
  virtual Result<std::vector<Entry>> read_from(std::int64_t seq, int limit) const = 0;
  /// The last entry; nothing if the trail is empty.
  virtual Result<std::optional<Entry>> head() const = 0;
  virtual Result<void> put_checkpoint(const Checkpoint& checkpoint) = 0;  ///< errors: conflict (that entry has one)
  virtual Result<std::vector<Checkpoint>> checkpoints(std::int64_t from_seq, std::int64_t to_seq) const = 0;  ///< both included, by seq
  virtual Result<std::optional<Checkpoint>> last_checkpoint() const = 0;
};

/// A trail for what must never wait for the trail: taking something off the screens. What cannot be written is logged, and the
/// change goes on. Borrows the other one.
class TolerantTrail final : public Trail {
 public:
  explicit TolerantTrail(Trail& trail) : trail_(trail) {}
  Result<void> append(const Event& event, UtcTime now) override;
  Result<std::vector<Entry>> list(const Filter& filter) const override { return trail_.list(filter); }
  Result<std::vector<Entry>> read_from(std::int64_t seq, int limit) const override { return trail_.read_from(seq, limit); }
  Result<std::optional<Entry>> head() const override { return trail_.head(); }
  Result<void> put_checkpoint(const Checkpoint& c) override { return trail_.put_checkpoint(c); }
  Result<std::vector<Checkpoint>> checkpoints(std::int64_t from, std::int64_t to) const override { return trail_.checkpoints(from, to); }
  Result<std::optional<Checkpoint>> last_checkpoint() const override { return trail_.last_checkpoint(); }
  /// What could not be written.
  const std::vector<Event>& lost() const { return lost_; }

 private:
  Trail& trail_;
  std::vector<Event> lost_;
};

}  // namespace fz::audit
