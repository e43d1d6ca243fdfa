// The tap of fz-screen through a named pipe, which outlives every screen process: each line as it comes.
#pragma once
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <atomic>
#include <functional>
#include <thread>

#include "shared/base/file.hpp"
#include "shared/base/json.hpp"

namespace fz::test {

/// One frame that the sink has shown.
struct TapLine {
  std::string play, crc;
  int luma = 0;
};

/// The tap's members as they stand in the text; an empty crc if it is no line of a tap.
inline TapLine read_tap_line(const std::string& text) {
  TapLine out;
  // t_ms has a fraction, which the strict reader takes from nobody; nothing here needs it.
  const auto time = text.find("\"t_ms\":"), rest = text.find(',', time);
  if (time == std::string::npos || rest == std::string::npos) return out;
  const auto v = json::parse(text.substr(0, time) + text.substr(rest + 1));
  if (!v || !v->is_object()) return out;
  json::Reader r(*v, "tap");
  out.play = r.string("play", 64);
  out.luma = static_cast<int>(r.integer("luma", 0, 255));
  auto crc = r.string("crc", 8);
  if (r.ok()) out.crc = std::move(crc);
  return out;
}

class TapPipe {
 public:
  /// `line` is called by a thread of this object.
  TapPipe(const fs::path& path, std::function<void(const TapLine&)> line) : line_(std::move(line)) {
    if (::mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
    fd_.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
    thread_ = std::thread([this] { run(); });
  }
  ~TapPipe() {
    stop_ = true;
    thread_.join();
  }

 private:
  void run() {
    std::string buffer;
    char chunk[65536];
    while (!stop_) {
      pollfd p{fd_.get(), POLLIN, 0};
      if (::poll(&p, 1, 50) <= 0) continue;
      const auto n = ::read(fd_.get(), chunk, sizeof chunk);
      if (n > 0) buffer.append(chunk, static_cast<std::size_t>(n));
      for (std::size_t end; (end = buffer.find('\n')) != std::string::npos; buffer.erase(0, end + 1))
        if (const auto l = read_tap_line(buffer.substr(0, end)); !l.crc.empty()) line_(l);  // else cut off by a kill
    }
  }
  std::function<void(const TapLine&)> line_;
  Fd fd_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace fz::test
