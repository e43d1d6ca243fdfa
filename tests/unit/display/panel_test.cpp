#include <gtest/gtest.h>

#include <deque>
#include <fstream>
#include <map>
#include <numeric>

#include "player/display/cec.hpp"
#include "player/display/ddc.hpp"
#include "tests/support/temp_dir.hpp"

namespace fz::display {
namespace {
namespace fs = std::filesystem;

std::uint8_t sum(std::uint8_t seed, std::span<const std::uint8_t> bytes) {
  for (auto b : bytes) seed ^= b;
  return seed;
}

/// A monitor as the standard describes it, with its own reading of frames and checksums.
struct Monitor {
  std::map<int, std::pair<int, int>> features{{0x10, {70, 80}}, {0xd6, {1, 5}}};  // code -> now, most
  int deaf_for = 0;                                                               // messages it misses
  bool stubborn = false;                                                          // says yes and does nothing
  bool unplugged = false;
  std::vector<std::pair<int, int>> sets;
  std::vector<std::uint8_t> answer;

  bool hear(std::span<const std::uint8_t> m) {
    if (unplugged) return false;
    if (deaf_for > 0) return --deaf_for, true;  // lost on the way: acknowledged by the wire only
    if (m.size() < 4 || m[0] != 0x51 || (m[1] & 0x7f) != static_cast<int>(m.size()) - 3 || sum(0x6e, m) != 0) return true;
    if (m[2] == 1) {
      const auto found = features.find(m[3]);
      const auto [now, most] = found == features.end() ? std::pair{0, 0} : found->second;
      answer = {0x6e,
                0x88,
                2,
                static_cast<std::uint8_t>(found == features.end()),
                m[3],
                0,
                static_cast<std::uint8_t>(most >> 8),
                static_cast<std::uint8_t>(most),
                static_cast<std::uint8_t>(now >> 8),
                static_cast<std::uint8_t>(now)};
      answer.push_back(sum(0x50, answer));
    } else if (m[2] == 3 && m.size() == 7) {
      sets.emplace_back(m[3], m[4] << 8 | m[5]);
      if (!stubborn) features[m[3]].first = m[4] << 8 | m[5];
    }
    return true;
  }
};
class Wire final : public I2c {
 public:
  explicit Wire(Monitor& m) : m_(m) {}
  bool write(std::span<const std::uint8_t> bytes) override { return m_.hear(bytes); }
  bool read(std::span<std::uint8_t> bytes) override {
    if (m_.unplugged) return false;
    std::fill(bytes.begin(), bytes.end(), 0);  // a monitor with nothing to say sends a null message
    std::copy_n(m_.answer.begin(), std::min(bytes.size(), m_.answer.size()), bytes.begin());
    m_.answer.clear();
    return true;
  }

