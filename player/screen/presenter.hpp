// Stands at the sink's pad: measures each frame before the sink waits for its time, and reports it when the sink has shown it.
#pragma once
#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "player/screen/frame.hpp"
#include "player/screen/note.hpp"
#include "player/screen/timeline.hpp"
#include "player/screen/x_convert.hpp"

namespace fz::screen {

/// A frame that the sink shows next, or has really shown.
struct Presented {
  const Note* note;   ///< valid during the call
  GstBuffer* buffer;  ///< I420; take a reference to keep it
  Ns pts = 0;
  Ns running_time = 0;                            ///< when the sink returned; before: when it will at the earliest
  std::array<Signature, kMediaZones> signatures;  ///< of the zones that the note names
};

class Presenter {
 public:
  /// `report` is called on the sink's thread for every frame that was shown.
  Presenter(Area area, std::function<void(const Presented&)> report);
  /// `announce` is called on the same thread before the sink gets the frame. Set it before attach().
  void announce_to(std::function<void(const Presented&)> announce) { announce_ = std::move(announce); }

  struct Timing {
    std::int64_t epoch = 0;  ///< monotonic time of running time 0
    bool sync = true;
    /// A frame equal to the one shown before is not drawn again (its time is still waited for), but for two a second.
    bool skip_equal = false;
    /// Makes what the sink takes out of a frame; null: the sink takes I420 itself.
    std::shared_ptr<XConverter> convert = nullptr;
  };
  /// Frames have this size from now on. REQUIRES: attached to no running pipeline.
  void resize(Area area);
  /// Puts itself in front of `pad`, a sink pad whose chain call returns when the frame is on the surface.
  void attach(GstPad* pad, Timing timing);
  const GstVideoInfo& info() const { return info_; }
  std::int64_t drawn() const { return drawn_; }

 private:
  static GstFlowReturn chain(GstPad* pad, GstObject* parent, GstBuffer* buffer);
  GstFlowReturn show(GstPad* pad, GstObject* parent, GstBuffer* buffer);
  void measure_zones(GstBuffer* buffer, const Note& note, Ns pts);

  Area area_;
  GstVideoInfo info_;
  std::function<void(const Presented&)> report_, announce_;
  GstPadChainFunction original_ = nullptr;
  Timing timing_;
  // Below: the sink's thread only.
  bool raised_ = false;
  struct Measured {
    std::uint64_t picture = 0;
    int rows = -1;
    Ns at = 0;
  };
  std::array<Measured, kMediaZones> measured_{};
  std::array<Signature, kMediaZones> signatures_{};
  std::uint64_t drawn_picture_ = 0;
  Ns drawn_at_ = 0;
  std::atomic<std::int64_t> drawn_{0};
};

/// Asks for a better place in the processor's queue for the calling thread, where that is allowed.
void raise_priority();
/// A worse place, for work that can wait.
void lower_priority();
std::int64_t monotonic_ns();

}  // namespace fz::screen
