// fz-agent: a screen's network, keys, store and decisions. It touches no media and no surface.
#include <sys/signalfd.h>

#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>

#include "player/agent/shell.hpp"
#include "shared/base/log.hpp"

namespace {

using namespace fz;

// The day this program was built: the floor of a new screen's clock ("Nov 22 2026" -> UTC midnight of the day before, so
// that no time zone of the build machine puts it in the future).
UtcTime build_date() {
  std::tm t{};
  std::istringstream in(__DATE__);
  in >> std::get_time(&t, "%b %d %Y");
  return UtcTime{std::chrono::sys_days{std::chrono::year{t.tm_year + 1900} / (t.tm_mon + 1) / t.tm_mday}} - Days{1};
}

struct Options {
  std::string config, server, pin, ca, root, data, socket, decoder, screen_program;
  std::vector<std::string> screen_args;
  std::uint64_t quota_mb = 0;
  bool verbose = false;
};

void read_config(Options& o) {
  auto t = toml::parse_file(o.config);
  auto text = [&](const char* name, std::string& into) {
    if (into.empty()) into = t[name].value_or(std::string());
  };
  text("server", o.server);
  text("pin", o.pin);
  text("ca", o.ca);
  text("root", o.root);
  text("data", o.data);
  text("screen_socket", o.socket);
  text("screen_program", o.screen_program);
  text("decoder", o.decoder);
  if (o.quota_mb == 0) o.quota_mb = t["quota_mb"].value_or(std::uint64_t{0});
  if (auto* args = t["screen_args"].as_array())
    for (auto& a : *args)
      if (auto s = a.value<std::string>()) o.screen_args.push_back(*s);
}

int complain(const Error& e) {
  std::cerr << message(e, Lang::zh) << '\n' << message(e, Lang::en) << '\n';
  return 1;
}

int run(int argc, char** argv) {
  Options o;
  CLI::App app{
      "fz-agent —— 屏幕端：取内容、验签名、存储、决定播什么、上报记录\n"
      "fz-agent: fetches, verifies, stores, decides and reports for one screen\n\n"
      "  fz-agent --config /etc/fanzha/agent.toml\n"
      "  fz-agent --server https://host:8443 --pin FINGERPRINT --root 1.root.json --data DIR --screen-socket DIR/screen.sock"};
  app.set_version_flag("--version", FZ_VERSION);
  app.add_option("--config", o.config, "TOML 配置文件 configuration; the options below win over it");
  app.add_option("--server", o.server, "服务器地址 https://host:port");
  app.add_option("--pin", o.pin, "服务器证书 SHA-256 指纹 fingerprint of the server's certificate");
  app.add_option("--ca", o.ca, "CA 证书文件（不用指纹时） CA file, instead of a pin");
  app.add_option("--root", o.root, "站点包里的根文件 root document of the site package");
  app.add_option("--data", o.data, "数据文件夹 folder of everything kept");
  app.add_option("--screen-socket", o.socket, "fz-screen 的套接字 socket of fz-screen");
  app.add_option("--screen-program", o.screen_program, "由本程序启动 fz-screen start fz-screen, this program");
  app.add_option("--screen-arg", o.screen_args, "fz-screen 的参数（可多次） its arguments, may be repeated")->allow_extra_args(false);
  app.add_option("--decoder", o.decoder, "fz-decode; default: beside this program");
  app.add_option("--quota-mb", o.quota_mb, "内容最多占用 MB（0：只受剩余空间限制） most MB of content");
  app.add_flag("--verbose", o.verbose, "log more");
  CLI11_PARSE(app, argc, argv);
  log::init("fz-agent", o.verbose ? log::Level::debug : log::Level::info);
  if (!o.config.empty()) read_config(o);
  for (auto& [name, value] : {std::pair{"--server", o.server}, {"--root", o.root}, {"--data", o.data}, {"--screen-socket", o.socket}})
    if (value.empty()) return complain(fail(Code::missing_field, {{"field", name}}));

  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);  // before any thread starts
  std::signal(SIGPIPE, SIG_IGN);
  Fd signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));

  agent::ShellOptions s;
  s.folder = o.data;
  auto root = read_file(o.root, 1 << 20);
  if (!root) return complain(root.error());
  s.root = *std::move(root);
  while (o.server.ends_with('/')) o.server.pop_back();
  s.server = o.server;
  s.client.pin_sha256 = o.pin;
  s.client.ca_file = o.ca;
  s.screen.socket = o.socket;
  if (!o.screen_program.empty()) {
    s.screen.program = {o.screen_program};
    s.screen.program.insert(s.screen.program.end(), o.screen_args.begin(), o.screen_args.end());
  }
  s.decoder = o.decoder;
  s.quota = o.quota_mb << 20;
  s.build_date = build_date();
  auto shell = agent::Shell::open(std::move(s));
  if (!shell) return complain(shell.error());
  return (*shell)->run(signals.get());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "fz-agent: " << e.what() << '\n';
    return 70;
  }
}
