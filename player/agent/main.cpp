// fz-agent: fetches, verifies, stores, decides, reports. See README.md.
#include <sys/signalfd.h>

#include <toml++/toml.h>
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <tuple>

#include "player/agent/shell.hpp"
#include "player/agent/site.hpp"
#include "shared/base/log.hpp"
#include "shared/base/process.hpp"
#include "shared/base/version.hpp"

namespace fz::agent {
namespace {

// Exit codes; the unit file and the demo read them.
constexpr int kStopped = 0, kUsage = 2, kSitePackage = 3, kDataFolder = 4;

struct Arguments {
  ShellOptions shell;
  std::string config, root, data, socket, program, decoder, ca;
  std::vector<std::string> site;
  bool verbose = false;
  std::int64_t quota_mb = 0, limit_kb = 0;
  int limit_s = 30;
  std::string limit_hours, download_hours;
  std::vector<std::string> sticks;
  std::vector<int> keys;
  std::vector<std::string> inputs;
};

int complain(const Error& e, int code) {
  std::cerr << "fz-agent: " << message(e, Lang::zh) << '\n' << message(e, Lang::en) << '\n';
  if (!e.detail.empty()) std::cerr << e.detail << '\n';
  return code;
}

// Values of the file stand where the command line says nothing.
Result<void> read_config(Arguments& a) {
  FZ_TRY(const auto text, read_file(a.config, 1 << 20));
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& e) {
    return fail(Code::bad_field, {{"field", a.config}, {"what", std::string(e.description())}});
  }
  const std::pair<const char*, std::string*> strings[] = {{"server", &a.shell.network.server},
                                                          {"pin", &a.shell.network.pin},
                                                          {"proxy", &a.shell.network.proxy},
                                                          {"ca", &a.ca},
                                                          {"limit_hours", &a.limit_hours},
                                                          {"download_hours", &a.download_hours},
                                                          {"root", &a.root},
                                                          {"data", &a.data},
                                                          {"screen_socket", &a.socket},
                                                          {"screen_program", &a.program},
                                                          {"decoder", &a.decoder}};
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const auto known = std::find_if(std::begin(strings), std::end(strings), [&](const auto& s) { return name == s.first; });
    if (known != std::end(strings) && node.is_string()) {
      if (known->second->empty()) *known->second = node.value<std::string>().value();
    } else if ((name == "quota_mb" || name == "limit_kb") && node.is_integer()) {
      auto& value = name == "quota_mb" ? a.quota_mb : a.limit_kb;
      if (value == 0) value = node.value<std::int64_t>().value();
    } else if ((name == "screen_arguments" || name == "site" || name == "sticks") && node.is_array()) {
      auto& list = name == "site" ? a.site : name == "sticks" ? a.sticks : a.shell.screen.arguments;
      if (list.empty())
        for (const auto& x : *node.as_array()) list.push_back(x.value_or(std::string{}));
    } else {
      return fail(Code::unknown_field, {{"field", name}});
    }
  }
  return {};
}

// With --site the address, the pin and the root come from the installer's package.
Result<void> take_site(Arguments& a) {
  if (a.site.empty() || a.data.empty() || !a.shell.network.server.empty() || !a.root.empty()) return {};
  a.shell.network.ca = a.ca;
  FZ_TRY(auto site, obtain_site(a.data, {a.site.begin(), a.site.end()}, a.shell.network));
  a.shell.network.server = std::move(site.server);
  a.shell.network.pin = std::move(site.pin);
  a.root = site_root(a.data).string();
  return {};
}

Result<void> take_limit(Arguments& a) {
  auto& pace = a.shell.network.pace;
  pace.bytes_per_s = static_cast<std::uint64_t>(std::max<std::int64_t>(0, a.limit_kb)) << 10;
  if (a.limit_kb != 0 && pace.bytes_per_s < kLeastPace) return fail(Code::bad_field, {{"field", "limit_kb"}, {"what", ">= 8"}});
  if (!a.download_hours.empty()) {
    a.shell.download_hours = parse_hours(a.download_hours);
    if (!a.shell.download_hours) return fail(Code::bad_field, {{"field", "download_hours"}, {"what", "22:00-06:00"}});
  }
  if (a.limit_hours.empty()) return {};
  const auto hours = parse_hours(a.limit_hours);
  if (!hours) return fail(Code::bad_field, {{"field", "limit_hours"}, {"what", "07:00-22:00"}});
  std::tie(pace.from_minute, pace.until_minute) = *hours;
  return {};
}

Result<void> complete(Arguments& a) {
  FZ_CHECK(take_limit(a));
  const std::pair<const char*, const std::string*> needed[] = {
      {"--server", &a.shell.network.server}, {"--root", &a.root}, {"--data", &a.data}, {"--screen-socket", &a.socket}};
  for (const auto& [name, value] : needed)
    if (value->empty()) return fail(Code::missing_field, {{"field", name}});
  while (a.shell.network.server.ends_with('/')) a.shell.network.server.pop_back();
  FZ_CHECK(net::parse_url(a.shell.network.server));
  a.shell.network.ca = a.ca;
  a.shell.root = a.root;
  a.shell.data = a.data;
  a.shell.screen.socket = a.socket;
  a.shell.screen.program = a.program;
  a.shell.decoder = a.decoder;
  a.shell.sticks.assign(a.sticks.begin(), a.sticks.end());
  a.shell.boot.limit = Seconds{a.limit_s};
  a.shell.boot.keys.insert(a.keys.begin(), a.keys.end());
  a.shell.boot.inputs.assign(a.inputs.begin(), a.inputs.end());
  if (a.shell.boot.on && a.program.empty()) a.shell.screen.program = program_dir() / "fz-screen";
  a.shell.quota = static_cast<std::uint64_t>(std::max<std::int64_t>(0, a.quota_mb)) << 20;
  return {};
}

