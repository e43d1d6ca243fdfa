#include "player/agent/spool.hpp"

namespace fz::agent {
namespace {

constexpr db::Migration kSteps[] = {{1, "plays and intents", R"sql(
CREATE TABLE play (
  counter INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, approval TEXT NOT NULL, sha256 TEXT NOT NULL, campaign TEXT NOT NULL,
  slot TEXT NOT NULL, zone TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER, how TEXT NOT NULL, reason TEXT NOT NULL,
  presented_ms INTEGER NOT NULL, frames INTEGER NOT NULL, clock TEXT NOT NULL, previous TEXT NOT NULL) STRICT;
CREATE TABLE intent (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, play TEXT NOT NULL UNIQUE, zone TEXT NOT NULL, approval TEXT NOT NULL, sha256 TEXT NOT NULL,
  campaign TEXT NOT NULL, slot TEXT NOT NULL, duration_ms INTEGER NOT NULL, intended INTEGER NOT NULL, started INTEGER, clock TEXT NOT NULL) STRICT;
CREATE TABLE acknowledged (one INTEGER PRIMARY KEY CHECK (one = 1), through INTEGER NOT NULL) STRICT;
INSERT INTO acknowledged VALUES (1, 0);
)sql"}};

constexpr std::string_view kPlay =
    "SELECT counter, id, approval, sha256, campaign, slot, zone, started, ended, how, reason, presented_ms, frames, clock, previous FROM play ";

trust::Play play_of(const db::Row& r) {
  trust::Play p;
  p.counter = r.integer(0);
  p.id = r.text(1);
  p.approval_id = r.text(2);
  p.sha256 = r.text(3);
  p.campaign = r.text(4);
  p.slot = r.text(5);
  p.zone = r.text(6);
  p.started = r.time(7);
  p.ended = r.maybe_time(8);
  p.end = r.text(9);
  p.reason = r.text(10);
  p.presented_ms = r.integer(11);
  p.frames = r.integer(12);
  p.clock = r.text(13);
  p.previous = r.text(14);
  return p;
}

Intent intent_of(const db::Row& r) {
  Intent i;
  i.play = r.text(0);
  i.zone = r.text(1);
  i.approval = r.text(2);
  i.sha256 = r.text(3);
  i.campaign = r.text(4);
  i.slot = r.text(5);
  i.duration = Millis{r.integer(6)};
  i.intended = r.time(7);
  i.started = r.maybe_time(8);
  i.clock = r.text(9);
  return i;
}

Result<void> done(Result<std::int64_t> r) {
  if (!r) return std::move(r).error();
  return {};
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(const fs::path& file) {
  FZ_TRY(auto c, db::Connection::open(file));
  FZ_CHECK(c->migrate(kSteps));
  return std::unique_ptr<Spool>(new Spool(std::move(c)));
}

Result<void> Spool::load(Loaded& into) {
  FZ_TRY(auto last, c_->one(std::string(kPlay) + "ORDER BY counter DESC LIMIT 1", {}, play_of));
  if (last) {
    into.last_counter = last->counter;
    into.last_hash = trust::play_hash(*last);
  }
  FZ_TRY(auto through, c_->one("SELECT through FROM acknowledged", {}, [](const db::Row& r) { return r.integer(0); }));
  into.acknowledged = through.value_or(0);
  FZ_TRY(into.open, c_->all("SELECT play, zone, approval, sha256, campaign, slot, duration_ms, intended, started, clock FROM intent ORDER BY seq",
                            {}, intent_of));
  return {};
}

Result<void> Spool::store(const StoreIntent& a) {
  const auto& i = a.intent;
  return done(c_->run("INSERT INTO intent (play, zone, approval, sha256, campaign, slot, duration_ms, intended, started, clock)"
                      " VALUES (?,?,?,?,?,?,?,?,?,?)",
                      {i.play, i.zone, i.approval, i.sha256, i.campaign, i.slot, i.duration.count(), i.intended, i.started, i.clock}));
}
Result<void> Spool::store(const StoreStarted& a) {
  return done(c_->run("UPDATE intent SET started = ?, clock = ? WHERE play = ?", {a.started, a.clock, a.play}));
}
Result<void> Spool::store(const StoreRecord& a) {
  const auto& p = a.play;
  return c_->transaction(true, [&]() -> Result<void> {
    FZ_CHECK(c_->run("INSERT INTO play VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                     {p.counter, p.id, p.approval_id, p.sha256, p.campaign, p.slot, p.zone, p.started, p.ended, p.end, p.reason,
                      p.presented_ms, p.frames, p.clock, p.previous}));
    return done(c_->run("DELETE FROM intent WHERE play = ?", {p.id}));
  });
}
Result<void> Spool::store(const DropIntent& a) {
  return done(c_->run("DELETE FROM intent WHERE play = ?", {a.play}));
}
Result<std::vector<trust::Play>> Spool::read(const LoadPlays& a) {
  return c_->all(std::string(kPlay) + "WHERE counter > ? ORDER BY counter LIMIT ?", {a.after, a.limit}, play_of);
}
Result<void> Spool::store(const PlaysAcknowledged& a) {
  return c_->transaction(true, [&]() -> Result<void> {
    FZ_CHECK(c_->run("UPDATE acknowledged SET through = ?", {a.through}));
    // The newest record stays whatever its age: the chain goes on from its hash.
    return done(c_->run("DELETE FROM play WHERE counter <= ?1 AND started < ?2 AND counter < (SELECT max(counter) FROM play)",
                        {a.through, a.now - kKeepAcknowledged}));
  });
}

}  // namespace fz::agent
