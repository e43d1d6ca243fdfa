// fz-decode --play: a file into the ring of shared/wire.
#pragma once
#include "player/decode/options.hpp"
#include "shared/base/error.hpp"

namespace fz::decode {

/// Decodes descriptor `media` into the ring until its end; the outcome also stands in the ring's state. Returns when all is
/// taken or stale. Errors: those of the media.
Result<void> play(const Options& options, int media, wire::RingWriter ring);

}  // namespace fz::decode
