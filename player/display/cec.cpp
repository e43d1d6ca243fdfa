#include "player/display/cec.hpp"

#include <fcntl.h>
#include <linux/cec.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "shared/base/file.hpp"

namespace fz::display {
namespace {

constexpr int kTv = 0, kEverybody = 15;
constexpr std::uint16_t kNowhere = 0xffff;

class Device final : public CecBus {
 public:
  explicit Device(Fd fd) : fd_(std::move(fd)) {}
  bool claim() {
    std::uint32_t mode = CEC_MODE_INITIATOR;
    if (::ioctl(fd_.get(), CEC_S_MODE, &mode) != 0) return false;
    cec_log_addrs have{};
    if (::ioctl(fd_.get(), CEC_ADAP_G_LOG_ADDRS, &have) == 0 && have.num_log_addrs > 0) return take(have);
    cec_log_addrs want{};
    want.cec_version = CEC_OP_CEC_VERSION_1_4;
    want.num_log_addrs = 1;
    want.vendor_id = CEC_VENDOR_ID_NONE;
    want.primary_device_type[0] = CEC_OP_PRIM_DEVTYPE_PLAYBACK;
    want.log_addr_type[0] = CEC_LOG_ADDR_TYPE_PLAYBACK;
    want.all_device_types[0] = CEC_OP_ALL_DEVTYPE_PLAYBACK;
    std::memcpy(want.osd_name, "Fanzha", sizeof "Fanzha");
    return ::ioctl(fd_.get(), CEC_ADAP_S_LOG_ADDRS, &want) == 0 && take(want);
  }
  std::uint16_t physical_address() override {
    std::uint16_t address = kNowhere;
    return ::ioctl(fd_.get(), CEC_ADAP_G_PHYS_ADDR, &address) == 0 ? address : kNowhere;
  }
  bool send(int to, std::span<const std::uint8_t> message) override {
    cec_msg m{};
    m.len = static_cast<std::uint32_t>(1 + message.size());
    m.msg[0] = static_cast<std::uint8_t>(own_ << 4 | to);
    std::copy(message.begin(), message.end(), m.msg + 1);
    return ::ioctl(fd_.get(), CEC_TRANSMIT, &m) == 0 && (m.tx_status & CEC_TX_STATUS_OK);
  }

 private:
  bool take(const cec_log_addrs& a) {
    own_ = a.log_addr[0];
    return own_ < kEverybody;
  }
  Fd fd_;
  int own_ = kEverybody;
};

}  // namespace

std::unique_ptr<CecBus> open_cec(const std::filesystem::path& device) {
  Fd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return nullptr;
  auto bus = std::make_unique<Device>(std::move(fd));
  if (!bus->claim()) return nullptr;
  return bus;
}

bool CecPanel::set(const Levels& levels) {
  if (!levels.on) return bus_->send(kTv, std::array<std::uint8_t, 1>{CEC_MSG_STANDBY});
  if (!bus_->send(kTv, std::array<std::uint8_t, 1>{CEC_MSG_IMAGE_VIEW_ON})) return false;
  // On, and on our input: guests change it.
  const auto place = bus_->physical_address();
  if (place == kNowhere) return true;
  return bus_->send(kEverybody, std::array<std::uint8_t, 3>{CEC_MSG_ACTIVE_SOURCE, static_cast<std::uint8_t>(place >> 8),
                                                            static_cast<std::uint8_t>(place)});
}

}  // namespace fz::display
