// fz-screen: owns the surface. With --listen it shows what the agent cues; with --play it plays files by itself.
#include <malloc.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include "player/screen/agent_link.hpp"
#include "player/screen/play_files.hpp"
#include "player/screen/rotate.hpp"
#include "player/screen/screen.hpp"
#include "shared/base/log.hpp"
#include "shared/base/version.hpp"

namespace {

using namespace fz;
using namespace fz::screen;

struct Options {
  std::string sink = "auto", size, audio = "null", fit = "contain", surround = "plain", listen, margins, agent;
  fs::path layout, facts;
  uid_t agent_uid = ::getuid();
  int fps = 30, still_ms = 5000, text_ms = 0, px_per_s = 120;
  bool sync = true, window = false, verbose = false;
  std::vector<std::string> files, texts, ticker;
  ScreenOptions screen;
  Arrangement arrangement;
  PlayList list;
};

// Empty: go on. Otherwise the exit status.
std::optional<int> parse(int argc, char** argv, Options& o) {
  CLI::App app{
      "fz-screen: paints the screen. It opens no media (fz-decode does), has no network and no keys.\n"
      "  fz-screen --play a.mp4 b.png notice.json --tap seen.jsonl --sink headless --preview /tmp/p\n"
      "  fz-screen --listen /run/fanzha/screen.sock",
      "fz-screen"};
  app.set_version_flag("--version", fz::version());
  auto* play = app.add_option("--play", o.files, "Play these files in order: media, or text documents (*.json)");
  app.add_option("--text", o.texts, "Text documents to play after the files");
  app.add_option("--listen", o.listen, "Serve fz-agent on this Unix socket")->excludes(play);
  app.add_option("--agent", o.agent, "The user that fz-agent runs as, where it is another one; the socket is open to our group then");
  app.add_option("--sink", o.sink, "Where frames go")
      ->check(CLI::IsMember({"auto", "null", "x11", "headless", "audio"}))
      ->capture_default_str();
  app.add_option("--size", o.size, "The output as WxH, even; default: the display's, or 1920x1080");
  app.add_option("--fps", o.fps, "Frames a second")->check(CLI::IsMember({25, 30, 50, 60}))->capture_default_str();
  app.add_option("--audio", o.audio, "Where sound goes: null or auto")->check(CLI::IsMember({"null", "auto"}))->capture_default_str();
  app.add_option("--tap", o.screen.tap, "Write a JSON line for every frame that was shown");
  app.add_option("--panel", o.screen.panel,
                 "Its own brightness and power: none, auto, ddc:/dev/i2c-N or cec:/dev/cecN; what it cannot do is painted")
      ->check(
          [](const std::string& s) { return display::valid_setting(s) ? std::string() : "none, auto, ddc:/dev/i2c-N or cec:/dev/cecN"; })
      ->capture_default_str();
  app.add_option("--tap-sound", o.screen.tap_sound, "Write a JSON line for every block of sound that was heard");
  app.add_option("--preview", o.screen.preview, "Folder: a preview.jpg of what is shown, renewed every second");
  app.add_option("--loop", o.list.loops, "Play the list this often; 0: for ever")->check(CLI::Range(0, 1'000'000))->capture_default_str();
  app.add_option("--still-ms", o.still_ms, "How long a picture stays")->check(CLI::Range(100, 3'600'000))->capture_default_str();
  app.add_option("--text-ms", o.text_ms, "How long a text stays, all pages together; 0: as long as reading takes")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  app.add_option("--fit", o.fit, "How a picture fills the surface")
      ->check(CLI::IsMember({"contain", "cover", "exact"}))
      ->capture_default_str();
  app.add_option("--surround", o.surround, "Around a contained picture")->check(CLI::IsMember({"plain", "blur"}))->capture_default_str();
  app.add_option("--rotate", o.screen.output.rotation, "Turn the picture clockwise, for a panel that hangs on its side")
      ->check(CLI::IsMember({0, 90, 180, 270}))
      ->capture_default_str();
  app.add_option("--margins", o.margins, "Leave the rim free: n, or x,y, or left,top,right,bottom; pixels, or per mille as 20pm");
  app.add_option("--layout", o.layout, "A layout document, until the agent brings another one");
  app.add_option("--facts", o.facts, "A document of local facts, for the layout's corner");
  app.add_option("--region", o.arrangement.region, "Division code of the place, to find its facts");
  app.add_option("--site", o.arrangement.site, "Site id, to find its facts");
  app.add_option("--side", o.list.side, "Files to play in the layout's side zone");
  app.add_option("--ticker", o.ticker, "A running line (repeat for more)");
  app.add_option("--ticker-speed", o.px_per_s, "Pixels a second")->check(CLI::Range(10, 2000))->capture_default_str();
  app.add_option("--decoder", o.list.decoder, "fz-decode to use");
  app.add_option("--sync", o.sync, "false: as fast as it goes, for tests")->capture_default_str();
  app.add_flag("--window", o.window, "x11: a window instead of the full screen");
  app.add_flag("--verbose", o.verbose, "Log more");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e);
  }
  o.files.insert(o.files.end(), o.texts.begin(), o.texts.end());
  if (o.files.empty() == o.listen.empty()) {
    std::cerr << "fz-screen: 请指定 --play 文件 或 --listen 套接字 (give --play FILE... or --listen SOCKET)\n";
    return 2;
  }
  if (!o.agent.empty()) {
    const auto* user = ::getpwnam(o.agent.c_str());
    if (!user) {
      std::cerr << "fz-screen: --agent 没有这个用户 (no such user): " << o.agent << '\n';
      return 2;
    }
    o.agent_uid = user->pw_uid;
  }
  auto& out = o.screen.output;
  if (!o.size.empty() &&
      (std::sscanf(o.size.c_str(), "%dx%d", &out.area.width, &out.area.height) != 2 || out.area.width < 16 || out.area.height < 16 ||
       out.area.width > 8192 || out.area.height > 8192 || out.area.width % 2 || out.area.height % 2)) {
    std::cerr << "fz-screen: --size 应为偶数宽x高，16 到 8192 (even WxH, 16 to 8192)\n";
    return 2;
  }
  out.area = turned(out.area, out.rotation);
  bool x11 = o.sink == "x11" || (o.sink == "auto" && std::getenv("DISPLAY"));
  out.sink = x11 ? SinkKind::x11 : o.sink == "null" ? SinkKind::null : o.sink == "audio" ? SinkKind::audio : SinkKind::headless;
  out.rate = {o.fps, 1};
  out.sync = o.sync;
  out.fullscreen = !o.window;
  out.follow = o.window || o.size.empty();  // a size that was asked for stays
  out.audio_device = o.audio == "auto";
  o.list.files.assign(o.files.begin(), o.files.end());
  o.list.still_duration = Millis(o.still_ms);
  o.list.text_duration = Millis(o.text_ms);
  o.screen.fit = o.fit == "cover" ? Fit::cover : o.fit == "exact" ? Fit::exact : Fit::contain;
  o.screen.surround = o.surround == "blur" ? Surround::blur : Surround::plain;
  return std::nullopt;
}

