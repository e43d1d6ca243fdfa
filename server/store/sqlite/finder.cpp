// Search over the names of everything, and whose branch things are. No full-text index: the tokenizers of SQLite's do not find words
// of two Chinese characters, and the names of a whole city are read in a few milliseconds.
#include <algorithm>

#include "server/library/library.hpp"
#include "server/store/sqlite/nouns.hpp"

namespace fz::store::sqlite {
namespace {
using namespace fz::finder;
using db::Row;

/// Where a noun's rows are, what people call them, and the unit they belong to.
struct Source {
  std::string_view from;   ///< tables, the noun's as n, its unit as u
  std::string_view title;  ///< expressions
  std::string_view note;
  std::string_view words;  ///< all that is searched
  std::string_view order;
};
Source source_of(Noun noun) {
  switch (noun) {
    case Noun::item:
      return {"item n JOIN unit u ON u.id = n.unit", "n.title", "n.kind || ' ' || n.state", "n.title || ' ' || n.source_name", "n.id DESC"};
    case Noun::campaign:
      return {"campaign n JOIN unit u ON u.id = n.unit", "json_extract(n.body, '$.name')",
              "json_extract(n.body, '$.from') || ' – ' || json_extract(n.body, '$.until')", "json_extract(n.body, '$.name')", "n.id DESC"};
    case Noun::screen:
      return {"screen n JOIN site s ON s.id = n.site JOIN unit u ON u.id = s.unit", "n.name", "s.name",
              "n.name || ' ' || s.name || ' ' || s.address", "n.id DESC"};
    case Noun::site:
      return {"site n JOIN unit u ON u.id = n.unit", "n.name", "n.address", "n.name || ' ' || n.address || ' ' || n.keeper", "n.id DESC"};
    case Noun::unit:
      return {"unit n JOIN unit u ON u.id = n.id", "n.name", "n.code", "n.name || ' ' || n.code", "n.path"};
    case Noun::account:
      return {"account n JOIN unit u ON u.id = n.unit", "n.name", "n.login", "n.name || ' ' || n.login || ' ' || n.holder", "n.id DESC"};
    case Noun::alert:
      return {"alert n JOIN unit u ON u.id = n.unit", "n.title", "''", "n.title", "n.id DESC"};
  }
  return {};
}

std::string item_note(std::string_view numbers) {
  const auto blank = numbers.find(' ');
  const auto number = [&](std::string_view s) { return s.empty() ? 0 : s[0] - '0'; };
  return std::string(library::kind_name(static_cast<library::Kind>(number(numbers)))) + " " +
         std::string(library::state_name(static_cast<library::State>(number(numbers.substr(blank + 1)))));
}

class SqliteFinder final : public finder::Store {
 public:
  explicit SqliteFinder(db::Connection& c) : c_(c) {}

  Result<std::vector<Hit>> find(Noun noun, const Query& q) const override {
    const Source s = source_of(noun);
    const std::string end = q.unit_path + "\xff";
    const std::string above = json::write(json::array(q.above.begin(), q.above.end()));
    std::string sql = "SELECT n.id, " + std::string(s.title) + ", " + std::string(s.note) + ", u.id FROM " + std::string(s.from) +
                      " WHERE ((u.path >= ? AND u.path < ?)";
    std::vector<db::Value> values{q.unit_path, end};
    if (noun == Noun::item) {
      sql += " OR n.id IN (SELECT item FROM share WHERE unit IN (SELECT value FROM json_each(?)))";
      values.emplace_back(above);
    }
    sql += ") AND (n.id = ?";
    values.emplace_back(q.id);
    if (!q.words.empty()) {
      sql += " OR (1";
      for (const auto& word : q.words) {
        sql += " AND instr(lower(" + std::string(s.words) + "), ?) > 0";
        values.emplace_back(word);
      }
      sql += ")";
    }
    sql += ") ORDER BY " + std::string(s.order) + " LIMIT ?";
    values.emplace_back(q.limit + 1);
    std::vector<Hit> out;
    FZ_CHECK(c_.each(sql, values, [&](const Row& r) {
      out.push_back({r.text(0), r.text(1), noun == Noun::item ? item_note(r.text(2)) : r.text(2), r.text(3)});
      return true;
    }));
    return out;
  }

  Result<std::vector<Ending>> endings(Noun noun, std::string_view path, UtcTime until) const override {
    const std::string end = std::string(path) + "\xff";
    if (noun == Noun::item)
      return c_.all(
          "SELECT i.id, i.title, a.valid_until FROM approval a JOIN item i ON i.id = a.item AND i.version = a.version "
          "JOIN unit u ON u.id = i.unit WHERE a.complete = 1 AND a.withdrawn IS NULL AND a.valid_until <= ?3 AND i.state = ?4 "
          "AND u.path >= ?1 AND u.path < ?2 ORDER BY a.valid_until LIMIT 200",
          {path, end, until, static_cast<int>(library::State::approved)}, [](const Row& r) {
            return Ending{r.text(0), r.text(1), r.time(2), {}};
          });
    if (noun == Noun::campaign) {
      const std::string last = format_time(until).substr(0, 10);
      return c_.all(
          "SELECT n.id, json_extract(n.body, '$.name'), json_extract(n.body, '$.until') FROM campaign n JOIN unit u ON u.id = n.unit "
          "WHERE n.state = 1 AND json_extract(n.body, '$.until') <= ?3 AND u.path >= ?1 AND u.path < ?2 "
          "ORDER BY json_extract(n.body, '$.until') LIMIT 200",
          {path, end, last}, [](const Row& r) {
            return Ending{r.text(0), r.text(1), std::nullopt, std::string(r.text(2))};
          });
    }
    return std::vector<Ending>{};
  }
  Result<std::map<std::string, std::string>> branches(Noun noun, const std::vector<std::string>& ids) const override {
    const std::string list = json::write(json::array(ids.begin(), ids.end()));
    const std::string sql =
        "SELECT n.id, u.path FROM " + std::string(source_of(noun).from) + " WHERE n.id IN (SELECT value FROM json_each(?))";
    const std::vector<db::Value> values{list};
    std::map<std::string, std::string> out;
    FZ_CHECK(c_.each(sql, values, [&](const Row& r) {
      out.emplace(r.text(0), r.text(1));
      return true;
    }));
    return out;
  }
  Result<std::vector<std::pair<std::string, std::string>>> shared_with(const std::vector<std::string>& items) const override {
    return c_.all("SELECT item, unit FROM share WHERE item IN (SELECT value FROM json_each(?)) ORDER BY item, unit",
                  {json::write(json::array(items.begin(), items.end()))}, [](const Row& r) { return std::pair(r.text(0), r.text(1)); });
  }

 private:
  db::Connection& c_;
};

}  // namespace

std::unique_ptr<finder::Store> make_finder(db::Connection& c) {
  return std::make_unique<SqliteFinder>(c);
}

}  // namespace fz::store::sqlite