 private:
  Monitor& m_;
};

struct DdcTest : testing::Test {
  Monitor monitor;
  Millis waited{0};
  std::unique_ptr<DdcPanel> open() {
    return DdcPanel::open(std::make_unique<Wire>(monitor), "a wire", [this](Millis t) { waited += t; });
  }
};

TEST_F(DdcTest, BrightnessIsAShareOfWhatTheMonitorCan) {
  auto panel = open();
  ASSERT_TRUE(panel);
  EXPECT_TRUE(panel->dims());
  EXPECT_TRUE(panel->set({.brightness_percent = 50}));
  EXPECT_EQ(monitor.features[0x10].first, 40);
  EXPECT_TRUE(panel->set({.brightness_percent = 0}));
  EXPECT_EQ(monitor.features[0x10].first, 0);
  EXPECT_GE(waited, Millis{40}) << "a monitor needs its pauses";
}
TEST_F(DdcTest, OffIsStandbyAndOnBringsTheBrightnessBack) {
  auto panel = open();
  ASSERT_TRUE(panel);
  EXPECT_TRUE(panel->set({.brightness_percent = 100, .on = false}));
  EXPECT_EQ(monitor.features[0xd6].first, 4);
  monitor.features[0x10].first = 3;  // forgotten in its sleep
  EXPECT_TRUE(panel->set({.brightness_percent = 100, .on = true}));
  EXPECT_EQ(monitor.features[0xd6].first, 1);
  EXPECT_EQ(monitor.features[0x10].first, 80);
}
TEST_F(DdcTest, AMessageThatWasMissedIsSentAgain) {
  monitor.deaf_for = 2;
  auto panel = open();
  ASSERT_TRUE(panel);
  EXPECT_TRUE(panel->dims());
}
TEST_F(DdcTest, AMonitorWithoutALampIsSwitchedOnly) {
  monitor.features.erase(0x10);
  auto panel = open();
  ASSERT_TRUE(panel);
  EXPECT_FALSE(panel->dims());
  EXPECT_TRUE(panel->set({.brightness_percent = 10}));
  EXPECT_EQ(monitor.sets, (std::vector<std::pair<int, int>>{{0xd6, 1}}));
}
TEST_F(DdcTest, WhatWasNotUnderstoodIsNotDone) {
  auto panel = open();
  ASSERT_TRUE(panel);
  monitor.stubborn = true;
  EXPECT_FALSE(panel->set({.brightness_percent = 10}));
  monitor.stubborn = false;
  monitor.unplugged = true;
  EXPECT_FALSE(panel->set({.brightness_percent = 10}));
  EXPECT_FALSE(open());
}
TEST_F(DdcTest, DamagedAnswersAreNoAnswers) {
  struct Noise final : I2c {
    std::deque<std::vector<std::uint8_t>> lines;
    bool write(std::span<const std::uint8_t>) override { return true; }
    bool read(std::span<std::uint8_t> bytes) override {
      std::copy_n(lines.front().begin(), bytes.size(), bytes.begin());
      lines.pop_front();
      return true;
    }
  };
  auto noise = std::make_unique<Noise>();
  std::vector<std::uint8_t> good{0x6e, 0x88, 2, 0, 0x10, 0, 0, 100, 0, 50};
  good.push_back(sum(0x50, good));
  for (std::size_t i : {0, 1, 2}) {
    auto bad = good;
    bad[i == 0 ? 8 : i == 1 ? 4 : 10] ^= 1;
    noise->lines.push_back(bad);
  }
  EXPECT_FALSE(DdcPanel::open(std::move(noise), "noise", [](Millis) {}));
}

struct FakeCec final : CecBus {
  std::vector<std::pair<int, std::vector<std::uint8_t>>>& sent;
  bool heard = true;
  std::uint16_t place = 0x2000;
  explicit FakeCec(std::vector<std::pair<int, std::vector<std::uint8_t>>>& s) : sent(s) {}
  std::uint16_t physical_address() override { return place; }
  bool send(int to, std::span<const std::uint8_t> m) override {
    sent.emplace_back(to, std::vector<std::uint8_t>(m.begin(), m.end()));
    return heard;
  }
};
TEST(CecTest, ATelevisionIsWokenOnOurInputAndPutToSleep) {
  std::vector<std::pair<int, std::vector<std::uint8_t>>> sent;
  CecPanel panel(std::make_unique<FakeCec>(sent), "cec");
  EXPECT_FALSE(panel.dims());
  EXPECT_TRUE(panel.set({}));
  EXPECT_TRUE(panel.set({.brightness_percent = 100, .on = false}));
  // HDMI CEC 1.4: image view on 04h, active source 82h with the physical address, standby 36h.
  EXPECT_EQ(sent, (std::vector<std::pair<int, std::vector<std::uint8_t>>>{{0, {0x04}}, {15, {0x82, 0x20, 0x00}}, {0, {0x36}}}));
}
TEST(CecTest, NobodyThereIsSaid) {
  std::vector<std::pair<int, std::vector<std::uint8_t>>> sent;
  auto bus = std::make_unique<FakeCec>(sent);
  bus->heard = false;
  CecPanel panel(std::move(bus), "cec");
  EXPECT_FALSE(panel.set({}));
}

TEST(FindTest, OnlyBusesOfConnectedDisplaysAreTouched) {
  test::TempDir dir;
  const fs::path sys = dir / "sys", drm = sys / "class/drm";
  const auto connector = [&](const std::string& name, const std::string& status, const std::string& bus, bool link) {
    fs::create_directories(drm / name);
    std::ofstream(drm / name / "status") << status << '\n';
    if (link)
      fs::create_symlink("../../../i2c-" + bus, drm / name / "ddc");
    else
      fs::create_directories(drm / name / ("i2c-" + bus));
  };
  connector("card0-DP-1", "connected", "7", false);
  connector("card0-HDMI-A-1", "connected", "4", true);
  connector("card0-HDMI-A-2", "disconnected", "5", true);
  fs::create_directories(drm / "card0");  // the card itself has no status
  EXPECT_EQ(display_buses(sys, "/dev"), (std::vector<fs::path>{"/dev/i2c-7", "/dev/i2c-4"}));
  EXPECT_TRUE(display_buses(dir / "nothing", "/dev").empty());
  EXPECT_FALSE(find_panel("auto", sys, dir / "dev"));
  EXPECT_FALSE(find_panel("none"));
  EXPECT_FALSE(find_panel("ddc:/dev/null")) << "not an I2C device";
  EXPECT_FALSE(find_panel("cec:/dev/null")) << "not a CEC device";
}
TEST(FindTest, SettingsAreChecked) {
  for (const char* good : {"none", "auto", "ddc:/dev/i2c-4", "cec:/dev/cec0"}) EXPECT_TRUE(valid_setting(good)) << good;
  for (const char* bad : {"", "ddc", "ddc:", "ddc:i2c-4", "cec:", "vga"}) EXPECT_FALSE(valid_setting(bad)) << bad;
}

}  // namespace
}  // namespace fz::display
