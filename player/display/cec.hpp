// HDMI-CEC: a television is switched, not dimmed. Source: HDMI 1.4 supplement 1 (CEC); the kernel's linux/cec.h.
#pragma once
#include <cstdint>
#include <span>

#include "player/display/panel.hpp"

namespace fz::display {

/// The wire, with our own logical address claimed.
class CecBus {
 public:
  virtual ~CecBus() = default;
  /// Our place in the tree of HDMI inputs, e.g. 0x1000; 0xffff when it is not known.
  virtual std::uint16_t physical_address() = 0;
  /// Opcode and operands to the television (0) or to everybody (15). False when it was not acknowledged.
  virtual bool send(int to, std::span<const std::uint8_t> message) = 0;
};
/// A device such as /dev/cec0; null when it cannot be opened or gives no address.
std::unique_ptr<CecBus> open_cec(const std::filesystem::path& device);

class CecPanel final : public Panel {
 public:
  CecPanel(std::unique_ptr<CecBus> bus, std::string where) : bus_(std::move(bus)), where_(std::move(where)) {}
  std::string name() const override { return "HDMI-CEC on " + where_; }
  bool dims() const override { return false; }
  bool set(const Levels& levels) override;

 private:
  std::unique_ptr<CecBus> bus_;
  std::string where_;
};

}  // namespace fz::display
