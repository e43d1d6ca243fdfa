#include "server/store/sqlite/plays_read.hpp"

#include <algorithm>
#include <array>

namespace fz::store::sqlite {
namespace {

using namespace plays;

constexpr std::array<std::string_view, 4> kOutcomes = {"completed", "interrupted", "skipped", "unknown"};
constexpr std::int64_t kHour = 3'600'000;

std::string uuid_text(const Bytes& bytes) {
  std::string s = to_hex(bytes);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) s.insert(at, 1, '-');
  return s;
}

/// A statement in the making: its text and the values of its "?" in order.
struct Query {
  std::string sql;
  std::vector<db::Value> values;
  void add(std::string_view text, std::initializer_list<db::Value> more) {
    sql += text;
    values.insert(values.end(), more);
  }
};

/// The number of a text; 0 (which no name has) if it was never seen.
Result<std::int64_t> name_number(db::Connection& c, std::string_view text) {
  FZ_TRY(const auto n, c.one("SELECT n FROM name WHERE text = ?", {text}, [](const db::Row& r) { return r.integer(0); }));
  return n.value_or(0);
}

PlayRow read_play(const db::Row& r) {
  PlayRow out;
  out.device = r.text(1);
  out.screen = r.text(2);
  auto& p = out.play;
  p.counter = r.integer(3);
  p.id = uuid_text(r.blob(4));
  p.approval_id = r.text(5);
  p.sha256 = r.text(6);
  p.campaign = r.text(7);
  p.slot = r.text(8);
  p.zone = r.text(9);
  p.started = r.time(10);
  if (const auto lasted = r.maybe_integer(11)) p.ended = p.started + Millis{*lasted};
  p.end = kOutcomes.at(static_cast<std::size_t>(r.integer(12)));
  p.reason = r.text(13);
  p.presented_ms = r.integer(14);
  p.frames = r.integer(15);
  p.clock = r.text(16);
  return out;
}

// Rows are numbered in order of arrival: a batch has the number of its first new play (README.md). The order of the joins is
// fixed: batches first, each with its own plays.
constexpr std::string_view kPlays = R"sql(
SELECT b.row + p.seq - b.fresh, d.keyid, ns.text, p.seq, p.id, na.text, nr.text, nc.text, nl.text, nz.text, p.started, p.lasted,
       p.outcome, nw.text, p.presented_ms, p.frames, nk.text
FROM batch b CROSS JOIN play p ON p.device = b.device AND p.seq BETWEEN b.fresh AND b.last
JOIN device d ON d.n = b.device JOIN name ns ON ns.n = b.screen JOIN name na ON na.n = p.approval JOIN name nr ON nr.n = p.rendition
JOIN name nc ON nc.n = p.campaign JOIN name nl ON nl.n = p.slot JOIN name nz ON nz.n = p.zone JOIN name nw ON nw.n = p.reason
JOIN name nk ON nk.n = p.clock
WHERE b.row >= coalesce((SELECT max(row) FROM batch WHERE row <= ?), 0) AND b.row + p.seq - b.fresh > ?)sql";

Result<Query> play_query(db::Connection& c, const PlayFilter& f) {
  Query q;
  q.add(kPlays, {f.after_row, f.after_row});
  if (!f.screen.empty()) {
    FZ_TRY(const auto n, name_number(c, f.screen));
    q.add(" AND b.screen = ?", {n});
  }
  if (!f.approval.empty()) {
    FZ_TRY(const auto n, name_number(c, f.approval));  // the roll-ups say which devices had it at all
    q.add(" AND p.approval = ? AND b.device IN (SELECT device FROM rollup WHERE approval = ?)", {n, n});
  }
  if (!f.campaign.empty()) {
    FZ_TRY(const auto n, name_number(c, f.campaign));
    q.add(" AND p.campaign = ?", {n});
  }
  if (f.from) q.add(" AND b.started_max >= ? AND p.started >= ?", {*f.from, *f.from});
  if (f.until) q.add(" AND b.started_min < ? AND p.started < ?", {*f.until, *f.until});
  return q;
}

}  // namespace

