// Items between levels, their versions, and what waits for review.
#include <fmt/format.h>

#include <memory>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"

namespace fz::tools {
namespace {

void nothing(const json::value&) {}

void add_offers(CLI::App& app, Shared& shared) {
  struct Offer {
    std::string item, unit, note, id, answer;
  };
  auto o = std::make_shared<Offer>();
  auto* offer = app.add_subcommand("offer", "上报内容给上级单位 hand an item up to a unit above");
  offer->add_option("item", o->item, "编号 id")->required();
  offer->add_option("--unit", o->unit, "上级单位 the unit above")->required();
  offer->add_option("--note", o->note, "说明 note");
  offer->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer,
             api.call(net::Method::post, "/v1/items/" + o->item + "/offers", json::object{{"unit", o->unit}, {"note", o->note}}));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "id")); });
      return {};
    });
  });
  auto* offers = app.add_subcommand("offers", "上报的内容 items handed up");
  offers->callback([offers, &shared] {
    if (!offers->get_subcommands().empty()) return;
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/offers"));
      shared.show(answer, [](auto& v) {
        print_table(v.at("offers").as_array(), {{"id", "编号"},
                                                {"item", "内容"},
                                                {"from", "来自"},
                                                {"to", "上报到"},
                                                {"state", "状态"},
                                                {"note", "说明"},
                                                {"answer", "答复"}});
      });
      return {};
    });
  });
  for (const auto& [act, help] :
       {std::pair{"accept", "接收，归本级所有并共享回原单位 take it over"}, std::pair{"decline", "不采用 decline"}}) {
    auto* c = offers->add_subcommand(act, help);
    c->add_option("id", o->id, "编号 id")->required();
    c->add_option("--answer", o->answer, "答复 answer");
    c->callback([o, name = std::string(act), &shared] {
      shared.with_api([&](Api& api) -> Result<void> {
        FZ_TRY(auto answer, api.call(net::Method::put, "/v1/offers/" + o->id, json::object{{"act", name}, {"answer", o->answer}}));
        shared.show(answer, [](auto& v) { fmt::print("{} {}\n", text_of(v, "item"), text_of(v, "state")); });
        return {};
      });
    });
  }
  for (const auto& [name, help, method] : {std::tuple{"share", "共享给下级单位 let a branch below use an item", net::Method::put},
                                           std::tuple{"unshare", "停止共享 share it no longer", net::Method::del}}) {
    auto* c = app.add_subcommand(name, help);
    c->add_option("item", o->item, "编号 id")->required();
    c->add_option("unit", o->unit, "下级单位 the unit below")->required();
    c->callback([o, method = method, &shared] {
      shared.with_api([&](Api& api) -> Result<void> {
        FZ_TRY(auto answer, api.call(method, "/v1/items/" + o->item + "/shares/" + o->unit));
        shared.show(answer, nothing);
        return {};
      });
    });
  }
}

void add_versions(CLI::App& app, Shared& shared) {
  struct Diff {
    std::string item, from, to;
  };
  auto o = std::make_shared<Diff>();
  auto* versions = app.add_subcommand("versions", "内容的各个版本 the versions of an item");
  versions->add_option("item", o->item, "编号 id")->required();
  versions->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/items/" + o->item + "/versions"));
      shared.show(answer, [](auto& v) {
        print_table(v.at("versions").as_array(), {{"version", "版本"}, {"title", "标题"}, {"approval_id", "批准"}});
      });
      return {};
    });
  });
  auto* diff = app.add_subcommand("diff", "两个版本的区别 what changed between two versions");
  diff->add_option("item", o->item, "编号 id")->required();
  diff->add_option("--from", o->from, "旧版本，缺省为前一版 older version");
  diff->add_option("--to", o->to, "新版本，缺省为最新 newer version");
  diff->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/items/" + o->item + "/diff" + query({{"from", o->from}, {"to", o->to}})));
      shared.show(answer, [](auto& v) {
        for (const auto& line : v.at("lines").as_array()) fmt::print("{} {}\n", text_of(line, "op"), text_of(line, "text"));
      });
      return {};
    });
  });
}

}  // namespace

void add_sharing_commands(CLI::App& app, Shared& shared) {
  add_offers(app, shared);
  add_versions(app, shared);
  app.add_subcommand("queue", "等我审核或签名的内容 what waits for me")->callback([&shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/reviews"));
      shared.show(answer, [](auto& v) {
        json::array rows;
        for (const auto& line : v.at("queue").as_array()) {
          const auto& item = line.at("item");
          rows.emplace_back(json::object{{"id", text_of(item, "id")},
                                         {"title", text_of(item, "title")},
                                         {"step", text_of(line, "step")},
                                         {"act", text_of(line, "act")},
                                         {"deadline", text_of(line, "deadline")},
                                         {"overdue", text_of(line, "overdue") == "true" ? "逾期 overdue" : ""}});
        }
        print_table(rows, {{"id", "编号"}, {"title", "标题"}, {"step", "步骤"}, {"act", "要做"}, {"deadline", "时限"}, {"overdue", ""}});
      });
      return {};
    });
  });
}

}  // namespace fz::tools
