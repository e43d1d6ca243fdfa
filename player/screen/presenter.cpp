#include "player/screen/presenter.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace fz::screen {

namespace {
// Equal frames are measured and drawn again this often all the same: what is on the surface is believed for no longer.
constexpr Ns kRefresh = 500 * kNsPerMs;

void set_niceness(int niceness) {
  // Linux: a thread's own; fails without the right to, which is no harm.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), niceness);
}
}  // namespace

std::int64_t monotonic_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::int64_t>(t.tv_sec) * kNsPerS + t.tv_nsec;
}
void raise_priority() {
  set_niceness(-10);
}
void lower_priority() {
  set_niceness(10);
}

Presenter::Presenter(Area area, std::function<void(const Presented&)> report)
    : area_(area), info_(video_info(area)), report_(std::move(report)) {}

void Presenter::resize(Area area) {
  area_ = area;
  info_ = video_info(area);
  measured_ = {};
}

void Presenter::attach(GstPad* pad, Timing timing) {
  timing_ = std::move(timing);
  drawn_picture_ = 0;
  original_ = GST_PAD_CHAINFUNC(pad);
  gst_pad_set_chain_function_full(pad, &Presenter::chain, this, nullptr);
}

GstFlowReturn Presenter::chain(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
  return static_cast<Presenter*>(pad->chaindata)->show(pad, parent, buffer);
}

void Presenter::measure_zones(GstBuffer* buffer, const Note& note, Ns pts) {
  std::optional<MappedBuffer> mapped;
  for (std::size_t i = 0; i < kMediaZones; ++i) {
    const auto& zone = note.zones[i];
    auto& known = measured_[i];
    if (zone.rect.width == 0 || (zone.picture == known.picture && zone.rows == known.rows && pts - known.at < kRefresh)) continue;
    if (!mapped) mapped.emplace(buffer, info_);
    if (!*mapped) return;
    signatures_[i] = measure(planes_from(mapped->planes(), zone.rect.x, zone.rect.y), zone.rect.width, zone.rect.height, zone.rows);
    known = {zone.picture, zone.rows, pts};
  }
}

GstFlowReturn Presenter::show(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
  if (!raised_) raise_priority();
  raised_ = true;
  const Note* note = note_of(buffer);
  if (!note) return original_(pad, parent, buffer);
  BufferPtr kept(gst_buffer_ref(buffer));  // the note and the pixels are needed after the sink has let go of them
  auto pts = static_cast<Ns>(GST_BUFFER_PTS(buffer));
  measure_zones(buffer, *note, pts);

  auto running_time = [&] { return timing_.sync ? monotonic_ns() - timing_.epoch : pts; };
  if (announce_) announce_({note, kept.get(), pts, std::max(pts, running_time()), signatures_});
  GstFlowReturn flow = GST_FLOW_OK;
  if (timing_.skip_equal && note->picture == drawn_picture_ && pts - drawn_at_ < kRefresh) {
    gst_buffer_unref(buffer);
    auto due = timing_.epoch + pts;
    timespec t{static_cast<time_t>(due / kNsPerS), static_cast<long>(due % kNsPerS)};
    if (timing_.sync) ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr);
  } else {
    if (timing_.convert) {
      MappedBuffer mapped(buffer, info_);
      auto converted = timing_.convert->convert(pad, buffer, mapped.planes(), note->tags, note->regions);
      gst_buffer_unref(buffer);
      if (!converted) return GST_FLOW_ERROR;
      buffer = converted.release();
    }
    flow = original_(pad, parent, buffer);
    if (flow != GST_FLOW_OK) return flow;
    drawn_picture_ = note->picture;
    drawn_at_ = pts;
    ++drawn_;
  }
  report_({note, kept.get(), pts, running_time(), signatures_});
  return flow;
}

}  // namespace fz::screen
