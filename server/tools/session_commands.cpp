#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <thread>

#include "server/tools/commands.hpp"
#include "server/tools/output.hpp"
#include "shared/base/clock.hpp"
#include "shared/crypto/totp.hpp"

namespace fz::tools {
// The first line of a file, or what a person types without echo.
Result<std::string> password_from(const std::string& file, const char* prompt) {
  std::string text;
  if (!file.empty()) {
    FZ_TRY(text, read_text_file(file, 4096));
  } else {
    termios old{};
    bool tty = ::isatty(0) && ::tcgetattr(0, &old) == 0;
    if (tty) {
      termios quiet = old;
      quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      ::tcsetattr(0, TCSANOW, &quiet);
      fmt::print(stderr, "{}", prompt);
    }
    std::getline(std::cin, text);
    if (tty) {
      ::tcsetattr(0, TCSANOW, &old);
      fmt::print(stderr, "\n");
    }
  }
  return text.substr(0, text.find_first_of("\r\n"));
}

namespace {
struct Login {
  std::string server, pin, login, password_file, new_password_file, code, totp_secret_file;
};

/// The code of the second factor: given, computed from a secret in a file, or asked for.
Result<std::string> code_for(const Login& o) {
  if (!o.code.empty()) return o.code;
  if (o.totp_secret_file.empty()) return password_from("", "验证码 code: ");
  FZ_TRY(const auto text, password_from(o.totp_secret_file, ""));
  FZ_TRY(const auto secret, crypto::from_base32(text));
  return crypto::totp_code(secret, crypto::totp_step(system_clock().wall()));
}

Result<fz::json::value> log_in(Api& api, const Login& o, const std::string& password) {
  fz::json::object body{{"login", o.login}, {"password", password}};
  if (!o.code.empty()) body["code"] = o.code;
  auto answer = api.call(net::Method::post, "/v1/session", body);
  if (answer || answer.error().code != Code::login_code_needed) return answer;
  FZ_TRY(const auto code, code_for(o));
  body["code"] = code;
  answer = api.call(net::Method::post, "/v1/session", body);
  if (answer || answer.error().code != Code::login_code_wrong || o.totp_secret_file.empty()) return answer;
  // A program that logged in within these 30 s has used this code up: the next one will do.
  const auto now = to_unix_ms(system_clock().wall());
  const auto step = crypto::kTotpStep.count() * 1000;
  std::this_thread::sleep_for(Millis{step - now % step + 50});
  FZ_TRY(const auto next, code_for(o));
  body["code"] = next;
  return api.call(net::Method::post, "/v1/session", body);
}
}  // namespace

void Shared::with_api(const std::function<Result<void>(Api&)>& work) {
  auto profile = load_profile(profile_path);
  if (!profile) {
    outcome = profile.error();
    return;
  }
  Api api(*profile);
  outcome = work(api);
}
void Shared::show(const fz::json::value& answer, const std::function<void(const fz::json::value&)>& people) const {
  if (json)
    fmt::print("{}\n", fz::json::write(answer));
  else
    people(answer);
}
std::string text_of(const fz::json::value& v, std::string_view member) {
  auto* o = v.if_object();
  if (!o) return "";
  auto it = o->find(member);
  if (it == o->end() || it->value().is_null()) return "";
  if (auto* s = it->value().if_string()) return std::string(*s);
  return fz::json::write(it->value());
}
Result<std::string> read_text_file(const std::string& path, std::size_t max_bytes) {
  if (path != "-") return read_file(path, max_bytes);
  std::string text;
  char buffer[65536];
  for (ssize_t n; (n = ::read(0, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > max_bytes) return fail(Code::too_large, {{"limit", std::to_string(max_bytes) + " B"}});
  }
  return text;
}
Result<fz::json::value> read_json_file(const std::string& path, std::size_t max_bytes) {
  FZ_TRY(auto text, read_text_file(path, max_bytes));
  return fz::json::parse(text, {.max_bytes = max_bytes, .max_depth = 16});
}
std::string query(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out;
  for (auto& [k, v] : pairs)
    if (!v.empty()) out += (out.empty() ? "?" : "&") + k + "=" + net::percent_encode(v);
  return out;
}

void add_session_commands(CLI::App& app, Shared& shared) {
  auto o = std::make_shared<Login>();
  auto* login = app.add_subcommand("login", "登录，之后的命令都以此身份执行 log in; later commands act as this account");
  login->add_option("--server", o->server, "服务器地址 address, https://host:port")->required();
  login->add_option("--pin", o->pin, "证书的 SHA-256 指纹（服务器首次启动时显示） fingerprint of the server's certificate");
  login->add_option("--login", o->login, "账号 account")->required();
  login->add_option("--password-file", o->password_file, "从文件第一行读密码 read the password from a file's first line; else asked for");
  login->add_option("--new-password-file", o->new_password_file, "首次登录时改用的新密码 the new password where one must be set");
  login->add_option("--code", o->code, "验证码或恢复码 code of the second factor, or a recovery code; else asked for where it is needed");
  login->add_option("--totp-secret-file", o->totp_secret_file,
                    "由文件里的密钥算出验证码（供程序使用） compute the code from the secret in this file; for programs");
  login->callback([o, &shared] {
    shared.outcome = [&]() -> Result<void> {
      FZ_TRY(auto password, password_from(o->password_file, "密码 password: "));
      Profile profile{o->server, o->pin, ""};
      while (profile.server.ends_with('/')) profile.server.pop_back();
      Api api(profile);
      FZ_TRY(auto answer, log_in(api, *o, password));
      profile.token = text_of(answer, "token");
      FZ_CHECK(save_profile(shared.profile_path, profile));
      auto me = answer.as_object()["me"];
      if (!o->new_password_file.empty() && text_of(me, "must_change") == "true") {
        FZ_TRY(auto fresh, password_from(o->new_password_file, ""));
        Api again(profile);
        FZ_TRY(auto done, again.call(net::Method::put, "/v1/session/password", fz::json::object{{"old", password}, {"new", fresh}}));
      }
      shared.show(me, [](auto& v) {
        fmt::print("已登录 logged in: {} ({})\n", text_of(v, "name"), text_of(v, "login"));
        if (text_of(v, "second_factor_needed") == "true")
          fmt::print("请先登记二次验证：fz second-factor set\nset up the second factor first: fz second-factor set\n");
      });
      return {};
    }();
  });
  app.add_subcommand("logout", "退出 log out")->callback([&shared] {
    shared.with_api([](Api& api) -> Result<void> {
      FZ_TRY(auto answer, api.call(net::Method::del, "/v1/session"));
      return {};
    });
  });
  app.add_subcommand("whoami", "我是谁 who is logged in")->callback([&shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto me, api.get("/v1/session"));
      shared.show(me, [](auto& v) { fmt::print("{} ({}) {}\n", text_of(v, "name"), text_of(v, "login"), text_of(v, "roles")); });
      return {};
    });
  });

  auto* units = app.add_subcommand("units", "单位 the organisation tree");
  struct Unit {
    std::string parent, code, name;
    int steps = 2;
  };
  auto u = std::make_shared<Unit>();
  units->callback([units, &shared] {
    if (units->get_subcommands().empty())
      shared.with_api([&](Api& api) -> Result<void> {
        FZ_TRY(auto answer, api.get("/v1/units"));
        shared.show(answer, [](auto& v) {
          print_table(v.at("units").as_array(), {{"id", "编号"}, {"name", "名称"}, {"code", "区划代码"}, {"parent", "上级"}});
        });
        return {};
      });
  });
  auto* add = units->add_subcommand("add", "新增单位 add a unit");
  add->add_option("--parent", u->parent, "上级单位编号 parent")->required();
  add->add_option("--code", u->code, "行政区划代码 division code (GB/T 2260)");
  add->add_option("--name", u->name, "名称 name")->required();
  add->add_option("--steps", u->steps, "审核步数 review steps")->check(CLI::Range(1, 3));
  add->callback([u, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto answer,
             api.call(net::Method::post, "/v1/units",
                      fz::json::object{{"parent", u->parent}, {"code", u->code}, {"name", u->name}, {"review_steps", u->steps}}));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "id")); });
      return {};
    });
  });

  auto* accounts = app.add_subcommand("accounts", "账号 accounts");
  accounts->callback([accounts, &shared] {
    if (accounts->get_subcommands().empty())
      shared.with_api([&](Api& api) -> Result<void> {
        FZ_TRY(auto answer, api.get("/v1/accounts"));
        shared.show(answer, [](auto& v) {
          print_table(v.at("accounts").as_array(),
                      {{"login", "账号"}, {"name", "姓名"}, {"unit", "单位"}, {"roles", "角色"}, {"holder", "持钥人"}});
        });
        return {};
      });
  });
  struct Account {
    std::string login, name, unit, holder, password_file;
    std::vector<std::string> roles;
    bool keep = false;
  };
  auto a = std::make_shared<Account>();
  auto* create = accounts->add_subcommand("add", "新增账号 add an account");
  create->add_option("--login", a->login, "账号 login")->required();
  create->add_option("--name", a->name, "姓名 name")->required();
  create->add_option("--unit", a->unit, "单位编号 unit")->required();
  create
      ->add_option(
          "--role", a->roles,
          "角色（可多次） contributor, reviewer, publisher, duty, operate, inspect, administrator, security, auditor; may be repeated")
      ->required();
  create->add_option("--holder", a->holder, "审核人名册中的持钥人 name in the reviewers document");
  create->add_option("--password-file", a->password_file, "初始密码文件 first password");
  create->add_flag("--keep-password", a->keep, "首次登录不强制改密码 do not ask for a new password at first use");
  create->callback([a, &shared] {
    shared.with_api([&](Api& api) -> Result<void> {
      FZ_TRY(auto password, password_from(a->password_file, "初始密码 first password: "));
      fz::json::array roles(a->roles.begin(), a->roles.end());
      FZ_TRY(auto answer, api.call(net::Method::post, "/v1/accounts",
                                   fz::json::object{{"login", a->login},
                                                    {"name", a->name},
                                                    {"unit", a->unit},
                                                    {"roles", roles},
                                                    {"holder", a->holder},
                                                    {"password", password},
                                                    {"must_change", !a->keep}}));
      shared.show(answer, [](auto& v) { fmt::print("{}\n", text_of(v, "id")); });
      return {};
    });
  });
}
}  // namespace fz::tools
