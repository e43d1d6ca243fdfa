#include "player/screen/painter.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "shared/base/log.hpp"

namespace fz::screen {

namespace {
constexpr int kLeadTicks = 3;                     // painted ahead: two in the queue, one at the sink
constexpr Ns kIdleLead = 8 * kNsPerMs;            // enough to paint and convert one frame
constexpr Ns kLateLimit = 200 * kNsPerMs;         // more than this behind: leave frames out instead of a burst
constexpr std::size_t kRetired = kLeadTicks + 2;  // copies of a painted buffer live no longer than this many pushes
constexpr Ns kUnsyncedPatience = 2 * kNsPerS;     // without a clock a late decoder is waited for, within reason
constexpr std::size_t index_of(Layer layer) {
  return static_cast<std::size_t>(layer);
}
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;
}  // namespace

Painter::Painter(Output& output, EventQueue& events, EndBox& ends, layout::Resolved layout, View slate)
    : output_(output), events_(events), ends_(ends), rate_(output.options().rate), lead_(tick_pts(kLeadTicks, rate_)), retired_(kRetired) {
  auto event = wire::make_event();
  if (!event) throw std::runtime_error("no eventfd");
  wake_ = *std::move(event);
  LayoutCommand first{std::move(layout), std::move(slate)};
  lay_out(first);
  thread_ = std::thread([this] { run(); });
}

Painter::~Painter() {
  stop_ = true;
  std::uint64_t one = 1;
  [[maybe_unused]] auto ignored = ::write(wake_.get(), &one, sizeof one);
  thread_.join();
}

void Painter::post(Command c) {
  {
    std::lock_guard lock(mutex_);
    commands_.push_back(std::move(c));
  }
  std::uint64_t one = 1;
  [[maybe_unused]] auto ignored = ::write(wake_.get(), &one, sizeof one);
}

PainterStatus Painter::status() const {
  return {frames_, pts_seen_, holding_, on_slate_, off_seen_};
}

void Painter::run() {
  raise_priority();
  if (output_.options().sync) tick_ = tick_at_or_after(output_.running_time() + tick_duration(0, rate_), rate_);
  while (!stop_) beat();
}

// One beat of the output: everything the screen does, in order.
void Painter::beat() {
  pts_ = tick_pts(tick_, rate_);
  if (output_.options().sync) {
    // With nothing on air there is nothing to be late with: what comes is shown that much earlier.
    if (!wait_until(pts_ - (zones_.front()->playing() ? lead_ : kIdleLead))) return;
    if (auto skip = ticks_to_skip(pts_, output_.running_time(), kLateLimit, lead_, rate_); skip > 0) {
      log::warn("the painter was {} ms late: {} beats left out", (output_.running_time() - pts_) / kNsPerMs, skip);
      tick_ += skip;
      Ns moved = tick_pts(tick_, rate_) - pts_;
      for (auto& z : zones_)
        if (z) z->shift(moved);
      ticker_since_ += moved;
      pts_ += moved;
    }
  } else {
    idle_unsynced();
  }
  std::vector<Command> commands;
  {
    std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (auto& c : commands) obey(c);
  waited_ = 0;
  Beat now{pts_, rate_, monotonic_ns()};
  for (auto& z : zones_) {
    if (!z) continue;
    z->step(now, [this](Source& s) { return wait_for(s); });
    for (auto& e : z->take_ended()) ends_.add(std::move(e));
  }
  paint();
  feed_audio();
  ++tick_;
}

void Painter::obey(Command& command) {
  std::visit(Overloaded{
                 [&](CueCommand& c) {
                   if (auto* z = zone(c.zone); z && z->area() == c.area) {
                     z->cue(c.play, c.duration, std::move(c.source), monotonic_ns());
                   } else {
                     auto e = fail(Code::bad_field, {{"field", "zone"}, {"what", c.zone}});
                     events_.push(wire::ToAgent(wire::Failed{c.play->id, std::string(code_name(e.code)), to_log(e)}));
                     events_.push(std::move(c.source));
                   }
                 },
                 [&](const GoCommand& c) {
                   for (auto& z : zones_)
                     if (z) z->go(c.play, pts_, c.now);
                 },
                 [&](const StopCommand& c) {
                   for (auto& z : zones_)
                     if (z) z->stop(c.play, c.reason, pts_);
                 },
                 [&](SlateCommand& c) {
                   if (c.area == zones_[0]->area()) slate_ = std::move(c.view);
                 },
                 [&](TickerCommand& c) {
                   ticker_ = std::move(c.strip);
                   ticker_since_ = pts_;
                   take_regions();
                 },
                 [&](CornerCommand& c) {
                   if (const auto* placed = layout_.find(layout::Kind::corner); placed && area_of(placed->rect) == c.area)
                     corner_ = std::move(c.view);
                 },
                 [&](LayoutCommand& c) { lay_out(c); },
                 [&](const BrightnessCommand& c) {
                   brightness_ = c.percent;
                   off_ = !c.on;
                   take_regions();
                 },
                 [&](const RepeatIdleCommand&) {
                   for (auto& z : zones_)
                     if (z) z->repeat_idle();
                 },
             },
             command);
}

Zone* Painter::zone(std::string_view name) {
  for (auto& z : zones_)
    if (z && z->name() == name) return z.get();
  return nullptr;
}

// False when the painter is to end.
bool Painter::wait_until(Ns running_time) {
  while (!stop_) {
    Ns left = running_time - output_.running_time();
    if (left <= 0) return true;
    timespec t{static_cast<time_t>(left / kNsPerS), static_cast<long>(left % kNsPerS)};
    ::nanosleep(&t, nullptr);
  }
  return false;
}

// Waits for a decoder that is behind, for as long as this frame can still reach the sink in time.
bool Painter::wait_for(Source& source) {
  if (stop_ || source.wait_fd() < 0) return false;
  Ns left;
  if (output_.options().sync) {
    left = pts_ - tick_duration(0, rate_) - output_.running_time();
  } else {
    if (waited_ == 0) waited_ = monotonic_ns();
    left = waited_ + kUnsyncedPatience - monotonic_ns();
  }
  if (left <= 0) return false;
  pollfd p{source.wait_fd(), POLLIN, 0};
  timespec t{static_cast<time_t>(left / kNsPerS), static_cast<long>(left % kNsPerS)};
  int ready = ::ppoll(&p, 1, &t, nullptr);
  if (ready > 0) source.clear_wait();
  return true;  // the clock decides whether there is another round
}

// Without a clock nothing slows an idle painter down: it waits for commands, or for the next item's first frame.
void Painter::idle_unsynced() {
  Zone& main = *zones_.front();
  if (main.playing()) return;
  auto* source = main.awaited();
  const int first_frame = source ? source->wait_fd() : -1;
  pollfd p[2] = {{wake_.get(), POLLIN, 0}, {first_frame, POLLIN, 0}};
  // A beat is soon over here: a decoder that starts on a busy machine must not come too late for the picture that is held.
  if (!source || source->state() == Source::State::starting) ::poll(p, 2, first_frame >= 0 ? 100 : 10);
  if (p[1].revents & POLLIN) source->clear_wait();
  std::uint64_t count = 0;
  [[maybe_unused]] auto ignored = ::read(wake_.get(), &count, sizeof count);
}

// Zones of another size end what they play; a surface of another size gets another output.
void Painter::lay_out(LayoutCommand& c) {
  layout_ = std::move(c.layout);
  slate_ = std::move(c.slate);
  const Area surface{layout_.width, layout_.height};
  if (!pool_ || pool_->area() != surface) {
    if (output_.options().area != surface) output_.resize(surface);
    last_.reset();
    for (auto& r : retired_) r.reset();
    pool_.emplace(surface);
  }
  const layout::Kind kinds[kMediaZones] = {layout::Kind::main, layout::Kind::side};
  for (std::size_t i = 0; i < kMediaZones; ++i) {
    const auto* placed = layout_.find(kinds[i]);
    auto& z = zones_[i];
    if (z) {
      const bool stays = placed && z->area() == area_of(placed->rect);
      if (!placed) z->clear(pts_);
      if (placed && !stays) z->resize(area_of(placed->rect), pts_);
      for (auto& e : z->take_ended()) ends_.add(std::move(e));
      if (!placed) z.reset();
    } else if (placed) {
      z = std::make_unique<Zone>(std::string(kMediaZoneNames[i]), area_of(placed->rect), events_);
    }
    if (z) z->set_fade(layout_.transition == layout::Transition::fade);
  }
  ticker_.reset();  // made for another width
  corner_ = {};
  take_regions();
}

// Where each layer is, now that the layout, the ticker or the brightness is another one.
void Painter::take_regions() {
  ground_ = new_serial();
  last_tags_ = {};
  regions_ = {};
  regions_[index_of(Layer::background)] = {0, 0, layout_.width, layout_.height};
  const std::pair<Layer, layout::Kind> places[] = {{Layer::main, layout::Kind::main},
                                                   {Layer::side, layout::Kind::side},
                                                   {Layer::corner, layout::Kind::corner},
                                                   {Layer::ticker, layout::Kind::ticker}};
  for (auto [layer, kind] : places)
    if (const auto* placed = layout_.find(kind)) regions_[index_of(layer)] = placed->rect;
  auto& band = regions_[index_of(Layer::ticker)];
  if (!ticker_) {
    band = {};
  } else {
    band.width = std::min(band.width, ticker_->width());
    band.height = std::min(band.height, ticker_->height());
    if (layout_.built_in) {
      auto& main = regions_[index_of(Layer::main)];
      band.y = main.y + main.height - band.height;
      main.height -= band.height;
    }
  }
}

// A number for what each layer is to show. Brightness and arrangement are in the background's, without which none counts.
Tags Painter::tags() const {
  Tags t{};
  t[index_of(Layer::background)] = ground_;
  if (off_) return t;
  const Layer layers[kMediaZones] = {Layer::main, Layer::side};
  for (std::size_t i = 0; i < kMediaZones; ++i) {
    if (!zones_[i]) continue;
    const auto& view = zones_[i]->view();
    t[index_of(layers[i])] = zones_[i]->going() ? new_serial() : view ? view.serial : i == 0 ? slate_.serial : 0;
  }
  t[index_of(Layer::corner)] = corner_.serial;
  t[index_of(Layer::ticker)] = ticker_ ? new_serial() : 0;
  return t;
}

void Painter::paint_zone(Canvas& canvas, const Rect& rect, const View& view, const Zone* fading) {
  const auto to = planes_from(canvas.planes(), rect.x, rect.y);
  const auto area = area_of(rect);
  if (!view) return fill(to, area, dimmed(colour_of(layout_.background), brightness_));
  if (!fading) return copy_rows(view.planes, to, area, rect.height, brightness_);
  blend_rows(fading->going().planes, view.planes, to, area, rect.height, fading->fade_in(pts_));
  if (brightness_ < 100) copy_rows(readable(to), to, area, rect.height, brightness_);
}

// Paints into a pooled buffer what it does not hold already, and hands a light copy of it to the sink.
void Painter::paint() {
  Zone& main = *zones_[0];
  const bool slate = !main.view() && !off_;
  const auto now = tags();
  if (!last_ || now != last_tags_) {
    auto canvas = pool_->take();
    if (!canvas) {
      log::error("no memory for a frame; the last one stays");
    } else {
      auto& held = canvas->painted();
      const bool all = held[0] != now[0];
      const Colour ground = off_ ? colour_of(0) : dimmed(colour_of(layout_.background), brightness_);
      if (all) fill(canvas->planes(), {layout_.width, layout_.height}, ground);
      const View* views[kLayers] = {nullptr, slate ? &slate_ : &main.view(), zones_[1] ? &zones_[1]->view() : nullptr, &corner_, nullptr};
      for (auto layer : {Layer::main, Layer::side, Layer::corner}) {
        const auto i = index_of(layer);
        if (off_ || !views[i] || regions_[i].width == 0 || (!all && held[i] == now[i])) continue;
        const Zone* zone = layer == Layer::main ? &main : layer == Layer::side ? zones_[1].get() : nullptr;
        paint_zone(*canvas, regions_[i], *views[i], zone && zone->going() ? zone : nullptr);
      }
      if (const auto& band = regions_[index_of(Layer::ticker)]; ticker_ && band.width > 0 && !off_)
        ticker_->draw(planes_from(canvas->planes(), band.x, band.y), area_of(band), pts_ - ticker_since_, brightness_);
      held = now;
      retired_[retire_at_++ % kRetired] = std::move(last_);
      last_ = canvas->finish();
      last_tags_ = now;
      last_picture_ = new_serial();
    }
  }
  if (!last_) return;
  BufferPtr frame(gst_buffer_copy(last_.get()));
  attach_note(frame.get(), note(slate));
  output_.push(std::move(frame), pts_, tick_duration(tick_, rate_));
  ++frames_;
  pts_seen_ = pts_;
  holding_ = main.holding();
  on_slate_ = slate;
  off_seen_ = off_;
}

Note Painter::note(bool slate) const {
  Note n;
  const Layer layers[kMediaZones] = {Layer::main, Layer::side};
  const layout::Kind kinds[kMediaZones] = {layout::Kind::main, layout::Kind::side};
  for (std::size_t i = 0; i < kMediaZones; ++i) {
    const auto* z = zones_[i].get();
    const auto* placed = layout_.find(kinds[i]);
    if (!z || !placed) continue;
    const auto layer = index_of(layers[i]);
    // The ticker over main changes every frame, and the grid sees it; the arrangement's number stands for brightness too.
    const auto picture = i == 0 && layout_.built_in && ticker_ ? last_picture_ : ground_ << 32 ^ last_tags_[layer];
    n.zones[i] = {off_ ? PlayRef() : z->playing(),  // what nobody can see is not shown
                  z->due_pts(),
                  placed->rect,
                  regions_[layer].height,
                  picture,
                  z->going() ? z->fade_in(pts_) : 0};
  }
  n.picture = last_picture_;
  n.tags = last_tags_;
  n.regions = regions_;
  n.holding = zones_[0]->holding();
  n.slate = slate;
  n.off = off_;
  return n;
}

void Painter::feed_audio() {
  auto first = samples_before(pts_), last = samples_before(tick_pts(tick_ + 1, rate_));
  samples_.resize(static_cast<std::size_t>(last - first) * 2);
  zones_.front()->read_audio(pts_, samples_);
  if (off_) std::fill(samples_.begin(), samples_.end(), std::int16_t{0});
  output_.push_audio(samples_, pts_of_sample(first), zones_.front()->playing());
}

}  // namespace fz::screen
