#include <fmt/format.h>

#include <memory>
#include <thread>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"

namespace fz::tools {
namespace {
void add_sites(CLI::App& app, Shared& shared) {
  auto* sites = app.add_subcommand("sites", "点位 sites where screens stand");
  sites->callback([sites, &shared] {
    if (sites->get_subcommands().empty())
      shared.with_api([&](Api& api) -> Result<void> {
        FZ_TRY(auto answer, api.get("/v1/sites"));
        shared.show(answer, [](auto& v) {
          print_table(v.at("sites").as_array(),
                      {{"id", "编号"}, {"name", "名称"}, {"region", "区划"}, {"venue", "场所"}, {"zone", "时区"}, {"keeper", "负责人"}});
        });
        return {};
      });
  });
  struct Site {
    std::string unit, name, region, venue, zone = "Asia/Shanghai", keeper, phone, address;
  };
  auto s = std::make_shared<Site>();
  auto* add = sites->add_subcommand("add", "新增点位 add a site");
  add->add_option("--unit", s->unit, "单位 unit")->required();
  add->add_option("--name", s->name, "名称 name")->required();
  add->add_option("--region", s->region, "行政区划代码 region")->required();
  add->add_option("--venue", s->venue, "场所类型 OpenOOH venue id")->required();
  add->add_option("--zone", s->zone, "时区 IANA time zone")->capture_default_str();
  add->add_option("--keeper", s->keeper, "负责人 keeper");
  add->add_option("--phone", s->phone, "负责人电话 keeper's phone");
  add->add_option("--address", s->address, "地址 address");
  add->callback([s, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/sites",
                                   json::object{{"unit", s->unit},
                                                {"name", s->name},
                                                {"region", s->region},
                                                {"venue", s->venue},
                                                {"zone", s->zone},
                                                {"keeper", s->keeper},
                                                {"keeper_phone", s->phone},
                                                {"address", s->address}}));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "id")); });
      return {};
    });
  });
  auto file = std::make_shared<std::string>();
  auto* table = sites->add_subcommand("import", "从 CSV 导入点位：单位,名称,区划代码,场所类型,负责人,电话,地址,时区 sites from a CSV");
  table->add_option("file", *file, "CSV 文件 file")->required();
  table->callback([file, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto text, read_text_file(*file));
      FZ_TRY(auto answer, api.send_text(net::Method::post, "/v1/sites/import", text));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "rows")); });
      return {};
    });
  });
}
constexpr Millis kShotLimit{10000};

// The picture that comes after the command, not the one that was there before.
Result<std::string> take_shot(Api& api, const std::string& screen) {
  // No picture yet is an answer without a tag.
  const auto get = [&]() -> Result<net::ClientResponse> {
    net::ClientRequest r;
    r.url = "/v1/screens/" + screen + "/shot";
    auto answer = api.raw(std::move(r));
    if (!answer && answer.error().code == Code::not_found) return net::ClientResponse{};
    return answer;
  };
  FZ_TRY(const auto before, get());
  FZ_TRY(const auto sent, api.call(net::Method::post, "/v1/screens/" + screen + "/command", json::object{{"command", "screenshot"}}));
  if (text_of(sent, "sent") != "true") return fail(Code::unavailable, {{"what", screen}});
  for (const auto end = system_clock().steady() + kShotLimit; system_clock().steady() < end;) {
    FZ_TRY(auto now, get());
    if (!now.body.empty() && now.headers.get("ETag") != before.headers.get("ETag")) return std::move(now.body);
    std::this_thread::sleep_for(Millis{100});
  }
  return fail(Code::timeout, {{"what", screen}});
}

void add_shot(CLI::App& screens, Shared& shared) {
  struct Shot {
    std::string screen, out;
  };
  auto s = std::make_shared<Shot>();
  auto* shot = screens.add_subcommand("shot", "屏幕此刻的画面 a picture of what is on the screen now");
  shot->add_option("screen", s->screen, "屏幕 screen")->required();
  shot->add_option("--out", s->out, "JPEG 文件 file")->required();
  shot->callback([s, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(const auto jpeg, take_shot(api, s->screen));
      FZ_CHECK(write_atomic(s->out, jpeg));
      fmt::print("{}\n", s->out);
      return {};
    });
  });
}

void add_output(CLI::App& app, Shared& shared) {
  struct Options {
    std::string site, file;
  };
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("output", "点位的音量、亮度、开关与静音时段 volume, brightness, on/off and silent hours of a site");
  c->add_option("site", o->site, "点位 site")->required();
  c->add_option("--set", o->file, "规则（JSON 文件，- 为标准输入） rules from a JSON file");
  c->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      const auto path = "/v1/sites/" + o->site + "/output";
      json::value answer;
      if (o->file.empty()) {
        FZ_TRY(answer, api.get(path));
      } else {
        FZ_TRY(const auto rules, read_json_file(o->file));
        FZ_TRY(answer, api.call(net::Method::put, path, rules));
      }
      shared.show(answer, [](auto& v) { fmt::print("{}\n", json::write(v)); });
      return {};
    });
  });
}
}  // namespace

