#include "server/accounts/table.hpp"

#include <iconv.h>

#include <algorithm>
#include <optional>

#include "server/tables/workbook.hpp"
#include "shared/base/bytes.hpp"

namespace fz::accounts {
namespace {

Error format(std::string what) {
  return fail(Code::table_format, {{"what", std::move(what)}});
}

Result<std::string> from_gb18030(std::string_view bytes) {
  iconv_t cd = ::iconv_open("UTF-8", "GB18030");
  if (cd == reinterpret_cast<iconv_t>(-1)) return format("UTF-8");
  std::string in(bytes), out(bytes.size() * 2 + 16, '\0');
  char* from = in.data();
  char* to = out.data();
  std::size_t left = in.size(), room = out.size();
  const std::size_t r = ::iconv(cd, &from, &left, &to, &room);
  ::iconv_close(cd);
  if (r == static_cast<std::size_t>(-1) || left > 0) return format("编码既不是 UTF-8 也不是 GB18030 (neither UTF-8 nor GB18030)");
  out.resize(out.size() - room);
  return out;
}

Result<std::string> to_text(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff"))
    return format("编码是 UTF-16，请另存为“CSV UTF-8（逗号分隔）” (UTF-16; save it as CSV UTF-8)");
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (bytes.find('\0') != std::string_view::npos) return format("含有二进制内容 (binary content)");
  if (is_utf8(bytes)) return std::string(bytes);
  return from_gb18030(bytes);
}

std::string trimmed(std::string_view s) {
  const auto from = s.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return std::string(s.substr(from, s.find_last_not_of(" \t\r\n") - from + 1));
}

/// The sign that stands most often in the heading.
char separator_of(std::string_view text) {
  const auto heading = text.substr(0, text.find('\n'));
  char best = ',';
  std::ptrdiff_t most = 0;
  for (char c : {',', ';', '\t'}) {
    const auto n = std::count(heading.begin(), heading.end(), c);
    if (n > most) {
      most = n;
      best = c;
    }
  }
  return best;
}

/// One record, quotes undone; moves `at` behind it.
Result<std::vector<std::string>> next_record(std::string_view text, std::size_t& at, char separator, int row) {
  std::vector<std::string> cells;
  std::string cell;
  bool quoted = false, was_quoted = false;
  const auto end_cell = [&] {
    cells.push_back(was_quoted ? cell : trimmed(cell));
    cell.clear();
    was_quoted = false;
  };
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (at + 1 < text.size() && text[at + 1] == '"') {
        cell += '"';
        ++at;
      } else {
        quoted = false;
      }
    } else if (c == '"' && trimmed(cell).empty() && !was_quoted) {
      cell.clear();
      quoted = was_quoted = true;
    } else if (c == separator) {
      end_cell();
    } else if (c == '\n') {
      ++at;
      break;
    } else if (c != '\r') {
      cell += c;
    }
  }
  if (quoted) return format("第 " + std::to_string(row) + " 行的引号没有结束 (a quote of this row does not end)");
  end_cell();
  return cells;
}

/// For each Column the place in the heading, or -1.
Result<std::vector<int>> read_heading(const std::vector<std::string>& heading, std::span<const Column> columns) {
  std::string all;
  for (const Column& c : columns)
    all += (all.empty() ? "" : ", ") + std::string(c.zh) + "/" + std::string(c.name) + (c.required ? "*" : "");
  const auto wrong = [&](std::string what) { return fail(Code::table_columns, {{"what", std::move(what)}, {"columns", all}}); };
  std::vector<int> places(columns.size(), -1);
  for (std::size_t i = 0; i < heading.size(); ++i) {
    if (heading[i].empty()) continue;  // a column without a name is for people
    std::size_t k = 0;
    while (k < columns.size() && heading[i] != columns[k].name && heading[i] != columns[k].zh) ++k;
    if (k == columns.size()) return wrong("不认识 unknown “" + heading[i].substr(0, 60) + "”");
    if (places[k] >= 0) return wrong("重复 twice “" + heading[i] + "”");
    places[k] = static_cast<int>(i);
  }
  for (std::size_t k = 0; k < columns.size(); ++k)
    if (columns[k].required && places[k] < 0)
      return wrong("缺少 missing “" + std::string(columns[k].zh) + "/" + std::string(columns[k].name) + "”");
  return places;
}

