#include "server/media/media.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "server/media/decoder_run.hpp"
#include "shared/base/id.hpp"
#include "shared/base/log.hpp"

namespace fz::media {
namespace {

constexpr int kMaxStillSide = 4096;  // what every screen's decoder takes without scaling first
constexpr std::int64_t kMaxStillPixels = 4096LL * 2304;
constexpr std::uint64_t kMaxStillBytes = 16u << 20;

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