void add_screen_commands(CLI::App& app, Shared& shared) {
  add_sites(app, shared);
  add_output(app, shared);
  struct Filter {
    std::string site, text, seen_before, id;
    bool unconfirmed = false;
  };
  auto f = std::make_shared<Filter>();
  auto* screens = app.add_subcommand("screens", "屏幕列表 list screens");
  screens->add_option("--site", f->site, "点位 of a site");
  screens->add_option("--text", f->text, "名称包含 part of the name");
  screens->add_option("--dark-since", f->seen_before, "此后没有消息的屏幕 screens not heard of since then (RFC 3339)");
  screens->add_flag("--unconfirmed", f->unconfirmed, "还没有执行撤回的屏幕 screens that have not carried out the withdrawals");
  screens->add_option("--id", f->id, "只看一块 one screen");
  add_shot(*screens, shared);
  screens->callback([f, screens, &shared] {
    if (!screens->get_subcommands().empty()) return;
    shared.with_api([&](Api& api) -> Result<void> {
      if (!f->id.empty()) {
        FZ_TRY(auto one, api.get("/v1/screens/" + f->id));
        shared.show(one, [](auto& v) { fmt::print("{}\n", json::write(v)); });
        return {};
      }
      const std::string path = f->unconfirmed ? "/v1/withdrawals/unconfirmed" : "/v1/screens";
      const auto filter = f->unconfirmed ? std::string{} : query({{"site", f->site}, {"text", f->text}, {"seen_before", f->seen_before}});
      FZ_TRY(auto answer, api.get(path + filter));
      shared.show(answer, [](auto& v) {
        const auto& rows = v.at("screens").as_array();
        std::vector<std::pair<std::string, std::string>> columns{{"id", "编号"},    {"name", "名称"},   {"site_name", "点位"},
                                                                 {"state", "状态"}, {"online", "在线"}, {"seen", "最后消息"}};
        if (!rows.empty() && rows.front().as_object().contains("keeper_phone")) {
          columns.emplace_back("keeper", "负责人");
          columns.emplace_back("keeper_phone", "电话");
        }
        print_table(rows, columns);
      });
      return {};
    });
  });
  struct Enrol {
    std::string code, site, name, replaces;
  };
  auto e = std::make_shared<Enrol>();
  auto* enrol = app.add_subcommand("enrol", "登记屏幕：输入屏上显示的代码 enrol a screen by the code it shows");
  enrol->add_option("code", e->code, "屏上的代码 code on the screen")->required();
  enrol->add_option("--site", e->site, "点位 site")->required();
  enrol->add_option("--name", e->name, "屏幕名称 name")->required();
  enrol->add_option("--replaces", e->replaces, "替换哪块坏屏 the broken screen it replaces");
  enrol->callback([e, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::object body{{"site", e->site}, {"name", e->name}};
      if (!e->replaces.empty()) body["replaces"] = e->replaces;
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/enrolments/" + net::percent_encode(e->code), body));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "id")); });
      return {};
    });
  });
  struct Command {
    std::string screen, command;
    int value = -1;
  };
  auto c = std::make_shared<Command>();
  auto* command = app.add_subcommand("command", "对屏幕下指令 send a screen a command");
  command->add_option("screen", c->screen, "屏幕 screen")->required();
  command->add_option("command", c->command, "identify screenshot restart volume brightness")->required();
  command->add_option("value", c->value, "0-100");
  command->callback([c, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::object body{{"command", c->command}};
      if (c->value >= 0) body["value"] = c->value;
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/screens/" + c->screen + "/command", body));
      shared.show(answer, [](auto& v) {
        fmt::print("{}\n", text_of(v, "sent") == "true" ? "已发送 sent" : "屏幕不在线 the screen is not online");
      });
      return {};
    });
  });
  struct Plays {
    std::string screen, approval, campaign, from, until, limit;
  };
  auto p = std::make_shared<Plays>();
  auto* plays = app.add_subcommand("plays", "播放记录 play records");
  plays->add_option("--screen", p->screen, "屏幕 screen");
  plays->add_option("--approval", p->approval, "批准书编号 approval id");
  plays->add_option("--campaign", p->campaign, "活动 campaign");
  plays->add_option("--from", p->from, "从 from, RFC 3339");
  plays->add_option("--until", p->until, "到 until");
  plays->add_option("--limit", p->limit, "每页条数 rows a page (all pages are read)");
  plays->callback([p, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::array all;
      std::string after;
      do {
        FZ_TRY(auto page, api.get("/v1/plays" + query({{"screen", p->screen},
                                                       {"approval", p->approval},
                                                       {"campaign", p->campaign},
                                                       {"from", p->from},
                                                       {"until", p->until},
                                                       {"after", after},
                                                       {"limit", p->limit}})));
        for (auto& row : page.at("plays").as_array()) all.push_back(row);
        after = text_of(page, "next");
      } while (after != "0" && !after.empty());
      shared.show(json::object{{"plays", all}}, [](auto& v) {
        print_table(v.at("plays").as_array(), {{"counter", "序号"},
                                               {"started", "开始"},
                                               {"approval", "批准书"},
                                               {"end", "结果"},
                                               {"presented_ms", "毫秒"},
                                               {"frames", "帧"},
                                               {"screen", "屏幕"}});
      });
      return {};
    });
  });
}
}  // namespace fz::tools
