// fz-server: one program, one folder.
#include <signal.h>
#include <systemd/sd-daemon.h>

#include <cstdio>

#include "server/app/arguments.hpp"
#include "server/app/backup.hpp"
#include "server/app/media_tools.hpp"
#include "server/app/server.hpp"
#include "server/http/app.hpp"
#include "shared/base/log.hpp"

namespace {

using namespace fz;

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

int back_up(const app::Config& config, const std::string& to) {
  const auto done = app::make_backup(config.data, to);
  if (!done) return refuse(done.error());
  // For the page that shows how old the last one is; the copy itself is made whether or not that can be written.
  const std::string last =
      json::write(json::object{{"at", format_time(system_clock().wall())}, {"bytes", done->bytes}, {"files", done->files}});
  if (const auto noted = write_atomic(config.data / http::kLastBackup, last, 0644); !noted) log::warn("{}", to_log(noted.error()));
  std::printf("%lld 个文件 files, %lld B -> %s\n", static_cast<long long>(done->files), static_cast<long long>(done->bytes), to.c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto line = app::read_command_line(argc, argv);
    if (!line) return refuse(line.error());
    if (!line->config) {
      std::fputs(line->text.c_str(), line->status == 0 ? stdout : stderr);
      return line->status;
    }
    log::init("fz-server", level_of(line->config->log_level));
    if (!line->backup.empty()) return back_up(*line->config, line->backup);
    return serve(*line->config);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "fz-server: %s\n", e.what());
    return 1;
  }
}
