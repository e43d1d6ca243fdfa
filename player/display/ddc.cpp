#include "player/display/ddc.hpp"

#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <numeric>

#include "shared/base/file.hpp"

namespace fz::display {
namespace {

constexpr std::uint8_t kMonitor = 0x6e;   // 37h as it stands on the wire, to write; also the source of answers
constexpr std::uint8_t kHost = 0x51;      // source of our messages
constexpr std::uint8_t kReadSeed = 0x50;  // what an answer's checksum begins with
constexpr std::uint8_t kAsk = 0x01, kAnswer = 0x02, kSet = 0x03;
constexpr std::uint8_t kBrightness = 0x10, kPower = 0xd6;
constexpr int kPowerOn = 1, kPowerOff = 4;  // 4: off as by the standby signal; it still listens. 5 would be the switch itself.
constexpr Millis kBeforeAnswer{40}, kAfterSet{50}, kAfterPower{500};
constexpr int kTries = 3;  // monitors miss messages while they change their input

std::uint8_t checksum(std::uint8_t seed, std::span<const std::uint8_t> bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), seed, [](std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(a ^ b); });
}

class Device final : public I2c {
 public:
  explicit Device(Fd fd) : fd_(std::move(fd)) {}
  bool write(std::span<const std::uint8_t> bytes) override {
    return ::write(fd_.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  }
  bool read(std::span<std::uint8_t> bytes) override {
    return ::read(fd_.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  }

 private:
  Fd fd_;
};

}  // namespace

std::unique_ptr<I2c> open_i2c(const std::filesystem::path& device) {
  Fd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd || ::ioctl(fd.get(), I2C_SLAVE, kMonitor >> 1) != 0) return nullptr;
  return std::make_unique<Device>(std::move(fd));
}

std::unique_ptr<DdcPanel> DdcPanel::open(std::unique_ptr<I2c> bus, std::string where, Pause pause) {
  if (!bus) return nullptr;
  std::unique_ptr<DdcPanel> panel(new DdcPanel(std::move(bus), std::move(where), std::move(pause)));
  const auto brightness = panel->get(kBrightness);
  if (!brightness) return nullptr;
  panel->most_ = brightness->most;
  return panel;
}

std::optional<Feature> DdcPanel::get(std::uint8_t code) {
  for (int i = 0; i < kTries; ++i) {
    std::array<std::uint8_t, 5> ask{kHost, 0x82, kAsk, code, 0};
    ask[4] = checksum(kMonitor, std::span(ask).first(4));
    const bool asked = bus_->write(ask);
    pause_(kBeforeAnswer);
    std::array<std::uint8_t, 11> a{};
    if (!asked || !bus_->read(a)) continue;
    // source, length | 80h, opcode, result, code, type, most (2), now (2), checksum
    if (a[0] != kMonitor || a[1] != 0x88 || a[2] != kAnswer || a[4] != code || a[10] != checksum(kReadSeed, std::span(a).first(10)))
      continue;
    if (a[3] != 0) return Feature{};  // it does not know this code
    return Feature{a[8] << 8 | a[9], a[6] << 8 | a[7]};
  }
  return std::nullopt;
}

bool DdcPanel::put(std::uint8_t code, int value) {
  std::array<std::uint8_t, 7> set{kHost, 0x84, kSet, code, static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value), 0};
  set[6] = checksum(kMonitor, std::span(set).first(6));
  for (int i = 0; i < kTries; ++i) {
    const bool sent = bus_->write(set);
    pause_(code == kPower ? kAfterPower : kAfterSet);
    if (sent) return true;
  }
  return false;
}

bool DdcPanel::set(const Levels& levels) {
  if (!levels.on) return put(kPower, kPowerOff);
  if (!put(kPower, kPowerOn)) return false;
  if (most_ == 0) return true;
  const int wanted = most_ * levels.brightness_percent / 100;
  if (!put(kBrightness, wanted)) return false;
  // A message that arrived is not one that was understood.
  const auto now = get(kBrightness);
  return now && now->now == wanted;
}

}  // namespace fz::display
