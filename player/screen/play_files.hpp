// The stand-alone player: plays a list of files without agent and server, decoding two items ahead.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "player/screen/screen.hpp"
#include "shared/wire/decoder_process.hpp"

namespace fz::screen {

struct PlayList {
  std::vector<fs::path> files;  ///< media, or text documents (*.json)
  int loops = 1;                ///< how often the list is played; 0: for ever
  Millis still_duration{5000};
  Millis text_duration{0};  ///< 0: the reading time
  wire::Fit fit = wire::Fit::contain;
  fs::path decoder;  ///< fz-decode; empty: beside this program
};

/// Main thread only.
class PlayFiles {
 public:
  PlayFiles(PlayList list, Area area) : list_(std::move(list)), area_(area) {}
  /// Starts the first item's decoder, which takes longer than anything else at the start. No screen is needed yet.
  void start_first() { prefetch(1); }
  /// Hands what was started to the screen. REQUIRES: the screen has begun, and outlives this.
  void play_on(Screen& screen);
  void handle(const wire::ToAgent& event);
  /// Finds decoders that died before their first frame.
  void tend();
  bool done() const { return items_.empty() && next_ >= total(); }
  std::size_t shown() const { return shown_; }  ///< items of which at least a frame was presented
  std::size_t skipped() const { return skipped_; }

 private:
  struct Item {
    fs::path file;
    std::optional<wire::DecoderProcess> decoder;
    std::string text;
    bool handed = false, cued = false, stopping = false;
  };
  std::size_t total() const { return list_.loops == 0 ? SIZE_MAX : list_.files.size() * static_cast<std::size_t>(list_.loops); }
  void prefetch(std::size_t items);
  void hand_over();
  Result<Item> start(const fs::path& file);
  void skip(const fs::path& file, const std::string& why);

  Screen* screen_ = nullptr;
  PlayList list_;
  Area area_;
  std::size_t next_ = 0, shown_ = 0, skipped_ = 0;
  std::map<std::string, Item> items_;  // by play id, which sorts by order
};

}  // namespace fz::screen
