#include "server/reports/book.hpp"
#include "server/reports/reports.hpp"

namespace fz::reports {
namespace {

constexpr const char* kHeads[] = {"内容 Item",      "屏幕 Screen",        "批准编号 Approval",
                                  "播放次数 Plays", "完整播放 Completed", "播放秒数 Seconds"};

// The first hour of a day on the zone's wall. Offsets are whole quarters of an hour; reports count whole hours of UTC.
UtcTime midnight(const schedule::TimeZone& zone, std::chrono::sys_days day) {
  UtcTime t(std::chrono::duration_cast<UtcTime::duration>(day.time_since_epoch()));
  for (int i = 0; i < 3; ++i) {
    const auto behind = zone.wall(t).time.time_since_epoch() - std::chrono::duration_cast<Millis>(day.time_since_epoch());
    t -= std::chrono::duration_cast<UtcTime::duration>(behind);
  }
  return t;
}

std::string cell(const std::string& text) {
  const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos;
  std::string out = formula ? "\"'" : "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

Result<std::pair<UtcTime, UtcTime>> month_in(const schedule::TimeZone& zone, std::string_view month) {
  using namespace std::chrono;
  const auto digit = [&](std::size_t i) { return month[i] >= '0' && month[i] <= '9' ? month[i] - '0' : -100; };
  if (month.size() != 7 || month[4] != '-') return fail(Code::bad_field, {{"field", "month"}, {"what", "2026-11"}});
  const int y = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3), m = digit(5) * 10 + digit(6);
  if (y < 2000 || y > 2200 || m < 1 || m > 12) return fail(Code::bad_field, {{"field", "month"}, {"what", "2026-11"}});
  const year_month first{year{y}, std::chrono::month{static_cast<unsigned>(m)}};
  return std::pair{midnight(zone, sys_days{first / 1}), midnight(zone, sys_days{(first + months{1}) / 1})};
}

void Month::add(const plays::Rollup& hour) {
  const auto day = zone_.format(hour.hour).substr(0, 10);
  for (Sum* s : {&by_pair_[{hour.approval, hour.screen}], &by_day_[day]}) {
    s->plays += hour.plays;
    s->completed += hour.completed;
    s->presented_ms += hour.presented_ms;
  }
}

std::vector<std::pair<std::string, std::string>> Month::keys() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, sum] : by_pair_) out.push_back(key);
  return out;
}

void Month::name(std::map<std::string, std::string> titles, std::map<std::string, std::string> screens) {
  titles_ = std::move(titles);
  screens_ = std::move(screens);
}

std::vector<Month::Row> Month::rows() const {
  const auto word = [](const auto& words, const std::string& id) {
    const auto it = words.find(id);
    return it == words.end() ? id : it->second;
  };
  std::vector<Row> out;
  for (const auto& [key, sum] : by_pair_) out.push_back({word(titles_, key.first), word(screens_, key.second), key.first, sum});
  return out;
}

Result<std::string> Month::xlsx() const {
  FZ_TRY(Book out, Book::begin());
  lxw_workbook* book = out.get();
  lxw_format* bold = workbook_add_format(book);
  format_set_bold(bold);
  lxw_worksheet* pairs = workbook_add_worksheet(book, "内容与屏幕 Items");
  worksheet_set_column(pairs, 0, 1, 32, nullptr);
  worksheet_set_column(pairs, 2, 2, 22, nullptr);
  worksheet_set_column(pairs, 3, 5, 16, nullptr);
  worksheet_freeze_panes(pairs, 1, 0);
  for (std::size_t i = 0; i < std::size(kHeads); ++i) worksheet_write_string(pairs, 0, static_cast<lxw_col_t>(i), kHeads[i], bold);
  lxw_row_t at = 1;
  for (const auto& row : rows()) {
    worksheet_write_string(pairs, at, 0, row.title.c_str(), nullptr);
    worksheet_write_string(pairs, at, 1, row.screen.c_str(), nullptr);
    worksheet_write_string(pairs, at, 2, row.approval.c_str(), nullptr);
    worksheet_write_number(pairs, at, 3, static_cast<double>(row.sum.plays), nullptr);
    worksheet_write_number(pairs, at, 4, static_cast<double>(row.sum.completed), nullptr);
    worksheet_write_number(pairs, at++, 5, static_cast<double>(row.sum.presented_ms) / 1000.0, nullptr);
  }
  lxw_worksheet* days = workbook_add_worksheet(book, "按天 Days");
  worksheet_set_column(days, 0, 3, 18, nullptr);
  const char* day_heads[] = {"日期 Day", kHeads[3], kHeads[4], kHeads[5]};
  for (std::size_t i = 0; i < std::size(day_heads); ++i) worksheet_write_string(days, 0, static_cast<lxw_col_t>(i), day_heads[i], bold);
  at = 1;
  for (const auto& [day, sum] : by_day_) {
    worksheet_write_string(days, at, 0, day.c_str(), nullptr);
    worksheet_write_number(days, at, 1, static_cast<double>(sum.plays), nullptr);
    worksheet_write_number(days, at, 2, static_cast<double>(sum.completed), nullptr);
    worksheet_write_number(days, at++, 3, static_cast<double>(sum.presented_ms) / 1000.0, nullptr);
  }
  return out.finish();
}

std::string Month::csv() const {
  std::string out = "\xef\xbb\xbf";
  for (std::size_t i = 0; i < std::size(kHeads); ++i) out += (i ? "," : "") + cell(kHeads[i]);
  out += "\r\n";
  for (const auto& row : rows()) {
    out += cell(row.title) + "," + cell(row.screen) + "," + cell(row.approval) + "," + std::to_string(row.sum.plays) + "," +
           std::to_string(row.sum.completed) + "," + std::to_string(row.sum.presented_ms / 1000) + "\r\n";
  }
  return out;
}

}  // namespace fz::reports
