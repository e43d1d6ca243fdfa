// Second factor, sessions, tokens; what can be done to other people's accounts and to units.
#include <fmt/format.h>

#include <memory>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"
#include "shared/base/clock.hpp"
#include "shared/base/file.hpp"
#include "shared/crypto/totp.hpp"

namespace fz::tools {
namespace {

void nothing(const json::value&) {}

/// The code that confirms: computed where the secret goes to a file, else asked for.
Result<std::string> first_code(const std::string& secret, bool to_file) {
  if (!to_file) return password_from("", "输入应用上显示的验证码 the code that the app shows: ");
  FZ_TRY(const auto raw, crypto::from_base32(secret));
  return crypto::totp_code(raw, crypto::totp_step(system_clock().wall()));
}

struct Factor {
  std::string password_file, secret_file, recovery_file, code;
};

Result<void> set_factor(Api& api, const Factor& o, const Shared& shared) {
  FZ_TRY(const auto password, password_from(o.password_file, "密码 password: "));
  FZ_TRY(const auto begun, api.call(net::Method::post, "/v1/session/second-factor", json::object{{"password", password}}));
  const auto secret = text_of(begun, "secret");
  if (o.secret_file.empty())
    fmt::print(stderr, "在身份验证器应用中添加 add to an authenticator app:\n  {}\n  {}\n", secret, text_of(begun, "uri"));
  else
    FZ_CHECK(write_atomic(o.secret_file, secret + "\n", 0600));
  FZ_TRY(const auto code, first_code(secret, !o.secret_file.empty()));
  FZ_TRY(const auto done, api.call(net::Method::put, "/v1/session/second-factor", json::object{{"code", code}}));
  std::string lines;
  for (const auto& c : done.at("recovery_codes").as_array()) lines += std::string(c.as_string()) + "\n";
  if (!o.recovery_file.empty()) FZ_CHECK(write_atomic(o.recovery_file, lines, 0600));
  shared.show(done, [&](auto&) {
    fmt::print(
        "已启用。恢复码（每个只能用一次，只显示这一次，请打印保存）：\nIn force. Recovery codes, each good once, shown only now; print "
        "them:\n{}",
        lines);
  });
  return {};
}

void add_second_factor(CLI::App& app, Shared& shared) {
  auto o = std::make_shared<Factor>();
  auto* factor = app.add_subcommand("second-factor", "二次验证 the second factor (authenticator app)");
  factor->require_subcommand(1);
  auto* set = factor->add_subcommand("set", "登记 set up");
  set->add_option("--password-file", o->password_file, "密码文件 password; else asked for");
  set->add_option("--secret-file", o->secret_file,
                  "把密钥写到文件并自动确认（供程序使用） write the secret to a file and confirm by it; for programs");
  set->add_option("--recovery-file", o->recovery_file, "把恢复码写到文件 write the recovery codes to a file");
  set->callback([o, &shared] { shared.with_api([&](Api& api) { return set_factor(api, *o, shared); }); });
  auto* remove = factor->add_subcommand("remove", "取消 remove");
  remove->add_option("--password-file", o->password_file, "密码文件 password; else asked for");
  remove->add_option("--code", o->code, "验证码或恢复码 code, or a recovery code")->required();
  remove->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(const auto password, password_from(o->password_file, "密码 password: "));
      FZ_TRY(auto answer, api.call(net::Method::del, "/v1/session/second-factor", json::object{{"password", password}, {"code", o->code}}));
      shared.show(answer, nothing);
      return {};
    });
  });
}

/// One call without a body, `path` made from an id.
void add_call(CLI::App& parent, Shared& shared, const std::string& name, const std::string& help, net::Method method,
              const std::string& before, const std::string& after) {
  auto id = std::make_shared<std::string>();
  auto* c = parent.add_subcommand(name, help);
  c->add_option("id", *id, "编号 id")->required();
  c->callback([=, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.call(method, before + *id + after));
      shared.show(answer, nothing);
      return {};
    });
  });
}

