// Runs fz-screen as a user would and reads what its tap saw.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "shared/base/process.hpp"
#include "tests/support/media/media.hpp"

namespace fz::test {

struct TapFrame {
  double t_ms;
  std::int64_t pts_ns;
  std::string play, item, crc, grid;
  int luma, rows;
};

inline std::vector<TapFrame> read_tap(const fs::path& path) {
  std::vector<TapFrame> out;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    boost::system::error_code bad;
    auto v = boost::json::parse(line, bad);
    if (bad) break;  // the last line of a program that was killed
    auto text = [&](const char* name) { return std::string(v.at(name).as_string()); };
    out.push_back({v.at("t_ms").to_number<double>(), v.at("pts_ns").as_int64(), text("play"), text("item"), text("crc"), text("grid"),
                   v.at("luma").to_number<int>(), v.at("rows").to_number<int>()});
  }
  return out;
}

/// How often each picture of `item` was shown, in order: one number for each run of equal CRCs.
inline std::vector<int> runs(const std::vector<TapFrame>& tap, const std::string& item) {
  std::vector<int> out;
  const TapFrame* last = nullptr;
  for (const auto& f : tap) {
    if (f.item != item) continue;
    if (last && last->crc == f.crc)
      ++out.back();
    else
      out.push_back(1);
    last = &f;
  }
  return out;
}
inline std::vector<std::string> crcs(const std::vector<TapFrame>& tap, const std::string& item) {
  std::vector<std::string> out;
  for (const auto& f : tap)
    if (f.item == item) out.push_back(f.crc);
  return out;
}
/// Items in the order they were shown; held frames and the slate are left out.
inline std::vector<std::string> order(const std::vector<TapFrame>& tap) {
  std::vector<std::string> out;
  std::string play;
  for (const auto& f : tap) {
    if (!f.play.empty() && f.play != play) out.push_back(f.item);
    if (!f.play.empty()) play = f.play;
  }
  return out;
}
/// Steps of the PTS that are not one tick of 30 fps.
inline int pts_step_errors(const std::vector<TapFrame>& tap) {
  int wrong = 0;
  for (std::size_t i = 1; i < tap.size(); ++i) {
    auto step = tap[i].pts_ns - tap[i - 1].pts_ns;
    if (step < 33'333'333 || step > 33'333'334) ++wrong;
  }
  return wrong;
}

/// The same CRC of every frame as another decoder makes it. REQUIRES: the file has this size.
inline std::vector<std::string> reference_crcs(const std::string& name, int width, int height) {
  SpawnOptions o;
  o.argv = {"ffmpeg", "-v", "error", "-nostdin", "-i", media(name).string(), "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"};
  auto raw = run_command(o, Seconds{60}, std::size_t{256} << 20);
  EXPECT_TRUE(raw);
  std::vector<std::string> out;
  if (!raw) return out;
  auto size = static_cast<std::size_t>(width * height * 3 / 2);
  for (std::size_t at = 0; at + size <= raw->size(); at += size) {
    const auto* p = reinterpret_cast<const Bytef*>(raw->data() + at);
    uLong crc = 0;
    for (int plane = 0; plane < 3; ++plane) {
      int w = plane ? width / 2 : width, h = plane ? height / 2 : height;
      for (int y = 0; y < h; y += 37) crc = crc32(crc, p + y * w, static_cast<uInt>(w));
      p += w * h;
    }
    char text[9];
    std::snprintf(text, sizeof text, "%08lx", crc);
    out.emplace_back(text);
  }
  return out;
}

/// A folder of its own for a test, removed at the end.
struct Folder {
  fs::path path = [] {
    std::string name = (fs::temp_directory_path() / "fz-screen-XXXXXX").string();
    return fs::path(::mkdtemp(name.data()));
  }();
  ~Folder() { fs::remove_all(path); }
};

/// fz-screen, running. Standard error goes to a file.
struct Screen {
  Folder folder;
  Process process;
  explicit Screen(std::vector<std::string> arguments, std::vector<std::pair<std::string, std::string>> env = {}) {
    SpawnOptions o;
    o.argv = {(bin_dir() / "fz-screen").string()};
    o.argv.insert(o.argv.end(), arguments.begin(), arguments.end());
    o.argv.insert(o.argv.end(), {"--tap", tap_path().string()});
    o.env = std::move(env);
    int log = ::open(log_path().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    o.fds = {{log, 2}};
    auto started = Process::spawn(o);
    ::close(log);
    EXPECT_TRUE(started);
    if (started) process = *std::move(started);
  }
  fs::path tap_path() const { return folder.path / "tap.jsonl"; }
  fs::path log_path() const { return folder.path / "log"; }
  std::vector<TapFrame> tap() const { return read_tap(tap_path()); }
  std::string log() const {
    std::ifstream in(log_path());
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
  }
  /// Its exit status, or -1 after `limit`.
  int wait(Seconds limit = Seconds{90}) { return process.wait(limit).value_or(-1); }
  /// Waits until `test` says yes to what the tap saw.
  template <class F>
  bool until(F test, Seconds limit = Seconds{60}) {
    for (auto end = std::chrono::steady_clock::now() + limit; std::chrono::steady_clock::now() < end && process.running();) {
      auto seen = tap();
      if (test(seen)) return true;
      std::this_thread::sleep_for(Millis{50});
    }
    return false;
  }
  /// Its running children, oldest first.
  std::vector<pid_t> children() const {
    std::ifstream in("/proc/" + std::to_string(process.pid()) + "/task/" + std::to_string(process.pid()) + "/children");
    std::vector<pid_t> out;
    for (pid_t p; in >> p;) out.push_back(p);
    return out;
  }
};

}  // namespace fz::test
