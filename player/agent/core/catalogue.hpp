// What the committed set offers: approval id -> the one rendition that this screen shows.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "shared/trust/documents.hpp"
#include "shared/wire/messages.hpp"

namespace fz::agent {

/// Size of the surface in pixels, as the screen told it.
struct ScreenSize {
  int width = 1920, height = 1080;
  bool operator==(const ScreenSize&) const = default;
};

/// A zone of the surface that plays items, as the screen told it.
struct Place {
  ScreenSize size;
  std::string fit = "contain", surround = "plain";
  bool operator==(const Place&) const = default;
};

/// One item in the form in which this screen shows it.
struct Item {
  std::string approval;
  std::string title;
  std::string sha256;  ///< of the chosen rendition; also for texts
  std::uint64_t length = 0;
  std::string mime;
  wire::CueKind kind = wire::CueKind::media;
};
/// By approval id; only items whose bytes are in the store and were not refused by the probe.
using Catalogue = std::map<std::string, Item, std::less<>>;

/// True for documents that the screen renders itself (slogan, bulletin, warning): "text/plain" and "application/vnd.fz.*+json".
bool is_text(std::string_view mime);

/// The rendition for a zone of this size; the approval's first one when nothing fits better. Order of preference: the variant
/// for the zone's shape ("portrait-1080p"), then the item without a shape, then other variants; among them the same orientation, then the
/// smallest that is not smaller than the surface, then the largest, then the order in the approval. Sizes are read from the profile:
/// "1080p" and "720p" (lines of a landscape picture), "1080x1920", and "original" (unknown size, only when nothing else is there).
/// REQUIRES: at least one rendition.
const trust::Rendition& choose_rendition(const std::vector<trust::Rendition>& renditions, ScreenSize screen);

}  // namespace fz::agent
