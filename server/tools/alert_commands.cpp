#include <fmt/format.h>

#include <memory>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"

namespace fz::tools {
namespace {

struct Sending {
  std::string item, unit;
  std::vector<std::string> then, regions, venues, tags, screens;
  int minutes = 60;
  bool drill = false;
};

json::array words(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

json::object body_of(const Sending& s) {
  json::array then;
  for (const auto& item : s.then) then.push_back(json::object{{"item", item}});
  json::object target;
  if (!s.unit.empty()) target["unit"] = s.unit;
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"regions", &s.regions}, {"venues", &s.venues}, {"tags", &s.tags}, {"screens", &s.screens}};
  for (const auto& [name, list] : lists)
    if (!list->empty()) target[name] = words(*list);
  json::object body{{"item", s.item}, {"minutes", s.minutes}, {"drill", s.drill}};
  if (!then.empty()) body["then"] = std::move(then);
  if (!target.empty()) body["target"] = std::move(target);
  return body;
}

void add_send(CLI::App& alert, Shared& shared) {
  auto s = std::make_shared<Sending>();
  auto* send = alert.add_subcommand("send", "立即插播到所选屏幕 take over the chosen screens now");
  send->add_option("item", s->item, "按“紧急”类审核通过的文字 a text approved as an emergency")->required();
  send->add_option("--then", s->then, "卡片之后的内容 items after the card (repeat)");
  send->add_option("--unit", s->unit, "只发给此单位及下级 screens of this branch only");
  send->add_option("--region", s->regions, "行政区划 division code (repeat)");
  send->add_option("--venue", s->venues, "场所类型 OpenOOH venue id (repeat)");
  send->add_option("--tag", s->tags, "屏幕标签 tag of the screen (repeat)");
  send->add_option("--screen", s->screens, "屏幕 screen (repeat)");
  send->add_option("--minutes", s->minutes, "多少分钟 how long")->check(CLI::Range(1, 720))->capture_default_str();
  send->add_flag("--drill", s->drill, "演练：核验并回执，不显示 verified and confirmed, not shown");
  send->callback([s, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/alerts", body_of(*s)));
      shared.show(answer, [](auto& v) {
        fmt::print("{}  已推送 pushed {} / {}\n", text_of(v, "id"), text_of(v, "pushed"), text_of(v, "targets"));
      });
      return {};
    });
  });
}

}  // namespace

void add_alert_commands(CLI::App& app, Shared& shared) {
  auto* alert = app.add_subcommand("alert", "紧急插播 urgent take-over");
  alert->require_subcommand(1);
  add_send(*alert, shared);
  auto id = std::make_shared<std::string>();
  auto* show = alert->add_subcommand("show", "哪些屏已收到、哪些没有 who has it and who has not");
  show->add_option("alert", *id, "编号 id")->required();
  show->callback([id, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/alerts/" + *id));
      shared.show(answer, [](auto& v) {
        fmt::print("{}  {}  已确认 confirmed {}\n", text_of(v, "title"), text_of(v, "state"), text_of(v, "confirmed"));
        print_table(v.at("screens").as_array(),
                    {{"screen", "编号"}, {"name", "名称"}, {"online", "在线"}, {"state", "回执"}, {"code", "原因"}, {"at", "时间"}});
      });
      return {};
    });
  });
  auto* cancel = alert->add_subcommand("cancel", "取消插播 end it now");
  cancel->add_option("alert", *id, "编号 id")->required();
  cancel->callback([id, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/alerts/" + *id + "/cancel"));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "state")); });
      return {};
    });
  });
  auto* list = alert->add_subcommand("list", "历次插播 all of them");
  list->callback([&shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/alerts"));
      shared.show(answer, [](auto& v) {
        print_table(v.at("alerts").as_array(),
                    {{"id", "编号"}, {"title", "标题"}, {"state", "状态"}, {"drill", "演练"}, {"issued", "发出"}, {"expires", "到期"}});
      });
      return {};
    });
  });
}

}  // namespace fz::tools
