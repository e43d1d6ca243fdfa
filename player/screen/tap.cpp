#include "player/screen/tap.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "shared/base/json.hpp"
#include "shared/base/log.hpp"

namespace fz::screen {

Tap::~Tap() = default;

Result<void> Tap::write_to(const fs::path& path, UtcTime epoch) {
  if (path.has_parent_path()) FZ_CHECK(make_dirs(path.parent_path()));
  file_.reset(std::fopen(path.c_str(), "we"));
  if (!file_) return disk_error(errno, path);
  epoch_ = epoch;
  return {};
}

bool Tap::about_to_show(const Sighting& s) {
  if (!s.play || (shown_[s.zone] && shown_[s.zone]->play == s.play)) return false;
  begin(s);
  return true;
}

void Tap::begin(const Sighting& s) {
  for (const auto& note : ends_.take(s.pts)) end(note, s);
  auto& shown = shown_[s.zone];
  if (!s.play || (shown && shown->play == s.play)) return;
  shown = Shown{s.play, s.running_time, 0, 0, s.signature.crc, 0};
  auto late = (s.running_time - s.due_pts) / kNsPerMs;
  events_.push(wire::ToAgent(wire::Started{s.play->id, to_unix_ms(s.wall), late}));
}

void Tap::saw(const Sighting& s) {
  begin(s);
  auto& shown = shown_[s.zone];
  if (s.play) {
    ++shown->frames;
    shown->black += s.signature.luma < kBlackLuma;
    shown->crc_last = s.signature.crc;
  }
  if (file_) write_line(s);
}

void Tap::end(const EndNote& note, const Sighting& next) {
  wire::Ended e;
  e.play = note.play->id;
  e.reason = note.reason;
  e.at_ms = to_unix_ms(next.wall);
  e.lost = note.lost;
  for (auto& shown : shown_) {
    if (!shown || shown->play != note.play) continue;
    e.shown_ms = (next.running_time - shown->first) / kNsPerMs;
    e.frames = shown->frames;
    e.black = shown->black;
    e.crc_first = shown->crc_first;
    e.crc_last = shown->crc_last;
    shown.reset();
  }
  auto heard = ear_ ? ear_->take(note.play) : Heard{};
  e.samples = heard.samples;
  e.sound_rms = heard.rms();
  if (note.sound_only) {  // presented is what was heard, by the clock of the sound
    e.shown_ms = heard.samples * 1000 / 48000;
    e.frames = heard.blocks;
    e.black = 0;
    e.crc_first = heard.crc_first;
    e.crc_last = heard.crc_last;
  }
  events_.push(wire::ToAgent(std::move(e)));
}

std::string tap_line(const Sighting& s, UtcTime epoch) {
  auto text = [](const std::string& t) { return json::write(json::value(t)); };
  auto us = s.running_time / 1000;
  auto more = s.zone == 0 ? std::string() : fmt::format(R"(,"zone":"{}")", kMediaZoneNames[s.zone]);
  if (s.fade > 0) more += fmt::format(R"(,"fade":{})", s.fade);
  if (s.off) more += ",\"off\":true";
  return fmt::format(R"({{"t_ms":{}.{:03},"pts_ns":{},"play":{},"item":{},"luma":{},"crc":"{:08x}","grid":"{}","rows":{}{}}})",
                     to_unix_ms(epoch) + us / 1000, us % 1000, s.pts, text(s.play ? s.play->id : ""), text(s.play ? s.play->label : ""),
                     s.signature.luma, s.signature.crc, to_hex(s.signature.grid), s.rows, more);
}

void Tap::write_line(const Sighting& s) {
  auto line = tap_line(s, epoch_) + "\n";
  // Flushed at once: a line exists for every frame that was shown, even if this process is killed next.
  if (std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() && std::fflush(file_.get()) == 0) return;
  log::error("the tap file cannot be written any more");
  file_.reset();
}

}  // namespace fz::screen
