// Workbooks as people have them (made by libxlsxwriter), and as nobody should (made part by part).
#include "server/tables/workbook.hpp"

#include <gtest/gtest.h>
#include <xlsxwriter.h>
#include <zip.h>

#include <chrono>
#include <functional>

#include "server/tables/sheet_parser.hpp"
#include "shared/base/file.hpp"

namespace fz::tables {
namespace {

std::string written(const std::function<void(lxw_workbook*)>& fill, bool constant_memory = false) {
  std::string path = ::testing::TempDir() + "fz-workbook-XXXXXX";
  const Fd made(::mkstemp(path.data()));
  lxw_workbook_options options{};
  options.constant_memory = static_cast<uint8_t>(constant_memory);
  lxw_workbook* book = workbook_new_opt(path.c_str(), &options);
  fill(book);
  EXPECT_EQ(workbook_close(book), LXW_NO_ERROR);
  const auto bytes = read_file(path, 64u << 20);
  EXPECT_TRUE(bytes);
  EXPECT_TRUE(remove_file(path));
  return bytes ? *bytes : std::string();
}

using Files = std::map<std::string, std::string>;
std::string zipped(const Files& files) {
  std::string path = ::testing::TempDir() + "fz-zip-XXXXXX";
  const Fd made(::mkstemp(path.data()));
  int why = 0;
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &why);
  for (const auto& [name, text] : files)
    EXPECT_GE(zip_file_add(zip, name.c_str(), zip_source_buffer(zip, text.data(), text.size(), 0), ZIP_FL_ENC_UTF_8), 0);
  EXPECT_EQ(zip_close(zip), 0);
  const auto bytes = read_file(path, 64u << 20);
  EXPECT_TRUE(remove_file(path));
  return bytes ? *bytes : std::string();
}

const std::string kBook = R"(<workbook xmlns="m" xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>)";
const std::string kRelations = R"(<Relationships xmlns="p"><Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.xml"/>)"
                               R"(<Relationship Id="rId2" Type="t/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>)";
Files parts(const std::string& rows, const std::string& strings = "<sst></sst>", const std::string& after = "") {
  return {{"xl/workbook.xml", kBook},
          {"xl/_rels/workbook.xml.rels", kRelations},
          {"xl/sharedStrings.xml", strings},
          {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + rows + "</sheetData>" + after + "</worksheet>"}};
}
Error refused(const std::string& bytes) {
  const auto read = read_first_sheet(bytes, 100);
  EXPECT_FALSE(read);
  return read ? Error{} : read.error();
}

TEST(Workbook, TextsAndNumbersAsTheyWereTyped) {
  for (const bool inline_strings : {false, true}) {
    const auto bytes = written(
        [](lxw_workbook* book) {
          lxw_worksheet* sheet = workbook_add_worksheet(book, "单位");
          worksheet_write_string(sheet, 0, 0, "名称", nullptr);
          worksheet_write_string(sheet, 0, 1, "电话", nullptr);
          worksheet_write_string(sheet, 2, 0, "  某某街道 & <社区>\n", nullptr);
          worksheet_write_number(sheet, 2, 1, 13900001111.0, nullptr);
          worksheet_write_number(sheet, 2, 2, 0.5, nullptr);
          worksheet_write_boolean(sheet, 2, 3, 1, nullptr);
          worksheet_write_formula_str(sheet, 2, 4, "=A1", nullptr, "名称");
          worksheet_write_formula_num(sheet, 2, 5, "=1+1", nullptr, 2);
          workbook_add_worksheet(book, "别的");
        },
        inline_strings);
    const auto sheet = read_first_sheet(bytes, 10);
    ASSERT_TRUE(sheet) << to_log(sheet.error());
    ASSERT_EQ(sheet->rows.size(), 2u);
    EXPECT_EQ(sheet->rows[0].cells, (std::vector<std::string>{"名称", "电话"}));
    EXPECT_EQ(sheet->rows[1].number, 3) << "an empty row counts";
    EXPECT_EQ(sheet->rows[1].cells, (std::vector<std::string>{"某某街道 & <社区>", "13900001111", "0.5", "TRUE", "名称", "2"}));
  }
}

TEST(Workbook, NumbersAsPeopleSeeThem) {
  EXPECT_EQ(number_text("1.3900001111E10"), "13900001111");
  EXPECT_EQ(number_text("500119"), "500119");
  EXPECT_EQ(number_text("-3"), "-3");
  EXPECT_EQ(number_text("2.5"), "2.5");
  EXPECT_EQ(number_text("5.0011919900101E+17"), "") << "digits are lost already";
  EXPECT_EQ(number_text("x"), "x");
  EXPECT_EQ(column_of("A1"), 0);
  EXPECT_EQ(column_of("BC12"), 54);
  EXPECT_EQ(column_of("12"), -1);
  EXPECT_EQ(column_of("AAAA1"), -1);
}