/// Rows as they come, held against the heading.
class Builder {
 public:
  Builder(std::span<const Column> columns, std::size_t max_rows) : columns_(columns), max_rows_(max_rows) {}
  Result<void> heading(const std::vector<std::string>& cells) {
    width_ = cells.size();
    FZ_TRY(places_, read_heading(cells, columns_));
    return {};
  }
  Result<void> add(int number, const std::vector<std::string>& cells) {
    if (std::all_of(cells.begin(), cells.end(), [](const auto& c) { return c.empty(); })) return {};
    if (table_.rows.size() == max_rows_) {  // go on counting: people want to know how many there are
      ++too_many_;
      return {};
    }
    if (cells.size() > width_)
      return fail(Code::table_row,
                  {{"row", std::to_string(number)}, {"zh", "单元格比表头多"}, {"en", "it has more cells than the heading"}});
    Table::Row row{number, {}};
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const auto place = static_cast<std::size_t>(places_[k]);
      row.cells.push_back(places_[k] >= 0 && place < cells.size() ? cells[place] : std::string());
      if (columns_[k].required && row.cells.back().empty())
        return fail(Code::table_empty_cell, {{"row", std::to_string(number)}, {"column", std::string(columns_[k].zh)}});
    }
    table_.rows.push_back(std::move(row));
    return {};
  }
  Result<Table> done(std::size_t more = 0) {
    too_many_ += more;
    if (too_many_ > 0)
      return fail(Code::table_rows, {{"rows", std::to_string(max_rows_ + too_many_)}, {"limit", std::to_string(max_rows_)}});
    if (table_.rows.empty()) return format("没有数据行 (no rows)");
    return std::move(table_);
  }

 private:
  std::span<const Column> columns_;
  std::size_t max_rows_, width_ = 0, too_many_ = 0;
  std::vector<int> places_;
  Table table_;
};

Result<Table> read_workbook(std::string_view bytes, std::span<const Column> columns, std::size_t max_rows) {
  FZ_TRY(const auto sheet, tables::read_first_sheet(bytes, max_rows + 1));
  if (sheet.rows.empty()) return format("没有数据行 (no rows)");
  Builder table(columns, max_rows);
  FZ_CHECK(table.heading(sheet.rows.front().cells));
  for (std::size_t i = 1; i < sheet.rows.size(); ++i) FZ_CHECK(table.add(sheet.rows[i].number, sheet.rows[i].cells));
  return table.done(sheet.more);
}

}  // namespace

Error in_row(int number, const Error& e) {
  if (e.code == Code::table_row || e.code == Code::table_empty_cell) return e;
  auto strip = [](std::string s) {  // the catalogue's sentence goes on behind it
    for (std::string_view end : {"。", "."})
      if (s.ends_with(end)) s.resize(s.size() - end.size());
    return s;
  };
  return fail(Code::table_row, {{"row", std::to_string(number)}, {"zh", strip(message(e, Lang::zh))}, {"en", strip(message(e, Lang::en))}});
}

Result<Table> read_table(std::string_view bytes, std::span<const Column> columns, std::size_t max_rows) {
  if (tables::is_old_office(bytes)) return tables::old_office_error(bytes);
  if (tables::is_workbook(bytes)) return read_workbook(bytes, columns, max_rows);
  if (bytes.size() > kMaxCsv) return fail(Code::too_large, {{"limit", "1.5 MB"}});
  FZ_TRY(const std::string text, to_text(bytes));
  const char separator = separator_of(text);
  std::size_t at = 0;
  Builder table(columns, max_rows);
  FZ_TRY(const auto heading, next_record(text, at, separator, 1));
  FZ_CHECK(table.heading(heading));
  for (int number = 2; at < text.size(); ++number) {
    FZ_TRY(const auto cells, next_record(text, at, separator, number));
    FZ_CHECK(table.add(number, cells));
  }
  return table.done();
}

}  // namespace fz::accounts
