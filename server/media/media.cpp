#include "server/media/media.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "shared/base/id.hpp"
#include "shared/base/json.hpp"
#include "shared/base/log.hpp"

namespace fz::media {
namespace {

constexpr int kMinSide = 64;         // less than the lowest LED strip
constexpr int kMaxStillSide = 4096;  // what every screen's decoder takes without scaling first
constexpr std::int64_t kMaxStillPixels = 4096LL * 2304;
constexpr std::uint64_t kMaxStillBytes = 16u << 20;

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

// One run of fz-decode; every line it prints goes to `line`. It is sandboxed and still not believed: lines are short,
// few and strictly read, and the process ends with this object.
class Run {
 public:
  static Result<Run> start(const Tools& tools, std::vector<std::string> arguments, std::vector<std::pair<int, int>> fds, Millis limit) {
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

  /// The last line, which holds the result.
  Result<json::object> finish(const Progress& progress) {
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

 private:
  static void take_lines(std::string& text, json::object& last, const Progress& progress) {
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      const auto value = json::parse(std::string_view(text).substr(0, end), {65536, 8});
      text.erase(0, end + 1);
      if (!value || !value->is_object()) continue;
      last = value->get_object();
      if (const auto* done = last.if_contains("progress"); done && done->is_int64() && progress)
        progress(static_cast<int>(std::clamp<std::int64_t>(done->get_int64(), 0, 1000)));
    }
  }
  Fd out_;
  Process process_;
  SteadyTime until_;
  Millis limit_{};
  std::shared_ptr<std::atomic<bool>> cancelled_;
};

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

/// An unfinished file of ours; gone when this ends, unless it was adopted.
struct Scratch {
  fs::path path;
  Fd fd;
  explicit Scratch(fs::path p) : path(std::move(p)) {}
  Scratch(Scratch&& o) noexcept : path(std::exchange(o.path, {})), fd(std::move(o.fd)) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    if (!path.empty()) (void)remove_file(path);
  }
  static Result<Scratch> make(const Tools& tools, const char* what) {
    FZ_CHECK(make_dirs(tools.scratch, 0700));
    Scratch s(tools.scratch / (std::string(what) + "-" + random_code(12)));
    if (const int e = disk_step("create", s.path)) return disk_error(e, s.path);
    s.fd.reset(::open(s.path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!s.fd) return disk_error(errno, s.path);
    return s;
  }
};

/// What a rendition is made from: the upload, or what the engine says of a text.
struct Source {
  Fd fd;
  std::string declared;
  std::optional<Scratch> spoken;  ///< holds the file that fd reads
};
Result<Source> open_source(const Tools& tools, blob::Store& blobs, const library::Item& item) {
  if (item.source_mime != speech::kMime) {
    FZ_TRY(auto opened, blobs.open_verified(item.source));
    return Source{std::move(opened.fd), item.source_name, std::nullopt};
  }
  FZ_TRY(const auto text, blobs.read(item.source, 64 * 1024));
  FZ_TRY(const auto what, speech::parse(text));
  FZ_TRY(auto file, Scratch::make(tools, "speech"));
  FZ_CHECK(speech::speak(tools.speech, what, file.fd));
  FZ_TRY(auto fd, open_read(file.path));
  return Source{std::move(fd), "speech.wav", std::move(file)};
}

}  // namespace

library::Probed plan(const Found& found, const library::Item& item, const crypto::ChunkedDigest& source) {
  library::Probed out;
  out.mime = found.mime;
  out.width = found.width;
  out.height = found.height;
  out.kind = found.still ? library::Kind::poster : found.sound ? library::Kind::audio : library::Kind::video;
  if (found.sound) {
    out.renders.emplace_back("audio");
    return out;
  }
  if (!found.still) {
    const int longer = std::max(found.width, found.height), shorter = std::min(found.width, found.height);
    if (longer > 1280 || shorter > 720) out.renders.emplace_back("1080p");
    out.renders.emplace_back("720p");
    return out;
  }
  if (found.mime == "application/pdf") {
    out.renders.emplace_back("page");  // the document itself goes to no screen and to no reviewer
    return out;
  }
  const bool fits = std::max(found.width, found.height) <= kMaxStillSide &&
                    static_cast<std::int64_t>(found.width) * found.height <= kMaxStillPixels && source.length <= kMaxStillBytes;
  if (!fits) {
    out.renders.emplace_back("still-1080p");
    return out;
  }
  library::Rendition r;
  r.item = item.id;
  r.version = item.version;
  r.profile = "original";
  r.sha256 = source.sha256;
  r.length = source.length;
  r.mime = found.mime;
  r.chunks = source.chunks;
  r.width = found.width;
  r.height = found.height;
  out.original = std::move(r);
  return out;
}

Result<library::Probed> probe(const Tools& tools, blob::Store& blobs, const library::Item& item) {
  FZ_TRY(const auto opened, blobs.open_verified(item.source));
  FZ_TRY(const auto found, look(tools, opened.fd, item.source_name));
  FZ_TRY(const auto source, blobs.info(item.source));
  return plan(found, item, source);
}

Result<library::Rendition> render(const Tools& tools, blob::Store& blobs, const library::Item& item, const std::string& profile,
                                  const Progress& progress) {
  FZ_TRY(const auto source, open_source(tools, blobs, item));
  FZ_TRY(const auto found, look(tools, source.fd, source.declared));
  FZ_TRY(const auto out, Scratch::make(tools, "render"));
  const Millis limit = std::max(tools.render_least, Millis{found.duration_ms * tools.render_times});
  FZ_TRY(auto run, Run::start(tools, {"--render", profile}, {{source.fd.get(), 3}, {out.fd.get(), 4}}, limit));
  FZ_TRY(const auto line, run.finish(progress));
  const json::value wrapped(line);
  json::Reader in(wrapped, "render");
  library::Rendition r;
  r.item = item.id;
  r.version = item.version;
  r.profile = profile;
  const bool sound = profile == "audio";
  r.width = static_cast<int>(in.integer("width", sound ? 0 : 1, 65535));
  r.height = static_cast<int>(in.integer("height", sound ? 0 : 1, 65535));
  r.mime = in.string("mime", 100);
  r.duration_ms = found.duration_ms;
  FZ_CHECK(in.finish(true));
  FZ_CHECK(sync_file(out.fd.get(), out.path));
  FZ_TRY(const auto info, blobs.adopt(out.path));
  r.sha256 = info.sha256;
  r.length = info.length;
  r.chunks = info.chunks;
  return r;
}

Result<std::string> thumbnail(const Tools& tools, blob::Store& blobs, const library::Item& item) {
  constexpr std::size_t kMaxThumbnail = 1u << 20;
  FZ_TRY(const auto source, blobs.open_verified(item.source));
  FZ_CHECK(make_dirs(tools.scratch, 0700));
  const fs::path file = tools.scratch / ("thumb-" + random_code(12));
  const Fd out(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out) return disk_error(errno, file);
  auto run = Run::start(tools, {"--render", "thumb"}, {{source.fd.get(), 3}, {out.get(), 4}}, tools.probe_limit);
  Result<json::object> line = run ? run->finish({}) : Result<json::object>(run.error());
  auto bytes = read_file(file, kMaxThumbnail);
  FZ_CHECK(remove_file(file));
  if (!line) return line.error();
  return bytes;
}

}  // namespace fz::media
