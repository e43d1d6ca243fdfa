#include "player/display/panel.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include "player/display/cec.hpp"
#include "player/display/ddc.hpp"

namespace fz::display {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kDdc = "ddc:", kCec = "cec:";

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& e : fs::directory_iterator(folder, none)) found.push_back(e.path());
  std::sort(found.begin(), found.end());
  return found;
}
bool connected(const fs::path& connector) {
  std::string status;
  std::ifstream(connector / "status") >> status;
  return status == "connected";
}
// The driver names a connector's bus by a link `ddc`, or by a folder i2c-N in it.
std::string bus_of(const fs::path& connector) {
  std::error_code none;
  if (const auto target = fs::read_symlink(connector / "ddc", none); !none) return target.filename();
  for (const auto& e : entries(connector))
    if (e.filename().string().starts_with("i2c-")) return e.filename();
  return "";
}
std::unique_ptr<Panel> ddc_panel(const fs::path& device) {
  return DdcPanel::open(open_i2c(device), device);
}
std::unique_ptr<Panel> cec_panel(const fs::path& device) {
  auto bus = open_cec(device);
  return bus ? std::make_unique<CecPanel>(std::move(bus), device) : nullptr;
}

}  // namespace

void sleep_for(Millis time) {
  std::this_thread::sleep_for(time);
}

bool valid_setting(const std::string& s) {
  return s == "none" || s == "auto" || ((s.starts_with(kDdc) || s.starts_with(kCec)) && s.size() > kDdc.size() && s[kDdc.size()] == '/');
}

std::vector<fs::path> display_buses(const fs::path& sys, const fs::path& dev) {
  std::vector<fs::path> found;
  for (const auto& connector : entries(sys / "class/drm"))
    if (connected(connector))
      if (const auto bus = bus_of(connector); !bus.empty()) found.push_back(dev / bus);
  return found;
}

std::unique_ptr<Panel> find_panel(const std::string& setting, const fs::path& sys, const fs::path& dev) {
  if (setting.starts_with(kDdc)) return ddc_panel(setting.substr(kDdc.size()));
  if (setting.starts_with(kCec)) return cec_panel(setting.substr(kCec.size()));
  if (setting != "auto") return nullptr;
  for (const auto& bus : display_buses(sys, dev))
    if (auto panel = ddc_panel(bus)) return panel;
  for (const auto& device : entries(dev))
    if (device.filename().string().starts_with("cec"))
      if (auto panel = cec_panel(device)) return panel;
  return nullptr;
}

}  // namespace fz::display
