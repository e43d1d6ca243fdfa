// An MP4 as our muxer writes it (ftyp, mdat, moov) turned into one that plays while it loads: moov before mdat, chunk
// offsets moved along, times of creation cleared so that equal input gives equal bytes. ISO/IEC 14496-12.
#pragma once
#include "shared/base/error.hpp"

namespace fz::decode {

/// Rewrites the file behind `fd` (read and write) in place. Errors: media_corrupt (not as expected), disk_full, io.
Result<void> make_faststart(int fd);

}  // namespace fz::decode
