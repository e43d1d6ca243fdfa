// The whole path to real pixels: an X server without a monitor, and a picture of its root window.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "tests/integration/screen/harness.hpp"
// Last: its macros (Bool, None, Status) are words of other headers.
#include <X11/Xlib.h>
#include <X11/Xutil.h>

namespace fz::test {
namespace {

constexpr int kWidth = 640, kHeight = 360;

struct XServer {
  Process process;
  std::string display;
  XServer() {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    SpawnOptions o;
    o.argv = {"Xvfb", "-displayfd", "3", "-screen", "0", "640x360x24", "-nolisten", "tcp", "-noreset"};
    o.fds = {{ends[1], 3}};
    auto p = Process::spawn(o);
    ::close(ends[1]);
    EXPECT_TRUE(p);
    if (p) process = *std::move(p);
    // The number and its line feed come apart, and the server ends when nobody reads the latter.
    std::string text;
    pollfd wait{ends[0], POLLIN, 0};
    for (char c; text.find('\n') == std::string::npos && ::poll(&wait, 1, 20'000) == 1 && ::read(ends[0], &c, 1) == 1;) text += c;
    if (!text.empty()) display = ":" + text.substr(0, text.find('\n'));
    ::close(ends[0]);
    EXPECT_FALSE(display.empty());
  }
  /// RGB of the whole screen.
  std::string picture() const {
    SpawnOptions o;
    o.argv = {"import", "-window", "root", "-depth", "8", "rgb:-"};
    o.env = {{"DISPLAY", display}};
    auto rgb = run_command(o, Seconds{30}, std::size_t{16} << 20);
    EXPECT_TRUE(rgb);
    return rgb ? *rgb : "";
  }
};

// As a window manager would.
void resize_window(const std::string& display, const std::string& title, unsigned width, unsigned height) {
  Display* d = XOpenDisplay(display.c_str());
  ASSERT_NE(d, nullptr);
  Window root = DefaultRootWindow(d), parent = 0, *children = nullptr;
  unsigned n = 0;
  XQueryTree(d, root, &root, &parent, &children, &n);
  bool found = false;
  for (unsigned i = 0; i < n; ++i) {
    char* name = nullptr;
    if (XFetchName(d, children[i], &name) && name) {
      found = found || title == name;
      if (title == name) XResizeWindow(d, children[i], width, height);
      XFree(name);
    }
  }
  EXPECT_TRUE(found);
  if (children) XFree(children);
  XCloseDisplay(d);
}

std::string reference(const std::string& name) {
  SpawnOptions o;
  o.argv = {"ffmpeg", "-v",       "error",    "-nostdin", "-i",    media(name).string(), "-vf", "scale=640:360",
            "-f",     "rawvideo", "-pix_fmt", "rgb24",    "pipe:1"};
  auto rgb = run_command(o, Seconds{30}, std::size_t{16} << 20);
  EXPECT_TRUE(rgb);
  return rgb ? *rgb : "";
}

double difference(const std::string& a, const std::string& b) {
  if (a.size() != b.size() || a.empty()) return 255;
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(static_cast<unsigned char>(a[i]) - static_cast<unsigned char>(b[i]));
  return sum / static_cast<double>(a.size());
}

TEST(ScreenX11, ThePictureIsReallyOnTheScreen) {
  XServer x;
  // No size given: the display's own.
  Screen screen({"--play", media("poster.png").string(), "--still-ms", "60000", "--sink", "x11"}, {{"DISPLAY", x.display}});
  ASSERT_TRUE(screen.until([](auto& tap) { return !order(tap).empty(); })) << screen.log();
  auto want = reference("poster.png");
  ASSERT_EQ(want.size(), static_cast<std::size_t>(kWidth * kHeight * 3));
  EXPECT_LT(difference(x.picture(), want), 6.0) << "two scalers and two colour conversions apart, no more";
  screen.process.signal(SIGTERM);
  screen.wait();
}

// What a window manager does when somebody presses the cross.
void press_the_cross(const std::string& display) {
  std::unique_ptr<Display, int (*)(Display*)> d(XOpenDisplay(display.c_str()), XCloseDisplay);
  ASSERT_TRUE(d);
  Window root = DefaultRootWindow(d.get()), unused = 0, *children = nullptr;
  unsigned count = 0;
  ASSERT_TRUE(XQueryTree(d.get(), root, &unused, &unused, &children, &count));
  ASSERT_EQ(count, 1U);
  XEvent event{};
  event.xclient.type = ClientMessage;
  event.xclient.window = children[0];
  event.xclient.message_type = XInternAtom(d.get(), "WM_PROTOCOLS", False);
  event.xclient.format = 32;
  event.xclient.data.l[0] = static_cast<long>(XInternAtom(d.get(), "WM_DELETE_WINDOW", False));
  XSendEvent(d.get(), children[0], False, NoEventMask, &event);
  XSync(d.get(), False);
  XFree(children);
}

TEST(ScreenX11, AClosedWindowEndsIt) {
  XServer x;
  Screen screen({"--play", media("poster.png").string(), "--still-ms", "60000", "--sink", "x11", "--window", "--size", "320x180"},
                {{"DISPLAY", x.display}});
  ASSERT_TRUE(screen.until([](auto& tap) { return !order(tap).empty(); })) << screen.log();
  press_the_cross(x.display);
  EXPECT_EQ(screen.wait(), 0) << screen.log();
}

TEST(ScreenX11, NobodyClosesAFullScreen) {
  XServer x;
  Screen screen({"--play", media("poster.png").string(), "--still-ms", "60000", "--sink", "x11"}, {{"DISPLAY", x.display}});
  ASSERT_TRUE(screen.until([](auto& tap) { return !order(tap).empty(); })) << screen.log();
  press_the_cross(x.display);
  auto frames = screen.tap().size();
  EXPECT_TRUE(screen.until([&](auto& tap) { return tap.size() > frames + 20; })) << screen.log();
  screen.process.signal(SIGTERM);
  screen.wait();
}

// A panel that hangs on its side: the logical surface is 360x640, and the picture on the output is that one, turned.
TEST(ScreenX11, ATurnedPanelShowsTheWholeSurfaceTurned) {
  XServer x;
  Screen screen({"--play", media("poster.png").string(), "--still-ms", "60000", "--sink", "x11", "--rotate", "90", "--fit", "cover"},
                {{"DISPLAY", x.display}});
  ASSERT_TRUE(screen.until([](auto& tap) { return !order(tap).empty(); })) << screen.log();
  EXPECT_EQ(screen.tap().back().rows, 640) << "as it is seen";
  SpawnOptions o;
  o.argv = {"ffmpeg",   "-v",
            "error",    "-nostdin",
            "-i",       media("poster.png").string(),
            "-vf",      "scale=360:640:force_original_aspect_ratio=increase,crop=360:640,transpose=clock",
            "-f",       "rawvideo",
            "-pix_fmt", "rgb24",
            "pipe:1"};
  auto want = run_command(o, Seconds{30}, std::size_t{16} << 20);
  ASSERT_TRUE(want);
  ASSERT_EQ(want->size(), static_cast<std::size_t>(kWidth * kHeight * 3));
  EXPECT_LT(difference(x.picture(), *want), 8.0);
  screen.process.signal(SIGTERM);
  screen.wait();
}

// The output gets another mode (here: its window another size). The item that was made for the old one ends, its picture is held
// and the next one is made for the new size; nothing is dark meanwhile.
TEST(ScreenX11, AnotherModeIsFollowedWithoutADarkFrame) {
  XServer x;
  Screen screen(
      {"--play", media("bar8.mp4").string(), media("bar9.mp4").string(), "--loop", "0", "--sink", "x11", "--window", "--size", "480x270"},
      {{"DISPLAY", x.display}});
  ASSERT_TRUE(screen.until([](auto& tap) { return order(tap).size() >= 2; })) << screen.log();
  resize_window(x.display, "Fanzha", 320, 200);
  ASSERT_TRUE(screen.until([](auto& tap) { return !tap.empty() && tap.back().rows == 200; })) << screen.log();
  auto before = order(screen.tap()).size();
  ASSERT_TRUE(screen.until([before](auto& tap) { return order(tap).size() >= before + 2; })) << screen.log();
  bool first = true;
  for (auto& f : screen.tap()) {
    ASSERT_GE(f.luma, 20) << "dark at " << f.pts_ns;
    if (!first) {
      EXPECT_TRUE(f.rows == 270 || f.rows == 200);
    }
    first = false;
  }
  EXPECT_EQ(screen.tap().back().rows, 200);
  screen.process.signal(SIGTERM);
  screen.wait();
}

void xrandr(const std::string& display, std::vector<std::string> arguments) {
  SpawnOptions o;
  o.argv = {"xrandr"};
  o.argv.insert(o.argv.end(), arguments.begin(), arguments.end());
  o.env = {{"DISPLAY", display}};
  // Switched off, Xvfb's only output leaves a screen of no size, which xrandr calls an error after it has been done.
  (void)run_command(o, Seconds{20}, std::size_t{1} << 20);
}

// The monitor's cable: its output goes away while a film plays, and comes back as a smaller monitor.
TEST(ScreenX11, AnOutputThatIsUnpluggedAndComesBackIsFollowed) {
  XServer x;
  Screen screen({"--play", media("bar8.mp4").string(), media("bar9.mp4").string(), "--loop", "0", "--sink", "x11"},
                {{"DISPLAY", x.display}});
  ASSERT_TRUE(screen.until([](auto& tap) { return !order(tap).empty(); })) << screen.log();
  xrandr(x.display, {"--newmode", "small", "5.0", "320", "330", "340", "360", "200", "203", "206", "220"});
  xrandr(x.display, {"--addmode", "screen", "small"});
  xrandr(x.display, {"--output", "screen", "--off"});
  const auto unplugged = screen.tap().size();
  ASSERT_TRUE(screen.until([&](auto& tap) { return tap.size() > unplugged + 30; })) << "nobody sees it, and it goes on: " << screen.log();
  EXPECT_EQ(screen.tap().back().rows, kHeight);
  xrandr(x.display, {"--output", "screen", "--mode", "small"});
  ASSERT_TRUE(screen.until([](auto& tap) { return tap.back().rows == 200; })) << screen.log();
  const auto before = order(screen.tap()).size();
  ASSERT_TRUE(screen.until([before](auto& tap) { return order(tap).size() >= before + 2; })) << screen.log();
  for (auto& f : screen.tap()) ASSERT_GE(f.luma, 20) << "dark at " << f.pts_ns;
  const auto seen = x.picture();
  ASSERT_EQ(seen.size(), std::size_t{320} * 200 * 3);
  EXPECT_GT(difference(seen, std::string(seen.size(), '\0')), 20.0) << "the window fills the monitor that is there now";
  screen.process.signal(SIGTERM);
  screen.wait();
}

TEST(ScreenX11, WithoutADisplayItSaysSo) {
  Screen screen({"--play", media("poster.png").string(), "--sink", "x11"}, {{"DISPLAY", ":4077"}});
  EXPECT_EQ(screen.wait(), 1);
  EXPECT_NE(screen.log().find("DISPLAY=:4077"), std::string::npos) << screen.log();
}

}  // namespace
}  // namespace fz::test
