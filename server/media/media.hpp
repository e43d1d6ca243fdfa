// Runs fz-decode for the server: what a file is, and the renditions that screens play. Opens no media itself. Any thread.
#pragma once
#include <atomic>
#include <functional>
#include <memory>

#include "server/library/library.hpp"
#include "server/speech/speech.hpp"
#include "shared/base/file.hpp"
#include "shared/base/process.hpp"
#include "shared/blob/blob.hpp"

namespace fz::media {

struct Tools {
  fs::path decoder;         ///< fz-decode
  speech::Engine speech{};  ///< says what is to be spoken
  fs::path scratch;         ///< folder for unfinished renditions, on the file system of the blobs
  // Limits are for what hangs, not for what is slow: on a machine that does much else a good file takes its time.
  Millis probe_limit{120'000};
  int render_times = 10;         ///< a rendition may take so many times the film's duration ...
  Millis render_least{300'000};  ///< ... but always this long
  Millis grace{10000};           ///< fz-decode ends itself at its limit; so much later it is killed
  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);  ///< ends running work
};
using Progress = std::function<void(int permille)>;

/// Decodes the source of `item` and says what it is and which renditions to make. Errors: media_* (the file is bad, or
/// media_timeout), media_decoder_died, blob errors, process_failed, cancelled.
Result<library::Probed> probe(const Tools& tools, blob::Store& blobs, const library::Item& item);
/// Makes one rendition and stores its blob; of a text to be spoken (speech::kMime) from what the engine says. Errors: as
/// probe; disk_full; those of speech.
Result<library::Rendition> render(const Tools& tools, blob::Store& blobs, const library::Item& item, const std::string& profile,
                                  const Progress& progress);

/// Makes a pack (library/packs.hpp: those that are `made`) of the approved renditions and stores its blob; `item` and the other members
/// of the answer that the job knows are left empty. Errors: as render, those of shared/render, too_large, not_found.
Result<library::Pack> make_pack(const Tools& tools, blob::Store& blobs, const library::Item& item,
                                const std::vector<library::Rendition>& renditions, const std::string& pack, const Progress& progress);

/// A JPEG of at most 480 pixels a side: a picture, or a film's face. Errors: as probe.
Result<std::string> thumbnail(const Tools& tools, blob::Store& blobs, const library::Item& item);

/// What a probe found, as fz-decode prints it.
struct Found {
  bool still = false;
  std::string mime;
  int width = 0, height = 0;
  std::int64_t duration_ms = 0;
  bool sound = false;  ///< without a picture; 0x0
};
/// Kind and renditions for what was found: a picture is shown as it is when it is small enough for any screen; a film gets
/// 720p, and 1080p when it is larger than that; sound alone gets "audio". Pure.
library::Probed plan(const Found& found, const library::Item& item, const crypto::ChunkedDigest& source);

}  // namespace fz::media
