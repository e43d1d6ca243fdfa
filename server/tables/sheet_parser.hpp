// The XML parts of a workbook, read with expat as they are unpacked. Internal to server/tables.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/tables/archive.hpp"
#include "server/tables/workbook.hpp"

namespace fz::tables {

/// Where the first visible sheet and the shared strings are; `strings` empty if there are none.
struct Parts {
  std::string sheet, strings;
};
Result<Parts> find_parts(Archive& archive);
Result<std::vector<std::string>> read_strings(Archive& archive, const std::string& part);
Result<Sheet> read_sheet(Archive& archive, const std::string& part, const std::vector<std::string>& strings, std::size_t max_rows);

/// What a person sees of a number that a spreadsheet saved: "1.39E+10" is 13900000000. Empty: it has more digits than a
/// spreadsheet keeps, so what was typed is lost. Pure.
std::string number_text(std::string_view saved);
/// "BC12" -> 54 (A is 0); -1 if it is no cell. Pure.
int column_of(std::string_view reference);

}  // namespace fz::tables
