#include "shared/render/print.hpp"

#include <cairo-pdf.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace fz::render {
namespace {

constexpr double kPointsPerMm = 72 / 25.4, kDotsPerInch = 200;
constexpr double kMarginMm = 8, kFootPart = 0.11;  // of the page's height

struct Sheet {
  double width, height;  ///< points
};
Sheet sheet_of(Paper paper, bool lying) {
  const double shorter = (paper == Paper::a4 ? 210 : 297) * kPointsPerMm, longer = (paper == Paper::a4 ? 297 : 420) * kPointsPerMm;
  return lying ? Sheet{longer, shorter} : Sheet{shorter, longer};
}
Size dots(double width, double height) {
  const auto even = [](double points) { return static_cast<int>(std::lround(points / 72 * kDotsPerInch / 2)) * 2; };
  return {even(width), even(height)};
}

struct Free {
  void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
  void operator()(cairo_t* c) const { cairo_destroy(c); }
};
using Picture = std::unique_ptr<cairo_surface_t, Free>;

/// A PDF that grows in memory.
class Pdf {
 public:
  explicit Pdf(Sheet sheet)
      : surface_(cairo_pdf_surface_create_for_stream(append, &bytes_, sheet.width, sheet.height)), cairo_(cairo_create(surface_.get())) {
    // The same item gives the same bytes: no date of today.
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR, "Fanzha");
  }
  Pdf(const Pdf&) = delete;
  Pdf& operator=(const Pdf&) = delete;

  /// The whole picture in a box, in points.
  void put(cairo_surface_t* picture, double pixels_wide, double pixels_high, double x, double y, double width, double height) {
    cairo_save(cairo_.get());
    cairo_translate(cairo_.get(), x, y);
    cairo_scale(cairo_.get(), width / pixels_wide, height / pixels_high);
    cairo_set_source_surface(cairo_.get(), picture, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo_.get()), CAIRO_FILTER_GOOD);
    cairo_rectangle(cairo_.get(), 0, 0, pixels_wide, pixels_high);
    cairo_fill(cairo_.get());
    cairo_restore(cairo_.get());
  }
  void put(const Surface& s, double x, double y, double width, double height) {
    // Cairo only reads here, though its interface cannot say so.
    const Picture image(
        cairo_image_surface_create_for_data(const_cast<std::uint8_t*>(s.data()), CAIRO_FORMAT_RGB24, s.width(), s.height(), s.stride()));
    put(image.get(), s.width(), s.height(), x, y, width, height);
    cairo_surface_finish(image.get());  // what the page remembers of it is copied now: the pixels are the caller's
  }
  void end_page() { cairo_show_page(cairo_.get()); }
  Result<std::string> finish() {
    cairo_.reset();
    cairo_surface_finish(surface_.get());
    const auto status = cairo_surface_status(surface_.get());
    if (status != CAIRO_STATUS_SUCCESS) return fail(Code::io, {{"path", "PDF"}, {"what", cairo_status_to_string(status)}});
    return std::move(bytes_);
  }

 private:
  static cairo_status_t append(void* to, const unsigned char* data, unsigned n) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), n);
    return CAIRO_STATUS_SUCCESS;
  }
  std::string bytes_;
  Picture surface_;
  std::unique_ptr<cairo_t, Free> cairo_;
};

}  // namespace

Result<std::string> print_picture(Renderer& renderer, const PrintPicture& picture, Paper paper) {
  if (picture.width < 1 || picture.height < 1 || picture.width > kMaxSide || picture.height > kMaxSide)
    return fail(Code::render_size, {{"width", std::to_string(picture.width)},
                                    {"height", std::to_string(picture.height)},
                                    {"min", "1"},
                                    {"max", std::to_string(kMaxSide)}});
  const Sheet sheet = sheet_of(paper, picture.width > picture.height);
  const double margin = kMarginMm * kPointsPerMm, foot = sheet.height * kFootPart, width = sheet.width - 2 * margin;
  FactsRow row;
  row.region = "*";
  row.account = "扫码拨打96110";
  row.qr = "tel:96110";
  const Size foot_dots = dots(width, foot);
  FZ_TRY(const auto footer, renderer.side_panel(row, foot_dots, min_text_em(dots(sheet.width, sheet.height))));

  // Cairo puts the JPEG's own bytes into the file; the pixels of this surface are never looked at.
  const Picture image(cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture.width, picture.height));
  const auto* bytes = reinterpret_cast<const unsigned char*>(picture.jpeg.data());
  if (cairo_surface_set_mime_data(image.get(), CAIRO_MIME_TYPE_JPEG, bytes, picture.jpeg.size(), nullptr, nullptr) != CAIRO_STATUS_SUCCESS)
    return fail(Code::io, {{"path", "PDF"}, {"what", "JPEG"}});
  const double room = sheet.height - 3 * margin - foot;
  const double scale = std::min(width / picture.width, room / picture.height);
  const double w = picture.width * scale, h = picture.height * scale;
  Pdf pdf(sheet);
  pdf.put(image.get(), picture.width, picture.height, (sheet.width - w) / 2, margin + (room - h) / 2, w, h);
  pdf.put(footer, margin, sheet.height - margin - foot, width, foot);
  pdf.end_page();
  return pdf.finish();
}

Result<std::string> print_document(Renderer& renderer, const Document& document, Paper paper) {
  const Sheet sheet = sheet_of(paper, std::holds_alternative<Slogan>(document));
  Options options;
  options.qr_text = "tel:96110";
  options.qr_caption = "扫码拨打96110";
  FZ_TRY(const auto pages, renderer.layout(document, dots(sheet.width, sheet.height), options));
  Pdf pdf(sheet);
  for (int i = 0; i < pages.count(); ++i) {
    pdf.put(renderer.draw(pages, i), 0, 0, sheet.width, sheet.height);
    pdf.end_page();
  }
  return pdf.finish();
}

}  // namespace fz::render
