#include <fmt/format.h>

#include <memory>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"

namespace fz::tools {
namespace {
// "07:00-22:00" with optional "1-5@" before it -> a day-part.
Result<json::value> daypart(const std::string& text) {
  auto bad = [&] { return fail(Code::bad_field, {{"field", "daypart"}, {"what", text}}); };
  std::string days = "1-7", hours = text;
  if (auto at = text.find('@'); at != std::string::npos) days = text.substr(0, at), hours = text.substr(at + 1);
  auto dash = hours.find('-');
  if (dash == std::string::npos || days.empty() || days[0] < '1' || days[0] > '7') return bad();
  int first = days[0] - '0', last = days.size() == 3 && days[1] == '-' ? days[2] - '0' : first;
  if (last < first || last > 7 || (days.size() != 1 && days.size() != 3)) return bad();
  json::array list;
  for (int d = first; d <= last; ++d) list.emplace_back(d);
  return json::value(json::object{{"days", list}, {"from", hours.substr(0, dash)}, {"to", hours.substr(dash + 1)}});
}
}  // namespace

void add_campaign_commands(CLI::App& app, Shared& shared) {
  auto* campaigns = app.add_subcommand("campaigns", "宣传活动 campaigns");
  campaigns->callback([campaigns, &shared] {
    if (campaigns->get_subcommands().empty())
      shared.with_api([&](Api& api) -> Result<void> {
        FZ_TRY(auto answer, api.get("/v1/campaigns"));
        shared.show(answer, [](auto& v) {
          print_table(v.at("campaigns").as_array(),
                      {{"id", "编号"}, {"name", "名称"}, {"state", "状态"}, {"class", "等级"}, {"from", "从"}, {"until", "到"}});
        });
        return {};
      });
  });
  struct Draft {
    std::string name, unit, from, until, cls = "campaign", layer = "main", layout, facts;
    int weight = 1;
    std::vector<std::string> items, dayparts;
    bool active = false;
  };
  auto d = std::make_shared<Draft>();
  auto* add = campaigns->add_subcommand("add", "新建活动 make a campaign");
  add->add_option("--name", d->name, "名称 name")->required();
  add->add_option("--unit", d->unit, "投放到该单位下的全部屏幕 all screens of this branch")->required();
  add->add_option("--from", d->from, "开始日期 first day, 2026-11-01")->required();
  add->add_option("--until", d->until, "结束日期 last day")->required();
  add->add_option("--class", d->cls, "等级 emergency boot timed campaign filler")->capture_default_str();
  add->add_option("--layer", d->layer, "main、ticker 或 side（版面的区域 zone of the layout）")->capture_default_str();
  add->add_option("--layout", d->layout, "版面条目 an item that is a layout");
  add->add_option("--facts", d->facts, "本地信息表条目 an item that is a table of local facts");
  add->add_option("--weight", d->weight, "权重 weight, 1-1000")->capture_default_str();
  add->add_option("--daypart", d->dayparts, "时段 day-part, 07:00-22:00 or 1-5@07:00-22:00; may be repeated");
  add->add_option("--item", d->items, "条目:毫秒 item:milliseconds; may be repeated")->required();
  add->add_flag("--active", d->active, "立即启用 make it active at once");
  add->callback([d, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::array items, parts;
      for (auto& text : d->items) {
        auto colon = text.rfind(':');
        std::int64_t ms = 10000;
        if (colon != std::string::npos) ms = std::atoll(text.c_str() + colon + 1);
        items.push_back(json::object{{"item", text.substr(0, colon)}, {"ms", ms}});
      }
      for (auto& text : d->dayparts) {
        FZ_TRY(auto part, daypart(text));
        parts.push_back(part);
      }
      json::object body{{"name", d->name}, {"class", d->cls},   {"layer", d->layer}, {"weight", d->weight},
                        {"from", d->from}, {"until", d->until}, {"items", items},    {"target", json::object{{"unit", d->unit}}}};
      if (!parts.empty()) body["dayparts"] = parts;
      if (!d->layout.empty()) body["layout"] = d->layout;
      if (!d->facts.empty()) body["facts"] = d->facts;
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/campaigns", body));
      if (d->active) {
        FZ_TRY(answer, api.call(net::Method::put, "/v1/campaigns/" + text_of(answer, "id") + "/state", json::object{{"state", "active"}}));
      }
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "id")); });
      return {};
    });
  });
  struct State {
    std::string campaign, state;
  };
  auto s = std::make_shared<State>();
  auto* state = campaigns->add_subcommand("state", "启用或停止 make active or stop");
  state->add_option("campaign", s->campaign, "编号 id")->required();
  state->add_option("state", s->state, "draft active stopped")->required();
  state->callback([s, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.call(net::Method::put, "/v1/campaigns/" + s->campaign + "/state", json::object{{"state", s->state}}));
      shared.show(answer, [](auto& v) { fmt::print("{} {}\n", text_of(v, "id"), text_of(v, "state")); });
      return {};
    });
  });
  app.add_subcommand("publish", "发布：编排变化的屏幕立即收到 publish: screens whose list changed are told")->callback([&shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/publish", json::object{}));
      shared.show(answer, [](auto& v) {
        fmt::print("版本 version {}，更新 {} 块屏幕 screens with a new list\n", text_of(v, "version"), text_of(v, "screens"));
        for (auto& w : v.at("warnings").as_array()) fmt::print("! {}\n", text_of(w, "zh"));
      });
      return {};
    });
  });
}
}  // namespace fz::tools
