#include "player/screen/ear.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <cmath>

#include "shared/base/json.hpp"

namespace fz::screen {

namespace {
constexpr std::size_t kMostPlays = 64;  // a sound that comes after its play's end must not stay for ever

int rms_of(double energy, std::int64_t samples) {
  return samples > 0 ? static_cast<int>(std::lround(std::sqrt(energy / (2.0 * static_cast<double>(samples))))) : 0;
}
}  // namespace

int Heard::rms() const {
  return rms_of(energy, samples);
}

Result<void> Ear::write_to(const fs::path& path) {
  std::lock_guard lock(mutex_);
  file_.reset(std::fopen(path.c_str(), "we"));
  if (!file_) return disk_error(errno, path);
  return {};
}

void Ear::heard(const PlayRef& play, Ns pts, std::span<const std::int16_t> samples) {
  if (!play || samples.empty()) return;
  double energy = 0;
  for (auto s : samples) energy += double{1} * s * s;
  auto crc =
      static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(samples.data()), static_cast<uInt>(samples.size_bytes())));
  auto frames = static_cast<std::int64_t>(samples.size() / 2);
  std::lock_guard lock(mutex_);
  if (plays_.size() >= kMostPlays && !plays_.contains(play)) plays_.erase(plays_.begin());
  auto& h = plays_[play];
  if (h.blocks++ == 0) h.crc_first = crc;
  h.crc_last = crc;
  h.samples += frames;
  h.energy += energy;
  if (!file_) return;
  auto text = [](const std::string& t) { return json::write(json::value(t)); };
  auto line = fmt::format(R"({{"pts_ns":{},"play":{},"item":{},"samples":{},"rms":{},"crc":"{:08x}"}})", pts, text(play->id),
                          text(play->label), frames, rms_of(energy, frames), crc) +
              "\n";
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) != line.size() || std::fflush(file_.get()) != 0) file_.reset();
}

Heard Ear::take(const PlayRef& play) {
  std::lock_guard lock(mutex_);
  auto node = plays_.extract(play);
  return node ? node.mapped() : Heard{};
}

}  // namespace fz::screen
