// Tables that people make in a spreadsheet and save as CSV: RFC 4180, comma, semicolon or tab, UTF-8 or GB18030 (what Excel
// writes on a Chinese Windows). No I/O.
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

/// Rows without any cell are left out. Errors: table_format (an .xlsx, UTF-16, a quote that does not end), table_columns (missing,
/// unknown or twice), table_rows, table_empty_cell, table_row (more cells than headings).
Result<Table> read_table(std::string_view bytes, std::span<const Column> columns, std::size_t max_rows);
/// The error of a row, in the words of the whole table.
Error in_row(int number, const Error& e);

}  // namespace fz::accounts
