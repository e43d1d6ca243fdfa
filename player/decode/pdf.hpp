// The first page of a PDF as a picture, drawn by poppler. Its scripts are not run (there is no engine for them) and its attachments,
// links and forms are never asked for. The library is loaded by name, and only where an upload may be a PDF: playing never has it.
#pragma once
#include <string>

#include "shared/base/error.hpp"

namespace fz::decode {

inline constexpr int kMaxPdfPages = 20;
inline constexpr std::uint64_t kMaxPdfBytes = 128u << 20;
/// A page drawn for a screen: longest side, and an area that every screen's decoder takes without scaling first.
inline constexpr int kPdfSide = 3840;
inline constexpr std::int64_t kPdfPixels = 4096LL * 2304;

/// Loads poppler; call before the cage closes. Without it (a machine that lacks the package) every PDF is `unavailable`.
void load_pdf_reader();

struct PdfPage {
  int width = 0, height = 0;  ///< pixels
  std::string png;            ///< RGB on white; equal input gives equal bytes
};
/// Draws page 1 of the file `fd` so that no side is longer than `max_side` and the area is at most kPdfPixels; small pages are enlarged
/// to that, for they are drawn, not scaled. `max_bytes`: of the PNG, reached by drawing smaller. Errors: media_encrypted,
/// media_pdf_pages{pages,limit}, media_corrupt (damaged; a font that is not in the file), too_large (of bytes), unavailable.
Result<PdfPage> draw_first_page(int fd, int max_side, std::size_t max_bytes = 16u << 20);

}  // namespace fz::decode
