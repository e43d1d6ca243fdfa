// fz-keys: the ceremony and everything that is signed by officers' keys. Runs on a machine without a network.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "player/keys/commands.hpp"
#include "shared/base/log.hpp"
#include "shared/base/version.hpp"

int main(int argc, char** argv) {
  using namespace fz;
  log::init("fz-keys", log::Level::warn);
  CLI::App app{
      "fz-keys —— 密钥仪式、根文件、审核人名单、撤回与续期\n"
      "fz-keys: the key ceremony, root, the reviewers list, withdrawals and their renewal\n\n"
      "开始 begin:     fz-keys ceremony --out keys --online-key 公钥 --description office.toml\n"
      "演示 demo:      fz-keys ceremony --out keys --online-key 公钥 --region 500119 --demo\n"
      "查看 look:      fz-keys inspect keys/reviewers.json\n"
      "撤回 withdraw:  fz-keys withdraw --withdrawals withdrawals.json --key duty-1.key.json --approval ap-1 \\\n"
      "                  --until 2027-06-01T00:00:00Z --out withdrawals.json\n"};
  app.require_subcommand(1);
  app.set_version_flag("--version", fz::version());
  app.fallthrough();
  keys::Shared shared;
  app.add_flag("--json", shared.json, "只输出 JSON print JSON only");
  app.add_option("--passphrase-file", shared.passphrase.file,
                 "口令在文件第一行；缺省在终端询问 first line of this file; default: asks on the terminal");
  app.add_option("--now", shared.now_text, "当作现在的时间（演练） take this as the present time, for rehearsals");
  app.add_flag("--rehearse", shared.rehearse,
               "演练：用真实的文件和密钥做完全部步骤并检验，但不写入任何文件\n"
               "rehearsal: every step with the real files and keys, all checked, and nothing is written");
  keys::add_ceremony(app, shared);
  keys::add_key_commands(app, shared);
  keys::add_sign_commands(app, shared);
  keys::add_group_commands(app, shared);
  keys::add_withdrawal_commands(app, shared);
  keys::add_inspect(app, shared);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e);
  } catch (const std::exception& e) {
    fmt::print(stderr, "fz-keys: {}\n", e.what());
    return 70;
  }
  if (shared.outcome) return shared.exit_code;
  auto e = shared.outcome.error();
  if (shared.json)
    fmt::print("{}\n", json::write(json::object{{"error", code_name(e.code)}, {"zh", message(e, Lang::zh)}, {"en", message(e, Lang::en)}}));
  else
    fmt::print(stderr, "{}\n{}\n", message(e, Lang::zh), message(e, Lang::en));
  return 1;
}
