#include <fmt/format.h>

#include <memory>
#include <thread>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"
#include "server/tools/upload.hpp"

namespace fz::tools {
namespace {

// Waits until the item's renditions are made, showing the slowest job's progress. Errors: the processing's failure; timeout.
Result<json::value> wait_ready(Api& api, const std::string& item, Seconds limit, bool quiet) {
  ProgressBar bar("转码 rendering", quiet);
  auto until = std::chrono::steady_clock::now() + limit;
  for (;;) {
    FZ_TRY(auto detail, api.get("/v1/items/" + item));
    auto& it = detail.at("item");
    auto state = text_of(it, "processing");
    if (state == "ready") return detail;
    if (state == "failed") return error_from_problem(422, json::write(it.as_object()["failure"]));
    std::uint64_t least = 1000;
    for (auto& job : detail.at("jobs").as_array())
      if (text_of(job, "state") == "running")
        least = std::min<std::uint64_t>(least, static_cast<std::uint64_t>(job.at("progress_permille").as_int64()));
    bar.show(least == 1000 ? 0 : least, 1000);
    if (std::chrono::steady_clock::now() > until) return fail(Code::timeout, {{"what", "processing"}});
    std::this_thread::sleep_for(Millis{200});
  }
}
// Said at import: a picture for a shape of screen that nobody has.
void warn_unused(const json::value& detail, const std::string& shape) {
  const auto* variants = detail.as_object().if_contains("variants");
  if (!variants || !variants->is_array()) return;
  for (const auto& v : variants->get_array())
    if (const auto* warning = v.as_object().if_contains("warning"); warning && text_of(v, "shape") == shape)
      fmt::print(stderr, "注意 note: {}\n{}\n", text_of(*warning, "zh"), text_of(*warning, "en"));
}
void print_items(const json::value& v) {
  print_table(v.at("items").as_array(), {{"id", "编号"},
                                         {"kind", "类型"},
                                         {"title", "标题"},
                                         {"state", "状态"},
                                         {"processing", "处理"},
                                         {"fraud_kind", "诈骗类型"},
                                         {"exposes", "揭露"}});
}

void add_upload(CLI::App& app, Shared& shared) {
  struct Options {
    UploadRequest request;
    bool wait = false;
    int wait_s = 900;
  };
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("upload", "上传海报或视频；断线自动续传 upload a poster or a video; resumes after a break");
  c->add_option("file", o->request.file, "文件 the file")->required();
  c->add_option("--title", o->request.title, "标题 title");
  c->add_option("--fraud-kind", o->request.fraud_kind, "诈骗类型 kind of fraud (vocabulary)");
  c->add_option("--exposes", o->request.exposes, "揭露手法或案例 method or case")->check(CLI::IsMember({"method", "case"}));
  c->add_option("--item", o->request.item, "作为该条目的新版本 as a new version of this item");
  auto* of = c->add_option("--variant-of", o->request.variant_of,
                           "作为该条目（草稿）给另一种屏幕形状的版本 as this draft's picture for another shape of screen");
  c->add_option("--shape", o->request.shape, "屏幕形状：landscape 横屏、portrait 竖屏、strip 条屏 shape of screen")
      ->check(CLI::IsMember({"landscape", "portrait", "strip"}))
      ->needs(of);
  c->add_flag("--wait", o->wait, "等到转码完成 wait until the renditions are made");
  c->add_option("--wait-seconds", o->wait_s, "最长等待秒数 how long at most");
  c->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      std::string item;
      {
        ProgressBar bar("上传 uploading", shared.json);
        auto resume = shared.profile_path;
        resume += ".uploads";
        FZ_TRY(item, upload(api, o->request, resume, [&](std::uint64_t done, std::uint64_t total) { bar.show(done, total); }));
      }
      json::value detail = json::object{{"item", json::object{{"id", item}}}};
      if (o->wait) {
        FZ_TRY(detail, wait_ready(api, item, Seconds{o->wait_s}, shared.json));
      } else if (!o->request.variant_of.empty()) {
        FZ_TRY(detail, api.get("/v1/items/" + item));
      }
      if (!shared.json) warn_unused(detail, o->request.shape);
      shared.show(detail.at("item"), [&](auto&) { fmt::print("{}\n", item); });
      return {};
    });
  });
}

void add_text(CLI::App& app, Shared& shared) {
  struct Options {
    std::string file, title, item;
  };
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("text",
                               "导入案例通报、标语、紧急预警、本地信息表或版面（JSON 文件） import a bulletin, slogan, warning, table of "
                               "local facts or layout from a JSON file");
  c->add_option("file", o->file, "文件，- 为标准输入 the document, - for standard input")->required();
  c->add_option("--title", o->title, "标题；缺省取自内容 title; default: from the document");
  c->add_option("--item", o->item, "作为该条目的新版本 as a new version of this item");
  c->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto document, read_json_file(o->file));
      std::string title = o->title;
      for (const auto* name : {"title", "name", "text"})
        if (title.empty() && document.as_object().contains(name)) title = text_of(document, name);
      json::object body{{"title", title}, {"document", document}};
      if (!o->item.empty()) body["item"] = o->item;
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/items", body));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "id")); });
      return {};
    });
  });
}

