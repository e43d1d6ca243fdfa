#include "player/decode/plugins.hpp"

#include <gst/gst.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>

#include "shared/base/file.hpp"

extern char** environ;

namespace fz::decode {
namespace {

// coreelements: fdsrc, fdsink, queue, capsfilter, identity, fakesink.
constexpr const char* kStill[] = {"coreelements", "app",  "videoconvertscale", "videofilter", "videocrop",
                                  "png",          "jpeg", "jpegformat",        "webp"};
constexpr const char* kDecode[] = {"isomp4", "matroska",  "videoparsersbad", "audioparsers", "audioconvert", "audioresample", "vpx",
                                   "opus",   "opusparse", "vorbis",          "libav",        "ogg",          "wavparse",      "flac"};
constexpr const char* kUpload[] = {"avi", "asf"};
constexpr const char* kEncode[] = {"videorate", "x264"};

// Where Debian and its relatives keep the plugins; the folder of the running libgstreamer decides.
fs::path plugin_dir() {
  const char* dirs[] = {"/usr/lib/x86_64-linux-gnu/gstreamer-1.0", "/usr/lib/aarch64-linux-gnu/gstreamer-1.0",
                        "/usr/lib/riscv64-linux-gnu/gstreamer-1.0", "/usr/lib/loongarch64-linux-gnu/gstreamer-1.0",
                        "/usr/lib64/gstreamer-1.0"};
  for (auto* d : dirs)
    if (::access(d, R_OK | X_OK) == 0) return d;
  return dirs[0];
}

// Nothing from outside may steer GStreamer: plugin paths, ranks, debug files.
void clear_environment() {
  std::vector<std::string> names;
  for (char** e = environ; *e; ++e)
    if (std::strncmp(*e, "GST_", 4) == 0) names.emplace_back(*e, std::strcspn(*e, "="));
  for (auto& n : names) ::unsetenv(n.c_str());
  ::setenv("GST_REGISTRY_DISABLE", "yes", 1);
}

// GLib's warnings: a few go to standard error, so that a hostile file cannot fill a journal.
void log_some(const gchar*, GLogLevelFlags, const gchar* message, gpointer) {
  static std::atomic<int> left{20};
  if (left-- <= 0) return;
  auto line = "fz-decode: " + std::string(message ? message : "").substr(0, 300) + "\n";
  [[maybe_unused]] auto ignored = ::write(2, line.data(), line.size());
}

Result<void> load(const fs::path& dir, const char* name) {
  GError* error = nullptr;
  auto file = dir / ("libgst" + std::string(name) + ".so");
  if (GstPlugin* plugin = gst_plugin_load_file(file.c_str(), &error)) {
    gst_object_unref(plugin);
    return {};
  }
  auto e = fail(Code::unavailable, {{"what", std::string("GStreamer ") + name}}, error ? error->message : "");
  g_clear_error(&error);
  return e;
}

}  // namespace

Result<void> load_plugins(PluginSet set) {
  clear_environment();
  g_log_set_default_handler(log_some, nullptr);
  gst_init(nullptr, nullptr);
  gst_debug_remove_log_function(gst_debug_log_default);  // messages reach people as errors with a code, not as log lines
  auto dir = plugin_dir();
  for (auto* p : kStill) FZ_CHECK(load(dir, p));
  if (set != PluginSet::still)
    for (auto* p : kDecode) FZ_CHECK(load(dir, p));
  if (set == PluginSet::upload || set == PluginSet::encode)
    for (auto* p : kUpload) FZ_CHECK(load(dir, p));
  if (set == PluginSet::encode)
    for (auto* p : kEncode) FZ_CHECK(load(dir, p));
  return {};
}

std::string gstreamer_version() {
  guint major, minor, micro, nano;
  gst_version(&major, &minor, &micro, &nano);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(micro);
}

}  // namespace fz::decode
