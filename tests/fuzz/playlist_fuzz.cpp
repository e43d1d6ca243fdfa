// Any text as a playlist: refused, or written and read again it is the same playlist.
#include <cstdlib>

#include "shared/base/bytes.hpp"
#include "shared/schedule/playlist.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto playlist = fz::schedule::parse_playlist(fz::as_text({data, size}));
  if (!playlist) return 0;
  const auto again = fz::schedule::parse_playlist(fz::schedule::write_playlist(*playlist));
  if (!again || *again != *playlist) std::abort();
  return 0;
}
