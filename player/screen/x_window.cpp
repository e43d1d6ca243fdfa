#include "player/screen/x_window.hpp"

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include <cstdlib>

namespace fz::screen {

namespace {
Display* as_display(void* p) {
  return static_cast<Display*>(p);
}
// The slate's background: what is seen if the server shows the window before the first frame.
constexpr unsigned long kSlateBlue = 0x0b2a52;

void hide_pointer(Display* d, Window w) {
  const char nothing[1] = {0};
  Pixmap empty = XCreateBitmapFromData(d, w, nothing, 1, 1);
  XColor black{};
  Cursor none = XCreatePixmapCursor(d, empty, empty, &black, &black, 0, 0);
  XDefineCursor(d, w, none);
  XFreeCursor(d, none);
  XFreePixmap(d, empty);
}
// Asked before the window is mapped, as the window manager specification (EWMH, _NET_WM_STATE) wants it.
void ask_fullscreen(Display* d, Window w) {
  Atom fullscreen = XInternAtom(d, "_NET_WM_STATE_FULLSCREEN", False);
  XChangeProperty(d, w, XInternAtom(d, "_NET_WM_STATE", False), XA_ATOM, 32, PropModeReplace,
                  reinterpret_cast<const unsigned char*>(&fullscreen), 1);
}

Result<Display*> open_display() {
  XInitThreads();
  if (Display* d = XOpenDisplay(nullptr)) return d;
  const char* name = std::getenv("DISPLAY");
  return fail(Code::screen_sink, {{"sink", "x11"}, {"what", name ? std::string("DISPLAY=") + name : "DISPLAY is not set"}});
}
}  // namespace

Result<Area> display_area() {
  FZ_TRY(Display * d, open_display());
  int screen = DefaultScreen(d);
  Area area{DisplayWidth(d, screen) & ~1, DisplayHeight(d, screen) & ~1};
  XCloseDisplay(d);
  return area;
}

Result<std::unique_ptr<XWindow>> XWindow::open(Area area, bool fullscreen) {
  FZ_TRY(Display * d, open_display());
  std::unique_ptr<XWindow> x(new XWindow);
  x->display_ = d;
  int screen = DefaultScreen(d);
  x->window_ = XCreateSimpleWindow(d, RootWindow(d, screen), 0, 0, static_cast<unsigned>(area.width), static_cast<unsigned>(area.height), 0,
                                   0, kSlateBlue);
  XStoreName(d, x->window_, "Fanzha");
  XSelectInput(d, x->window_, StructureNotifyMask);
  x->area_ = area;
  x->fullscreen_ = fullscreen;
  Atom closed = XInternAtom(d, "WM_DELETE_WINDOW", False);
  XSetWMProtocols(d, x->window_, &closed, 1);
  if (fullscreen) {
    XSelectInput(d, RootWindow(d, screen), StructureNotifyMask);  // another mode, another monitor
    hide_pointer(d, x->window_);
    ask_fullscreen(d, x->window_);
    XSetScreenSaver(d, 0, 0, DontPreferBlanking, DontAllowExposures);
    x->saver_off_ = true;
  }
  XSync(d, False);
  return x;
}

XWindow::~XWindow() {
  Display* d = as_display(display_);
  if (!d) return;
  if (saver_off_) XSetScreenSaver(d, -1, 0, DefaultBlanking, DefaultExposures);
  if (window_) XDestroyWindow(d, window_);
  XCloseDisplay(d);
}

void XWindow::show() {
  XMapRaised(as_display(display_), window_);
  XSync(as_display(display_), False);
}

bool XWindow::tend() {
  Display* d = as_display(display_);
  while (XPending(d) > 0) {
    XEvent event;
    XNextEvent(d, &event);
    if (event.type == ClientMessage || event.type == DestroyNotify) return false;
    if (event.type != ConfigureNotify) continue;
    const auto& now = event.xconfigure;
    if (now.window != window_) {
      // Without a window manager nobody else makes the window as large as the screen.
      XMoveResizeWindow(d, window_, 0, 0, static_cast<unsigned>(now.width), static_cast<unsigned>(now.height));
      XFlush(d);
    } else if (now.width >= 16 && now.height >= 16) {
      area_ = {now.width & ~1, now.height & ~1};
    }
  }
  return true;
}

}  // namespace fz::screen
