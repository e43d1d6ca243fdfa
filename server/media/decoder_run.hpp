// One run of fz-decode, and the files it writes. Internal to server/media.
#pragma once
#include <optional>
#include <utility>

#include "server/media/media.hpp"
#include "shared/base/json.hpp"

namespace fz::media {

// Every line it prints is short, few and strictly read: it is sandboxed and still not believed. The process ends with this object.
class Run {
 public:
  /// `fds`: (ours, its). Errors: process_failed, io.
  static Result<Run> start(const Tools& tools, std::vector<std::string> arguments, std::vector<std::pair<int, int>> fds, Millis limit);
  /// The last line, which holds the result. Errors: what it printed, media_timeout, media_decoder_died, cancelled.
  Result<json::object> finish(const Progress& progress);

 private:
  static void take_lines(std::string& text, json::object& last, const Progress& progress);
  Fd out_;
  Process process_;
  SteadyTime until_;
  Millis limit_{};
  std::shared_ptr<std::atomic<bool>> cancelled_;
};

/// What the file on this descriptor is. Errors: media_*, as Run.
Result<Found> look(const Tools& tools, const Fd& source, const std::string& declared);

/// An unfinished file of ours; gone when this ends, unless it was adopted.
struct Scratch {
  fs::path path;
  Fd fd;
  explicit Scratch(fs::path p) : path(std::move(p)) {}
  Scratch(Scratch&& o) noexcept : path(std::exchange(o.path, {})), fd(std::move(o.fd)) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    if (!path.empty()) (void)remove_file(path);
  }
  /// A new empty file, readable and writable. Errors: disk_full, io.
  static Result<Scratch> make(const Tools& tools, const char* what);
};

}  // namespace fz::media
