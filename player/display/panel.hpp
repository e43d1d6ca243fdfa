// The panel behind the surface: its lamp and its power, where it lets itself be told (DDC/CI over I2C, HDMI-CEC).
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "shared/base/clock.hpp"

namespace fz::display {

struct Levels {
  int brightness_percent = 100;  ///< 0...100 of what the panel can do
  bool on = true;
  bool operator==(const Levels&) const = default;
};

/// One way to one panel. Calls take some hundred milliseconds; from one thread.
class Panel {
 public:
  virtual ~Panel() = default;
  /// For the log: "DDC/CI on /dev/i2c-4".
  virtual std::string name() const = 0;
  /// True if set() changes its brightness; false if it can be switched only.
  virtual bool dims() const = 0;
  /// Tells it. False when it does not answer: unplugged, asleep, or it never understood.
  virtual bool set(const Levels& levels) = 0;
};

/// Pauses between the messages of a slow bus; tests pass one that does not wait.
using Pause = std::function<void(Millis)>;
void sleep_for(Millis time);

/// Where to look: "none", "auto" (the panels that the graphics driver names), "ddc:/dev/i2c-4" or "cec:/dev/cec0".
/// True if it is one of these.
bool valid_setting(const std::string& setting);

/// The first panel found, or null. `sys` is /sys: only buses that lead to a connected display are touched, never the others of the
/// board, where an unasked-for write may do harm.
std::unique_ptr<Panel> find_panel(const std::string& setting, const std::filesystem::path& sys = "/sys",
                                  const std::filesystem::path& dev = "/dev");

/// The I2C devices of the connected displays, in order of their names.
std::vector<std::filesystem::path> display_buses(const std::filesystem::path& sys, const std::filesystem::path& dev);

}  // namespace fz::display
