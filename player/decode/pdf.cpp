#include "player/decode/pdf.hpp"

#include <dlfcn.h>
#include <poppler.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "player/decode/bytes_at.hpp"

namespace fz::decode {
namespace {

// What is used of poppler-glib and of cairo, which it brings. Loaded, not linked: thirty libraries that no other file needs.
struct Api {
  decltype(&poppler_document_new_from_bytes) open = nullptr;
  decltype(&poppler_error_quark) error_quark = nullptr;
  decltype(&poppler_document_get_n_pages) pages = nullptr;
  decltype(&poppler_document_get_page) page = nullptr;
  decltype(&poppler_page_get_size) size = nullptr;
  decltype(&poppler_page_render) render = nullptr;
  decltype(&cairo_image_surface_create) surface = nullptr;
  decltype(&cairo_surface_destroy) surface_destroy = nullptr;
  decltype(&cairo_surface_flush) flush = nullptr;
  decltype(&cairo_surface_write_to_png_stream) write_png = nullptr;
  decltype(&cairo_create) create = nullptr;
  decltype(&cairo_destroy) destroy = nullptr;
  decltype(&cairo_status) status = nullptr;
  decltype(&cairo_set_source_rgb) colour = nullptr;
  decltype(&cairo_paint) paint = nullptr;
  decltype(&cairo_scale) scale = nullptr;
  bool whole = false;
};
Api api;

template <class F>
bool find(void* library, const char* name, F& f) {
  f = reinterpret_cast<F>(::dlsym(library, name));
  return f != nullptr;
}

// Poppler's complaints come as log lines; those of fonts mean that words are missing in the picture.
std::string font_complaint;
void on_log(const gchar*, GLogLevelFlags, const gchar* message, gpointer) {
  std::string text(message ? message : "");
  for (const char* word : {"font", "Font", "CMap", "character collection"})
    if (font_complaint.empty() && text.find(word) != std::string::npos) font_complaint = text.substr(0, 120);
}

Error corrupt(std::string what) {
  return fail(Code::media_corrupt, {{"what", std::move(what)}});
}

template <class T>
struct Unref {
  void operator()(T* p) const { g_object_unref(p); }
};
using Document = std::unique_ptr<PopplerDocument, Unref<PopplerDocument>>;
using Page = std::unique_ptr<PopplerPage, Unref<PopplerPage>>;

Result<Document> open_document(int fd) {
  struct stat st {};
  if (::fstat(fd, &st) != 0 || st.st_size <= 0) return fail(Code::media_empty);
  if (static_cast<std::uint64_t>(st.st_size) > kMaxPdfBytes)
    return fail(Code::too_large, {{"limit", std::to_string(kMaxPdfBytes >> 20) + " MiB"}});
  const auto bytes = BytesAt(fd, static_cast<std::uint64_t>(st.st_size)).read(0, static_cast<std::size_t>(st.st_size));
  GBytes* held = g_bytes_new(bytes.data(), bytes.size());
  GError* error = nullptr;
  Document document(api.open(held, nullptr, &error));
  g_bytes_unref(held);
  if (document) return document;
  const bool encrypted = error && error->domain == api.error_quark() && error->code == POPPLER_ERROR_ENCRYPTED;
  const std::string what = error ? std::string(error->message).substr(0, 100) : "";
  g_clear_error(&error);
  if (encrypted) return fail(Code::media_encrypted);
  return corrupt("PDF: " + what);
}

cairo_status_t append(void* to, const unsigned char* data, unsigned n) {
  static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), n);
  return CAIRO_STATUS_SUCCESS;
}

// One drawing of the page at `scale` pixels a point.
Result<PdfPage> draw(PopplerPage* page, double width, double height, double scale) {
  PdfPage out;
  const auto even = [&](double points) { return std::max(16, static_cast<int>(std::lround(points * scale / 2)) * 2); };
  out.width = even(width);
  out.height = even(height);
  cairo_surface_t* surface = api.surface(CAIRO_FORMAT_RGB24, out.width, out.height);
  cairo_t* c = api.create(surface);
  api.colour(c, 1, 1, 1);
  api.paint(c);
  api.scale(c, out.width / width, out.height / height);
  api.render(page, c);
  const bool drawn = api.status(c) == CAIRO_STATUS_SUCCESS;
  api.destroy(c);
  api.flush(surface);
  const bool written = drawn && api.write_png(surface, append, &out.png) == CAIRO_STATUS_SUCCESS;
  api.surface_destroy(surface);
  if (!written) return corrupt("PDF: page 1");
  return out;
}

}  // namespace

void load_pdf_reader() {
  void* poppler = ::dlopen("libpoppler-glib.so.8", RTLD_NOW | RTLD_LOCAL);
  void* cairo = poppler ? ::dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (!cairo) return;
  api.whole = find(poppler, "poppler_document_new_from_bytes", api.open) && find(poppler, "poppler_error_quark", api.error_quark) &&
              find(poppler, "poppler_document_get_n_pages", api.pages) && find(poppler, "poppler_document_get_page", api.page) &&
              find(poppler, "poppler_page_get_size", api.size) && find(poppler, "poppler_page_render", api.render) &&
              find(cairo, "cairo_image_surface_create", api.surface) && find(cairo, "cairo_surface_destroy", api.surface_destroy) &&
              find(cairo, "cairo_surface_flush", api.flush) && find(cairo, "cairo_surface_write_to_png_stream", api.write_png) &&
              find(cairo, "cairo_create", api.create) && find(cairo, "cairo_destroy", api.destroy) &&
              find(cairo, "cairo_status", api.status) && find(cairo, "cairo_set_source_rgb", api.colour) &&
              find(cairo, "cairo_paint", api.paint) && find(cairo, "cairo_scale", api.scale);
}

Result<PdfPage> draw_first_page(int fd, int max_side, std::size_t max_bytes) {
  if (!api.whole) return fail(Code::unavailable, {{"what", "PDF (libpoppler-glib8)"}});
  g_log_set_handler("Poppler", static_cast<GLogLevelFlags>(G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION), on_log, nullptr);
  FZ_TRY(const auto document, open_document(fd));
  const int pages = api.pages(document.get());
  if (pages > kMaxPdfPages) return fail(Code::media_pdf_pages, {{"pages", std::to_string(pages)}, {"limit", std::to_string(kMaxPdfPages)}});
  const Page page(pages > 0 ? api.page(document.get(), 0) : nullptr);
  if (!page) return corrupt("PDF: page 1");
  double width = 0, height = 0;
  api.size(page.get(), &width, &height);
  // A page of less than a millimetre, or a hundred times as long as wide, is no page.
  if (!std::isfinite(width) || !std::isfinite(height) || std::min(width, height) < 3 ||
      std::max(width, height) > 100 * std::min(width, height))
    return corrupt("PDF: page size");
  double scale = std::min(max_side / std::max(width, height), std::sqrt(static_cast<double>(kPdfPixels) / (width * height)));
  for (int tries = 0; tries < 4; ++tries, scale *= 0.7) {
    FZ_TRY(auto drawn, draw(page.get(), width, height, scale));
    if (!font_complaint.empty()) return corrupt("字体没有嵌入文件，导出时请选“嵌入字体” a font is not in the file: " + font_complaint);
    if (drawn.png.size() <= max_bytes) return drawn;
  }
  return fail(Code::too_large, {{"limit", std::to_string(max_bytes >> 20) + " MiB PNG"}});
}

}  // namespace fz::decode
