#include "player/screen/play_files.hpp"

#include <fmt/format.h>

#include <iostream>

#include "shared/render/documents.hpp"

namespace fz::screen {

namespace {
constexpr std::size_t kItemsAtOnce = 3;  // one on the surface, two prefetched
constexpr int kSlots = 6;
constexpr int kAudioFrames = 48000;  // one second
constexpr std::string_view kZone = "main";

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;
}  // namespace

void PlayFiles::skip(const fs::path& file, const std::string& why) {
  ++skipped_;
  std::cerr << file.string() << ": skipped: " << why << std::endl;
}

Result<PlayFiles::Item> PlayFiles::start(const fs::path& file) {
  Item item;
  item.file = file;
  if (file.extension() == ".json") {
    FZ_TRY(item.text, read_file(file, render::kMaxDocumentBytes));
    return item;
  }
  FZ_TRY(auto media, open_read(file));
  wire::DecodeRequest request;
  request.geometry = {area_.width, area_.height, kSlots, kAudioFrames};
  request.fit = list_.fit;
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
  if (items_.empty()) prefetch(kItemsAtOnce);
  hand_over();
}

void PlayFiles::prefetch(std::size_t items) {
  while (items_.size() < items && next_ < total()) {
    const auto& file = list_.files[next_ % list_.files.size()];
    ++next_;
    auto item = start(file);
    if (!item)
      skip(file, to_log(item.error()));
    else
      items_.emplace(fmt::format("p{:08}", next_), *std::move(item));
  }
}

void PlayFiles::hand_over() {
  for (auto at = items_.begin(); at != items_.end();) {
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
        at = items_.erase(at);
        continue;
      }
      screen_->cue_media(play, item.file.filename().string(), std::string(kZone), 0, *std::move(ring));
    } else {
      screen_->cue_text(play, item.file.filename().string(), std::string(kZone), list_.text_duration.count() * kNsPerMs, item.text);
    }
    screen_->go(play);
    ++at;
  }
}

void PlayFiles::handle(const wire::ToAgent& event) {
  std::visit(Overloaded{
                 [&](const wire::Cued& e) {
                   if (auto at = items_.find(e.play); at != items_.end()) at->second.cued = true;
                 },
                 [&](const wire::Failed& e) {
                   auto at = items_.find(e.play);
                   if (at == items_.end()) return;
                   skip(at->second.file, e.detail);
                   items_.erase(at);
                 },
                 [&](const wire::Ended& e) {
                   auto at = items_.find(e.play);
                   if (at == items_.end()) return;
                   if (e.frames > 0) ++shown_;
                   if (at->second.stopping)
                     skip(at->second.file, to_log(fail(Code::media_decoder_died)));
                   else if (e.reason != wire::EndReason::completed)
                     std::cerr << at->second.file.string() << ": ended early: " << wire::end_reason_name(e.reason) << std::endl;
                   items_.erase(at);
                 },
                 [](const auto&) {},
             },
             event);
  // Not before the first item is there: at the start its decoder has the processor to itself.
  if (std::holds_alternative<wire::Idle>(event)) return;
  prefetch(kItemsAtOnce);
  hand_over();
}

void PlayFiles::tend() {
  for (auto& [play, item] : items_) {
    if (!item.decoder || item.cued || item.stopping || item.decoder->alive()) continue;
    auto ring = item.decoder->reader();
    if (ring && ring->state() != wire::RingState::starting) continue;  // the screen sees that itself
    item.stopping = true;
    screen_->stop(play, wire::EndReason::stopped);
  }
}

}  // namespace fz::screen
