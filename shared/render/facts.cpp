// The table of local facts: read, written, and the row of one screen.
#include "shared/render/facts.hpp"

#include <algorithm>
#include <set>

#include "shared/render/checker.hpp"
#include "shared/trust/documents.hpp"

namespace fz::render {
namespace {

bool is_region(std::string_view s) {
  if (s == "*") return true;
  return (s.size() == 6 || s.size() == 9 || s.size() == 12) && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<void> check_phone(const std::string& field, const std::string& s) {
  auto ok = [](char c) { return (c >= '0' && c <= '9') || c == ' ' || c == '-' || c == '+'; };
  if (s.size() >= 3 && s.size() <= 20 && std::all_of(s.begin(), s.end(), ok)) return {};
  return fail(Code::bad_field, {{"field", field}, {"what", "3-20 位数字、空格或连字符 / 3-20 digits, spaces or hyphens"}});
}

Result<FactsRow> read_row(const json::value& v, std::size_t number) {
  std::string where = "rows[" + std::to_string(number) + "]";
  json::Reader r(v, where);
  FactsRow row;
  row.region = r.string_or("region", "", 16);
  row.site = r.string_or("site", "", 256);
  row.station = r.string_or("station", "", 256);
  row.phone = r.string_or("phone", "", 32);
  row.reward = r.string_or("reward", "", 256);
  row.account = r.string_or("account", "", 256);
  row.qr = r.string_or("qr", "", kMaxQrBytes);
  FZ_CHECK(r.finish());
  if (row.region.empty() == row.site.empty() || (row.site.empty() && !is_region(row.region)))
    return fail(Code::facts_place, {{"row", std::to_string(number + 1)}});
  struct Limit {
    const char* name;
    const std::string& text;
    std::size_t most;
  };
  Checker c;
  for (auto& l : {Limit{"site", row.site, 64}, Limit{"station", row.station, 24}, Limit{"reward", row.reward, 40},
                  Limit{"account", row.account, 20}, Limit{"qr", row.qr, kMaxQrBytes}})
    if (!l.text.empty()) FZ_CHECK(c.text(where + "." + l.name, l.text, l.most));
  if (!row.phone.empty()) FZ_CHECK(check_phone(where + ".phone", row.phone));
  if (row.station.empty() && row.phone.empty() && row.reward.empty() && row.qr.empty())
    return fail(Code::bad_field, {{"field", where}, {"what", "至少一项信息 / at least one fact"}});
  return row;
}

}  // namespace

Result<Document> read_facts(json::Reader& r) {
  Facts f;
  f.title = r.string("title", 1024);
  const auto* rows = r.list("rows", kMaxFactsRows);
  FZ_CHECK(r.finish());
  Checker c;
  FZ_CHECK(c.text("title", f.title, 60));
  if (rows->empty()) return fail(Code::bad_field, {{"field", "rows"}, {"what", "至少一条 / at least one"}});
  std::set<std::string> places;
  for (auto& v : *rows) {
    FZ_TRY(auto row, read_row(v, f.rows.size()));
    if (!places.insert(row.site.empty() ? row.region : "site " + row.site).second)
      return fail(Code::facts_duplicate, {{"place", row.site.empty() ? row.region : row.site}});
    f.rows.push_back(std::move(row));
  }
  return f;
}

json::object write_facts(const Facts& f) {
  json::array rows;
  for (auto& row : f.rows) {
    json::object o;
    auto add = [&](std::string_view name, const std::string& s) {
      if (!s.empty()) o[name] = s;
    };
    add("region", row.region);
    add("site", row.site);
    add("station", row.station);
    add("phone", row.phone);
    add("reward", row.reward);
    add("account", row.account);
    add("qr", row.qr);
    rows.push_back(std::move(o));
  }
  return {{"schema", 1}, {"type", "facts"}, {"title", f.title}, {"rows", std::move(rows)}};
}

std::string facts_text(const Facts& f) {
  std::string out = f.title + "\n";
  for (auto& row : f.rows) {
    out += (row.site.empty() ? "地区 " + row.region : "站点 " + row.site) + "：\n";
    auto add = [&](std::string_view name, const std::string& s) {
      if (!s.empty()) out += "  " + std::string(name) + "：" + s + "\n";
    };
    add("单位", row.station);
    add("电话", row.phone);
    add("举报奖励", row.reward);
    add("公众号", row.account);
    add("二维码", row.qr);
  }
  return out;
}

const FactsRow* row_for(const Facts& facts, std::string_view region, std::string_view site) {
  const FactsRow* best = nullptr;
  for (auto& row : facts.rows) {
    if (!row.site.empty()) {
      if (row.site == site) return &row;
      continue;
    }
    if (!trust::covers_region({row.region}, region)) continue;
    // The more exact of two regions above a place is the one that the other covers.
    if (!best || (best->region != row.region && trust::covers_region({best->region}, row.region))) best = &row;
  }
  return best;
}

}  // namespace fz::render
