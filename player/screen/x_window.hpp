// The window under X: covers the screen, has no frame and no pointer, and is never black.
#pragma once
#include <cstdint>
#include <memory>

#include "player/screen/frame.hpp"
#include "shared/base/error.hpp"

namespace fz::screen {

/// Size of the display of $DISPLAY, made even. Errors: screen_sink.
Result<Area> display_area();

/// Owns a connection to the X server and one window on it. Main thread.
class XWindow {
 public:
  /// Opens the display of $DISPLAY. Turns the screen saver off while it lives when full screen.
  /// The window appears with the first call of show(). Errors: screen_sink.
  static Result<std::unique_ptr<XWindow>> open(Area area, bool fullscreen);
  ~XWindow();
  XWindow(const XWindow&) = delete;
  XWindow& operator=(const XWindow&) = delete;
  std::uintptr_t id() const { return window_; }
  /// Puts the window on the screen.
  void show();
  /// Takes what the server says; false when the window was closed. A window that covers the screen follows its mode.
  bool tend();
  Area area() const { return area_; }  ///< as it is now, made even

 private:
  XWindow() = default;
  void* display_ = nullptr;  // Display*: Xlib's macros stay in the .cpp
  std::uintptr_t window_ = 0;
  Area area_;
  bool saver_off_ = false, fullscreen_ = false;
};

}  // namespace fz::screen
