// Devices that play and report, and a store on a file.
#pragma once
#include <gtest/gtest.h>

#include "server/plays/plays.hpp"
#include "server/store/sqlite/plays.hpp"
#include "shared/base/id.hpp"
#include "tests/support/temp_dir.hpp"

namespace fz::plays {

inline const UtcTime kNow = parse_time("2026-11-22T08:00:00Z").value();

inline std::unique_ptr<Store> open_store(const std::string& file) {
  db::Options options;
  options.auto_checkpoint = false;
  return store::sqlite::make_plays(db::Database::open(file, store::sqlite::plays_migrations(), 2, options).value());
}

/// One device with its chain of plays. Copyable history: a clone is a copy that goes on by itself.
struct Device {
  std::shared_ptr<const crypto::PrivateKey> key = std::make_shared<const crypto::PrivateKey>(crypto::PrivateKey::generate());
  std::string screen = "scr-1";
  std::vector<trust::Play> all;

  std::string id() const { return key->id(); }
  std::string head() const { return all.empty() ? std::string(64, '0') : trust::play_hash(all.back()); }
  trust::Play& play(const std::string& approval = "ap-1", UtcTime started = kNow, const std::string& end = "completed") {
    trust::Play p;
    p.id = uuid7(started);
    p.counter = static_cast<std::int64_t>(all.size()) + 1;
    p.approval_id = approval;
    p.sha256 = crypto::keyid(key->public_key());  // any hash
    p.campaign = "c-1";
    p.slot = "s-1";
    p.zone = "main";
    p.started = started;
    if (end != "unknown") p.ended = started + Seconds{10};
    p.end = end;
    if (end == "skipped") p.reason = "media missing";
    p.presented_ms = end == "skipped" ? 0 : 10'000;
    p.frames = end == "skipped" ? 0 : 250;
    p.clock = "attested";
    p.previous = head();
    all.push_back(std::move(p));
    return all.back();
  }
  Device& plays(int n, const std::string& approval = "ap-1") {
    for (int i = 0; i < n; ++i) play(approval, kNow + Seconds{10} * i);
    return *this;
  }
  /// Counters `first` to `last` as the device would send them.
  std::string envelope(std::int64_t first, std::int64_t last) const {
    trust::PlayBatch b{screen, {all.begin() + (first - 1), all.begin() + last}};
    return trust::write_envelope(trust::sign(trust::kPlaysType, trust::write_play_batch(b), {key.get()}));
  }
  Batch batch(std::int64_t first, std::int64_t last) const {
    return verify_batch(envelope(first, last), key->public_key(), screen).value();
  }
};

inline Result<Ack> send(Store& store, const Batch& batch, UtcTime now = kNow) {
  return store.ingest({&batch}, now).at(0);
}
inline Result<Ack> send(Store& store, const Device& d, std::int64_t first, std::int64_t last, UtcTime now = kNow) {
  return send(store, d.batch(first, last), now);
}

/// Rows, roll-ups, counters and evidence agree with one another.
inline void expect_consistent(const Store& store, const std::vector<std::string>& devices) {
  std::map<std::string, std::int64_t> rows;  // by device
  std::map<std::pair<std::string, UtcTime>, Rollup> sums;
  PlayFilter f;
  f.limit = 1000;
  std::int64_t count = 0;
  for (bool more = true; more;) {
    const auto page = store.plays(f).value();
    for (const auto& row : page.rows) {
      ++count;
      EXPECT_EQ(row.play.counter, ++rows[row.device]) << "no gap, nothing twice, in order";
      if (row.play.end == "skipped") continue;
      const auto hour = UtcTime{std::chrono::floor<std::chrono::hours>(row.play.started)};
      auto& sum = sums[{row.play.approval_id + "@" + row.screen, hour}];
      ++sum.plays;
      sum.completed += row.play.end == "completed";
      sum.presented_ms += row.play.presented_ms;
      sum.frames += row.play.frames;
    }
    more = page.next_row != 0;
    f.after_row = page.next_row;
  }
  for (const auto& id : devices) {
    const auto state = store.device(id).value();
    EXPECT_EQ(state ? state->through : 0, rows[id]);
    if (!state || state->through == 0) continue;
    const auto proof = store.evidence(id, state->through).value();
    ASSERT_FALSE(proof.empty());
    const auto stored = trust::parse_play_batch(trust::read_envelope(proof.back()).value().payload).value();
    EXPECT_EQ(trust::play_hash(stored.plays.back()), state->head);
  }
  EXPECT_EQ(store.totals().value().plays, count);
  RollupFilter all;
  all.limit = 10'000;
  const auto rollups = store.rollups(all).value();
  EXPECT_EQ(rollups.size(), sums.size());
  for (const auto& r : rollups) {
    const auto& sum = sums[{r.approval + "@" + r.screen, r.hour}];
    EXPECT_EQ(std::tie(r.plays, r.completed, r.presented_ms, r.frames), std::tie(sum.plays, sum.completed, sum.presented_ms, sum.frames));
  }
}

}  // namespace fz::plays