void print_sessions(const json::value& v) {
  print_table(v.at("sessions").as_array(),
              {{"id", "编号"}, {"seen", "最近"}, {"created", "登录"}, {"address", "地址"}, {"agent", "程序"}, {"current", "当前"}});
}

void add_sessions(CLI::App& app, Shared& shared) {
  auto* sessions = app.add_subcommand("sessions", "我的登录 my sessions");
  sessions->callback([sessions, &shared] {
    if (!sessions->get_subcommands().empty()) return;
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/session/sessions"));
      shared.show(answer, print_sessions);
      return {};
    });
  });
  add_call(*sessions, shared, "end", "结束一个 end one", net::Method::del, "/v1/session/sessions/", "");
  sessions->add_subcommand("end-others", "结束其他全部 end all others")->callback([&shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.call(net::Method::del, "/v1/session/sessions"));
      shared.show(answer, nothing);
      return {};
    });
  });
}

void add_tokens(CLI::App& app, Shared& shared) {
  struct Token {
    std::string name, expires;
    std::vector<std::string> roles;
  };
  auto o = std::make_shared<Token>();
  auto* tokens = app.add_subcommand("tokens", "接口令牌（给程序用） API tokens, for programs");
  tokens->callback([tokens, &shared] {
    if (!tokens->get_subcommands().empty()) return;
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.get("/v1/session/tokens"));
      shared.show(answer, [](auto& v) {
        print_table(v.at("tokens").as_array(), {{"id", "编号"}, {"name", "名称"}, {"roles", "角色"}, {"expires", "到期"}});
      });
      return {};
    });
  });
  auto* add = tokens->add_subcommand("add", "新建，只显示一次 make one; shown once");
  add->add_option("--name", o->name, "用途 what for")->required();
  add->add_option("--role", o->roles, "角色（可多次），不超过本人的 role, may be repeated; at most one's own")->required();
  add->add_option("--expires", o->expires, "到期 end, RFC 3339 UTC; within 366 days")->required();
  add->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer,
             api.call(net::Method::post, "/v1/session/tokens",
                      json::object{{"name", o->name}, {"roles", json::array(o->roles.begin(), o->roles.end())}, {"expires", o->expires}}));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "secret")); });
      return {};
    });
  });
  add_call(*tokens, shared, "end", "作废 end one", net::Method::del, "/v1/session/tokens/", "");
}

/// A table from a file.
void add_import(CLI::App& parent, Shared& shared, const std::string& help, const std::string& path,
                const std::function<void(const json::value&)>& people) {
  auto file = std::make_shared<std::string>();
  auto* c = parent.add_subcommand("import", help);
  c->add_option("file", *file, "CSV 文件 file")->required();
  c->callback([=, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto text, read_text_file(*file));
      FZ_TRY(auto answer, api.send_text(net::Method::post, path, text));
      shared.show(answer, people);
      return {};
    });
  });
}

struct AccountChange {
  std::string id, name, unit, holder, password_file;
  std::vector<std::string> roles;
  bool enable = false, disable = false, no_holder = false;
};