TEST(Workbook, KeepsSoManyRowsAndCountsTheOthers) {
  const auto bytes = written([](lxw_workbook* book) {
    lxw_worksheet* sheet = workbook_add_worksheet(book, nullptr);
    for (lxw_row_t i = 0; i < 20'000; ++i) worksheet_write_string(sheet, i, 0, ("村" + std::to_string(i)).c_str(), nullptr);
  });
  const auto sheet = read_first_sheet(bytes, 100);
  ASSERT_TRUE(sheet) << to_log(sheet.error());
  EXPECT_EQ(sheet->rows.size(), 100u);
  EXPECT_EQ(sheet->rows.back().cells[0], "村99");
  EXPECT_EQ(sheet->more, 19'900u);
}

TEST(Workbook, HiddenSheetsAreNotTheFirst) {
  const auto bytes = written([](lxw_workbook* book) {
    lxw_worksheet* hidden = workbook_add_worksheet(book, "藏");
    lxw_worksheet* seen = workbook_add_worksheet(book, "见");
    worksheet_write_string(hidden, 0, 0, "no", nullptr);
    worksheet_write_string(seen, 0, 0, "yes", nullptr);
    worksheet_hide(hidden);
    worksheet_activate(seen);
    worksheet_set_first_sheet(seen);
  });
  const auto sheet = read_first_sheet(bytes, 10);
  ASSERT_TRUE(sheet) << to_log(sheet.error());
  EXPECT_EQ(sheet->rows.at(0).cells.at(0), "yes");
}

TEST(Workbook, PrefixesRunsPhoneticsAndMissingReferences) {
  auto files =
      parts("", R"(<x:sst xmlns:x="m"><x:si><x:r><x:t>反</x:t></x:r><x:r><x:t>诈</x:t></x:r><x:rPh><x:t>fan</x:t></x:rPh></x:si></x:sst>)");
  files["xl/worksheets/sheet1.xml"] =
      R"(<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c t="inlineStr"><x:is><x:t>乙</x:t></x:is></x:c></x:row>)"
      R"(<x:row><x:c r="C2"><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>)";
  const auto sheet = read_first_sheet(zipped(files), 10);
  ASSERT_TRUE(sheet) << to_log(sheet.error());
  EXPECT_EQ(sheet->rows.at(0).cells, (std::vector<std::string>{"反诈", "乙"}));
  EXPECT_EQ(sheet->rows.at(1).cells, (std::vector<std::string>{"", "", "7"}));
  EXPECT_EQ(sheet->rows.at(1).number, 2);
}

TEST(Workbook, MergedCellsAreNamed) {
  const auto bytes = written([](lxw_workbook* book) {
    lxw_worksheet* sheet = workbook_add_worksheet(book, nullptr);
    worksheet_write_string(sheet, 0, 0, "名称", nullptr);
    worksheet_merge_range(sheet, 1, 0, 3, 1, "甲", nullptr);
  });
  const auto why = refused(bytes);
  EXPECT_EQ(why.code, Code::table_merged);
  EXPECT_NE(message(why, Lang::zh).find("A2:B4"), std::string::npos) << message(why, Lang::zh);
}

TEST(Workbook, OldOnesAndThoseWithAPasswordAreToldApart) {
  const std::string old("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", 12);
  EXPECT_TRUE(is_old_office(old));
  EXPECT_EQ(old_office_error(old).code, Code::table_old_excel);
  std::string locked = old;
  for (const char c : std::string_view("EncryptedPackage")) (locked += c) += '\0';
  EXPECT_NE(message(old_office_error(locked), Lang::zh).find("密码"), std::string::npos);
}

TEST(Workbook, WhatCannotBeReadIsRefusedWithAReason) {
  const auto has = [](const std::string& bytes, const std::string& words) {
    const auto why = refused(bytes);
    EXPECT_NE(message(why, Lang::zh).find(words), std::string::npos) << to_log(why);
  };
  has("PK\x03\x04rest", "已损坏");
  has(zipped({{"word/document.xml", "<x/>"}}), "不是 Excel 工作簿");
  auto files = parts("<row r=\"1\"><c t=\"s\"><v>5</v></c></row>");
  has(zipped(files), "已损坏");  // a text that is not there
  has(zipped(parts("<row r=\"4\"><c t=\"e\"><v>#REF!</v></c></row>")), "第 4 行");
  has(zipped(parts("<row r=\"4\"><c><v>1.2E+17</v></c></row>")), "15 位");
  has(zipped(parts("<row r=\"1\"><c r=\"XFD1\" t=\"inlineStr\"><is><t>x</t></is></c></row>")), "靠右");
  has(zipped(parts("<row><unclosed></row>")), "已损坏");
  files = parts("");
  files.erase("xl/worksheets/sheet1.xml");
  has(zipped(files), "缺少");
  auto whole = zipped(parts("<row><c><v>1</v></c></row>"));
  has(whole.substr(0, whole.size() / 2), "已损坏");
}

TEST(Workbook, BombsOfEveryKindEndSoon) {
  const auto begin = std::chrono::steady_clock::now();
  // 100 MB of blanks in a few hundred kB.
  auto why = refused(zipped(parts("<row>" + std::string(100u << 20, ' ') + "</row>")));
  EXPECT_NE(to_log(why).find("64 MB"), std::string::npos) << to_log(why);
  // Entities that grow.
  std::string bomb = "<!DOCTYPE sst [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaaaaaa\">";
  for (char c = 'b'; c < 'm'; ++c)
    bomb += std::string("<!ENTITY ") + c + " \"&" + static_cast<char>(c - 1) + ";&" + static_cast<char>(c - 1) + ";\">";
  bomb += "]><sst><si><t>&l;</t></si></sst>";
  why = refused(zipped(parts("", bomb)));
  EXPECT_NE(to_log(why).find("document type"), std::string::npos) << to_log(why);
  // One long text that a million cells name.
  std::string cells;
  for (int i = 0; i < 100'000; ++i) cells += "<row><c t=\"s\"><v>0</v></c></row>";
  why = refused(zipped(parts(cells, "<sst><si><t>" + std::string(4u << 20, 'x') + "</t></si></sst>")));
  EXPECT_NE(to_log(why).find("too much text"), std::string::npos) << to_log(why);
  // More shared texts than anybody writes.
  std::string many;
  for (std::size_t i = 0; i < kMaxStrings + 10; ++i) many += "<si/>";
  why = refused(zipped(parts("", "<sst>" + many + "</sst>")));
  EXPECT_NE(to_log(why).find("too many texts"), std::string::npos) << to_log(why);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace fz::tables
