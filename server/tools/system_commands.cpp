#include <fmt/format.h>

#include <memory>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"

namespace fz::tools {
void add_system_commands(CLI::App& app, Shared& shared) {
  struct Filter {
    std::string action, object, limit;
  };
  auto f = std::make_shared<Filter>();
  auto* audit = app.add_subcommand("audit", "操作日志 who did what");
  audit->add_option("--action", f->action, "动作前缀 prefix of the action");
  audit->add_option("--object", f->object, "对象 object");
  audit->add_option("--limit", f->limit, "条数 how many");
  audit->callback([f, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/audit" + query({{"action", f->action}, {"object", f->object}, {"limit", f->limit}})));
      shared.show(answer, [](auto& v) {
        print_table(v.at("entries").as_array(),
                    {{"seq", "序号"}, {"at", "时间"}, {"actor", "账号"}, {"action", "动作"}, {"object", "对象"}, {"refused", "被拒"}});
      });
      return {};
    });
  });
  app.add_subcommand("errors", "错误目录：代码与中英文说明 the error catalogue")->callback([&shared] {
    json::array all;
    for (auto c : all_codes())
      all.push_back(json::object{
          {"code", code_name(c)}, {"status", http_status(c)}, {"zh", code_template(c, Lang::zh)}, {"en", code_template(c, Lang::en)}});
    shared.show(json::object{{"errors", all}}, [](auto& v) { print_table(v.at("errors").as_array(), {{"code", "代码"}, {"zh", "说明"}}); });
  });
}
}  // namespace fz::tools
