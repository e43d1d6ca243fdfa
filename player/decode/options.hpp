// The command line of fz-decode; README.md beside this file says what each mode does.
#pragma once
#include <string>

#include "player/decode/structure.hpp"
#include "shared/wire/decoder_process.hpp"
#include "shared/wire/ring.hpp"

namespace fz::decode {

enum class Mode { play, probe, render, compare, selftest };

struct Options {
  Mode mode = Mode::probe;
  // play
  wire::RingGeometry geometry;
  wire::Fit fit = wire::Fit::contain;
  wire::Surround surround = wire::Surround::plain;
  int still_ms = 0;
  std::string media_type;
  // probe
  std::string file;      ///< path, or "" for descriptor 3
  std::string declared;  ///< name or media type the file came with
  bool full = false;     ///< all of a long film
  bool brief = false;    ///< a film's first second only
  PictureLimits picture;
  int min_side = 0;  ///< pixels; a picture with a smaller side is refused
  std::int64_t max_duration_ms = 4 * 3600 * 1000;
  // render
  std::int64_t max_bytes = 0;  ///< of a rendition for chat groups; 0: no limit
  std::string profile;
  // compare
  bool any_gain = false;  ///< the rendition may be louder or softer as a whole: against an upload, whose loudness was brought to a target
  // all
  std::int64_t limit_ms = 0;  ///< 0: the mode's default
};

/// Errors: bad_request with the reason or the help text. `help` is set when only help or the version was asked for.
Result<Options> parse_options(int argc, char** argv, std::string& help);

}  // namespace fz::decode
