// Any bytes as a media file: the look at its framing ends, with a structure or a reason. Decoders see only what passed it.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "player/decode/structure.hpp"
#include "shared/base/file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int fd = ::memfd_create("media", MFD_CLOEXEC);
  if (fd < 0 || ::ftruncate(fd, 0) != 0 || (size > 0 && ::pwrite(fd, data, size, 0) != static_cast<ssize_t>(size))) std::abort();
  const fz::decode::PictureLimits limits;
  const auto found = fz::decode::read_structure(fd, limits);
  if (!found) return 0;
  if (found->container.empty() || found->mime.empty()) std::abort();
  if (found->kind == fz::decode::Kind::image && !fz::decode::check_size(found->width, found->height, limits)) std::abort();
  (void)fz::decode::check_declared(*found, "a.png");
  return 0;
}
