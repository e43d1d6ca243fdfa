#include <fmt/format.h>

#include <memory>
#include <sstream>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"

namespace fz::tools {
namespace {
void print_item(const json::value& v) {
  fmt::print("{} {} {}\n", text_of(v, "id"), text_of(v, "state"), text_of(v, "title"));
}

// What check-privacy finds and the reviewer knows to be public.
void add_exceptions(CLI::App* c, std::vector<std::string>& into) {
  c->add_option(
      "--public", into,
      "可公开的姓名或号码（可多次），如单位电话；须写意见说明理由 a name or number that is public, may be repeated; the comment says why");
}

// A signed document from a file, sent as it is.
void add_import(CLI::App& app, Shared& shared, const std::string& name, const std::string& help, net::Method method,
                const std::string& path) {
  auto file = std::make_shared<std::string>();
  auto* c = app.add_subcommand(name, help);
  c->add_option("file", *file, "签名文件 signed document")->required();
  c->callback([file, method, path, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto text, read_text_file(*file));
      FZ_TRY(auto answer, api.send_text(method, path, text));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", json::write(v)); });
      return {};
    });
  });
}
// The code that the reviewer's page shows: "FZ-APPROVAL-1 <item> <approval id> <keyid> <signature>". The statement is the
// server's own, so a code for anything else verifies nothing and is refused there.
Result<json::value> send_code(Api& api, const std::string& code) {
  std::vector<std::string> part;
  std::istringstream words(code);
  for (std::string word; words >> word;) part.push_back(word);
  if (part.size() != 5 || part[0] != "FZ-APPROVAL-1") return fail(Code::bad_field, {{"field", "code"}, {"what", "FZ-APPROVAL-1 …"}});
  FZ_TRY(const auto package, api.get("/v1/items/" + part[1] + "/package"));
  if (text_of(package, "approval_id") != part[2]) return fail(Code::approval_unknown, {{"approval", part[2]}});
  const json::object envelope{{"payload", text_of(package, "statement")},
                              {"payloadType", "application/vnd.in-toto+json"},
                              {"signatures", json::array{json::object{{"keyid", part[3]}, {"sig", part[4]}}}}};
  return api.send_text(net::Method::post, "/v1/approvals", json::write(envelope));
}
}  // namespace

