#include <fmt/format.h>

#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

const std::string_view kScreensSchema = R"sql(
CREATE TABLE site (
  id TEXT PRIMARY KEY, unit TEXT NOT NULL, name TEXT NOT NULL, region TEXT NOT NULL, venue TEXT NOT NULL, zone TEXT NOT NULL,
  keeper TEXT NOT NULL, keeper_phone TEXT NOT NULL, address TEXT NOT NULL, audiences TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE INDEX site_unit ON site (unit, id);
CREATE TABLE screen (
  id TEXT PRIMARY KEY, site TEXT NOT NULL REFERENCES site (id), name TEXT NOT NULL, tags TEXT NOT NULL, state INTEGER NOT NULL,
  device TEXT NOT NULL UNIQUE, scheme TEXT NOT NULL, public BLOB NOT NULL, enrolled INTEGER NOT NULL, boot TEXT NOT NULL,
  clone_alarm INTEGER NOT NULL, seen INTEGER, status TEXT NOT NULL) STRICT;
CREATE INDEX screen_site ON screen (site, id);
CREATE INDEX screen_seen ON screen (seen);
CREATE TABLE enrolment (
  code TEXT PRIMARY KEY, device TEXT NOT NULL UNIQUE, scheme TEXT NOT NULL, public BLOB NOT NULL, address TEXT NOT NULL,
  info TEXT NOT NULL, screen TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX enrolment_address ON enrolment (address, created);
CREATE TABLE challenge (nonce_hash TEXT PRIMARY KEY, device TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX challenge_expires ON challenge (expires);
CREATE TABLE screen_token (token_hash TEXT PRIMARY KEY, screen TEXT NOT NULL, boot TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
CREATE INDEX screen_token_screen ON screen_token (screen);
CREATE INDEX screen_token_expires ON screen_token (expires);
CREATE TABLE screen_boot (screen TEXT NOT NULL, boot TEXT NOT NULL, left INTEGER NOT NULL, PRIMARY KEY (screen, boot)) STRICT, WITHOUT ROWID;
)sql";

const std::string_view kSiteOutputSchema =
    "CREATE TABLE site_output (site TEXT PRIMARY KEY REFERENCES site (id), rules TEXT NOT NULL) STRICT, WITHOUT ROWID;\n";

namespace {
using namespace fz::screens;
using db::Row;

constexpr int kBootsKept = 32;

std::string words(const std::vector<std::string>& list) {
  return json::write(json::array(list.begin(), list.end()));
}
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> out;
  if (auto v = json::parse(text); v && v->is_array())
    for (auto& x : v->get_array())
      if (auto* s = x.if_string()) out.emplace_back(*s);
  return out;
}

constexpr std::string_view kSite = "id, unit, name, region, venue, zone, keeper, keeper_phone, address, audiences, created";
Site site_of(const Row& r) {
  return {r.text(0), r.text(1), r.text(2), r.text(3),           r.text(4), r.text(5),
          r.text(6), r.text(7), r.text(8), words_of(r.text(9)), r.time(10)};
}
constexpr std::string_view kScreen =
    "s.id, s.site, s.name, s.tags, s.state, s.device, s.scheme, s.public, s.enrolled, s.boot, s.clone_alarm, s.seen, s.status";
Screen screen_of(const Row& r) {
  Screen s;
  s.id = r.text(0);
  s.site = r.text(1);
  s.name = r.text(2);
  s.tags = words_of(r.text(3));
  s.state = static_cast<ScreenState>(r.integer(4));
  s.device = r.text(5);
  s.key = {r.text(6), r.blob(7)};
  s.enrolled = r.time(8);
  s.boot = r.text(9);
  s.clone_alarm = r.boolean(10);
  s.seen = r.maybe_time(11);
  s.status = r.text(12);
  return s;
}
constexpr std::string_view kEnrolment = "code, device, scheme, public, address, info, screen, created, expires";
Enrolment enrolment_of(const Row& r) {
  return {r.text(0), r.text(1), {r.text(2), r.blob(3)}, r.text(4), r.text(5), r.text(6), r.time(7), r.time(8)};
}
// The first string after every string that begins with `prefix`, for ranges over an index.
std::string end_of_prefix(std::string_view prefix) {
  return std::string(prefix) + "\xff";
}

class SqliteScreens final : public screens::Store {
 public:
  explicit SqliteScreens(db::Connection& c) : c_(c) {}

  Result<std::optional<Site>> site(std::string_view id) const override {
    return c_.one(fmt::format("SELECT {} FROM site WHERE id = ?", kSite), {id}, site_of);
  }
  Result<std::vector<Site>> sites(std::string_view unit_path, std::string_view after, int limit) const override {
    return c_.all(
        "SELECT s.id, s.unit, s.name, s.region, s.venue, s.zone, s.keeper, s.keeper_phone, s.address, s.audiences, s.created"
        " FROM site s JOIN unit u ON u.id = s.unit WHERE u.path >= ? AND u.path < ? AND s.id > ? ORDER BY s.id LIMIT ?",
        {unit_path, end_of_prefix(unit_path), after, limit}, site_of);
  }
  Result<void> put_site(const Site& s) override {
    return done(
        c_.run("INSERT INTO site VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET unit = excluded.unit, name = excluded.name,"
               " region = excluded.region, venue = excluded.venue, zone = excluded.zone, keeper = excluded.keeper,"
               " keeper_phone = excluded.keeper_phone, address = excluded.address, audiences = excluded.audiences",
               {s.id, s.unit, s.name, s.region, s.venue, s.zone, s.keeper, s.keeper_phone, s.address, words(s.audiences), s.created}));
  }

  Result<std::string> site_output(std::string_view site) const override {
    FZ_TRY(auto rules, c_.one("SELECT rules FROM site_output WHERE site = ?", {site}, [](const Row& r) { return r.text(0); }));
    return rules.value_or("");
  }
  Result<void> put_site_output(std::string_view site, std::string_view rules) override {
    if (rules.empty()) return done(c_.run("DELETE FROM site_output WHERE site = ?", {site}));
    return done(c_.run("INSERT INTO site_output VALUES (?,?) ON CONFLICT (site) DO UPDATE SET rules = excluded.rules", {site, rules}));
  }

  Result<std::optional<Screen>> screen(std::string_view id) const override { return one_screen("s.id = ?", id); }
  Result<std::optional<Screen>> screen_by_device(std::string_view keyid) const override { return one_screen("s.device = ?", keyid); }
  Result<std::vector<ScreenLine>> screens(const ScreenFilter& f) const override {
    std::string sql = fmt::format(
        "SELECT {}, t.name, t.unit FROM screen s JOIN site t ON t.id = s.site JOIN unit u ON u.id = t.unit"
        " WHERE u.path >= ? AND u.path < ? AND s.id > ?",
        kScreen);
    std::string end = end_of_prefix(f.unit_path);
    std::vector<db::Value> values{f.unit_path, end, f.after};
    if (!f.site.empty()) sql += " AND s.site = ?", values.emplace_back(f.site);
    if (!f.text.empty()) sql += " AND instr(s.name || ' ' || t.name, ?) > 0", values.emplace_back(f.text);
    if (f.seen_before) sql += " AND s.state = 0 AND (s.seen IS NULL OR s.seen < ?)", values.emplace_back(*f.seen_before);
    sql += " ORDER BY s.id LIMIT ?";
    values.emplace_back(f.limit);
    std::vector<ScreenLine> out;
    FZ_CHECK(c_.each(sql, values, [&](const Row& r) {
      out.push_back({screen_of(r), r.text(13), r.text(14)});
      return true;
    }));
    return out;
  }
  Result<std::vector<ZoneSize>> zone_sizes(std::string_view unit_path) const override {
    const std::string end = end_of_prefix(unit_path);
    return c_.all(
        "SELECT json_extract(z.value, '$[0]') w, json_extract(z.value, '$[1]') h, count(DISTINCT s.id) n, min(s.name) FROM screen s"
        " JOIN site t ON t.id = s.site"
        " JOIN unit u ON u.id = t.unit, json_each(iif(json_valid(s.status), s.status, '{}'), '$.zones') z"
        " WHERE u.path >= ? AND u.path < ? AND s.state = 0 AND z.type = 'array' AND json_type(z.value, '$[0]') = 'integer'"
        " AND json_type(z.value, '$[1]') = 'integer' GROUP BY w, h ORDER BY n DESC, w * h DESC, w LIMIT 1000",
        {unit_path, end}, [](const Row& r) {
          return ZoneSize{static_cast<int>(r.integer(0)), static_cast<int>(r.integer(1)), r.integer(2), r.text(3)};
        });
  }
  Result<std::vector<Place>> places() const override {
    return c_.all(
        "SELECT s.id, t.id, t.unit, u.path, t.region, t.venue, t.zone, t.audiences, s.tags, coalesce(o.rules, '') FROM screen s"
        " JOIN site t ON t.id = s.site JOIN unit u ON u.id = t.unit LEFT JOIN site_output o ON o.site = t.id WHERE s.state = 0 ORDER BY "
        "s.id",
        {}, [](const Row& r) {
          return Place{r.text(0), r.text(1), r.text(2),           r.text(3),           r.text(4),
                       r.text(5), r.text(6), words_of(r.text(7)), words_of(r.text(8)), r.text(9)};
        });
  }
  Result<void> put_screen(const Screen& s) override {
    return done(c_.run(
        "INSERT INTO screen VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET site = excluded.site, name = excluded.name,"
        " tags = excluded.tags, state = excluded.state, boot = excluded.boot, clone_alarm = excluded.clone_alarm",
        {s.id, s.site, s.name, words(s.tags), static_cast<int>(s.state), s.device, s.key.scheme, s.key.raw, s.enrolled, s.boot,
         s.clone_alarm, s.seen, s.status}));
  }
  Result<void> set_status(std::string_view screen, UtcTime seen, std::string_view status) override {
    return done(c_.run("UPDATE screen SET seen = ?, status = ? WHERE id = ?", {seen, status, screen}));
  }

  Result<std::optional<Enrolment>> enrolment(std::string_view code) const override {
    return c_.one(fmt::format("SELECT {} FROM enrolment WHERE code = ?", kEnrolment), {code}, enrolment_of);
  }
  Result<std::optional<Enrolment>> enrolment_by_device(std::string_view keyid) const override {
    return c_.one(fmt::format("SELECT {} FROM enrolment WHERE device = ?", kEnrolment), {keyid}, enrolment_of);
  }
  Result<int> count_enrolments(std::string_view address, UtcTime since) const override {
    FZ_TRY(auto n, c_.one("SELECT count(*) FROM enrolment WHERE address = ? AND created > ?", {address, since},
                          [](const Row& r) { return r.small(0); }));
    return n.value_or(0);
  }
  Result<void> put_enrolment(const Enrolment& e) override {
    // A device has one code: a new one takes the place of one that has ended.
    FZ_CHECK(c_.run("DELETE FROM enrolment WHERE device = ? AND code <> ?", {e.device, e.code}));
    return done(c_.run("INSERT INTO enrolment VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (code) DO UPDATE SET screen = excluded.screen",
                       {e.code, e.device, e.key.scheme, e.key.raw, e.address, e.info, e.screen, e.created, e.expires}));
  }
  Result<void> remove_enrolments_before(UtcTime expires) override {
    return done(c_.run("DELETE FROM enrolment WHERE expires < ?", {expires}));
  }

  Result<void> put_challenge(const Challenge& c) override {
    return done(c_.run("INSERT INTO challenge VALUES (?,?,?)", {c.nonce_hash, c.device, c.expires}));
  }
  Result<std::optional<Challenge>> take_challenge(std::string_view nonce_hash) override {
    return c_.one("DELETE FROM challenge WHERE nonce_hash = ? RETURNING nonce_hash, device, expires", {nonce_hash}, [](const Row& r) {
      return Challenge{r.text(0), r.text(1), r.time(2)};
    });
  }
  Result<void> remove_challenges_before(UtcTime expires) override {
    return done(c_.run("DELETE FROM challenge WHERE expires < ?", {expires}));
  }
  Result<void> put_token(const ScreenToken& t) override {
    return done(c_.run("INSERT INTO screen_token VALUES (?,?,?,?)", {t.token_hash, t.screen, t.boot, t.expires}));
  }
  Result<std::optional<ScreenToken>> token(std::string_view hash) const override {
    return c_.one("SELECT token_hash, screen, boot, expires FROM screen_token WHERE token_hash = ?", {hash}, [](const Row& r) {
      return ScreenToken{r.text(0), r.text(1), r.text(2), r.time(3)};
    });
  }
  Result<void> remove_tokens_before(UtcTime expires) override {
    return done(c_.run("DELETE FROM screen_token WHERE expires < ?", {expires}));
  }
  Result<void> remove_tokens_of(std::string_view screen) override {
    return done(c_.run("DELETE FROM screen_token WHERE screen = ?", {screen}));
  }
  Result<bool> boot_was_left(std::string_view screen, std::string_view boot) const override {
    FZ_TRY(auto row, c_.one("SELECT 1 FROM screen_boot WHERE screen = ? AND boot = ?", {screen, boot}, [](const Row&) { return true; }));
    return row.has_value();
  }
  Result<void> leave_boot(std::string_view screen, std::string_view boot, UtcTime now) override {
    FZ_CHECK(c_.run("INSERT INTO screen_boot VALUES (?,?,?) ON CONFLICT DO NOTHING", {screen, boot, now}));
    return done(
        c_.run("DELETE FROM screen_boot WHERE screen = ?1 AND boot NOT IN (SELECT boot FROM screen_boot WHERE screen = ?1 ORDER BY left "
               "DESC, boot LIMIT ?2)",
               {screen, kBootsKept}));
  }

 private:
  static Result<void> done(const Result<std::int64_t>& r) {
    if (!r) return r.error();
    return {};
  }
  Result<std::optional<Screen>> one_screen(std::string_view where, std::string_view value) const {
    return c_.one(fmt::format("SELECT {} FROM screen s WHERE {}", kScreen, where), {value}, screen_of);
  }
  db::Connection& c_;
};
}  // namespace

std::unique_ptr<screens::Store> make_screens(db::Connection& c) {
  return std::make_unique<SqliteScreens>(c);
}

}  // namespace fz::store::sqlite
