// Time from exec to the first frame of a film on an X screen: first_pixel ROW.rgb Y LIMIT_MS COMMAND...
// ROW.rgb is row Y of the film's first frame as RGB. Polls that row of the root window every 2 ms until nine tenths of it
// look like the reference, prints the milliseconds, ends the command. Exit 1 when that never happened.
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  std::ifstream file(argv[1], std::ios::binary);
  std::vector<unsigned char> row((std::istreambuf_iterator<char>(file)), {});
  int y = std::atoi(argv[2]), limit = std::atoi(argv[3]), width = static_cast<int>(row.size() / 3);
  Display* display = XOpenDisplay(nullptr);
  if (!display || width == 0) return 2;
  auto matches = [&] {
    XImage* image = XGetImage(display, DefaultRootWindow(display), 0, y, static_cast<unsigned>(width), 1, AllPlanes, ZPixmap);
    int same = 0, all = 0;
    for (int x = 4; x < width - 4; x += 8, ++all) {
      unsigned long p = XGetPixel(image, x, 0);
      int d = 0;
      for (int c = 0; c < 3; ++c)
        d = std::max(d, std::abs(static_cast<int>(p >> (16 - 8 * c) & 255) - row[static_cast<std::size_t>(x * 3 + c)]));
      same += d < 40;
    }
    XDestroyImage(image);
    return same * 10 >= all * 9;
  };
  if (matches()) return 2;
  using Clock = std::chrono::steady_clock;
  auto start = Clock::now();
  pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    int null = open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) dup2(null, fd);
    execvp(argv[4], argv + 4);
    _exit(127);
  }
  auto elapsed = [&] { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); };
  double found = -1;
  while (found < 0 && elapsed() < limit) {
    if (matches())
      found = elapsed();
    else
      usleep(2000);
  }
  kill(child, SIGTERM);
  for (int i = 0; i < 100 && waitpid(child, nullptr, WNOHANG) == 0; ++i) usleep(20000);
  kill(-child, SIGKILL);
  if (found < 0) return 1;
  std::printf("%.1f\n", found);
  return 0;
}
