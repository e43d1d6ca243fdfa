// What was really heard: the samples that the sound pipeline took, by play. The tap's ear.
#pragma once
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "player/screen/note.hpp"
#include "player/screen/timeline.hpp"
#include "shared/base/file.hpp"

namespace fz::screen {

/// Of one play. Silence that the pipeline took counts; what a missing device did not take does not.
struct Heard {
  std::int64_t samples = 0;  ///< sample frames
  std::int64_t blocks = 0;   ///< a block is the sound of one beat
  double energy = 0;         ///< sum of the squares of all samples
  std::uint32_t crc_first = 0, crc_last = 0;
  int rms() const;  ///< 0 ... 32768, of both channels together
};

/// Thread-safe.
class Ear {
 public:
  /// Writes a JSON line for each block of a play from now on: pts_ns, play, item, samples, rms, crc (CRC-32 of the samples as
  /// bytes). Errors: io.
  Result<void> write_to(const fs::path& path);
  /// `play` may be empty: nothing is counted.
  void heard(const PlayRef& play, Ns pts, std::span<const std::int16_t> samples);
  /// What was heard of the play so far; it is then forgotten.
  Heard take(const PlayRef& play);

 private:
  struct CloseFile {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  std::mutex mutex_;
  std::map<PlayRef, Heard> plays_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace fz::screen
