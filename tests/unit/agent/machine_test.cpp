#include "player/agent/machine.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.hpp"

namespace fz::agent {
namespace {

class Machine : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) {
    const fs::path file = dir_ / name;
    fs::create_directories(file.parent_path());
    write_atomic(file, text + "\n").value();
  }
  Health health() { return machine_health(dir_.path()); }
  test::TempDir dir_;
};

TEST_F(Machine, SaysNothingOfWhatIsNotThere) {
  EXPECT_EQ(health(), Health{});
  put("class/thermal/thermal_zone0/temp", "no number");
  put("class/thermal/thermal_zone1/temp", "-274000000");
  put("class/hwmon/hwmon0/name", "nvme");
  EXPECT_EQ(health(), Health{});
}

TEST_F(Machine, TheHottestSensorAndItsOwnLimit) {
  put("class/thermal/thermal_zone0/temp", "48500");
  put("class/thermal/thermal_zone1/temp", "71000");
  EXPECT_EQ(health().temperature_c, 71);
  EXPECT_FALSE(health().hot);
  put("class/thermal/thermal_zone1/trip_point_0_type", "passive");
  put("class/thermal/thermal_zone1/trip_point_0_temp", "60000");
  EXPECT_FALSE(health().hot) << "slowing down is not an alarm";
  put("class/thermal/thermal_zone1/trip_point_1_type", "critical");
  put("class/thermal/thermal_zone1/trip_point_1_temp", "70000");
  EXPECT_TRUE(health().hot);
  put("class/thermal/thermal_zone1/temp", "69000");
  EXPECT_FALSE(health().hot);
  put("class/thermal/thermal_zone0/temp", "90000");
  EXPECT_TRUE(health().hot);
}

TEST_F(Machine, WeakSupplyAndStorageErrors) {
  put("class/hwmon/hwmon0/in0_lcrit_alarm", "0");
  put("class/hwmon/hwmon1/in0_lcrit_alarm", "1");
  put("block/sda/device/ioerr_cnt", "0x1f");
  put("block/mmcblk0/size", "7");
  put("fs/ext4/sda1/errors_count", "2");
  put("fs/ext4/features/lazy_itable_init", "supported");
  EXPECT_TRUE(health().under_voltage);
  EXPECT_EQ(health().storage_errors, 33);
}

TEST_F(Machine, WhatThisProgramItselfTakes) {
  Health h;
  add_own_use(h, dir_.path());
  EXPECT_EQ(h, Health{});
  put("status", "Name:\tfz-agent\nVmPeak:\t  99999 kB\nVmRSS:\t   51300 kB\nThreads:\t11\n");
  for (const char* fd : {"0", "1", "2", "17"}) put(std::string("fd/") + fd, "");
  add_own_use(h, dir_.path());
  EXPECT_EQ(h.memory_mb, 50);
  EXPECT_EQ(h.threads, 11);
  EXPECT_EQ(h.descriptors, 3);
  Health real;
  add_own_use(real);
  EXPECT_GT(real.memory_mb.value_or(0), 0);
  EXPECT_GE(real.threads.value_or(0), 1);
  EXPECT_GE(real.descriptors.value_or(0), 3);
}

}  // namespace
}  // namespace fz::agent
