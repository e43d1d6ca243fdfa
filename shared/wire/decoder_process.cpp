#include "shared/wire/decoder_process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace fz::wire {

Result<DecoderProcess> DecoderProcess::start(Fd media, const DecodeRequest& r) {
  DecoderProcess d;
  d.geometry_ = r.geometry;
  FZ_TRY(d.ring_, make_ring(r.geometry));
  FZ_TRY(d.data_, make_event());
  FZ_TRY(d.space_, make_event());
  SpawnOptions o;
  auto program = r.program.empty() ? program_dir() / "fz-decode" : r.program;
  o.argv = {program.string(),
            "--play",
            "--width=" + std::to_string(r.geometry.width),
            "--height=" + std::to_string(r.geometry.height),
            "--fit=" + std::string(layout::fit_name(r.fit)),
            "--surround=" + std::string(layout::surround_name(r.surround)),
            "--slots=" + std::to_string(r.geometry.slots),
            "--audio-frames=" + std::to_string(r.geometry.audio_frames),
            "--still-ms=" + std::to_string(r.still_duration.count())};
  if (!r.media_type.empty()) o.argv.push_back("--media-type=" + r.media_type);
  o.fds = {{media.get(), 3}, {d.ring_.get(), 4}, {d.data_.get(), 5}, {d.space_.get(), 6}};
  FZ_TRY(d.process_, Process::spawn(o));
  return d;
}

Result<RingReader> DecoderProcess::reader() const {
  auto dup = [](int fd) { return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3)); };
  Fd ring = dup(ring_fd()), data = dup(data_fd()), space = dup(space_fd());
  if (!ring || !data || !space) return fail(Code::io, {{"path", "ring"}, {"what", std::strerror(errno)}});
  return RingReader::open(std::move(ring), std::move(data), std::move(space), geometry_);
}

}  // namespace fz::wire
