// Small pictures for people: thumbnails of items and previews of texts, drawn by the code that draws the screens. Thread-safe.
#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "server/library/library.hpp"
#include "shared/blob/blob.hpp"
#include "shared/render/render.hpp"

namespace fz::http {

class Pictures {
 public:
  /// A JPEG of a picture's or film's source; may take a second. Errors: media_*.
  using FromMedia = std::function<Result<std::string>(const library::Item& item)>;
  struct Picture {
    std::string bytes, mime;
    int pages = 1;
  };

  /// `folder` keeps what was made, a file for each source; it may be emptied at any time.
  void open(fs::path folder, FromMedia from_media) {
    folder_ = std::move(folder);
    from_media_ = std::move(from_media);
  }
  /// At most 480 pixels a side. Made at the first call, one at a time. Errors: not_found (facts have no page; no decoder
  /// here), media_*, render_*, blob errors.
  Result<Picture> thumbnail(blob::Store& blobs, const library::Item& item);
  /// One page of a document in a screen's size, as a PNG. Errors: those of render::Renderer::layout, not_found (the page).
  Result<Picture> preview(const render::Document& document, render::Size size, int page);

 private:
  Result<std::string> draw(const render::Document& document, render::Size size, int page, int* pages);
  fs::path folder_;
  FromMedia from_media_;
  std::mutex making_, drawing_;  ///< in this order
  std::optional<render::Renderer> renderer_;
};

}  // namespace fz::http
