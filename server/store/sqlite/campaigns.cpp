#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {

// The fields that people set stand together as JSON: nothing looks into them by SQL.
const std::string_view kCampaignsSchema = R"sql(
CREATE TABLE campaign (
  id TEXT PRIMARY KEY, unit TEXT NOT NULL, author TEXT NOT NULL, state INTEGER NOT NULL, revision INTEGER NOT NULL,
  body TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL) STRICT;
CREATE INDEX campaign_unit ON campaign (unit, id);
CREATE INDEX campaign_active ON campaign (id) WHERE state = 1;
)sql";

namespace {
using namespace fz::campaigns;
static_assert(static_cast<int>(State::active) == 1, "the partial index says 1");

struct Line {
  std::string id, unit, author;
  int state;
  std::int64_t revision;
  std::string body;
  UtcTime created, updated;
};
Line line_of(const db::Row& r) {
  return {r.text(0), r.text(1), r.text(2), r.small(3), r.integer(4), r.text(5), r.time(6), r.time(7)};
}

Result<Campaign> campaign_of(const Line& l) {
  FZ_TRY(auto body, json::parse(l.body));
  FZ_TRY(auto c, from_json(body));
  c.id = l.id;
  c.unit = l.unit;
  c.author = l.author;
  c.state = static_cast<State>(l.state);
  c.revision = l.revision;
  c.created = l.created;
  c.updated = l.updated;
  return c;
}
Result<std::vector<Campaign>> campaigns_of(const Result<std::vector<Line>>& lines) {
  if (!lines) return lines.error();
  std::vector<Campaign> out;
  for (auto& l : *lines) {
    FZ_TRY(auto c, campaign_of(l));
    out.push_back(std::move(c));
  }
  return out;
}

class SqliteCampaigns final : public campaigns::Store {
 public:
  explicit SqliteCampaigns(db::Connection& c) : c_(c) {}

  Result<std::optional<Campaign>> campaign(std::string_view id) const override {
    FZ_TRY(auto line, c_.one("SELECT id, unit, author, state, revision, body, created, updated FROM campaign WHERE id = ?", {id}, line_of));
    if (!line) return std::optional<Campaign>{};
    FZ_TRY(auto c, campaign_of(*line));
    return std::optional<Campaign>{std::move(c)};
  }
  Result<std::vector<Campaign>> campaigns(std::string_view unit_path, std::string_view before, int limit) const override {
    std::string end = std::string(unit_path) + "\xff";
    return campaigns_of(c_.all(
        "SELECT c.id, c.unit, c.author, c.state, c.revision, c.body, c.created, c.updated FROM campaign c JOIN unit u ON u.id = c.unit"
        " WHERE u.path >= ?1 AND u.path < ?2 AND (?3 = '' OR c.id < ?3) ORDER BY c.id DESC LIMIT ?4",
        {unit_path, end, before, limit}, line_of));
  }
  Result<std::vector<Campaign>> active() const override {
    return campaigns_of(
        c_.all("SELECT id, unit, author, state, revision, body, created, updated FROM campaign WHERE state = 1 ORDER BY id", {}, line_of));
  }
  Result<void> put_campaign(const Campaign& c) override {
    auto r = c_.run(
        "INSERT INTO campaign VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, revision = excluded.revision,"
        " body = excluded.body, updated = excluded.updated",
        {c.id, c.unit, c.author, static_cast<int>(c.state), c.revision, json::write(to_json(c)), c.created, c.updated});
    if (!r) return std::move(r).error();
    return {};
  }

 private:
  db::Connection& c_;
};
}  // namespace

std::unique_ptr<campaigns::Store> make_campaigns(db::Connection& c) {
  return std::make_unique<SqliteCampaigns>(c);
}

}  // namespace fz::store::sqlite