// Blocked in every thread, so before any starts.
Fd stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

int run(Arguments& a) {
  const Millis began = system_clock().since_boot();
  const Fd signals = stop_signals();
  if (a.shell.boot.on) end_at(began + Seconds{a.limit_s});  // before anything that could hang
  log::init("fz-agent", a.verbose ? log::Level::debug : log::Level::info);
  if (!a.config.empty())
    if (auto r = read_config(a); !r) return complain(r.error(), kUsage);
  if (auto r = take_site(a); !r) return complain(r.error(), kSitePackage);
  if (auto r = complete(a); !r) return complain(r.error(), kUsage);
  const bool boot = a.shell.boot.on;
  Shell shell(std::move(a.shell));
  if (auto r = shell.open(); !r) {
    if (boot) return complain(r.error(), kBootNothing);
    const bool site = code_name(r.error().code).starts_with("trust_");
    return complain(r.error(), site ? kSitePackage : kDataFolder);
  }
  if (boot) return shell.run_boot(signals.get(), began);
  shell.run(signals.get());
  return kStopped;
}

}  // namespace
}  // namespace fz::agent

int main(int argc, char** argv) {
  fz::agent::Arguments a;
  CLI::App app{
      "fz-agent — 反诈屏幕端：下载、核验、保存、决定播放、上报 / fetches, verifies, stores, decides and reports for one screen.\n"
      "Example: fz-agent --server https://fz.example:8443 --pin <SHA-256> --root root.json --data /var/lib/fanzha --screen-socket "
      "/run/fanzha/screen.sock"};
  app.set_version_flag("--version", fz::version());
  app.add_option("--config", a.config, "配置文件 / TOML file with the same names (screen_socket, screen_program ...)");
  app.add_option("--server", a.shell.network.server, "服务器地址 / address, https://host:port");
  app.add_option("--pin", a.shell.network.pin, "服务器证书指纹 / SHA-256 of the server's certificate");
  app.add_option("--ca", a.ca, "CA 证书文件 / PEM of the authority, where there is no pin");
  app.add_option("--proxy", a.shell.network.proxy, "代理 / http://host:port");
  app.add_option("--root", a.root, "站点包中的 root.json / root document of the site package");
  app.add_option(
      "--site", a.site,
      "第一次启动时找站点包的地方 / where to look for the site package at the first start, instead of --server and --root (repeat)");
  app.add_option("--data", a.data, "数据目录 / folder of keys, state, media and play records");
  app.add_option("--screen-socket", a.socket, "fz-screen 的套接字 / socket of fz-screen");
  app.add_option("--screen-program", a.program, "由本程序启动的 fz-screen / started here when nobody listens");
  app.add_option("--screen-arg", a.shell.screen.arguments, "给 fz-screen 的参数 / its arguments (repeat; write --screen-arg=--sink)");
  app.add_option("--decoder", a.decoder, "fz-decode 的路径 / which fz-decode; default: beside this program");
  app.add_option("--quota-mb", a.quota_mb, "媒体占用上限 / most megabytes of media; 0: what the disk has")->check(CLI::NonNegativeNumber);
  app.add_flag("--boot", a.shell.boot.on,
               "开机画面：播放一遍开机清单后退出 / the boot list once, then exit; see README.md for the statuses");
  app.add_option("--limit", a.limit_s, "开机画面最长秒数 / --boot: seconds after which it is over, whatever happens")
      ->check(CLI::Range(1, 600))
      ->capture_default_str();
  app.add_option("--key", a.keys, "跳过键的代码 / --boot: Linux key code that skips (repeat); default: any key");
  app.add_option("--input", a.inputs, "按键设备 / --boot: event device to watch (repeat); default: all of /dev/input");
  app.add_option("--limit-kb", a.limit_kb, "媒体下载限速（每秒千字节） / most kilobytes of media a second; 0: no limit");
  app.add_option("--limit-hours", a.limit_hours, "限速时段，如 07:00-22:00 / when the limit holds; default: always");
  app.add_option("--download-hours", a.download_hours,
                 "只在此时段下载媒体，如 22:00-06:00 / media are downloaded in these hours only; documents and alerts always");
  app.add_option("--stick", a.sticks, "U盘所在的文件夹 / where sticks are mounted (repeat); see README.md");
  app.add_flag("--verbose", a.verbose, "详细日志 / log more");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : 2;
  }
  try {
    return fz::agent::run(a);
  } catch (const std::exception& e) {
    std::cerr << "fz-agent: " << e.what() << '\n';
    return 1;
  }
}
