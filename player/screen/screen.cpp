#include "player/screen/screen.hpp"

#include <cstdlib>

#include "player/screen/ring_source.hpp"
#include "player/screen/rotate.hpp"
#include "player/screen/text_source.hpp"
#include "shared/base/log.hpp"

namespace fz::screen {

namespace {
constexpr int kBeatsMissed = 30;  // calls of tend(), a tenth of a second each, until the output is built anew
constexpr int kBeatsGone = 150;   // ... until the service manager has to start this program again
constexpr int kExitStuck = 70;
constexpr Millis kAnnounceLimit{100};  // the main thread does nothing long; a stuck one must not stop the picture
constexpr int kPrewarm = 20;           // calls of tend() until the worker loads all its fonts

// The place's own row of the facts, as a card.
Result<render::Surface> draw_facts(render::Renderer& renderer, const Arrangement& what, Area area, Area surface) {
  render::FactsRow row;  // 96110 stands on every card
  if (!what.facts.empty()) {
    FZ_TRY(auto document, render::parse_document(what.facts));
    const auto* facts = std::get_if<render::Facts>(&document);
    if (!facts) return fail(Code::document_type, {{"type", std::string(render::document_type(document))}});
    if (const auto* own = render::row_for(*facts, what.region, what.site)) row = *own;
  }
  return renderer.corner(row, {area.width, area.height}, render::min_text_em({surface.width, surface.height}));
}
}  // namespace

Result<std::unique_ptr<Screen>> Screen::open(const ScreenOptions& options, Arrangement arrangement) {
  std::unique_ptr<Screen> s(new Screen(options));
  s->arrangement_ = std::move(arrangement);
  auto* self = s.get();
  auto saw = [self](const Presented& p) {
    const auto wall = system_clock().wall();
    for (std::size_t i = 0; i < kMediaZones; ++i) {
      const auto& z = p.note->zones[i];
      if (z.rect.width > 0)
        self->tap_->saw({z.play, z.due_pts, p.pts, p.running_time, wall, z.rows, p.signatures[i], i, z.fade, p.note->off});
    }
    self->camera_->saw(p.buffer, self->output_->presenter().info(), p.running_time);
  };
  auto announce = [self](const Presented& p) {
    const Millis ahead{(p.running_time - self->output_->running_time()) / kNsPerMs};
    bool said = false;
    for (std::size_t i = 0; i < kMediaZones; ++i) {
      const auto& z = p.note->zones[i];
      if (!z.play) continue;
      Sighting next{z.play, z.due_pts,       p.pts, p.running_time, system_clock().wall() + ahead,
                    z.rows, p.signatures[i], i,     z.fade,         p.note->off};
      said = self->tap_->about_to_show(next) || said;
    }
    if (said) self->events_.wait_passed_on(kAnnounceLimit);
  };
  s->ear_.emplace();
  s->tap_.emplace(s->events_, s->ends_, &*s->ear_);
  auto heard = [self](const PlayRef& play, Ns pts, std::span<const std::int16_t> samples) { self->ear_->heard(play, pts, samples); };
  FZ_TRY(s->output_, Output::open(options.output, saw, announce, heard));
  if (!options.tap.empty()) {
    auto opened = Millis((monotonic_ns() - s->output_->epoch()) / kNsPerMs);
    FZ_CHECK(s->tap_->write_to(options.tap, system_clock().wall() - opened));
  }
  if (!options.tap_sound.empty()) FZ_CHECK(s->ear_->write_to(options.tap_sound));
  s->camera_.emplace();
  if (!options.preview.empty()) {
    FZ_CHECK(make_dirs(options.preview));
    s->camera_->preview_to(options.preview);
  }
  s->options_.output = s->output_->options();
  s->lay_out();
  auto promise = std::make_shared<std::promise<View>>();
  s->first_slate_ = promise->get_future();
  s->worker_.post([promise, area = s->zone_area("main")](render::Renderer& renderer) {
    promise->set_value(draw_slate(renderer, {}, area));
    // Texts will be refused with the same words; pictures and films are played, and the slate does without letters.
    if (auto fonts = renderer.check_fonts(); !fonts) log::error("{}", to_log(fonts.error()));
  });
  return s;
}

Screen::~Screen() {
  panel_.reset();  // talks to the painter, as do the worker's jobs
  worker_.stop();
  painter_.reset();
  for (auto& e : events_.take()) (void)e;  // sources end before the worker that draws for them
}

void Screen::begin() {
  log::debug("output open for {} ms", output_->running_time() / kNsPerMs);
  auto slate = first_slate_.get();
  log::debug("slate drawn at {} ms", output_->running_time() / kNsPerMs);
  output_->show();
  painter_.emplace(*output_, events_, ends_, layout_, std::move(slate));
  if (options_.panel != "none")
    panel_.emplace([setting = options_.panel] { return display::find_panel(setting); },
                   [this](display::Levels left) {
                     painter_->post(BrightnessCommand{left.brightness_percent, left.on});
                   });
  draw_corner();
}

layout::Resolved Screen::placed(const ScreenOptions& options, const Arrangement& arrangement) {
  const auto& o = options.output;
  const auto panel = turned(o.area, o.rotation);
  if (!arrangement.layout.empty()) {
    auto parsed = layout::parse(arrangement.layout);
    auto placed = parsed ? layout::resolve(*parsed, panel.width, panel.height, o.rotation, options.margins)
                         : Result<layout::Resolved>(parsed.error());
    if (placed) return *std::move(placed);
    log::error("layout: {}", to_log(placed.error()));
  }
  return layout::built_in(panel.width, panel.height, o.rotation, options.margins, options.fit, options.surround);
}

void Screen::lay_out() {
  layout_ = placed(options_, arrangement_);
  layout_id_ = layout_.built_in ? "" : arrangement_.id;
}

Area Screen::zone_area(std::string_view zone) const {
  for (const auto& p : layout_.zones)
    if (layout::kind_name(p.zone.kind) == zone) return area_of(p.rect);
  return {};
}

void Screen::arrange(Arrangement arrangement) {
  const auto before = layout_;
  arrangement_ = std::move(arrangement);
  lay_out();
  if (painter_ && layout_ != before) {
    // The slate comes drawn a moment later; what was on the surface is held meanwhile.
    painter_->post(LayoutCommand{layout_, Still::plain(zone_area("main"), 60, 150, 112)});
  }
  if (painter_) draw_texts();
  events_.push(LaidOut{});
}

// Everything that is drawn for the size of its zone.
void Screen::draw_texts() {
  slate(slate_);
  ticker(ticker_lines_, ticker_speed_);
  draw_corner();
}

View Screen::draw_slate(render::Renderer& renderer, const wire::Slate& slate, Area area) {
  render::Slate what;
  what.state = render::slate_state(slate.state);
  what.code = slate.code;
  what.site = slate.site;
  what.server = slate.server;
  what.message = slate.message;
  what.device = slate.device;
  auto surface = renderer.slate(what, {area.width, area.height});
  if (surface) return Still::from_surface(*surface, area);
  log::error("slate: {}", to_log(surface.error()));
  return Still::plain(area, 60, 150, 112);  // deep blue: never black
}

void Screen::cue(std::string play, std::string label, std::string zone, Ns duration, std::unique_ptr<Source> source) {
  auto info = std::make_shared<const PlayInfo>(PlayInfo{std::move(play), std::move(label)});
  const auto area = zone_area(zone);
  painter_->post(CueCommand{std::move(zone), std::move(info), duration, std::move(source), area});
}
void Screen::cue_media(std::string play, std::string label, std::string zone, Ns duration, wire::RingReader ring) {
  if (Area{ring.geometry().width, ring.geometry().height} != zone_area(zone)) {
    auto e = fail(Code::bad_field, {{"field", "width"}, {"what", "not the zone's size"}});
    events_.push(wire::ToAgent(wire::Failed{std::move(play), std::string(code_name(e.code)), to_log(e)}));
    return;
  }
  cue(std::move(play), std::move(label), std::move(zone), duration, std::make_unique<RingSource>(std::move(ring)));
}
void Screen::cue_text(std::string play, std::string label, std::string zone, Ns duration, std::string text) {
  auto source = std::make_unique<TextSource>(worker_, std::move(text), zone_area(zone), duration);
  cue(std::move(play), std::move(label), std::move(zone), duration, std::move(source));
}
void Screen::go(const std::string& play, bool now) {
  painter_->post(GoCommand{play, now});
}
void Screen::stop(const std::string& play, wire::EndReason reason) {
  painter_->post(StopCommand{play, reason});
}
void Screen::slate(const wire::Slate& slate) {
  slate_ = slate;
  worker_.post([this, slate, area = zone_area("main")](render::Renderer& renderer) {
    painter_->post(SlateCommand{draw_slate(renderer, slate, area), area});
  });
}
void Screen::ticker(const std::vector<std::string>& lines, int px_per_s) {
  ticker_lines_ = lines;
  ticker_speed_ = px_per_s;
  const auto* zone = layout_.find(layout::Kind::ticker);
  if (lines.empty() || !zone) return painter_->post(TickerCommand{});
  // A layout of its own knows how fast its ticker is to be read.
  const int speed = layout_id_.empty() ? px_per_s : zone->zone.px_per_s;
  worker_.post([this, lines, speed, area = area_of(zone->rect)](render::Renderer& renderer) {
    auto strip = renderer.ticker(lines, area.height, area.width);
    if (!strip) return log::error("ticker: {}", to_log(strip.error()));
    painter_->post(TickerCommand{std::make_shared<const TickerStrip>(*strip, speed)});
  });
}
void Screen::draw_corner() {
  const auto* zone = layout_.find(layout::Kind::corner);
  if (!zone) return;
  worker_.post([this, what = arrangement_, area = area_of(zone->rect), surface = output().area](render::Renderer& renderer) {
    auto card = draw_facts(renderer, what, area, surface);
    if (!card) return log::error("facts: {}", to_log(card.error()));
    painter_->post(CornerCommand{Still::from_surface(*card, area), area});
  });
}
void Screen::set(const wire::Output& levels) {
  if (panel_)
    panel_->set({levels.brightness_percent, levels.on});
  else
    painter_->post(BrightnessCommand{levels.brightness_percent, levels.on});
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
  if (auto area = output_->resized(); area && painter_ && *area != options_.output.area) {
    log::info("the output has {}x{} now", area->width, area->height);
    options_.output.area = *area;
    arrange(arrangement_);
  }
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
