#include "player/agent/spool.hpp"

#include "shared/base/log.hpp"

namespace fz::agent {
namespace {

constexpr db::Migration kMigrations[] = {{1, "plays, intents, probes", R"(
CREATE TABLE play(counter INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, approval TEXT NOT NULL, sha256 TEXT NOT NULL, campaign TEXT NOT NULL,
  slot TEXT NOT NULL, zone TEXT NOT NULL, started INTEGER NOT NULL, ended INTEGER, end TEXT NOT NULL, reason TEXT NOT NULL,
  presented_ms INTEGER NOT NULL, frames INTEGER NOT NULL, clock TEXT NOT NULL, previous TEXT NOT NULL) STRICT;
CREATE TABLE intent(seq INTEGER PRIMARY KEY AUTOINCREMENT, play TEXT NOT NULL UNIQUE, zone TEXT NOT NULL, approval TEXT NOT NULL, sha256 TEXT NOT NULL,
  campaign TEXT NOT NULL, slot TEXT NOT NULL, duration INTEGER NOT NULL, intended INTEGER NOT NULL, started INTEGER, clock TEXT NOT NULL) STRICT;
CREATE TABLE number(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE probe(sha256 TEXT PRIMARY KEY, code TEXT NOT NULL) STRICT;
)"},
                                         {2, "which screen process a play is for", R"(
ALTER TABLE intent ADD COLUMN screen TEXT NOT NULL DEFAULT '';
)"}};

trust::Play read_play(const db::Row& r) {
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
constexpr std::string_view kPlayColumns =
    "SELECT counter,id,approval,sha256,campaign,slot,zone,started,ended,end,reason,presented_ms,frames,clock,previous FROM play ";

Result<std::unique_ptr<db::Connection>> open_checked(const fs::path& file) {
  FZ_TRY(auto c, db::Connection::open(file));
  FZ_CHECK(c->migrate(kMigrations));
  FZ_CHECK(c->check());
  return c;
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::open(const fs::path& file) {
  auto c = open_checked(file);
  if (!c && c.error().code == Code::db_damaged) {
    log::error("the play records are damaged and put aside: {}", to_log(c.error()));
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) fs::rename(file.string() + suffix, file.string() + ".damaged" + suffix, ignored);
    c = open_checked(file);
  }
  if (!c) return std::move(c).error();
  return std::unique_ptr<Spool>(new Spool(std::move(*c)));
}

Result<SpoolState> Spool::load() {
  SpoolState s;
  s.last_hash = std::string(64, '0');
  FZ_TRY(const auto last, c_->one(std::string(kPlayColumns) + "ORDER BY counter DESC LIMIT 1", {}, read_play));
  if (last) {
    s.last_counter = last->counter;
    s.last_hash = trust::play_hash(*last);
  }
  FZ_TRY(const auto acknowledged,
         c_->one("SELECT value FROM number WHERE name='acknowledged'", {}, [](const db::Row& r) { return r.integer(0); }));
  s.acknowledged = acknowledged.value_or(0);
  FZ_TRY(s.open, c_->all("SELECT play,zone,approval,sha256,campaign,slot,duration,intended,started,clock,screen FROM intent ORDER BY seq",
                         {}, [](const db::Row& r) {
                           return Intent{r.text(0), r.text(1),       r.text(2), r.text(3), r.text(4), r.text(5), Millis{r.integer(6)},
                                         r.time(7), r.maybe_time(8), r.text(9), r.text(10)};
                         }));
  return s;
}

Result<void> Spool::store(const StoreIntent& a) {
  const Intent& i = a.intent;
  FZ_CHECK(c_->run(
      "INSERT OR IGNORE INTO intent(play,zone,approval,sha256,campaign,slot,duration,intended,clock,screen) VALUES(?,?,?,?,?,?,?,?,?,?)",
      {i.play, i.zone, i.approval, i.sha256, i.campaign, i.slot, i.duration.count(), i.intended, i.clock, i.screen}));
  return {};
}

Result<void> Spool::store(const StoreStarted& a) {
  FZ_CHECK(c_->run("UPDATE intent SET started=?, clock=? WHERE play=?", {a.started, a.clock, a.play}));
  return {};
}

Result<void> Spool::store(const StoreRecord& a) {
  const trust::Play& p = a.play;
  return c_->transaction(true, [&]() -> Result<void> {
    FZ_CHECK(
        c_->run("INSERT OR IGNORE INTO "
                "play(counter,id,approval,sha256,campaign,slot,zone,started,ended,end,reason,presented_ms,frames,clock,previous) "
                "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                {p.counter, p.id, p.approval_id, p.sha256, p.campaign, p.slot, p.zone, p.started, p.ended, p.end, p.reason, p.presented_ms,
                 p.frames, p.clock, p.previous}));
    FZ_CHECK(c_->run("DELETE FROM intent WHERE play=?", {p.id}));
    return {};
  });
}

Result<void> Spool::store(const DropIntent& a) {
  FZ_CHECK(c_->run("DELETE FROM intent WHERE play=?", {a.play}));
  return {};
}

Result<void> Spool::store(const PlaysAcknowledged& a) {
  return c_->transaction(true, [&]() -> Result<void> {
    FZ_CHECK(c_->run("INSERT INTO number(name,value) VALUES('acknowledged',?) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
                     {a.through}));
    // The newest record stays for ever: the chain goes on from it.
    FZ_CHECK(c_->run("DELETE FROM play WHERE counter<? AND started<?", {a.through, a.now - kKeepAcknowledged}));
    return {};
  });
}

Result<std::vector<trust::Play>> Spool::plays_after(std::int64_t counter, std::size_t limit) {
  return c_->all(std::string(kPlayColumns) + "WHERE counter>? ORDER BY counter LIMIT ?", {counter, limit}, read_play);
}

Result<std::optional<std::string>> Spool::probe_result(const std::string& sha256) {
  return c_->one("SELECT code FROM probe WHERE sha256=?", {sha256}, [](const db::Row& r) { return r.text(0); });
}

Result<void> Spool::store_probe_result(const std::string& sha256, const std::string& code) {
  FZ_CHECK(c_->run("INSERT OR REPLACE INTO probe(sha256,code) VALUES(?,?)", {sha256, code}));
  return {};
}

}  // namespace fz::agent