void add_review_commands(CLI::App& app, Shared& shared) {
  struct Terms {
    std::string item, kind = "loop", group, from, until;
    std::vector<std::string> venues, regions, exceptions;
    std::string comment;
    int offline_days = -1;
  };
  auto t = std::make_shared<Terms>();
  auto* submit = app.add_subcommand("submit", "送审：定下要签的条件 submit for review: fixes what will be signed");
  submit->add_option("item", t->item, "编号 id")->required();
  submit->add_option("--kind", t->kind, "loop 长期，bulletin 有时效，emergency，fallback")->capture_default_str();
  submit->add_option("--group", t->group, "审核组 approver group");
  submit->add_option("--venue", t->venues, "场所类型（可多次），缺省全部 venue id, may be repeated; default: all");
  submit->add_option("--region", t->regions, "行政区划（可多次） region code, may be repeated");
  submit->add_option("--from", t->from, "生效时间 valid from, RFC 3339 UTC");
  submit->add_option("--until", t->until, "失效时间 valid until");
  submit->add_option("--offline-days", t->offline_days, "离线可播天数 days it may be shown offline");
  add_exceptions(submit, t->exceptions);
  submit->add_option("--comment", t->comment, "例外的理由 why these may be shown");
  submit->callback([t, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::object body{{"kind", t->kind}};
      if (!t->group.empty()) body["group"] = t->group;
      if (!t->venues.empty()) body["venues"] = json::array(t->venues.begin(), t->venues.end());
      if (!t->regions.empty()) body["regions"] = json::array(t->regions.begin(), t->regions.end());
      if (!t->from.empty()) body["valid_from"] = t->from;
      if (!t->until.empty()) body["valid_until"] = t->until;
      if (!t->comment.empty()) body["comment"] = t->comment;
      if (!t->exceptions.empty()) body["privacy_exceptions"] = json::array(t->exceptions.begin(), t->exceptions.end());
      if (t->offline_days >= 0) body["offline_days"] = t->offline_days;
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/items/" + t->item + "/submit", body));
      shared.show(answer, print_item);
      return {};
    });
  });

  struct Decision {
    std::string item, comment;
    std::vector<std::string> exceptions;
    std::vector<std::string> checked;
    std::int64_t revision = 0;
  };
  for (auto [name, help] :
       {std::pair{"pass", "通过这一步审核 pass this step of the review"}, std::pair{"back", "退回修改 send back, with a comment"}}) {
    auto d = std::make_shared<Decision>();
    auto* c = app.add_subcommand(name, help);
    c->add_option("item", d->item, "编号 id")->required();
    c->add_option("--comment", d->comment, "意见 comment")->required(std::string_view(name) == "back");
    c->add_option("--revision", d->revision,
                  "看过的修订号，被人抢先则不计 the revision that was looked at: if somebody was faster, nothing is decided");
    if (std::string_view(name) == "pass")
      c->add_option("--checked", d->checked,
                    "已逐项核对（可多次）：political 政治、legal 法律、facts 事实、privacy 隐私、wording 措辞、pictures 画面，或 all 全部\n"
                    "points of the checklist that you confirm; may be repeated; or all");
    std::string act = name;
    if (act == "pass") add_exceptions(c, d->exceptions);
    c->callback([d, act, &shared] {
      shared.with_api([&](Api& api) -> Result<void> {
        json::object body{{"act", act}, {"comment", d->comment}};
        if (!d->exceptions.empty()) body["privacy_exceptions"] = json::array(d->exceptions.begin(), d->exceptions.end());
        if (d->revision > 0) body["revision"] = d->revision;
        auto checked = d->checked;
        if (checked == std::vector<std::string>{"all"}) {
          FZ_TRY(const auto detail, api.get("/v1/items/" + d->item));
          const auto kind = text_of(detail.at("item"), "kind");
          checked = {"political", "legal", "facts", "privacy", "wording"};
          if (kind == "poster" || kind == "video") checked.emplace_back("pictures");
        }
        if (!checked.empty()) body["checked"] = json::array(checked.begin(), checked.end());
        FZ_TRY(auto answer, api.call(net::Method::post, "/v1/items/" + d->item + "/review", body));
        shared.show(answer, print_item);
        return {};
      });
    });
  }

  auto id = std::make_shared<std::string>();
  auto* package = app.add_subcommand("package", "取审核包（供 fz-approve） the review package for fz-approve");
  package->add_option("item", *id, "编号 id")->required();
  package->callback([id, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/items/" + *id + "/package"));
      fmt::print("{}\n", json::write(answer));
      return {};
    });
  });
  add_import(app, shared, "approve-import", "导入批准书 import a signed approval", net::Method::post, "/v1/approvals");
  auto code = std::make_shared<std::string>();
  auto* qr =
      app.add_subcommand("approve-code", "导入签名页二维码里的文字（扫码枪） import the text of the signing page's QR code (scanner)");
  qr->add_option("code", *code, "FZ-APPROVAL-1 …")->required();
  qr->callback([code, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, send_code(api, *code));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", json::write(v)); });
      return {};
    });
  });
  add_import(app, shared, "withdraw-import", "导入撤回文件，立即生效 import signed withdrawals; takes effect at once", net::Method::post,
             "/v1/withdrawals");

  auto* trust = app.add_subcommand("trust", "信任文件 root and reviewers documents");
  trust->require_subcommand(1);
  add_import(*trust, shared, "root", "导入根文件 import a root document", net::Method::put, "/v1/trust/root");
  add_import(*trust, shared, "reviewers", "导入审核人名册 import the reviewers document", net::Method::put, "/v1/trust/reviewers");
  add_import(*trust, shared, "staff", "导入人员变更文件（离岗） import a group's staff document", net::Method::put, "/v1/trust/staff");
  trust->add_subcommand("online-key", "服务器在线公钥（密钥仪式用） the server's public online key, for the ceremony")->callback([&shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/trust/online-key"));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "public")); });
      return {};
    });
  });
}
}  // namespace fz::tools