void add_speak(CLI::App& app, Shared& shared) {
  struct Options {
    std::string text, title, voice = "cmn", fraud_kind, exposes, item;
    int speed = 150, wait_s = 120;
    bool wait = false;
  };
  auto o = std::make_shared<Options>();
  auto* c = app.add_subcommand("speak", "把文字合成为语音条目，试听后送审 speak a text on the server; listen, then submit");
  c->add_option("text", o->text, "要说的话 what is to be said")->required();
  c->add_option("--title", o->title, "标题；缺省为文字 title; default: the text");
  c->add_option("--voice", o->voice, "声音 voice")->check(CLI::IsMember({"cmn", "cmn-f"}))->capture_default_str();
  c->add_option("--speed", o->speed, "语速 speed")->check(CLI::Range(80, 260))->capture_default_str();
  c->add_option("--fraud-kind", o->fraud_kind, "诈骗类型 kind of fraud (vocabulary)");
  c->add_option("--exposes", o->exposes, "揭露手法或案例 method or case")->check(CLI::IsMember({"method", "case"}));
  c->add_option("--item", o->item, "作为该条目的新版本 as a new version of this item");
  c->add_flag("--wait", o->wait, "等到合成完成 wait until it is made");
  c->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::object body{{"title", o->title.empty() ? o->text : o->title},
                        {"speech", json::object{{"text", o->text}, {"voice", o->voice}, {"speed", o->speed}}}};
      if (!o->fraud_kind.empty()) body["fraud_kind"] = o->fraud_kind;
      if (!o->exposes.empty()) body["exposes"] = o->exposes;
      if (!o->item.empty()) body["item"] = o->item;
      FZ_TRY(auto made, api.call(net::Method::post, "/v1/items", body));
      const auto item = text_of(made, "id");
      if (o->wait) {
        FZ_TRY(auto detail, wait_ready(api, item, Seconds{o->wait_s}, shared.json));
        made = detail.at("item");
      }
      shared.show(made, [&](auto&) { fmt::print("{}\n", item); });
      return {};
    });
  });
}
void add_variant_remove(CLI::App& app, Shared& shared) {
  auto id = std::make_shared<std::string>(), shape = std::make_shared<std::string>();
  auto* c = app.add_subcommand("variant-remove", "去掉草稿的一个形状版本 take a draft's picture for one shape of screen away");
  c->add_option("item", *id, "编号 id")->required();
  c->add_option("shape", *shape, "landscape portrait strip")->required()->check(CLI::IsMember({"landscape", "portrait", "strip"}));
  c->callback([id, shape, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto item, api.call(net::Method::del, "/v1/items/" + *id + "/variants/" + *shape));
      shared.show(item, [](auto& v) { print_items(json::object{{"items", json::array{v}}}); });
      return {};
    });
  });
}
}  // namespace

void add_library_commands(CLI::App& app, Shared& shared) {
  add_upload(app, shared);
  add_text(app, shared);
  add_speak(app, shared);
  add_variant_remove(app, shared);
  struct Filter {
    std::string kind, state, text, fraud_kind, before, limit;
  };
  auto f = std::make_shared<Filter>();
  auto* items = app.add_subcommand("items", "内容列表 list items");
  items->add_option("--kind", f->kind, "类型 poster video bulletin slogan warning facts layout audio");
  items->add_option("--state", f->state, "状态 draft first second final approved withdrawn expired");
  items->add_option("--text", f->text, "标题包含 part of the title");
  items->add_option("--fraud-kind", f->fraud_kind, "诈骗类型 kind of fraud");
  items->add_option("--before", f->before, "早于该条目 older than this item");
  items->add_option("--limit", f->limit, "条数 how many");
  items->callback([f, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/items" + query({{"kind", f->kind},
                                                       {"state", f->state},
                                                       {"text", f->text},
                                                       {"fraud_kind", f->fraud_kind},
                                                       {"before", f->before},
                                                       {"limit", f->limit}})));
      shared.show(answer, print_items);
      return {};
    });
  });
  auto id = std::make_shared<std::string>();
  auto wait = std::make_shared<int>(0);
  auto* item = app.add_subcommand("item", "一个条目的全部信息 all about one item");
  item->add_option("item", *id, "编号 id")->required();
  item->add_option("--wait", *wait, "最多等待多少秒直到转码完成 wait up to so many seconds for the renditions");
  item->callback([id, wait, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::value detail;
      if (*wait > 0) {
        FZ_TRY(detail, wait_ready(api, *id, Seconds{*wait}, shared.json));
      } else {
        FZ_TRY(detail, api.get("/v1/items/" + *id));
      }
      shared.show(detail, [](auto& v) {
        print_items(json::object{{"items", json::array{v.at("item")}}});
        if (const auto* why = v.at("item").as_object().if_contains("failure"); why && why->is_object())
          fmt::print("{}\n{}\n", text_of(*why, "zh"), text_of(*why, "en"));
        print_table(v.at("renditions").as_array(), {{"profile", "版本"},
                                                    {"mime", "格式"},
                                                    {"width", "宽"},
                                                    {"height", "高"},
                                                    {"duration_ms", "毫秒"},
                                                    {"length", "字节"},
                                                    {"sha256", "SHA-256"}});
        if (const auto& variants = v.at("variants").as_array(); !variants.empty())
          print_table(variants,
                      {{"shape", "形状版本"}, {"width", "宽"}, {"height", "高"}, {"processing", "处理"}, {"source_name", "文件"}});
      });
      return {};
    });
  });
}
}  // namespace fz::tools
