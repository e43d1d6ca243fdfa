#include "player/screen/screen.hpp"

#include <cstdlib>

#include "player/screen/ring_source.hpp"
#include "player/screen/text_source.hpp"
#include "shared/base/log.hpp"

namespace fz::screen {

namespace {
constexpr int kBeatsMissed = 30;  // calls of tend(), a tenth of a second each, until the output is built anew
constexpr int kBeatsGone = 150;   // ... until the service manager has to start this program again
constexpr int kExitStuck = 70;
constexpr Millis kAnnounceLimit{100};  // the main thread does nothing long; a stuck one must not stop the picture
constexpr int kPrewarm = 20;           // calls of tend() until the worker loads all its fonts
}  // namespace

Result<std::unique_ptr<Screen>> Screen::open(const ScreenOptions& options) {
  std::unique_ptr<Screen> s(new Screen);
  auto* self = s.get();
  auto saw = [self](const Presented& p) {
    Sighting seen{p.note->play, p.note->due_pts, p.pts, p.running_time, system_clock().wall(), p.note->rows, p.signature};
    self->tap_->saw(seen);
    self->camera_->saw(p.buffer, p.running_time);
  };
  auto announce = [self](const Presented& p) {
    if (!p.note->play) return;
    const Millis ahead{(p.running_time - self->output_->running_time()) / kNsPerMs};
    Sighting next{p.note->play, p.note->due_pts, p.pts, p.running_time, system_clock().wall() + ahead, p.note->rows, p.signature};
    if (self->tap_->about_to_show(next)) self->events_.wait_passed_on(kAnnounceLimit);
  };
  s->tap_.emplace(s->events_, s->ends_);
  FZ_TRY(s->output_, Output::open(options.output, saw, announce));
  if (!options.tap.empty()) {
    auto opened = Millis((monotonic_ns() - s->output_->epoch()) / kNsPerMs);
    FZ_CHECK(s->tap_->write_to(options.tap, system_clock().wall() - opened));
  }
  s->camera_.emplace(s->output_->presenter().info());
  if (!options.preview.empty()) {
    FZ_CHECK(make_dirs(options.preview));
    s->camera_->preview_to(options.preview);
  }
  auto promise = std::make_shared<std::promise<View>>();
  s->first_slate_ = promise->get_future();
  s->worker_.post([promise, area = s->output_->options().area](render::Renderer& renderer) {
    promise->set_value(draw_slate(renderer, {}, area));
    // Texts will be refused with the same words; pictures and films are played, and the slate does without letters.
    if (auto fonts = renderer.check_fonts(); !fonts) log::error("{}", to_log(fonts.error()));
  });
  return s;
}

Screen::~Screen() {
  worker_.stop();  // its jobs talk to the painter
  painter_.reset();
  for (auto& e : events_.take()) (void)e;  // sources end before the worker that draws for them
}

void Screen::begin() {
  log::debug("output open for {} ms", output_->running_time() / kNsPerMs);
  auto slate = first_slate_.get();
  log::debug("slate drawn at {} ms", output_->running_time() / kNsPerMs);
  output_->show();
  painter_.emplace(*output_, events_, ends_, std::move(slate));
}

View Screen::draw_slate(render::Renderer& renderer, const wire::Slate& slate, Area area) {
  render::Slate what;
  what.state = render::slate_state(slate.state);
  what.code = slate.code;
  what.site = slate.site;
  what.server = slate.server;
  what.message = slate.message;
  auto surface = renderer.slate(what, {area.width, area.height});
  if (surface) return Still::from_surface(*surface, area);
  log::error("slate: {}", to_log(surface.error()));
  return Still::plain(area, 60, 150, 112);  // deep blue: never black
}

void Screen::cue(std::string play, std::string label, std::string zone, Ns duration, std::unique_ptr<Source> source) {
  auto info = std::make_shared<const PlayInfo>(PlayInfo{std::move(play), std::move(label)});
  painter_->post(CueCommand{std::move(zone), std::move(info), duration, std::move(source)});
}
void Screen::cue_media(std::string play, std::string label, std::string zone, Ns duration, wire::RingReader ring) {
  if (ring.geometry().width != output().area.width || ring.geometry().height != output().area.height) {
    auto e = fail(Code::bad_field, {{"field", "width"}, {"what", "not the zone's size"}});
    events_.push(wire::ToAgent(wire::Failed{std::move(play), std::string(code_name(e.code)), to_log(e)}));
    return;
  }
  cue(std::move(play), std::move(label), std::move(zone), duration, std::make_unique<RingSource>(std::move(ring)));
}
void Screen::cue_text(std::string play, std::string label, std::string zone, Ns duration, std::string text) {
  auto source = std::make_unique<TextSource>(worker_, std::move(text), output().area, duration);
  cue(std::move(play), std::move(label), std::move(zone), duration, std::move(source));
}
void Screen::go(const std::string& play) {
  painter_->post(GoCommand{play});
}
void Screen::stop(const std::string& play, wire::EndReason reason) {
  painter_->post(StopCommand{play, reason});
}
void Screen::slate(const wire::Slate& slate) {
  worker_.post(
      [this, slate, area = output().area](render::Renderer& renderer) { painter_->post(SlateCommand{draw_slate(renderer, slate, area)}); });
}
void Screen::ticker(const std::vector<std::string>& lines, int px_per_s) {
  if (lines.empty()) return painter_->post(TickerCommand{});
  worker_.post([this, lines, px_per_s, area = output().area](render::Renderer& renderer) {
    auto strip = renderer.ticker(lines, ticker_height(area.height), area.width);
    if (!strip) return log::error("ticker: {}", to_log(strip.error()));
    painter_->post(TickerCommand{std::make_shared<const TickerStrip>(*strip, px_per_s)});
  });
}
void Screen::set(const wire::Output& levels) {
  painter_->post(BrightnessCommand{levels.brightness_percent});
  output_->set_volume(levels.volume_percent, levels.muted);
}
void Screen::shot(std::string id, std::size_t max_bytes) {
  camera_->take(max_bytes, [this, id = std::move(id)](Result<Bytes> jpeg) { events_.push(ShotTaken{id, std::move(jpeg)}); });
}
void Screen::repeat_idle() {
  painter_->post(RepeatIdleCommand{});
}

std::vector<Event> Screen::take_events() {
  auto events = events_.take();
  std::erase_if(events, [](const Event& e) { return std::holds_alternative<std::unique_ptr<Source>>(e); });
  return events;
}

// Counted in calls, not in time: after this whole program was stopped for a while nothing is wrong with the painter.
void Screen::tend() {
  output_->tend();
  // Not at the start, where the first decoder wants the processor; before the first text that is not waited for.
  if (++tended_ == kPrewarm) worker_.post([](render::Renderer& renderer) { renderer.prewarm(); });
  if (!painter_ || !output().sync) return;
  auto frames = painter_->status().frames;
  still_for_ = frames == frames_seen_ ? still_for_ + 1 : 0;
  frames_seen_ = frames;
  if (still_for_ == kBeatsMissed) {
    log::error("the sink takes no frames; the output is built anew");
    output_->rebuild_video();
  }
  if (still_for_ >= kBeatsGone) {
    log::error("the painter does not recover; this program ends to be started again");
    std::_Exit(kExitStuck);
  }
}

}  // namespace fz::screen
