// The painter: one thread that puts a frame on the output at every beat, whatever happens to the items.
#pragma once
#include <array>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "player/screen/output.hpp"
#include "player/screen/ticker_band.hpp"
#include "player/screen/zone.hpp"

namespace fz::screen {

// What the main thread asks of the painter.
struct CueCommand {
  std::string zone;
  PlayRef play;
  Ns duration = 0;
  std::unique_ptr<Source> source;
  Area area;  ///< of its pictures; a zone of another size by now does not take it
};
struct GoCommand {
  std::string play;
  bool now = false;  ///< instead of what is on air
};
struct StopCommand {
  std::string play;
  wire::EndReason reason = wire::EndReason::stopped;
};
// A picture for a zone that has another size by now is dropped; another one is on its way.
struct SlateCommand {
  View view;
  Area area;
};
struct TickerCommand {
  std::shared_ptr<const TickerStrip> strip;  ///< null: none
};
struct CornerCommand {
  View view;  ///< none: the background
  Area area;
};
/// The surface is laid out anew; zones whose size changes end what they play. An area other than the output's resizes it.
struct LayoutCommand {
  layout::Resolved layout;
  View slate;  ///< of the main zone's size
};
struct BrightnessCommand {
  int percent = 100;
  bool on = true;  ///< false: dark by schedule
};
struct RepeatIdleCommand {};
using Command = std::variant<CueCommand, GoCommand, StopCommand, SlateCommand, TickerCommand, CornerCommand, LayoutCommand,
                             BrightnessCommand, RepeatIdleCommand>;

/// What the painter is doing; read from any thread.
struct PainterStatus {
  std::int64_t frames = 0, pts_ns = 0;
  bool holding = false, slate = false, off = false;
};

class Painter {
 public:
  /// Starts painting `slate` (of the main zone's size) at once. The references must outlive this.
  Painter(Output& output, EventQueue& events, EndBox& ends, layout::Resolved layout, View slate);
  /// Paints no more.
  ~Painter();
  Painter(const Painter&) = delete;
  Painter& operator=(const Painter&) = delete;

  /// Obeyed at the next beat, in order. Any thread.
  void post(Command c);
  PainterStatus status() const;

 private:
  void run();
  void beat();
  void obey(Command& c);
  bool wait_until(Ns running_time);
  bool wait_for(Source& source);
  void idle_unsynced();
  void lay_out(LayoutCommand& c);
  void take_regions();
  void paint();
  void paint_zone(Canvas& canvas, const Rect& rect, const View& view, const Zone* fading);
  Tags tags() const;
  Note note(bool slate) const;
  Zone* zone(std::string_view name);
  void feed_audio();

  Output& output_;
  EventQueue& events_;
  EndBox& ends_;
  std::optional<FramePool> pool_;
  const Rate rate_;
  const Ns lead_;  // how far ahead of its presentation a frame is painted

  std::mutex mutex_;
  std::vector<Command> commands_;
  Fd wake_;
  std::atomic<bool> stop_{false};
  std::atomic<std::int64_t> frames_{0}, pts_seen_{0};
  std::atomic<bool> holding_{false}, on_slate_{false}, off_seen_{false};

  // Below: the painter's thread only.
  std::array<std::unique_ptr<Zone>, kMediaZones> zones_;  // the first is "main"; the other may not be there
  layout::Resolved layout_;
  Regions regions_{};
  std::uint64_t ground_ = 0;  // tag of the background: another number is another arrangement
  View slate_, corner_;
  std::shared_ptr<const TickerStrip> ticker_;
  Ns ticker_since_ = 0;
  int brightness_ = 100;
  bool off_ = false;  // dark by schedule
  std::int64_t tick_ = 0;
  Ns pts_ = 0;
  Ns waited_ = 0;   // steady time when an unsynced wait began; 0: not waiting
  BufferPtr last_;  // what was pushed last, and what it was painted from
  Tags last_tags_{};
  std::uint64_t last_picture_ = 0;
  std::vector<BufferPtr> retired_;  // painted buffers whose copies may still be with the sink
  std::size_t retire_at_ = 0;
  std::vector<std::int16_t> samples_;
  std::thread thread_;
};

}  // namespace fz::screen
