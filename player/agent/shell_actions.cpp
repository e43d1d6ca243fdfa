// What the core decides, done.
#include <unistd.h>

#include <thread>

#include "player/agent/shell.hpp"
#include "shared/base/json.hpp"
#include "shared/base/log.hpp"

namespace fz::agent {
namespace {

constexpr int kSlots = 6;
constexpr int kAudioFrames = 48000;               // one second
constexpr std::uint64_t kQuickToHash = 32 << 20;  // bytes; larger files are hashed in a thread of their own
constexpr std::size_t kMaxText = 256 * 1024;
constexpr Millis kDiskRetry{1000};

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

void Shell::carry_out(Action& action) {
  std::visit(Overloaded{
                 [&](StoreIntent& a) { to_spool(a, [this, play = a.intent.play](bool ok) {
                                         handle(IntentStored{play, ok});
                                       }); },
                 [&](StoreStarted& a) { to_spool(a, [](bool) {}); },
                 [&](StoreRecord& a) {
                   to_spool(a, [this, play = a.play.id](bool ok) {
                     if (ok) handle(RecordStored{play, true});
                   });
                 },
                 [&](DropIntent& a) {
                   to_spool(a, [this, play = a.play](bool ok) {
                     if (ok) handle(RecordStored{play, true});
                   });
                 },
                 [&](LoadPlays& a) { load_plays(a); },
                 [&](PlaysAcknowledged& a) { to_spool(a, [](bool) {}); },
                 [&](TellScreen& a) { tell(a.message); },
                 [&](OpenItem& a) { open_item(a); },
                 [&](CloseItem& a) { decoders_.erase(a.play); },
                 [&](RestartScreen& a) {
                   if (!a.unless_busy || !screen_->busy()) restart_screen(a.why);
                 },
                 [&](Call& a) { call(a); },
                 [&](AbortFetches&) {
                   *std::exchange(stick_cancel_, std::make_shared<std::atomic<bool>>(false)) = true;
                   if (network_) network_->abort_fetches();
                 },
                 [&](FetchDocument& a) { fetch(a); },
                 [&](FetchMedia& a) { fetch(a); },
                 [&](ProbeMedia& a) { probe(a); },
                 [&](KeepBlobs& a) {
                   a.sha256.merge(agent_->in_use());
                   keep_blobs(std::move(a.sha256));
                 },
                 [&](OpenChannel& a) {
                   if (network_) network_->open_channel(a.token);
                 },
                 [&](CloseChannel&) {
                   if (network_) network_->close_channel();
                 },
                 [&](SendChannel& a) {
                   if (network_) network_->send_channel(a.text);
                 },
                 [&](SaveState& a) { save(a); },
                 [&](Alarm& a) { log::warn("{}", to_log(a.error)); },
             },
             action);
}

void Shell::restart_screen(std::string_view why) {
  log::error("the screen is restarted: {}", why);
  screen_->restart([this](wire::ToAgent m, std::vector<Fd>& fds) { from_screen(std::move(m), fds); });
  handle(ScreenGone{});
}

void Shell::from_screen(wire::ToAgent m, std::vector<Fd>& fds) {
  const auto* shot = std::get_if<wire::Shot>(&m);
  if (!shot) return handle(FromScreen{std::move(m)});
  ShotTaken e{shot->id, {}};
  if (fds.size() == 1) e.jpeg.resize(kMaxShot);
  const auto n = e.jpeg.empty() ? 0 : ::pread(fds[0].get(), e.jpeg.data(), e.jpeg.size(), 0);
  e.jpeg.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  handle(std::move(e));
}

// In order and durable. A disk that refuses is asked again every second; the core hears of it once, so that the screen can
// go on meanwhile.
template <class What>
void Shell::to_spool(What what, std::function<void(bool ok)> done) {
  spooler_->post([this, what = std::move(what), done = std::move(done)] {
    bool told = false;
    for (;;) {
      const auto r = spool_->store(what);
      if (r) break;
      if (!told) {
        log::error("play records: {}", to_log(r.error()));
        mail_.post([done] { done(false); });
        told = true;
      }
      if (stopping_) return;
      std::this_thread::sleep_for(kDiskRetry);
    }
    mail_.post([done] { done(true); });
  });
}

void Shell::load_plays(const LoadPlays& what) {
  spooler_->post([this, what] {
    PlaysLoaded e;
    auto plays = spool_->plays_after(what.after, what.limit);
    if (plays)
      e.plays = std::move(*plays);
    else
      log::error("play records: {}", to_log(plays.error()));
    mail_.post([this, e = std::move(e)]() mutable { handle(std::move(e)); });
  });
}

void Shell::open_item(const OpenItem& what) {
  auto& worker = what.item.length <= kQuickToHash ? opener_ : slow_opener_;
  worker->post([this, what] {
    auto text = std::make_shared<std::string>();
    auto file = std::make_shared<Result<blob::Opened>>(blob::Opened{});
    if (what.item.kind == wire::CueKind::text) {
      auto bytes = store_->read(what.item.sha256, kMaxText);
      if (bytes)
        *text = std::move(*bytes);
      else
        *file = bytes.error();
    } else {
      *file = store_->open_verified(what.item.sha256);
    }
    mail_.post([this, what, text, file] { item_opened(what, std::move(*file), std::move(*text)); });
  });
}

void Shell::item_opened(const OpenItem& what, Result<blob::Opened> file, std::string text) {
  if (!agent_->wants(what.play)) return;  // given up meanwhile
  const auto refuse = [&](const Error& e) { handle(OpenFailed{what.play, what.item.sha256, e}); };
  if (!file) return refuse(file.error());
  wire::Cue cue;
  cue.play = what.play;
  cue.zone = what.zone;
  cue.kind = what.item.kind;
  cue.duration_ms = what.duration.count();
  if (cue.kind == wire::CueKind::text) {
    cue.text = std::move(text);
    screen_->send(cue);
    return handle(Opened{what.play});
  }
  wire::DecodeRequest request;
  request.geometry = {what.place.size.width, what.place.size.height, kSlots, kAudioFrames};
  request.fit = layout::fit_named(what.place.fit).value_or(wire::Fit::contain);
  request.surround = what.place.surround == layout::surround_name(wire::Surround::blur) ? wire::Surround::blur : wire::Surround::plain;
  request.still_duration = what.duration;
  request.media_type = what.item.mime;
  request.program = options_.decoder;
  auto decoder = wire::DecoderProcess::start(std::move(file->fd), request);
  if (!decoder) return refuse(decoder.error());
  cue.width = what.place.size.width;
  cue.height = what.place.size.height;
  cue.slots = kSlots;
  cue.audio_frames = kAudioFrames;
  screen_->send(cue, {decoder->ring_fd(), decoder->data_fd(), decoder->space_fd()});
  decoders_.insert_or_assign(what.play, Decoder{std::move(*decoder)});
  handle(Opened{what.play});
}

// The finding is kept by hash; asking the spool happens in its own thread.
void Shell::probe(const ProbeMedia& what) {
  const auto answer = [this, what](const std::optional<Error>& error) {
    mail_.post([this, what, error] { handle(Probed{what.cycle, what.sha256, error}); });
  };
  spooler_->post([this, what, answer] {
    if (const auto known = spool_->probe_result(what.sha256); known && *known) {
      bool found = false;
      if ((*known)->empty()) return answer(std::nullopt);
      return answer(fail(code_from_name(**known, found)));
    }
    prober_->post([this, what, answer] {
      auto file = store_->open_verified(what.sha256);
      const auto program = options_.decoder.empty() ? program_dir() / "fz-decode" : options_.decoder;
      const auto r = file ? probe_media(program, std::move(file->fd), what.mime) : Result<void>(file.error());
      if (!r) answer(r.error());
      // Only what the bytes themselves are is kept: a machine without memory today may have some tomorrow.
      const bool lasting = r || code_name(r.error().code).starts_with("media_");
      const bool passing = !r && (r.error().code == Code::media_decoder_died || r.error().code == Code::media_timeout);
      if (r) answer(std::nullopt);
      if (lasting && !passing) {
        const std::string code(r ? std::string_view{} : code_name(r.error().code));
        spooler_->post([this, what, code] {
          if (auto stored = spool_->store_probe_result(what.sha256, code); !stored) log::warn("probe: {}", to_log(stored.error()));
        });
      }
    });
  });
}

void Shell::save(const SaveState& what) {
  writer_->post([this, what] {
    const auto r = files_->write(what.file, what.text);
    if (!r) log::error("state: {}", to_log(r.error()));
    if (what.file == StateFile::set) mail_.post([this, ok = static_cast<bool>(r)] { handle(SetSaved{ok}); });
  });
}

void Shell::tell(const wire::ToScreen& m) {
  write_enrolment(m);
  screen_->send(m);
}

// For installers and tools on this machine: the code that the screen shows, in enrolment.json while it waits.
void Shell::write_enrolment(const wire::ToScreen& m) {
  const auto* slate = std::get_if<wire::Slate>(&m);
  if (!slate || slate->code == enrolment_told_) return;
  enrolment_told_ = slate->code;
  const auto file = options_.data / "enrolment.json";
  writer_->post([file, code = slate->code, server = slate->server] {
    const auto r =
        code.empty() ? remove_file(file) : write_atomic(file, json::write(json::object{{"code", code}, {"server", server}}), 0644);
    if (!r) log::warn("enrolment.json: {}", to_log(r.error()));
  });
}

}  // namespace fz::agent