// Margins and documents of the command line.
Result<void> read_arrangement(Options& o) {
  if (!o.margins.empty()) {
    FZ_TRY(o.screen.margins, layout::parse_margins(o.margins));
  }
  if (!o.layout.empty()) {
    FZ_TRY(o.arrangement.layout, read_file(o.layout, layout::kMaxLayoutBytes));
    FZ_CHECK(layout::parse(o.arrangement.layout));
    o.arrangement.id = o.layout.filename();
  }
  if (!o.facts.empty()) {
    FZ_TRY(o.arrangement.facts, read_file(o.facts, render::kMaxDocumentBytes));
  }
  return {};
}

// SIGTERM and SIGINT as a descriptor; blocked in every thread, so call it before any starts.
Fd stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

constexpr int kTendMs = 100;

int play_files(Screen& screen, PlayFiles& player, const Options& o, int signals) {
  screen.begin();
  player.play_on(screen);
  screen.ticker(o.ticker, o.px_per_s);
  auto tended = monotonic_ns();
  while (!player.done()) {
    pollfd p[2] = {{screen.event_fd(), POLLIN, 0}, {signals, POLLIN, 0}};
    ::poll(p, 2, kTendMs);
    if (p[1].revents & POLLIN) return 128 + SIGTERM;
    for (auto& e : screen.take_events()) {
      if (auto* m = std::get_if<wire::ToAgent>(&e)) player.handle(*m);
      if (std::holds_alternative<LaidOut>(e)) player.laid_out(screen.layout());
    }
    if (monotonic_ns() - tended < kTendMs * kNsPerMs) continue;
    tended = monotonic_ns();
    player.tend();
    screen.tend();
    if (screen.closed()) return 0;
  }
  if (player.shown() > 0) return 0;
  std::cerr << message(fail(Code::screen_nothing_shown), Lang::zh) << ' ' << message(fail(Code::screen_nothing_shown), Lang::en) << '\n';
  return 1;
}

