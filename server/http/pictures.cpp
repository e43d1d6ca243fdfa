#include "server/http/pictures.hpp"

#include "shared/base/id.hpp"

namespace fz::http {
namespace {
constexpr std::size_t kMaxPicture = 8u << 20;
constexpr render::Size kThumbnail{480, 270};

std::string mime_of(std::string_view bytes) {
  return bytes.starts_with("\x89PNG") ? "image/png" : "image/jpeg";
}
bool is_media(const library::Item& item) {
  return item.kind == library::Kind::poster || item.kind == library::Kind::video;
}
bool is_text(const library::Item& item) {
  return library::is_text_kind(item.kind) && item.kind != library::Kind::layout;  // a layout has no picture of its own, nor a sound
}
}  // namespace

Result<std::string> Pictures::draw(const render::Document& document, render::Size size, int page, int* pages) {
  const std::lock_guard lock(drawing_);
  if (!renderer_) renderer_.emplace();
  FZ_TRY(const auto laid, renderer_->layout(document, size));
  if (pages) *pages = laid.count();
  if (page >= laid.count()) return fail(Code::not_found, {{"what", "page " + std::to_string(page + 1)}});
  FZ_CHECK(make_dirs(folder_, 0700));
  const auto file = folder_ / ("page-" + random_code(12));
  FZ_CHECK(render::write_png(renderer_->draw(laid, page), file));
  auto bytes = read_file(file, kMaxPicture);
  FZ_CHECK(remove_file(file));
  return bytes;
}

Result<Pictures::Picture> Pictures::thumbnail(blob::Store& blobs, const library::Item& item) {
  const auto file = folder_ / (item.source + ".thumb");
  const std::lock_guard lock(making_);
  if (auto known = read_file(file, kMaxPicture)) return Picture{*known, mime_of(*known)};
  std::string bytes;
  if (is_text(item)) {
    FZ_TRY(const auto text, blobs.read(item.source, render::kMaxDocumentBytes));
    FZ_TRY(const auto document, render::parse_document(text));
    auto drawn = draw(document, kThumbnail, 0, nullptr);
    if (!drawn && drawn.error().code == Code::facts_no_page) return fail(Code::not_found, {{"what", "thumbnail"}});
    FZ_TRY(bytes, std::move(drawn));
  } else {
    if (!is_media(item) || !from_media_) return fail(Code::not_found, {{"what", "thumbnail"}});
    FZ_TRY(bytes, from_media_(item));
  }
  FZ_CHECK(make_dirs(folder_, 0700));
  FZ_CHECK(write_atomic(file, bytes, 0600));
  std::string mime = mime_of(bytes);
  return Picture{std::move(bytes), std::move(mime)};
}

Result<Pictures::Picture> Pictures::preview(const render::Document& document, render::Size size, int page) {
  Picture out;
  FZ_TRY(out.bytes, draw(document, size, page, &out.pages));
  out.mime = mime_of(out.bytes);
  return out;
}

}  // namespace fz::http
