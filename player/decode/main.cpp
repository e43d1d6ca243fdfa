// fz-decode: see README.md beside this file.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exception>

#include "player/decode/compare.hpp"
#include "player/decode/options.hpp"
#include "player/decode/pdf.hpp"
#include "player/decode/play.hpp"
#include "player/decode/plugins.hpp"
#include "player/decode/probe.hpp"
#include "player/decode/render.hpp"
#include "player/decode/report.hpp"
#include "player/decode/sandbox.hpp"
#include "shared/base/version.hpp"

#ifdef FZ_SANITIZE
// The leak checker stops the process with ptrace, which the sandbox refuses; the process lives for one file only.
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}
#endif

namespace fz::decode {
namespace {

PluginSet plugins_for(const Options& o) {
  if (o.mode == Mode::render) return PluginSet::encode;
  if ((o.mode == Mode::probe && !o.brief) || o.any_gain) return PluginSet::upload;
  return o.mode == Mode::play && o.media_type.starts_with("image/") ? PluginSet::still : PluginSet::decode;
}

Result<void> selftest() {
  FZ_CHECK(load_plugins(PluginSet::encode));
  FZ_TRY(auto report, enter_sandbox({}));
  print_line(json::object{{"gstreamer", gstreamer_version()},
                          {"landlock", report.landlock},
                          {"landlock_abi", report.landlock_abi},
                          {"seccomp", report.seccomp},
                          {"version", version()}});
  return {};
}

/// The media's descriptor for probe and the rest: a path is opened before the cage closes, 3 is the caller's.
Result<Fd> open_input(const Options& o) {
  if (o.mode != Mode::probe || o.file.empty()) {
    if (::fcntl(3, F_GETFD) < 0)
      return fail(Code::bad_request, {{"what", "--probe FILE, or the file as descriptor 3 (fz-decode ... 3<FILE)"}});
    return Fd(3);
  }
  return open_read(o.file);
}

/// Modes that answer on standard output.
Result<void> work(const Options& o) {
  FZ_TRY(auto input, open_input(o));
  if ((o.mode == Mode::probe && !o.brief) || o.profile == "page" || o.profile == "thumb") load_pdf_reader();
  SandboxLimits limits;
  limits.cpu_seconds = 24 * 3600;
  if (o.mode == Mode::render) limits.file_bytes = std::uint64_t{16} << 30;
  FZ_CHECK(enter_sandbox(limits));
  auto limit = Millis{o.limit_ms > 0 ? o.limit_ms : o.mode == Mode::probe ? 30'000 : 4 * 3600 * 1000};
  Watchdog dog(limit, [&] {
    print_error(fail(Code::media_timeout, {{"seconds", std::to_string((limit.count() + 999) / 1000)}}));
    ::_exit(1);
  });
  switch (o.mode) {
    case Mode::probe: {
      FZ_TRY(auto info, probe(o, input.get()));
      print_line(to_json(info));
      return {};
    }
    case Mode::render:
      return render(o, input.get(), 4);
    default:
      return compare(o, input.get(), 4);
  }
}

Result<void> run(const Options& o) {
  if (o.mode == Mode::selftest) return selftest();
  FZ_CHECK(load_plugins(plugins_for(o)));
  SandboxLimits limits;
  if (o.mode == Mode::play) {
    FZ_TRY(auto ring, wire::RingWriter::open(Fd(4), Fd(5), Fd(6), o.geometry));
    if (auto caged = enter_sandbox(limits); !caged) {
      ring.fail(caged.error().code);
      return caged.error();
    }
    return play(o, 3, std::move(ring));
  }
  return work(o);
}

int main_of(int argc, char** argv) {
  std::string help;
  auto options = parse_options(argc, argv, help);
  if (!options) {
    print_error(options.error());
    return 2;
  }
  if (!help.empty()) {
    ::fputs(help.c_str(), stdout);
    return 0;
  }
  auto done = run(*options);
  if (!done) print_error(done.error());
  return done ? 0 : 1;
}

}  // namespace
}  // namespace fz::decode

int main(int argc, char** argv) {
  int status = 3;
  try {
    status = fz::decode::main_of(argc, argv);
  } catch (const std::exception& e) {
    fz::decode::print_error(fz::fail(fz::Code::internal, {{"id", "fz-decode"}}, e.what()));
  }
  // Straight out: libraries' destructors have nothing to save and would cost time.
  ::fflush(stdout);
  ::_exit(status);
}
