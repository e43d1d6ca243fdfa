// Tables as workbooks, through the API: templates that come back filled in, and workbooks that are refused.
#include "server/reports/reports.hpp"
#include "tests/integration/http/fixture.hpp"

namespace fz::test {
namespace {

constexpr const char* kXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

class Tables : public ServerTest {
 protected:
  net::ClientResponse send(const std::string& path, const std::string& bytes, const char* type = kXlsx) {
    return admin[0].call(net::Method::post, path, bytes, {{"Content-Type", type}});
  }
  static std::string book(std::vector<std::string> heading, std::vector<std::vector<std::string>> rows) {
    reports::Form form{"表", {}, std::move(rows)};
    for (auto& h : heading) form.columns.push_back({std::move(h), true});
    return *reports::write_form(form);
  }
};

TEST_F(Tables, TheTemplatesAreTakenAsTheyAre) {
  for (const auto& [name, path, rows] : {std::tuple("units", "/v1/units/import", 2), std::tuple("sites", "/v1/sites/import", 2)}) {
    const auto blank = admin[0].get(std::string("/v1/templates/") + name + ".xlsx");
    ASSERT_EQ(blank.status, 200u) << blank.body;
    EXPECT_EQ(blank.headers.get("Content-Type"), kXlsx);
    EXPECT_NE(blank.headers.get("Content-Disposition").find("filename*=UTF-8''%E"), std::string_view::npos);
    const auto taken = admin[0].expect(201, send(path, blank.body));
    EXPECT_EQ(taken.at("rows").as_int64(), rows) << name;
  }
  const auto blank = admin[0].get("/v1/templates/accounts.xlsx");
  const auto made = admin[0].expect(201, send("/v1/accounts/import", blank.body));
  EXPECT_EQ(made.at("accounts").as_array().size(), 2u);
  EXPECT_EQ(admin[0].get("/v1/templates/others.xlsx").status, 404u);
  // Known by their first bytes, whatever they are called.
  EXPECT_EQ(send("/v1/units/import", book({"名称", "上级"}, {{"某街道", root_unit}}), "text/csv").status, 201u);
  EXPECT_EQ(send("/v1/units/import", "name,parent\n又一街道," + root_unit + "\n").status, 201u);
}

TEST_F(Tables, BadWorkbooksSayWhereAndWhyAndChangeNothing) {
  const auto before = admin[0].get("/v1/units").body;
  const auto refused = [&](const std::string& bytes, const std::string& code, const std::string& words) {
    const auto answer = send("/v1/units/import", bytes);
    EXPECT_EQ(code_of(answer), code) << answer.body;
    EXPECT_NE(answer.body.find(words), std::string::npos) << answer.body;
  };
  refused("PK\x03\x04nonsense", "table_format", "已损坏");
  refused(std::string("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) + std::string(600, '\0'), "table_old_excel", ".xls");
  refused(book({"名称", "单位"}, {{"甲", root_unit}}), "table_columns", "上级");
  refused(book({"名称", "上级"}, {{"甲", root_unit}, {"乙", ""}}), "table_empty_cell", "第 3 行");
  refused(book({"名称", "上级"}, {{"甲", "nowhere"}}), "table_row", "第 2 行");
  std::vector<std::vector<std::string>> many;
  for (int i = 0; i < 20'000; ++i) many.push_back({"村" + std::to_string(i), root_unit});
  refused(book({"名称", "上级"}, many), "table_rows", "20000");
  EXPECT_EQ(admin[0].get("/v1/units").body, before);
  // More than a workbook may have: refused before it is read.
  EXPECT_EQ(send("/v1/units/import", std::string((8u << 20) + 1, 'x')).status, 413u);
  EXPECT_EQ(code_of(send("/v1/units/import", std::string(2u << 20, 'x'), "text/csv")), "too_large");
}

}  // namespace
}  // namespace fz::test
