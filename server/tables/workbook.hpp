// Reads the first sheet of a workbook (.xlsx: ECMA-376, Office Open XML) that somebody filled in: bytes in, rows of texts out.
// Formulas give the value that was saved with them; nothing is computed, nothing outside the file is opened. No I/O. Any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/error.hpp"

namespace fz::tables {

inline constexpr std::size_t kMaxFile = 8u << 20;       ///< bytes of the file
inline constexpr std::size_t kMaxUnpacked = 64u << 20;  ///< bytes of all its parts that are read, unpacked
inline constexpr std::size_t kMaxColumns = 64;          ///< a text further to the right is refused
inline constexpr std::size_t kMaxStrings = 1'000'000;   ///< of the table of shared strings

struct Sheet {
  struct Row {
    int number = 0;                  ///< as the spreadsheet counts, from 1
    std::vector<std::string> cells;  ///< from column A; without empty ones at the end
  };
  std::vector<Row> rows;  ///< without empty ones
  std::size_t more = 0;   ///< rows beyond those that were kept
};

/// True for anything in a ZIP container; whether it is a workbook shows when it is read.
bool is_workbook(std::string_view bytes);
/// True for the container of .xls, and of a workbook with a password.
bool is_old_office(std::string_view bytes);
/// Numbers come as text as people typed them: 13900001111, not 1.39E+10. Keeps `max_rows` rows and counts the others.
/// Errors: table_format (not a workbook, damaged, too large unpacked, a text in a column beyond the last), table_merged{range},
/// table_row (a number with more digits than a spreadsheet keeps; an error value).
Result<Sheet> read_first_sheet(std::string_view bytes, std::size_t max_rows);
/// The error for is_old_office: table_old_excel, or table_format for one with a password.
Error old_office_error(std::string_view bytes);

}  // namespace fz::tables
