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
  Millis text_duration{0};     ///< 0: the reading time
  std::vector<fs::path> side;  ///< for the side zone, over and over
  fs::path decoder;            ///< fz-decode; empty: beside this program
};

/// Main thread only.
class PlayFiles {
 public:
  PlayFiles(PlayList list, layout::Resolved layout);
  /// Starts the first item's decoder, which takes longer than anything else at the start. No screen is needed yet.
  void start_first() { prefetch(lanes_[0], 1); }
  /// Hands what was started to the screen. REQUIRES: the screen has begun, and outlives this.
  void play_on(Screen& screen);
  void handle(const wire::ToAgent& event);
  /// Finds decoders that died before their first frame.
  void tend();
  /// The surface is laid out anew: what follows is made for it.
  void laid_out(const layout::Resolved& layout) { layout_ = layout; }
  bool done() const { return lanes_[0].items.empty() && lanes_[0].next >= total(lanes_[0]); }
  std::size_t shown() const { return shown_; }  ///< items of which at least a frame was presented
  std::size_t skipped() const { return skipped_; }

 private:
  struct Item {
    fs::path file;
    std::optional<wire::DecoderProcess> decoder;
    std::string text;
    bool handed = false, cued = false, stopping = false;
  };
  /// A zone and its list.
  struct Lane {
    layout::Kind zone;
    const std::vector<fs::path>* files;
    int loops;
    std::size_t next = 0;
    std::map<std::string, Item> items{};  // by play id, which sorts by order
  };
  static std::size_t total(const Lane& lane) {
    return lane.loops == 0 && !lane.files->empty() ? SIZE_MAX : lane.files->size() * static_cast<std::size_t>(lane.loops);
  }
  void prefetch(Lane& lane, std::size_t items);
  void hand_over(Lane& lane);
  void handle(Lane& lane, const wire::ToAgent& event);
  Result<Item> start(const Lane& lane, const fs::path& file);
  void skip(const fs::path& file, const std::string& why);

  Screen* screen_ = nullptr;
  PlayList list_;
  layout::Resolved layout_;
  std::size_t shown_ = 0, skipped_ = 0, plays_ = 0;
  std::array<Lane, kMediaZones> lanes_;
};

}  // namespace fz::screen
