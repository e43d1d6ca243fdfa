// fz-server: one program, one folder.
#include <signal.h>
#include <systemd/sd-daemon.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <thread>

#include "server/app/media_tools.hpp"
#include "server/app/server.hpp"
#include "shared/base/log.hpp"

namespace {

using namespace fz;

struct Arguments {
  std::string config, data, listen, log_level;
  bool plain = false, open_metrics = false;
};

Result<app::Config> configure(const Arguments& a) {
  app::Config c;
  if (!a.config.empty()) FZ_CHECK(app::read_config(a.config, c));
  if (!a.data.empty()) c.data = a.data;
  if (!a.listen.empty()) c.listen = a.listen;
  if (!a.log_level.empty()) c.log_level = a.log_level;
  if (a.plain) c.tls = false;
  if (a.open_metrics) c.open_metrics = true;
  return c;
}

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warn") return log::Level::warn;
  if (name == "error") return log::Level::error;
  return log::Level::info;
}

int refuse(const Error& e) {
  std::fprintf(stderr, "fz-server: %s\nfz-server: %s\n", message(e, Lang::zh).c_str(), message(e, Lang::en).c_str());
  if (!e.detail.empty()) std::fprintf(stderr, "fz-server: (%s)\n", e.detail.c_str());
  return 1;
}

// What a person needs at the first start, on standard output, which nobody logs.
void greet(const app::Started& s, const app::Config& c) {
  std::printf("服务器已启动 / serving: %s://%s\n", c.tls ? "https" : "http", s.address.c_str());
  if (!s.fingerprint.empty()) std::printf("证书指纹 / certificate SHA-256: %s\n", s.fingerprint.c_str());
  if (s.admin_password) {
    std::printf("首次启动：管理员账号 admin，密码 %s（只显示这一次，也保存在 %s；登录后请立即修改）\n", s.admin_password->c_str(),
                (c.data / "admin-password").c_str());
    std::printf("first start: account admin, password %s (shown once; also in %s; change it at once)\n", s.admin_password->c_str(),
                (c.data / "admin-password").c_str());
  }
  std::fflush(stdout);
}

int serve(const app::Config& config) {
  // Before any thread starts, so that all of them have these blocked and only sigwait() below gets them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  signal(SIGPIPE, SIG_IGN);
  auto server = app::Server::start(config, system_clock(), app::media_tools);
  if (!server) return refuse(server.error());
  const auto& s = (*server)->started();
  greet(s, config);
  log::info("ready on {} after {} ms", s.address, s.took.count());
  ::sd_notify(0, "READY=1");
  int sig = 0;
  sigwait(&ends, &sig);
  log::info("stopping");
  ::sd_notify(0, "STOPPING=1");
  (*server)->stop(Millis{5000});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
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
  cli.add_flag("--plain-http", a.plain, "不加密（只用于反向代理之后） / no TLS: only behind a reverse proxy");
  cli.add_flag("--open-metrics", a.open_metrics, "允许其他机器读取 /metrics / let other machines read /metrics");
  cli.set_version_flag("--version", FZ_VERSION);
  CLI11_PARSE(cli, argc, argv);
  try {
    const auto config = configure(a);
    if (!config) return refuse(config.error());
    log::init("fz-server", level_of(config->log_level));
    return serve(*config);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fz-server: %s\n", e.what());
    return 1;
  }
}
