// plays.db: what it is for and its rules are in server/plays/README.md. Writing; reading is in plays_read.cpp.
#include "server/store/sqlite/plays.hpp"

#include <map>
#include <mutex>

#include "server/store/sqlite/nouns.hpp"
#include "server/store/sqlite/plays_read.hpp"
#include "shared/base/log.hpp"

namespace fz::store::sqlite {
namespace {

using plays::Ack;
using plays::Batch;

constexpr std::string_view kSchema = R"sql(
CREATE TABLE name(n INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE device(
  n INTEGER PRIMARY KEY, keyid TEXT NOT NULL UNIQUE, screen INTEGER NOT NULL, through INTEGER NOT NULL, head BLOB NOT NULL,
  gaps INTEGER NOT NULL, asked_first INTEGER NOT NULL, asked_times INTEGER NOT NULL, asked_since INTEGER NOT NULL) STRICT;
CREATE TABLE play(
  device INTEGER NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL, approval INTEGER NOT NULL, rendition INTEGER NOT NULL,
  campaign INTEGER NOT NULL, slot INTEGER NOT NULL, zone INTEGER NOT NULL, started INTEGER NOT NULL, lasted INTEGER,
  outcome INTEGER NOT NULL, reason INTEGER NOT NULL, presented_ms INTEGER NOT NULL, frames INTEGER NOT NULL,
  clock INTEGER NOT NULL, PRIMARY KEY(device, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE rollup(
  approval INTEGER NOT NULL, device INTEGER NOT NULL, hour INTEGER NOT NULL, plays INTEGER NOT NULL, completed INTEGER NOT NULL,
  presented_ms INTEGER NOT NULL, frames INTEGER NOT NULL, PRIMARY KEY(approval, device, hour)) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_device ON rollup(device, hour);
CREATE TABLE batch(
  row INTEGER PRIMARY KEY, device INTEGER NOT NULL, screen INTEGER NOT NULL, first INTEGER NOT NULL, fresh INTEGER NOT NULL,
  last INTEGER NOT NULL, started_min INTEGER NOT NULL, started_max INTEGER NOT NULL, received INTEGER NOT NULL,
  head BLOB NOT NULL, envelope TEXT NOT NULL) STRICT;
CREATE INDEX batch_device ON batch(device, last, first);
CREATE INDEX batch_screen ON batch(screen);
)sql";

constexpr db::Migration kMigrations[] = {{1, "plays", kSchema}};

constexpr std::size_t kMaxNamesInMemory = 200'000;
constexpr std::int64_t kHour = 3'600'000;

using Names = std::map<std::string, std::int64_t, std::less<>>;

struct Device {
  std::int64_t n = 0, screen = 0, through = 0;
  Bytes head;
  std::int64_t gaps = 0, asked_first = 0, asked_times = 0;
  UtcTime asked_since;
  bool changed = false;
};
struct RollupKey {
  std::int64_t approval, device, hour;
  auto operator<=>(const RollupKey&) const = default;
};
struct Sums {
  std::int64_t plays = 0, completed = 0, presented_ms = 0, frames = 0;
};

Bytes hash_bytes(const std::string& hex) {
  return from_hex(hex).value();  // a hash of ours, or one that the reader of the batch has checked
}
Bytes uuid_bytes(std::string_view uuid) {
  std::string hex;
  for (const char c : uuid)
    if (c != '-') hex += c;
  return from_hex(hex).value();  // parse_play_batch has checked it
}

/// One transaction over several batches.
class Ingest {
 public:
  Ingest(db::Connection& c, const Names& names, UtcTime now) : c_(c), names_(names), now_(now) {}

  /// A refusal is `out`; an error of the database is returned and ends the transaction.
  Result<void> take(const Batch& batch, Result<Ack>& out);
  /// Roll-ups and devices: everything that was added up in memory.
  Result<void> finish();
  Names& new_names() { return new_names_; }

 private:
  Result<void> run(std::string_view sql, std::initializer_list<db::Value> values) {
    FZ_TRY(changed_, c_.run(sql, values));
    return {};
  }
  Result<std::int64_t> name(std::string_view text);
  Result<Device*> device(const std::string& keyid, std::int64_t screen);
  /// The first counter that is new (last + 1: none), or a refusal in `why`.
  Result<std::int64_t> judge(const Batch& batch, Device& device, std::optional<Error>& why);
  bool let_off(Device& device, std::int64_t first) const;
  Result<bool> matches_stored(const Device& device, const trust::Play& last);
  Result<void> store_play(const Device& device, const trust::Play& play);
  Result<std::int64_t> next_row();

  db::Connection& c_;
  const Names& names_;
  UtcTime now_;
  Names new_names_;
  std::map<std::string, Device, std::less<>> devices_;
  std::map<RollupKey, Sums> rollups_;
  std::int64_t changed_ = 0;
  std::int64_t next_row_ = 0;  // 0: not asked yet
};

Result<std::int64_t> Ingest::name(std::string_view text) {
  if (const auto it = names_.find(text); it != names_.end()) return it->second;
  if (const auto it = new_names_.find(text); it != new_names_.end()) return it->second;
  FZ_TRY(const auto found, c_.one("SELECT n FROM name WHERE text = ?", {text}, [](const db::Row& r) { return r.integer(0); }));
  std::int64_t n = found.value_or(0);
  if (!found) {
    FZ_CHECK(run("INSERT INTO name(text) VALUES(?)", {text}));
    n = c_.last_id();
  }
  new_names_.emplace(text, n);
  return n;
}

Result<Device*> Ingest::device(const std::string& keyid, std::int64_t screen) {
  auto it = devices_.find(keyid);
  if (it == devices_.end()) {
    FZ_TRY(auto found, c_.one("SELECT n, screen, through, head, gaps, asked_first, asked_times, asked_since FROM device WHERE keyid = ?",
                              {keyid}, [](const db::Row& r) {
                                return Device{r.integer(0), r.integer(1), r.integer(2), r.blob(3),
                                              r.integer(4), r.integer(5), r.integer(6), r.time(7)};
                              }));
    if (!found) {
      const Bytes nothing(32, 0);
      FZ_CHECK(run("INSERT INTO device(keyid, screen, through, head, gaps, asked_first, asked_times, asked_since) VALUES(?,?,0,?,0,0,0,0)",
                   {keyid, screen, nothing}));
      found.emplace();
      found->n = c_.last_id();
      found->screen = screen;
      found->head = nothing;
    }
    it = devices_.emplace(keyid, *std::move(found)).first;
  }
  return &it->second;
}

Result<bool> Ingest::matches_stored(const Device& device, const trust::Play& last) {
  const Bytes hash = hash_bytes(trust::play_hash(last));
  FZ_TRY(const auto head, c_.one("SELECT head FROM batch WHERE device = ? AND last = ?", {device.n, last.counter},
                                 [](const db::Row& r) { return r.blob(0); }));
  if (head) return *head == hash;
  FZ_TRY(const auto envelope, c_.one("SELECT envelope FROM batch WHERE device = ? AND last >= ? AND fresh <= ? ORDER BY last LIMIT 1",
                                     {device.n, last.counter, last.counter}, [](const db::Row& r) { return r.text(0); }));
  if (!envelope) return true;  // in a gap, or older than what is kept: nothing says otherwise
  FZ_TRY(const auto read, trust::read_envelope(*envelope));
  FZ_TRY(const auto stored, trust::parse_play_batch(read.payload));
  for (const auto& play : stored.plays)
    if (play.counter == last.counter) return hash_bytes(trust::play_hash(play)) == hash;
  return true;
}

bool Ingest::let_off(Device& device, std::int64_t first) const {
  device.changed = true;
  if (device.asked_first != first) {
    device.asked_first = first;
    device.asked_times = 0;
    device.asked_since = now_;
  }
  ++device.asked_times;
  return device.asked_times > plays::kGapAsks && now_ - device.asked_since >= plays::kGapPatience;
}

Result<std::int64_t> Ingest::judge(const Batch& batch, Device& device, std::optional<Error>& why) {
  const auto& list = batch.content.plays;
  const std::int64_t first = list.front().counter, last = list.back().counter;
  const auto fork = [&](std::int64_t counter) { why = fail(Code::plays_fork, {{"counter", std::to_string(counter)}}, batch.device); };
  if (first > device.through + 1) {
    if (!let_off(device, first)) {
      why = fail(Code::plays_gap, {{"expected", std::to_string(device.through + 1)}}, "first is " + std::to_string(first));
      return first;
    }
    log::warn("plays: device {} has counters {} to {} no more", batch.device, device.through + 1, first - 1);
    device.gaps += first - device.through - 1;
    return first;
  }
  if (first == device.through + 1) {
    if (hash_bytes(list.front().previous) != device.head) fork(first);
    return first;
  }
  if (last >= device.through) {
    const auto& known = list[static_cast<std::size_t>(device.through - first)];
    if (hash_bytes(trust::play_hash(known)) != device.head) fork(device.through);
    return device.through + 1;
  }
  FZ_TRY(const bool same, matches_stored(device, list.back()));
  if (!same) fork(last);
  return last + 1;
}

Result<void> Ingest::store_play(const Device& device, const trust::Play& p) {
  FZ_TRY(const auto approval, name(p.approval_id));
  FZ_TRY(const auto rendition, name(p.sha256));
  FZ_TRY(const auto campaign, name(p.campaign));
  FZ_TRY(const auto slot, name(p.slot));
  FZ_TRY(const auto zone, name(p.zone));
  FZ_TRY(const auto reason, name(p.reason));
  FZ_TRY(const auto clock, name(p.clock));
  std::optional<std::int64_t> lasted;
  if (p.ended) lasted = (*p.ended - p.started).count();
  FZ_CHECK(run("INSERT INTO play VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
               {device.n, p.counter, uuid_bytes(p.id), approval, rendition, campaign, slot, zone, p.started, lasted, outcome_number(p.end),
                reason, p.presented_ms, p.frames, clock}));
  if (changed_ == 0) return {};
  Sums& sums = rollups_[{approval, device.n, to_unix_ms(p.started) / kHour}];
  if (p.end == "skipped") return {};  // its row says that the item was chosen there; it was not shown
  ++sums.plays;
  sums.completed += p.end == "completed";
  sums.presented_ms += p.presented_ms;
  sums.frames += p.frames;
  return {};
}

Result<std::int64_t> Ingest::next_row() {
  if (next_row_ == 0) {
    FZ_TRY(const auto last,
           c_.one("SELECT row + last - fresh + 1 FROM batch ORDER BY row DESC LIMIT 1", {}, [](const db::Row& r) { return r.integer(0); }));
    next_row_ = last.value_or(1);
  }
  return next_row_;
}

Result<void> Ingest::take(const Batch& batch, Result<Ack>& out) {
  const auto& list = batch.content.plays;
  FZ_TRY(const auto screen, name(batch.content.screen));
  FZ_TRY(Device* const device, this->device(batch.device, screen));
  std::optional<Error> why;
  FZ_TRY(const std::int64_t fresh, judge(batch, *device, why));
  if (why) {
    out = *std::move(why);
    return {};
  }
  std::int64_t added = 0;
  auto started = std::pair{list.back().started, list.back().started};
  for (const auto& play : list) {
    if (play.counter < fresh) continue;
    FZ_CHECK(store_play(*device, play));
    added += changed_;
    started = {std::min(started.first, play.started), std::max(started.second, play.started)};
  }
  if (fresh <= list.back().counter) {
    device->head = hash_bytes(trust::play_hash(list.back()));
    device->through = list.back().counter;
    device->screen = screen;
    device->asked_first = 0;
    device->changed = true;
    FZ_TRY(const auto row, next_row());
    FZ_CHECK(
        run("INSERT INTO batch VALUES(?,?,?,?,?,?,?,?,?,?,?)", {row, device->n, screen, list.front().counter, fresh, list.back().counter,
                                                                started.first, started.second, now_, device->head, batch.envelope}));
    next_row_ = row + list.back().counter - fresh + 1;
  }
  out = Ack{batch.device, batch.content.screen, device->through, to_hex(device->head), batch.payload_sha256, added};
  return {};
}

Result<void> Ingest::finish() {
  for (const auto& [key, sums] : rollups_) {
    FZ_CHECK(
        run("INSERT INTO rollup VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET plays = plays + excluded.plays, completed = completed + "
            "excluded.completed, presented_ms = presented_ms + excluded.presented_ms, frames = frames + excluded.frames",
            {key.approval, key.device, key.hour, sums.plays, sums.completed, sums.presented_ms, sums.frames}));
  }
  for (const auto& [keyid, d] : devices_) {
    if (!d.changed) continue;
    FZ_CHECK(run("UPDATE device SET screen=?, through=?, head=?, gaps=?, asked_first=?, asked_times=?, asked_since=? WHERE n=?",
                 {d.screen, d.through, d.head, d.gaps, d.asked_first, d.asked_times, d.asked_since, d.n}));
  }
  return {};
}

class PlaysStore final : public PlaysReader {
 public:
  explicit PlaysStore(std::unique_ptr<db::Database> database) : PlaysReader(*database), database_(std::move(database)) {}

  std::vector<Result<Ack>> ingest(const std::vector<const Batch*>& batches, UtcTime now) override {
    const std::lock_guard lock(mutex_);
    std::vector<Result<Ack>> out(batches.size(), Result<Ack>(Error{}));
    Names learnt;
    auto done = database_->write([&](db::Connection& c) -> Result<void> {
      Ingest work(c, names_, now);
      for (std::size_t i = 0; i < batches.size(); ++i) FZ_CHECK(work.take(*batches[i], out[i]));
      FZ_CHECK(work.finish());
      learnt = std::move(work.new_names());
      return {};
    });
    if (!done) {
      log::error("plays: nothing stored of {} batches: {}", batches.size(), to_log(done.error()));
      for (auto& result : out) result = done.error();
      return out;
    }
    // Only now: numbers given in a transaction that was rolled back mean nothing.
    if (names_.size() + learnt.size() > kMaxNamesInMemory) names_.clear();
    names_.merge(learnt);
    return out;
  }
  Result<void> checkpoint() override { return database_->writer()->checkpoint(false); }

 private:
  std::unique_ptr<db::Database> database_;
  std::mutex mutex_;
  Names names_;  // guarded by mutex_
};

}  // namespace

std::span<const db::Migration> plays_migrations() {
  return kMigrations;
}

std::unique_ptr<plays::Store> make_plays(std::unique_ptr<db::Database> database) {
  return std::make_unique<PlaysStore>(std::move(database));
}

Result<std::unique_ptr<plays::Store>> open_plays(const fs::path& file) {
  db::Options options;
  options.auto_checkpoint = false;
  FZ_TRY(auto database, db::Database::open(file, kMigrations, 4, options));
  return make_plays(std::move(database));
}

}  // namespace fz::store::sqlite
