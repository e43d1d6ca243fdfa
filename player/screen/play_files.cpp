#include "player/screen/play_files.hpp"

#include <fmt/format.h>

#include <iostream>

#include "shared/render/documents.hpp"

namespace fz::screen {

namespace {
constexpr std::size_t kItemsAtOnce = 3;  // one on the surface, two prefetched
constexpr int kSlots = 6;
constexpr int kAudioFrames = 48000;  // one second

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;
}  // namespace

PlayFiles::PlayFiles(PlayList list, layout::Resolved layout)
    : list_(std::move(list)),
      layout_(std::move(layout)),
      lanes_{Lane{layout::Kind::main, &list_.files, list_.loops}, Lane{layout::Kind::side, &list_.side, 0}} {}

void PlayFiles::skip(const fs::path& file, const std::string& why) {
  ++skipped_;
  std::cerr << file.string() << ": skipped: " << why << std::endl;
}

Result<PlayFiles::Item> PlayFiles::start(const Lane& lane, const fs::path& file) {
  Item item;
  item.file = file;
  if (file.extension() == ".json") {
    FZ_TRY(item.text, read_file(file, render::kMaxDocumentBytes));
    return item;
  }
  FZ_TRY(auto media, open_read(file));
  const auto& place = *layout_.find(lane.zone);
  wire::DecodeRequest request;
  request.geometry = {place.rect.width, place.rect.height, kSlots, kAudioFrames};
  request.fit = place.zone.fit;
  request.surround = place.zone.surround;
  request.still_duration = list_.still_duration;
  request.program = list_.decoder;
  // A picture's decoder need not load the plugins for films.
  auto kind = file.extension();
  if (kind == ".png" || kind == ".jpg" || kind == ".jpeg" || kind == ".webp") request.media_type = "image/*";
  FZ_TRY(item.decoder, wire::DecoderProcess::start(std::move(media), request));
  return item;
}

void PlayFiles::play_on(Screen& screen) {
  screen_ = &screen;
  for (auto& lane : lanes_) {
    if (lane.items.empty()) prefetch(lane, kItemsAtOnce);
    hand_over(lane);
  }
}

void PlayFiles::prefetch(Lane& lane, std::size_t items) {
  if (!layout_.find(lane.zone)) return;
  while (lane.items.size() < items && lane.next < total(lane)) {
    const auto& file = (*lane.files)[lane.next % lane.files->size()];
    ++lane.next;
    auto item = start(lane, file);
    if (item) {
      lane.items.emplace(fmt::format("p{:08}", ++plays_), *std::move(item));
    } else {
      skip(file, to_log(item.error()));
      if (lane.zone != layout::Kind::main) return;  // an endless list of bad files must not be gone through at once
    }
  }
}

void PlayFiles::hand_over(Lane& lane) {
  const std::string zone(layout::kind_name(lane.zone));
  for (auto at = lane.items.begin(); at != lane.items.end();) {
    auto& [play, item] = *at;
    if (item.handed) {
      ++at;
      continue;
    }
    item.handed = true;
    if (item.decoder) {
      auto ring = item.decoder->reader();
      if (!ring) {
        skip(item.file, to_log(ring.error()));
        at = lane.items.erase(at);
        continue;
      }
      screen_->cue_media(play, item.file.filename().string(), zone, 0, *std::move(ring));
    } else {
      screen_->cue_text(play, item.file.filename().string(), zone, list_.text_duration.count() * kNsPerMs, item.text);
    }
    screen_->go(play);
    ++at;
  }
}

void PlayFiles::handle(const wire::ToAgent& event) {
  for (auto& lane : lanes_) {
    handle(lane, event);
    // Not before the first item is there: at the start its decoder has the processor to itself.
    if (std::holds_alternative<wire::Idle>(event)) continue;
    prefetch(lane, kItemsAtOnce);
    hand_over(lane);
  }
}

void PlayFiles::handle(Lane& lane, const wire::ToAgent& event) {
  auto& items = lane.items;
  std::visit(Overloaded{
                 [&](const wire::Cued& e) {
                   if (auto at = items.find(e.play); at != items.end()) at->second.cued = true;
                 },
                 [&](const wire::Failed& e) {
                   auto at = items.find(e.play);
                   if (at == items.end()) return;
                   skip(at->second.file, e.detail);
                   items.erase(at);
                 },
                 [&](const wire::Ended& e) {
                   auto at = items.find(e.play);
                   if (at == items.end()) return;
                   if (e.frames > 0) ++shown_;
                   if (at->second.stopping)
                     skip(at->second.file, to_log(fail(Code::media_decoder_died)));
                   else if (e.reason != wire::EndReason::completed)
                     std::cerr << at->second.file.string() << ": ended early: " << wire::end_reason_name(e.reason) << std::endl;
                   items.erase(at);
                 },
                 [](const auto&) {},
             },
             event);
}

void PlayFiles::tend() {
  for (auto& lane : lanes_)
    for (auto& [play, item] : lane.items) {
      if (!item.decoder || item.cued || item.stopping || item.decoder->alive()) continue;
      auto ring = item.decoder->reader();
      if (ring && ring->state() != wire::RingState::starting) continue;  // the screen sees that itself
      item.stopping = true;
      screen_->stop(play, wire::EndReason::stopped);
    }
}

}  // namespace fz::screen
