// The whole path to real pixels: an X server without a monitor, and a picture of its root window.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "tests/integration/screen/harness.hpp"
// Last: its macros (Bool, None, Status) are words of other headers.
#include <X11/Xlib.h>

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

TEST(ScreenX11, WithoutADisplayItSaysSo) {
  Screen screen({"--play", media("poster.png").string(), "--sink", "x11"}, {{"DISPLAY", ":4077"}});
  EXPECT_EQ(screen.wait(), 1);
  EXPECT_NE(screen.log().find("DISPLAY=:4077"), std::string::npos) << screen.log();
}

}  // namespace
}  // namespace fz::test
