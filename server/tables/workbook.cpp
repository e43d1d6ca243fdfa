#include "server/tables/workbook.hpp"

#include "server/tables/archive.hpp"
#include "server/tables/sheet_parser.hpp"

namespace fz::tables {

bool is_workbook(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04");
}
bool is_old_office(std::string_view bytes) {
  return bytes.starts_with("\xd0\xcf\x11\xe0");
}

Error old_office_error(std::string_view bytes) {
  // A workbook with a password hides in a container of this kind, as the stream "EncryptedPackage" (in UTF-16).
  std::string stream;
  for (const char c : std::string_view("EncryptedPackage")) (stream += c) += '\0';
  if (bytes.find(stream) != std::string_view::npos)
    return unreadable("工作簿设有密码，请去掉密码后另存 (it has a password; save it without one)");
  return fail(Code::table_old_excel);
}

Result<Sheet> read_first_sheet(std::string_view bytes, std::size_t max_rows) {
  if (bytes.size() > kMaxFile) return fail(Code::too_large, {{"limit", "8 MB"}});
  FZ_TRY(auto archive, Archive::open(bytes));
  FZ_TRY(const Parts parts, find_parts(archive));
  FZ_TRY(const auto strings, read_strings(archive, parts.strings));
  return read_sheet(archive, parts.sheet, strings, max_rows);
}

}  // namespace fz::tables
