#include "server/reports/book.hpp"
#include "server/reports/reports.hpp"

namespace fz::reports {

Result<std::string> write_form(const Form& form) {
  FZ_TRY(Book out, Book::begin());
  lxw_workbook* book = out.get();
  lxw_format* text = workbook_add_format(book);
  format_set_num_format(text, "@");
  lxw_format* head = workbook_add_format(book);
  format_set_num_format(head, "@");
  format_set_bg_color(head, 0xE8EEF7);
  lxw_format* must = workbook_add_format(book);
  format_set_num_format(must, "@");
  format_set_bg_color(must, 0xE8EEF7);
  format_set_bold(must);
  lxw_worksheet* sheet = workbook_add_worksheet(book, form.sheet.c_str());
  worksheet_set_column(sheet, 0, static_cast<lxw_col_t>(form.columns.size() - 1), 20, text);
  worksheet_freeze_panes(sheet, 1, 0);
  for (std::size_t i = 0; i < form.columns.size(); ++i)
    worksheet_write_string(sheet, 0, static_cast<lxw_col_t>(i), form.columns[i].heading.c_str(), form.columns[i].required ? must : head);
  for (std::size_t row = 0; row < form.examples.size(); ++row)
    for (std::size_t i = 0; i < form.examples[row].size(); ++i)
      worksheet_write_string(sheet, static_cast<lxw_row_t>(row + 1), static_cast<lxw_col_t>(i), form.examples[row][i].c_str(), text);
  return out.finish();
}

}  // namespace fz::reports
