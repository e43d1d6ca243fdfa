// GStreamer with a short list of plugins instead of a registry: what is not on the list does not exist for a file.
// No cache file, no scanner process, and a start in some 50 ms instead of 500 (cold registry).
#pragma once
#include <string>
#include <vector>

#include "shared/base/error.hpp"

namespace fz::decode {

enum class PluginSet {
  still,   ///< PNG, JPEG, WebP
  decode,  ///< still, and MP4/MOV/Matroska/WebM with their codecs
  upload,  ///< decode, and what only uploads come in: AVI and WMV
  encode,  ///< upload, and H.264, AAC, MP4, PNG and JPEG writers
};

/// Initialises GStreamer and loads the set. Call once, in the only thread. Errors: unavailable naming the plugin that is missing.
Result<void> load_plugins(PluginSet set);
/// "1.22.0"
std::string gstreamer_version();

}  // namespace fz::decode
