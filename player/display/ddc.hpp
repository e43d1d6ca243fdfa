// DDC/CI: a monitor's settings over the I2C wires of its cable.
// Sources: VESA DDC/CI 1.1 (frames, checksums, pauses), VESA MCCS 2.2a (codes 10h and D6h).
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "player/display/panel.hpp"

namespace fz::display {

/// A bus with the slave's address already chosen (37h).
class I2c {
 public:
  virtual ~I2c() = default;
  virtual bool write(std::span<const std::uint8_t> bytes) = 0;
  /// Fills all of it, or false.
  virtual bool read(std::span<std::uint8_t> bytes) = 0;
};
/// A device such as /dev/i2c-4; null when it cannot be opened.
std::unique_ptr<I2c> open_i2c(const std::filesystem::path& device);

struct Feature {
  int now = 0, most = 0;
};

class DdcPanel final : public Panel {
 public:
  /// Null when nobody answers to the question for the brightness.
  static std::unique_ptr<DdcPanel> open(std::unique_ptr<I2c> bus, std::string where, Pause pause = sleep_for);
  std::string name() const override { return "DDC/CI on " + where_; }
  bool dims() const override { return most_ > 0; }
  bool set(const Levels& levels) override;

 private:
  DdcPanel(std::unique_ptr<I2c> bus, std::string where, Pause pause)
      : bus_(std::move(bus)), where_(std::move(where)), pause_(std::move(pause)) {}
  std::optional<Feature> get(std::uint8_t code);
  bool put(std::uint8_t code, int value);

  std::unique_ptr<I2c> bus_;
  std::string where_;
  Pause pause_;
  int most_ = 0;  // the greatest brightness the monitor knows; 0: it has none to set
};

}  // namespace fz::display
