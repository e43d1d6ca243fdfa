// Any bytes as a workbook, and the same bytes as the XML of its sheet: refused, or rows within the limits.
#include <zip.h>

#include <cstdlib>

#include "server/tables/workbook.hpp"
#include "shared/base/bytes.hpp"

namespace {

void hold(const fz::Result<fz::tables::Sheet>& sheet) {
  if (!sheet) return;
  if (sheet->rows.size() > 50) std::abort();
  for (const auto& row : sheet->rows)
    if (row.cells.empty() || row.cells.size() > fz::tables::kMaxColumns || row.cells.back().empty()) std::abort();
}

// A workbook around one part, stored: mutations of the XML reach the parser instead of ending at a CRC.
std::string around(std::string_view sheet) {
  zip_error_t why;
  zip_error_init(&why);
  zip_source_t* out = zip_source_buffer_create(nullptr, 0, 0, &why);
  zip_source_keep(out);
  zip_t* zip = zip_open_from_source(out, ZIP_TRUNCATE, &why);
  const auto add = [&](const char* name, std::string_view text) {
    const auto at = zip_file_add(zip, name, zip_source_buffer(zip, text.data(), text.size(), 0), 0);
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(at), ZIP_CM_STORE, 0);
  };
  add("xl/workbook.xml", R"(<workbook xmlns:r="r"><sheets><sheet r:id="a"/></sheets></workbook>)");
  add("xl/_rels/workbook.xml.rels",
      R"(<R><Relationship Id="a" Target="s.xml"/><Relationship Id="b" Type="/sharedStrings" Target="t.xml"/></R>)");
  add("xl/t.xml", "<sst><si><t>one</t></si><si><r><t>two</t></r></si></sst>");
  add("xl/s.xml", sheet);
  std::string bytes;
  if (zip_close(zip) == 0 && zip_source_open(out) == 0) {
    zip_source_seek(out, 0, SEEK_END);
    bytes.resize(static_cast<std::size_t>(zip_source_tell(out)));
    zip_source_seek(out, 0, SEEK_SET);
    zip_source_read(out, bytes.data(), bytes.size());
    zip_source_close(out);
  }
  zip_source_free(out);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fz::as_text({data, size});
  (void)fz::tables::is_workbook(text);
  if (fz::tables::is_old_office(text)) (void)fz::tables::old_office_error(text);
  hold(fz::tables::read_first_sheet(text, 50));
  hold(fz::tables::read_first_sheet(around(text), 50));
  return 0;
}