int outcome_number(std::string_view end) {
  return static_cast<int>(std::find(kOutcomes.begin(), kOutcomes.end(), end) - kOutcomes.begin());
}

Result<PlayPage> PlaysReader::plays(const PlayFilter& filter) const {
  const auto limit = static_cast<std::size_t>(std::clamp(filter.limit, 1, 1000));
  return db_.read([&](db::Connection& c) -> Result<PlayPage> {
    FZ_TRY(Query q, play_query(c, filter));
    q.add(" ORDER BY b.row, p.seq LIMIT ?", {limit + 1});
    PlayPage page;
    std::int64_t last = 0;
    FZ_CHECK(c.each(q.sql, q.values, [&](const db::Row& r) {
      if (page.rows.size() == limit) {
        page.next_row = last;
        return false;
      }
      page.rows.push_back(read_play(r));
      last = r.integer(0);
      return true;
    }));
    return page;
  });
}

Result<std::vector<Rollup>> PlaysReader::rollups(const RollupFilter& f) const {
  return db_.read([&](db::Connection& c) -> Result<std::vector<Rollup>> {
    Query q;
    q.add(
        "SELECT na.text, ns.text, r.hour, sum(r.plays), sum(r.completed), sum(r.presented_ms), sum(r.frames) FROM rollup r "
        "JOIN device d ON d.n = r.device JOIN name na ON na.n = r.approval JOIN name ns ON ns.n = d.screen WHERE r.plays > 0",
        {});
    if (!f.screen.empty()) {
      FZ_TRY(const auto n, name_number(c, f.screen));
      q.add(" AND d.screen = ?", {n});
    }
    if (!f.approval.empty()) {
      FZ_TRY(const auto n, name_number(c, f.approval));
      q.add(" AND r.approval = ?", {n});
    }
    if (f.from) q.add(" AND r.hour >= ?", {(to_unix_ms(*f.from) + kHour - 1) / kHour});
    if (f.until) q.add(" AND r.hour * ? < ?", {kHour, *f.until});
    q.add(" GROUP BY r.approval, d.screen, r.hour ORDER BY r.hour, na.text, ns.text LIMIT ?", {std::clamp(f.limit, 1, 10'000)});
    std::vector<Rollup> out;
    FZ_CHECK(c.each(q.sql, q.values, [&](const db::Row& r) {
      out.push_back({r.text(0), r.text(1), from_unix_ms(r.integer(2) * kHour), r.integer(3), r.integer(4), r.integer(5), r.integer(6)});
      return true;
    }));
    return out;
  });
}

Result<std::optional<DeviceState>> PlaysReader::device(std::string_view keyid) const {
  return db_.read([&](db::Connection& c) {
    return c.one("SELECT n.text, d.through, d.head, d.gaps FROM device d JOIN name n ON n.n = d.screen WHERE d.keyid = ?", {keyid},
                 [](const db::Row& r) {
                   return DeviceState{r.text(0), r.integer(1), to_hex(r.blob(2)), r.integer(3)};
                 });
  });
}

Result<std::vector<std::string>> PlaysReader::evidence(std::string_view keyid, std::int64_t counter) const {
  return db_.read([&](db::Connection& c) {
    return c.all(
        "SELECT envelope FROM batch WHERE device = (SELECT n FROM device WHERE keyid = ?) AND last >= ? AND first <= ? ORDER BY row",
        {keyid, counter, counter}, [](const db::Row& r) { return r.text(0); });
  });
}

Result<Totals> PlaysReader::totals() const {
  return db_.read([&](db::Connection& c) -> Result<Totals> {
    FZ_TRY(const auto found, c.one("SELECT coalesce((SELECT row + last - fresh FROM batch ORDER BY row DESC LIMIT 1), 0), "
                                   "(SELECT count(*) FROM device), (SELECT count(*) FROM batch)",
                                   {}, [](const db::Row& r) {
                                     return Totals{r.integer(0), r.integer(1), r.integer(2)};
                                   }));
    return found.value_or(Totals{});
  });
}

}  // namespace fz::store::sqlite
