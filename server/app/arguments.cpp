#include "server/app/arguments.hpp"
#include "shared/base/version.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

namespace fz::app {
namespace {

struct Arguments {
  std::string config, data, listen, log_level, console, backup;
  bool plain = false, open_metrics = false, restored = false;
};

Result<Config> configure(const Arguments& a) {
  Config c;
  if (!a.config.empty()) FZ_CHECK(read_config(a.config, c));
  if (!a.data.empty()) c.data = a.data;
  if (!a.listen.empty()) c.listen = a.listen;
  if (!a.log_level.empty()) c.log_level = a.log_level;
  if (!a.console.empty()) c.console = a.console;
  if (a.plain) c.tls = false;
  if (a.open_metrics) c.open_metrics = true;
  c.restored = a.restored;
  return c;
}

}  // namespace

Result<CommandLine> read_command_line(int argc, char** argv) {
  Arguments a;
  CLI::App cli{
      "fz-server：反诈内容发布服务器。数据库和媒体都在一个文件夹里，不需要其他服务。\n"
      "首次启动会生成证书、管理员密码（只显示一次）和在线签名密钥。\n"
      "fz-server: the content server of Fanzha. Database and media live in one folder; no other service is needed.\n"
      "The first start makes a certificate, an administrator's password (shown once) and an online key.\n\n"
      "例 / example: fz-server --data /var/lib/fanzha --listen 0.0.0.0:8443",
      "fz-server"};
  cli.add_option("--config", a.config, "TOML 配置文件 / configuration file")->check(CLI::ExistingFile);
  cli.add_option("--data", a.data, "数据文件夹 / folder of databases, media and keys (default /var/lib/fanzha)");
  cli.add_option("--listen", a.listen, "监听地址 / address:port (default 0.0.0.0:8443)");
  cli.add_option("--log-level", a.log_level, "日志级别 / debug, info, warn, error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  cli.add_option("--console", a.console, "网页控制台的文件夹 / folder of the built web console")->check(CLI::ExistingDirectory);
  cli.add_flag("--plain-http", a.plain, "不加密（只用于反向代理之后） / no TLS: only behind a reverse proxy");
  cli.add_flag("--open-metrics", a.open_metrics, "允许其他机器读取 /metrics / let other machines read /metrics");
  cli.add_flag(
      "--restored", a.restored,
      "数据刚从备份恢复：把已发布的清单全部重新签发一次 / the data folder was restored from a backup: sign all published lists anew");
  cli.add_option("--backup", a.backup,
                 "把运行中的数据文件夹复制到这里后退出 / copy the data folder to this one, while the server runs, and end");
  cli.set_version_flag("--version", version());
  CommandLine out;
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& e) {  // help and version come this way, too
    std::ostringstream text;
    out.status = cli.exit(e, text, text);
    out.text = text.str();
    return out;
  }
  FZ_TRY(out.config, configure(a));
  out.backup = a.backup;
  return out;
}

}  // namespace fz::app
