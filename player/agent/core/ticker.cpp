#include "player/agent/core/ticker.hpp"

#include <algorithm>

#include "shared/base/json.hpp"

namespace fz::agent {

void Ticker::advance(const Now& now, const Programme& programme, const std::string& token, Actions& out) {
  if (now.boot < due_ && told_) return;
  due_ = now.boot + Millis{1000};
  std::vector<std::string> lines;
  const auto is_ticker = [](const schedule::Slot& s) { return s.layer == schedule::Layer::ticker; };
  const auto* playlist = programme.playlist;
  if (playlist && programme.zone && std::any_of(playlist->slots.begin(), playlist->slots.end(), is_ticker)) {
    const auto resolution = schedule::resolve(*playlist, *programme.zone, now.utc);
    for (const auto& playing : resolution.playing) {
      const auto& slot = playlist->slots[playing.slot];
      if (!is_ticker(slot)) continue;
      for (const auto& i : slot.items) {
        const auto item = programme.catalogue->find(i.approval);
        if (item == programme.catalogue->end() || item->second.kind != wire::CueKind::text) continue;
        if (programme.door(item->second, true, now.utc)) continue;
        const auto text = texts_.find(item->second.sha256);
        if (text != texts_.end()) {
          lines.push_back(text->second);
        } else if (asked_.insert(item->second.sha256).second) {
          out.emplace_back(FetchDocument{0, item->second.sha256, item->second.length, token});
        }
      }
    }
  }
  if (told_ && *told_ == lines) return;
  if (!told_ && lines.empty()) {
    told_ = lines;
    return;
  }
  told_ = lines;
  out.emplace_back(TellScreen{wire::Ticker{std::move(lines)}});
}

void Ticker::document(const std::string& sha256, const std::string& bytes) {
  const auto v = json::parse(bytes);
  if (!v || !v->is_object()) return;
  const auto* member = v->as_object().if_contains("text");
  const auto* text = member ? member->if_string() : nullptr;
  if (!text) return;
  std::string line(*text);
  std::replace(line.begin(), line.end(), '\n', ' ');  // a wished break has no place in one line
  texts_[sha256] = std::move(line);
}

}  // namespace fz::agent
