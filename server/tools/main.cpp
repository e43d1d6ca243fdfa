// fz: everything that people do with the server, from the command line.
#include <fmt/format.h>

#include <cstdio>

#include "server/tools/commands.hpp"
#include "server/tools/stick_commands.hpp"
#include "shared/base/log.hpp"
#include "shared/base/version.hpp"

int main(int argc, char** argv) {
  using namespace fz;
  log::init("fz", log::Level::warn);
  CLI::App app{
      "fz —— 反诈内容发布系统的命令行\n"
      "fz: the command line of the Fanzha server\n\n"
      "先登录 first log in:      fz login --server https://主机:8443 --pin 证书指纹 --login 账号\n"
      "上传海报 upload a poster:  fz upload 海报.png --title 标题 --fraud-kind fake_orders --exposes method\n"
      "送审 submit:              fz submit 条目编号\n"
      "查看 look:                fz items, fz screens, fz plays\n"};
  app.require_subcommand(1);
  app.set_version_flag("--version", fz::version());
  app.fallthrough();
  tools::Shared shared;
  shared.profile_path = tools::default_profile_path();
  app.add_option("--profile", shared.profile_path, "登录信息文件 where the login is kept")->type_name("FILE");
  app.add_flag("--json", shared.json, "只输出 JSON print JSON only");
  tools::add_session_commands(app, shared);
  tools::add_account_commands(app, shared);
  tools::add_library_commands(app, shared);
  tools::add_sharing_commands(app, shared);
  tools::add_review_commands(app, shared);
  tools::add_privacy_commands(app, shared);
  tools::add_campaign_commands(app, shared);
  tools::add_screen_commands(app, shared);
  tools::add_alert_commands(app, shared);
  tools::add_system_commands(app, shared);
  tools::add_site_commands(app, shared);
  tools::add_stick_commands(app, shared);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e);
  } catch (const std::exception& e) {
    fmt::print(stderr, "fz: {}\n", e.what());
    return 70;
  }
  if (!shared.outcome) {
    auto e = shared.outcome.error();
    if (shared.json)
      fmt::print("{}\n", fz::json::write(
                             fz::json::object{{"error", code_name(e.code)}, {"zh", message(e, Lang::zh)}, {"en", message(e, Lang::en)}}));
    else
      fmt::print(stderr, "{}\n{}\n", message(e, Lang::zh), message(e, Lang::en));
    return shared.exit_code == 0 ? 1 : shared.exit_code;
  }
  return shared.exit_code;
}
