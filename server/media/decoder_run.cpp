#include "server/media/decoder_run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "shared/base/id.hpp"

namespace fz::media {
namespace {

constexpr int kMinSide = 64;  // less than the lowest LED strip

// {"error":name,"params":{...}}
Error decoder_error(const json::object& line) {
  Error e;
  e.code = Code::media_decoder_died;
  if (const auto* name = line.if_contains("error"); name && name->is_string()) {
    bool found = false;
    const auto code = code_from_name(name->get_string(), found);
    if (found) e.code = code;
  }
  if (const auto* params = line.if_contains("params"); params && params->is_object())
    for (const auto& [key, value] : params->get_object())
      if (value.is_string()) e.params.emplace_back(std::string(key), std::string(value.get_string()).substr(0, 200));
  return e;
}

}  // namespace

Result<Run> Run::start(const Tools& tools, std::vector<std::string> arguments, std::vector<std::pair<int, int>> fds, Millis limit) {
  std::array<int, 2> pipe_fds{};
  if (::pipe2(pipe_fds.data(), O_CLOEXEC) != 0) return disk_error(errno, "pipe");
  Run run;
  run.out_ = Fd(pipe_fds[0]);
  const Fd theirs(pipe_fds[1]);
  SpawnOptions o;
  // Making renditions may take all the processor there is, but never from those who are waiting for an answer.
  o.argv = {"/usr/bin/nice", "-n", "10", tools.decoder.string()};
  o.argv.insert(o.argv.end(), arguments.begin(), arguments.end());
  o.argv.insert(o.argv.end(), {"--limit-ms", std::to_string(limit.count())});
  fds.emplace_back(theirs.get(), 1);
  o.fds = std::move(fds);
  FZ_TRY(run.process_, Process::spawn(o));
  run.until_ = std::chrono::steady_clock::now() + limit + tools.grace;
  run.limit_ = limit;
  run.cancelled_ = tools.cancelled;
  return run;
}

Result<json::object> Run::finish(const Progress& progress) {
  std::string text;
  std::array<char, 4096> buffer{};
  json::object last;
  std::size_t total = 0;
  for (;;) {
    if (*cancelled_) return fail(Code::cancelled);
    const auto left = std::chrono::duration_cast<Millis>(until_ - std::chrono::steady_clock::now()).count();
    if (left <= 0) return fail(Code::media_timeout, {{"seconds", std::to_string(limit_.count() / 1000)}}, "killed");
    pollfd p{out_.get(), POLLIN, 0};
    if (::poll(&p, 1, static_cast<int>(std::min<std::int64_t>(left, 200))) <= 0) continue;
    const auto n = ::read(out_.get(), buffer.data(), buffer.size());
    if (n <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(n));
    total += static_cast<std::size_t>(n);
    if (total > (4u << 20) || text.size() > 65536) return fail(Code::media_decoder_died, {}, "too much output");
    take_lines(text, last, progress);
  }
  const auto status = process_.wait(Millis{5000});
  if (status && *status == 0 && !last.empty()) return last;
  if (last.contains("error")) return decoder_error(last);
  return fail(Code::media_decoder_died, {}, "status " + (status ? std::to_string(*status) : std::string("none")));
}

void Run::take_lines(std::string& text, json::object& last, const Progress& progress) {
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
    const auto value = json::parse(std::string_view(text).substr(0, end), {65536, 8});
    text.erase(0, end + 1);
    if (!value || !value->is_object()) continue;
    last = value->get_object();
    if (const auto* done = last.if_contains("progress"); done && done->is_int64() && progress)
      progress(static_cast<int>(std::clamp<std::int64_t>(done->get_int64(), 0, 1000)));
  }
}

Result<Found> look(const Tools& tools, const Fd& source, const std::string& declared) {
  FZ_TRY(auto run, Run::start(tools, {"--probe", "--declared", declared, "--min-side", std::to_string(kMinSide)}, {{source.get(), 3}},
                              tools.probe_limit));
  FZ_TRY(const auto line, run.finish({}));
  const json::value wrapped(line);
  json::Reader in(wrapped, "probe");
  Found f;
  const auto kind = in.string("kind", 20);
  f.still = kind == "image";
  f.sound = kind == "audio";
  f.mime = in.string("mime", 100);
  f.width = static_cast<int>(in.integer("width", f.sound ? 0 : 1, 65535));
  f.height = static_cast<int>(in.integer("height", f.sound ? 0 : 1, 65535));
  f.duration_ms = in.integer("duration_ms", 0, INT64_C(1) << 40);
  FZ_CHECK(in.finish(true));
  if (f.still) f.duration_ms = 0;
  return f;
}

Result<Scratch> Scratch::make(const Tools& tools, const char* what) {
  FZ_CHECK(make_dirs(tools.scratch, 0700));
  Scratch s(tools.scratch / (std::string(what) + "-" + random_code(12)));
  if (const int e = disk_step("create", s.path)) return disk_error(e, s.path);
  s.fd.reset(::open(s.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!s.fd) return disk_error(errno, s.path);
  return s;
}

}  // namespace fz::media
