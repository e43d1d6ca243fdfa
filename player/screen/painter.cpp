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
constexpr std::uint64_t kTickerMark = std::uint64_t{1} << 63;
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;
}  // namespace

Painter::Painter(Output& output, EventQueue& events, EndBox& ends, View slate)
    : output_(output),
      events_(events),
      ends_(ends),
      pool_(output.options().area),
      rate_(output.options().rate),
      area_(output.options().area),
      lead_(tick_pts(kLeadTicks, rate_)),
      slate_(std::move(slate)),
      retired_(kRetired) {
  auto event = wire::make_event();
  if (!event) throw std::runtime_error("no eventfd");
  wake_ = *std::move(event);
  zones_.push_back(std::make_unique<Zone>("main", area_, events_));
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
  return {frames_, pts_seen_, holding_, on_slate_};
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
      for (auto& z : zones_) z->shift(moved);
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
                   if (auto* z = zone(c.zone)) {
                     z->cue(c.play, c.duration, std::move(c.source), monotonic_ns());
                   } else {
                     auto e = fail(Code::bad_field, {{"field", "zone"}, {"what", c.zone}});
                     events_.push(wire::ToAgent(wire::Failed{c.play->id, std::string(code_name(e.code)), to_log(e)}));
                     events_.push(std::move(c.source));
                   }
                 },
                 [&](const GoCommand& c) {
                   for (auto& z : zones_) z->go(c.play, pts_);
                 },
                 [&](const StopCommand& c) {
                   for (auto& z : zones_) z->stop(c.play, c.reason, pts_);
                 },
                 [&](SlateCommand& c) { slate_ = std::move(c.view); },
                 [&](TickerCommand& c) {
                   ticker_ = std::move(c.strip);
                   ticker_since_ = pts_;
                   last_tag_ = 0;
                 },
                 [&](const BrightnessCommand& c) {
                   brightness_ = c.percent;
                   last_tag_ = 0;
                 },
                 [&](const RepeatIdleCommand&) {
                   for (auto& z : zones_) z->repeat_idle();
                 },
             },
             command);
}

Zone* Painter::zone(std::string_view name) {
  for (auto& z : zones_)
    if (z->name() == name) return z.get();
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
  pollfd p[2] = {{wake_.get(), POLLIN, 0}, {source ? source->wait_fd() : -1, POLLIN, 0}};
  if (!source || source->state() == Source::State::starting) ::poll(p, 2, 10);
  std::uint64_t count = 0;
  [[maybe_unused]] auto ignored = ::read(wake_.get(), &count, sizeof count);
}

// Paints into a pooled buffer what it does not hold already, and hands a light copy of it to the sink.
void Painter::paint() {
  Zone& main = *zones_.front();
  bool slate = !main.view();
  const View& base = slate ? slate_ : main.view();
  int rows = area_.height - (ticker_ ? std::min(ticker_->height(), area_.height) : 0);
  auto tag = base.serial * 128 + static_cast<std::uint64_t>(brightness_);  // brightness is 0...100
  if (!last_ || tag != last_tag_ || ticker_) {
    auto canvas = pool_.take();
    if (!canvas) {
      log::error("no memory for a frame; the last one stays");
    } else {
      // A buffer under a ticker is whole above it only: its tag says so.
      auto painted = ticker_ ? tag | kTickerMark : tag;
      if (canvas->painted() != painted) copy_rows(base.planes, canvas->planes(), area_, rows, brightness_);
      canvas->set_painted(painted);
      if (ticker_) ticker_->draw(canvas->planes(), area_, pts_ - ticker_since_, brightness_);
      retired_[retire_at_++ % kRetired] = std::move(last_);
      last_ = canvas->finish();
      last_tag_ = tag;
      last_painted_ = painted;
      last_picture_ = new_serial();
    }
  }
  if (!last_) return;
  Note note;
  note.play = main.playing();
  note.due_pts = main.due_pts();
  note.picture = last_picture_;
  note.rows = rows;
  note.base = last_painted_;
  note.holding = main.holding();
  note.slate = slate;
  BufferPtr frame(gst_buffer_copy(last_.get()));
  attach_note(frame.get(), std::move(note));
  output_.push(std::move(frame), pts_, tick_duration(tick_, rate_));
  ++frames_;
  pts_seen_ = pts_;
  holding_ = main.holding();
  on_slate_ = slate;
}

void Painter::feed_audio() {
  auto first = samples_before(pts_), last = samples_before(tick_pts(tick_ + 1, rate_));
  samples_.resize(static_cast<std::size_t>(last - first) * 2);
  zones_.front()->read_audio(pts_, samples_);
  output_.push_audio(samples_, pts_of_sample(first));
}

}  // namespace fz::screen