void add_account_changes(CLI::App& accounts, Shared& shared) {
  auto o = std::make_shared<AccountChange>();
  auto* change = accounts.add_subcommand("change", "修改账号 change an account; ends its sessions");
  change->add_option("id", o->id, "编号 id")->required();
  change->add_option("--name", o->name, "姓名 name");
  change->add_option("--unit", o->unit, "移到单位 move to a unit");
  change->add_option("--role", o->roles, "角色（可多次，取代原有） roles instead of the old ones");
  change->add_option("--holder", o->holder, "持钥人 key holder");
  change->add_flag("--no-holder", o->no_holder, "不再是持钥人 no key holder any more");
  change->add_flag("--enable", o->enable, "启用 enable");
  change->add_flag("--disable", o->disable, "停用 disable")->excludes("--enable");
  change->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::object body;
      if (!o->name.empty()) body["name"] = o->name;
      if (!o->unit.empty()) body["unit"] = o->unit;
      if (!o->holder.empty() || o->no_holder) body["holder"] = o->holder;
      if (!o->roles.empty()) body["roles"] = json::array(o->roles.begin(), o->roles.end());
      if (o->enable || o->disable) body["enabled"] = o->enable;
      FZ_TRY(auto answer, api.call(net::Method::patch, "/v1/accounts/" + o->id, body));
      shared.show(answer, [](auto& v) { fmt::print("{} {} {}\n", text_of(v, "login"), text_of(v, "unit"), text_of(v, "roles")); });
      return {};
    });
  });
  auto* password = accounts.add_subcommand("password", "重设初始密码，首次登录须改 a new first password");
  password->add_option("id", o->id, "编号 id")->required();
  password->add_option("--password-file", o->password_file, "密码文件 file; else asked for");
  password->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(const auto text, password_from(o->password_file, "初始密码 first password: "));
      FZ_TRY(auto answer, api.call(net::Method::put, "/v1/accounts/" + o->id + "/password", json::object{{"password", text}}));
      shared.show(answer, nothing);
      return {};
    });
  });
  add_call(accounts, shared, "reset-second-factor", "取消其二次验证（手机和恢复码都丢了） remove the second factor of somebody who lost it",
           net::Method::del, "/v1/accounts/", "/second-factor");
  add_call(accounts, shared, "end-sessions", "结束其全部登录 end all sessions of an account", net::Method::del, "/v1/accounts/",
           "/sessions");
  add_import(accounts, shared, "从 CSV 导入账号：账号,姓名,单位,角色,持钥人 accounts from a CSV", "/v1/accounts/import",
             [](const json::value& v) {
               print_table(v.at("accounts").as_array(), {{"login", "账号"}, {"password", "初始密码（只显示一次）"}});
             });
}

void add_unit_changes(CLI::App& units, Shared& shared) {
  struct Change {
    std::string id, name, parent, checklist;
    int steps = 0, hours = -1;
  };
  auto o = std::make_shared<Change>();
  auto* change = units.add_subcommand("change", "修改或移动单位 change or move a unit");
  change->add_option("id", o->id, "编号 id")->required();
  change->add_option("--name", o->name, "名称 name");
  change->add_option("--parent", o->parent, "移到上级之下，带全部下级 move below, with its whole branch");
  change->add_option("--steps", o->steps, "审核步数 review steps")->check(CLI::Range(1, 3));
  change->add_option("--hours", o->hours, "每步审核时限（小时），0 不限 hours for a step, 0: none")->check(CLI::Range(0, 8760));
  change->add_option("--checklist", o->checklist, "通过时须逐项确认检查清单 on, off")->check(CLI::IsMember({"on", "off"}));
  change->callback([o, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      json::object body;
      if (!o->name.empty()) body["name"] = o->name;
      if (!o->parent.empty()) body["parent"] = o->parent;
      if (o->steps > 0) body["review_steps"] = o->steps;
      if (o->hours >= 0) body["review_hours"] = o->hours;
      if (!o->checklist.empty()) body["checklist"] = o->checklist == "on";
      FZ_TRY(auto answer, api.call(net::Method::patch, "/v1/units/" + o->id, body));
      shared.show(answer, [](auto& v) { fmt::print("{} {} {}\n", text_of(v, "id"), text_of(v, "name"), text_of(v, "path")); });
      return {};
    });
  });
  add_import(units, shared, "从 CSV 导入单位：区划代码,编号,名称,上级,审核步数 units from a CSV", "/v1/units/import",
             [](const json::value& v) { fmt::print("{}\n", text_of(v, "rows")); });
}

}  // namespace

void add_account_commands(CLI::App& app, Shared& shared) {
  add_second_factor(app, shared);
  add_sessions(app, shared);
  add_tokens(app, shared);
  add_account_changes(*app.get_subcommand("accounts"), shared);
  add_unit_changes(*app.get_subcommand("units"), shared);
}

}  // namespace fz::tools
