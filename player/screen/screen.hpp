// A running screen: output, painter, tap, worker and camera put together. What the agent (or the stand-alone player) asks
// goes through here.
#pragma once
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "player/display/keeper.hpp"
#include "player/screen/camera.hpp"
#include "player/screen/output.hpp"
#include "player/screen/painter.hpp"
#include "player/screen/tap.hpp"
#include "player/screen/worker.hpp"
#include "shared/layout/layout.hpp"
#include "shared/wire/ring.hpp"

namespace fz::screen {

using layout::Fit;
using layout::Surround;

/// What stands where, and the facts of the place. Texts are documents that were approved (or given on the command line).
struct Arrangement {
  std::string id;      ///< names the layout in `ready`
  std::string layout;  ///< empty: the built-in one
  std::string facts, region, site;
  bool operator==(const Arrangement&) const = default;
};

struct ScreenOptions {
  OutputOptions output;
  layout::Margins margins;
  Fit fit = Fit::contain;  ///< of the built-in layout
  Surround surround = Surround::plain;
  fs::path tap;                ///< empty: no file
  fs::path tap_sound;          ///< the same for what was heard
  fs::path preview;            ///< folder; empty: none
  std::string panel = "none";  ///< how the panel is told: display::find_panel()
};

/// Main thread only.
class Screen {
 public:
  /// Opens the output; nothing is painted before begin(), so that decoders can start meanwhile. Errors: screen_sink, io.
  static Result<std::unique_ptr<Screen>> open(const ScreenOptions& options, Arrangement arrangement = {});
  /// Where the zones would be on a surface of these options: the arrangement's layout, or the built-in one.
  static layout::Resolved placed(const ScreenOptions& options, const Arrangement& arrangement);
  ~Screen();
  /// Paints the slate, and goes on painting until the end.
  void begin();

  const OutputOptions& output() const { return options_.output; }
  /// Where the zones are now.
  const layout::Resolved& layout() const { return layout_; }
  /// The layout in force; empty: the built-in one.
  const std::string& layout_id() const { return layout_id_; }
  /// Lays the surface out. What plays in a zone whose size changes ends as `replaced`. A LaidOut event follows in any case; a
  /// layout that cannot be used here is logged, and the built-in one taken.
  void arrange(Arrangement arrangement);
  void cue_media(std::string play, std::string label, std::string zone, Ns duration, wire::RingReader ring);
  void cue_text(std::string play, std::string label, std::string zone, Ns duration, std::string text);
  void go(const std::string& play, bool now = false);
  void stop(const std::string& play, wire::EndReason reason);
  void slate(const wire::Slate& slate);
  void ticker(const std::vector<std::string>& lines, int px_per_s);
  void set(const wire::Output& levels);
  /// A ShotTaken event follows.
  void shot(std::string id, std::size_t max_bytes);
  void repeat_idle();
  PainterStatus status() const { return painter_ ? painter_->status() : PainterStatus{}; }
  bool sound_lost() const { return output_->sound_lost(); }

  int event_fd() const { return events_.fd(); }
  /// Everything that happened since the last call; what is left of ended plays is freed here.
  std::vector<Event> take_events();
  /// What was taken is on its way. From the first call on, a play's first frame waits (shortly) until its start was passed on.
  void events_passed_on() { events_.passed_on(); }
  /// Looks after pipelines and threads; call ten times a second.
  void tend();
  /// True once a person has closed the window: this program is wanted no longer.
  bool closed() const { return output_->closed(); }

 private:
  explicit Screen(const ScreenOptions& options) : options_(options) {}
  void lay_out();
  void draw_texts();
  void draw_corner();
  Area zone_area(std::string_view zone) const;
  void cue(std::string play, std::string label, std::string zone, Ns duration, std::unique_ptr<Source> source);
  static View draw_slate(render::Renderer& renderer, const wire::Slate& slate, Area area);

  ScreenOptions options_;
  Arrangement arrangement_;
  layout::Resolved layout_;
  std::string layout_id_;
  // What is drawn again when the layout changes.
  wire::Slate slate_;
  std::vector<std::string> ticker_lines_;
  int ticker_speed_ = 0;  // of the message that brought the lines

  // In order of need: later ones use earlier ones and end first.
  EventQueue events_;
  EndBox ends_;
  std::optional<Ear> ear_;
  std::optional<Tap> tap_;
  std::optional<Camera> camera_;
  std::unique_ptr<Output> output_;
  Worker worker_;
  std::future<View> first_slate_;
  std::optional<Painter> painter_;
  std::optional<display::Keeper> panel_;  // none: brightness is painted
  std::int64_t frames_seen_ = 0, tended_ = 0;
  int still_for_ = 0;  // calls of tend() without a new frame
};

}  // namespace fz::screen