int serve(Screen& screen, const Options& o, int signals) {
  auto link = AgentLink::listen(screen, o.listen, o.agent_uid);
  if (!link) {
    std::cerr << message(link.error(), Lang::zh) << ' ' << message(link.error(), Lang::en) << '\n';
    return 1;
  }
  screen.begin();
  ::sd_notify(0, "READY=1");
  if (!o.ticker.empty()) screen.ticker(o.ticker, o.px_per_s);
  auto tended = monotonic_ns(), alive = tended;
  for (;;) {
    auto events = static_cast<short>(POLLIN | (link->wants_to_write() ? POLLOUT : 0));
    pollfd p[4] = {{screen.event_fd(), POLLIN, 0}, {signals, POLLIN, 0}, {link->listener_fd(), POLLIN, 0}, {link->channel_fd(), events, 0}};
    ::poll(p, 4, kTendMs);
    if (p[1].revents & POLLIN) return 0;
    if (p[2].revents & POLLIN) link->accept();
    if (p[3].revents & POLLOUT) link->flush();
    if (p[3].revents & (POLLIN | POLLHUP | POLLERR)) link->receive();
    for (auto& e : screen.take_events()) link->handle(e);
    screen.events_passed_on();
    auto now = monotonic_ns();
    if (now - tended >= kTendMs * kNsPerMs) {
      tended = now;
      screen.tend();
      if (screen.closed()) return 0;
    }
    if (now - alive >= kNsPerS / 4) {
      alive = now;
      link->say_alive();
      ::sd_notify(0, "WATCHDOG=1");
    }
  }
}

int run(int argc, char** argv) {
  Options o;
  if (auto status = parse(argc, argv, o)) return *status;
  log::init("fz-screen", o.verbose ? log::Level::debug : log::Level::info);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::mallopt(M_ARENA_MAX, 2);  // flatter memory over weeks
  Fd signals = stop_signals();
  auto no_surface = [](const Error& e) {
    std::cerr << message(e, Lang::zh) << ' ' << message(e, Lang::en) << '\n';
    return 1;
  };
  auto area = surface_area(o.screen.output);
  if (!area) return no_surface(area.error());
  o.screen.output.area = *area;
  if (auto read = read_arrangement(o); !read) return no_surface(read.error());
  PlayFiles player(o.list, Screen::placed(o.screen, o.arrangement));
  if (o.listen.empty()) player.start_first();
  init_gstreamer();
  auto screen = Screen::open(o.screen, o.arrangement);
  if (!screen) return no_surface(screen.error());
  return o.listen.empty() ? play_files(**screen, player, o, signals.get()) : serve(**screen, o, signals.get());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "fz-screen: " << e.what() << '\n';
    return 70;
  }
}
