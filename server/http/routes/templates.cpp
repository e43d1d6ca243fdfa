// Empty tables for people to fill in and send to the imports.
#include "server/accounts/import.hpp"
#include "server/http/attachment.hpp"
#include "server/http/routes.hpp"
#include "server/reports/reports.hpp"

namespace fz::http {
namespace {

reports::Form form_of(std::string sheet, std::span<const accounts::Column> columns, std::vector<std::vector<std::string>> examples) {
  reports::Form form{std::move(sheet), {}, std::move(examples)};
  for (const auto& c : columns) form.columns.push_back({std::string(c.zh), c.required});
  return form;
}

}  // namespace

// The examples hang on the caller's own unit, so that they would be taken as they are.
Result<net::Response> get_template(Call& call) {
  FZ_TRY(const auto unit, call.app.store.read([&](const store::Tx& tx) { return tx.accounts().unit(call.actor.unit); }));
  const std::string here = call.actor.unit;
  const std::string region = unit && unit->code.size() == 6 && unit->code != "000000" ? unit->code : "500119";
  reports::Form form;
  std::string name;
  if (call.arg(0) == "units.xlsx") {
    form = form_of("单位", accounts::unit_columns(), {{"", "1", "示例街道办事处", here, "2"}, {"", "", "示例社区", "1", ""}});
    name = "单位导入模板.xlsx";
  } else if (call.arg(0) == "accounts.xlsx") {
    form = form_of("账号", accounts::account_columns(),
                   {{"zhangsan", "张三（示例）", here, "采编", ""}, {"lisi", "李四（示例）", here, "审核、发布", "李四"}});
    name = "账号导入模板.xlsx";
  } else if (call.arg(0) == "sites.xlsx") {
    form = form_of("点位", screens::site_columns(),
                   {{here, "示例广场大屏", region, "1001", "王五", "13800000000", "示例路 1 号", "Asia/Shanghai"},
                    {here, "示例银行网点", region, "1001", "赵六", "13800000001", "", ""}});
    name = "点位导入模板.xlsx";
  } else {
    return fail(Code::not_found, {{"what", call.arg(0)}});
  }
  FZ_TRY(auto bytes, reports::write_form(form));
  auto r = net::make_response(200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", std::move(bytes));
  r.headers.add("Content-Disposition", attachment(name, call.arg(0)));
  return r;
}

}  // namespace fz::http
