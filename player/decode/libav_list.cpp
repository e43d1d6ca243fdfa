// libgstlibav asks libavcodec for every codec it has (some 500) and registers each: 70 ms a start, and as many parsers a
// hostile file could reach. Its three questions are answered here instead: symbols that a program exports come first in
// the dynamic linker's order (ELF interposition), so the plugin sees the codecs on this list and no others. Where a
// system links differently, the plugin sees all: slower, still caged.
#include <dlfcn.h>
#include <link.h>

#include <cstring>
#include <string_view>

namespace {

// The codecs an office's videos come in. Encoder "aac" makes the renditions' sound.
constexpr std::string_view kCodecs[] = {"h264", "hevc", "mpeg4", "mpeg2video", "mjpeg", "prores", "aac", "mp3float", "ac3", "eac3", "alac",
                                        // of old AVI and WMV files
                                        "wmv1", "wmv2", "wmv3", "vc1", "msmpeg4v2", "msmpeg4", "wmav1", "wmav2", "wmapro"};

struct Found {
  void* library = nullptr;
};
int find_avcodec(dl_phdr_info* info, std::size_t, void* user) {
  if (!info->dlpi_name || !std::strstr(info->dlpi_name, "/libavcodec.so.")) return 0;
  static_cast<Found*>(user)->library = ::dlopen(info->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
  return 1;
}
using Iterate = const void* (*)(void**);
Iterate real_iterate() {
  Found found;
  ::dl_iterate_phdr(find_avcodec, &found);
  return found.library ? reinterpret_cast<Iterate>(::dlsym(found.library, "av_codec_iterate")) : nullptr;
}
}  // namespace

extern "C" {
/// libavcodec/codec.h: iterates over the codecs; a codec's first member is its name.
__attribute__((visibility("default"))) const void* av_codec_iterate(void** opaque) {
  static const Iterate real = real_iterate();
  while (const void* codec = real ? real(opaque) : nullptr) {
    const char* name;
    std::memcpy(&name, codec, sizeof name);
    for (auto wanted : kCodecs)
      if (wanted == name) return codec;
  }
  return nullptr;
}
/// libavformat/avformat.h: no container is read or written by libavformat.
__attribute__((visibility("default"))) const void* av_demuxer_iterate(void**) {
  return nullptr;
}
__attribute__((visibility("default"))) const void* av_muxer_iterate(void**) {
  return nullptr;
}
}
