// Tables that people make in a spreadsheet: the first sheet of an .xlsx (server/tables), or CSV (RFC 4180, comma, semicolon or tab,
// UTF-8 or GB18030, what Excel writes on a Chinese Windows). No I/O.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"

namespace fz::accounts {

struct Column {
  std::string_view name, zh;  ///< either may stand in the heading
  bool required = true;       ///< the column and every cell of it
};
struct Table {
  struct Row {
    int number = 0;                  ///< as a spreadsheet counts: the heading is 1
    std::vector<std::string> cells;  ///< one for each Column, trimmed; empty where the table lacks it
  };
  std::vector<Row> rows;
};

inline constexpr std::size_t kMaxCsv = 1536 * 1024;  ///< bytes: 10,000 rows, and enough of 20,000 to say that they are too many

/// Rows without any cell are left out; of a workbook the first row that has one is the heading. Errors: table_format (UTF-16, a quote
/// that does not end, a damaged workbook), table_columns (missing, unknown or twice), table_rows, table_empty_cell, table_row (more
/// cells than headings), table_merged, table_old_excel, too_large.
Result<Table> read_table(std::string_view bytes, std::span<const Column> columns, std::size_t max_rows);
/// The error of a row, in the words of the whole table.
Error in_row(int number, const Error& e);

}  // namespace fz::accounts
