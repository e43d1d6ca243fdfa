#include <gtest/gtest.h>

#include "server/reports/reports.hpp"
#include "server/tables/workbook.hpp"

namespace fz::reports {
namespace {

TEST(Form, IsReadBackAsItWasWritten) {
  const Form form{"单位", {{"名称", true}, {"区划代码", false}}, {{"示例街道", "0500119"}, {"甲", ""}}};
  const auto bytes = write_form(form);
  ASSERT_TRUE(bytes) << to_log(bytes.error());
  const auto sheet = tables::read_first_sheet(*bytes, 10);
  ASSERT_TRUE(sheet) << to_log(sheet.error());
  ASSERT_EQ(sheet->rows.size(), 3u);
  EXPECT_EQ(sheet->rows[0].cells, (std::vector<std::string>{"名称", "区划代码"}));
  EXPECT_EQ(sheet->rows[1].cells, (std::vector<std::string>{"示例街道", "0500119"})) << "text stays text, with its zero";
  EXPECT_EQ(sheet->rows[2].cells, (std::vector<std::string>{"甲"}));
}

}  // namespace
}  // namespace fz::reports
