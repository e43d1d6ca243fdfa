#include "player/agent/opener.hpp"

#include <fcntl.h>

#include <memory>

namespace fz::agent {
namespace {
// Six 1080p frames are 19 MB; with two items prefetched beside the one on air the rings stay under 60 MB.
constexpr int kSlots = 6;
constexpr int kAudioFrames = 48000;
constexpr std::size_t kMaxText = 128 * 1024;

wire::RingGeometry geometry(ScreenSize size) {
  // Rings are even; a screen of odd size is painted with its last row or column repeated.
  return {size.width & ~1, size.height & ~1, kSlots, kAudioFrames};
}
Fd copy(int fd) {
  return Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
}
}  // namespace

Opener::Opener(ContentStore& store, ScreenLink& screen, Mailbox& mailbox, fs::path decoder, std::function<void(Event)> deliver)
    : store_(store), screen_(screen), mailbox_(mailbox), decoder_(std::move(decoder)), deliver_(std::move(deliver)) {}

void Opener::open(OpenItem a) {
  opening_.insert(a.play);
  thread_.post([this, a = std::move(a)] {
    if (a.item.kind == wire::CueKind::text) {
      auto text = store_.blobs().read(a.item.sha256, kMaxText);
      mailbox_.post([this, a, text = std::move(text)]() mutable {
        if (!opening_.erase(a.play)) return;
        if (text) screen_.send(wire::Cue{a.play, a.zone, wire::CueKind::text, a.duration.count(), 0, 0, 0, 0, *std::move(text)});
        finish(a.play, text ? Result<void>() : Result<void>(text.error()), a.item.sha256);
      });
      return;
    }
    auto start = [&]() -> Result<wire::DecoderProcess> {
      FZ_TRY(auto opened, store_.blobs().open_verified(a.item.sha256));
      wire::DecodeRequest request;
      request.geometry = geometry(a.size);
      request.still_duration = a.duration;
      request.media_type = a.item.mime;
      request.program = decoder_;
      return wire::DecoderProcess::start(std::move(opened.fd), request);
    };
    auto decoder = std::make_shared<Result<wire::DecoderProcess>>(start());
    mailbox_.post([this, a, decoder]() mutable {
      if (!opening_.erase(a.play)) return;  // closed meanwhile; its decoder ends here
      auto outcome = *decoder ? Result<void>() : Result<void>(decoder->error());
      if (*decoder) cue_media(a, std::move(**decoder));
      finish(a.play, outcome, a.item.sha256);
    });
  });
}

void Opener::cue_media(const OpenItem& a, wire::DecoderProcess decoder) {
  const auto g = decoder.geometry();
  std::vector<Fd> fds;
  fds.push_back(copy(decoder.ring_fd()));
  fds.push_back(copy(decoder.data_fd()));
  fds.push_back(copy(decoder.space_fd()));
  screen_.send(wire::Cue{a.play, a.zone, wire::CueKind::media, a.duration.count(), g.width, g.height, g.slots, g.audio_frames, {}},
               std::move(fds));
  decoders_.emplace(a.play, std::move(decoder));
}

void Opener::finish(const std::string& play, const Result<void>& outcome, const std::string& sha256) {
  if (outcome)
    deliver_(Opened{play});
  else
    deliver_(OpenFailed{play, sha256, outcome.error()});
}

void Opener::close(const std::string& play) {
  opening_.erase(play);
  decoders_.erase(play);
}
void Opener::close_all() {
  opening_.clear();
  decoders_.clear();
}
std::vector<int> Opener::pidfds() const {
  std::vector<int> out;
  for (auto& [play, d] : decoders_)
    if (d.pidfd() >= 0) out.push_back(d.pidfd());
  return out;
}
void Opener::reap() {
  std::vector<std::pair<std::string, bool>> ended;
  for (auto& [play, d] : decoders_)
    if (!d.alive()) ended.emplace_back(play, d.exit_status() == 0);
  for (auto& [play, clean] : ended) {
    decoders_.erase(play);  // the ring lives on in the screen
    deliver_(DecoderEnded{play, clean});
  }
}

}  // namespace fz::agent
