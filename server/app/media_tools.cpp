#include "server/app/media_tools.hpp"

#include "server/media/media.hpp"
#include "shared/base/process.hpp"

namespace fz::app {

MediaTools media_tools(const Config& config, blob::Store& blobs) {
  media::Tools tools;
  tools.decoder = config.decoder.empty() ? program_dir() / "fz-decode" : fs::path(config.decoder);
  tools.scratch = config.data / "scratch";
  // What a crash left half done.
  std::error_code ignored;
  fs::remove_all(tools.scratch, ignored);
  MediaTools out;
  out.cancel = [stop = tools.cancelled] { *stop = true; };
  out.probe = [tools, &blobs](const library::Item& item) { return media::probe(tools, blobs, item); };
  out.render = [tools, &blobs](const library::Item& item, const std::string& profile, const MediaTools::Progress& progress) {
    return media::render(tools, blobs, item, profile, progress);
  };
  out.pack = [tools, &blobs](const library::Item& item, const std::vector<library::Rendition>& renditions, const std::string& pack,
                             const MediaTools::Progress& progress) {
    return media::make_pack(tools, blobs, item, renditions, pack, progress);
  };
  out.thumbnail = [tools, &blobs](const library::Item& item) { return media::thumbnail(tools, blobs, item); };
  return out;
}

}  // namespace fz::app
