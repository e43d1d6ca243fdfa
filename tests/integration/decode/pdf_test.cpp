// The first page of a PDF, drawn by fz-decode in its cage.
#include <cairo-pdf.h>
#include <gtest/gtest.h>
#include <pango/pangocairo.h>

#include "tests/integration/decode/run_decode.hpp"

namespace fz {
namespace {

using test::decode;
using test::media;
using test::TempFile;

/// A picture file, read by cairo: four bytes a pixel, blue first.
struct Picture {
  explicit Picture(const fs::path& file) : surface(cairo_image_surface_create_from_png(file.c_str())) {}
  ~Picture() { cairo_surface_destroy(surface); }
  int width() const { return cairo_image_surface_get_width(surface); }
  int height() const { return cairo_image_surface_get_height(surface); }
  std::uint32_t at(int x, int y) const {
    const auto* row = cairo_image_surface_get_data(surface) + std::ptrdiff_t{y} * cairo_image_surface_get_stride(surface);
    return static_cast<std::uint32_t>(row[4 * x + 2]) << 16 | static_cast<std::uint32_t>(row[4 * x + 1]) << 8 | row[4 * x];
  }
  cairo_surface_t* surface;
};

// "反诈 96110" as offices' programs write it: the font's used glyphs are in the file.
void write_words(const fs::path& file, double width, double height) {
  cairo_surface_t* pdf = cairo_pdf_surface_create(file.c_str(), width, height);
  cairo_t* c = cairo_create(pdf);
  PangoLayout* words = pango_cairo_create_layout(c);
  PangoFontDescription* font = pango_font_description_from_string("Noto Sans CJK SC Bold 60");
  pango_layout_set_font_description(words, font);
  pango_layout_set_text(words, "反诈 96110", -1);
  cairo_move_to(c, 40, 40);
  pango_cairo_show_layout(c, words);
  pango_font_description_free(font);
  g_object_unref(words);
  cairo_show_page(c);
  cairo_destroy(c);
  cairo_surface_destroy(pdf);
}

TEST(DecodePdf, ThePageIsAPictureOfItsShapeAndColours) {
  const auto found = decode({"--probe", "--declared", "sheet.pdf", "--min-side", "64"}, media("sheet.pdf"));
  ASSERT_EQ(found.status, 0) << found.text;
  EXPECT_EQ(found.string("kind"), "image");
  EXPECT_EQ(found.string("mime"), "application/pdf");
  TempFile out;
  const auto made = decode({"--render", "page"}, media("sheet.pdf"), out.path);
  ASSERT_EQ(made.status, 0) << made.text;
  EXPECT_EQ(made.string("mime"), "image/png");
  const Picture page(out.path);
  ASSERT_EQ(page.width(), made.number("width"));
  EXPECT_GT(page.height(), 3600);
  EXPECT_LE(page.height(), 3840);
  EXPECT_LE(std::int64_t{page.width()} * page.height(), 4096 * 2304 + 8192) << "what every screen's decoder takes at once";
  EXPECT_NEAR(page.width() * 842.0 / page.height(), 595, 1);
  EXPECT_NEAR(static_cast<double>(found.number("width")), page.width(), 8);
  const int x = page.width() / 4, y = page.height() / 4;
  EXPECT_EQ(page.at(x, y), 0xff0000u);
  EXPECT_EQ(page.at(3 * x, y), 0x00ff00u);
  EXPECT_EQ(page.at(x, 3 * y), 0x0000ffu);
  EXPECT_EQ(page.at(3 * x, 3 * y), 0xffffffu);
  // It is a picture like any other from here on.
  const auto shown = decode({"--probe", "--declared", "image/png"}, out.path);
  EXPECT_EQ(shown.status, 0) << shown.text;
  TempFile again;
  ASSERT_EQ(decode({"--render", "page"}, media("sheet.pdf"), again.path).status, 0);
  EXPECT_TRUE(*read_file(out.path, 32 << 20) == *read_file(again.path, 32 << 20)) << "equal input gives equal bytes";
}

TEST(DecodePdf, WordsAreDrawnWhereTheFontIsInTheFile) {
  TempFile file, out, thumb;
  write_words(file.path, 900, 500);
  const auto made = decode({"--render", "page"}, file.path, out.path);
  ASSERT_EQ(made.status, 0) << made.text;
  EXPECT_EQ(made.number("width"), 3840);
  const Picture page(out.path);
  int dark = 0;
  for (int y = 100; y < 700; y += 4)
    for (int x = 100; x < 2400; x += 4) dark += (page.at(x, y) & 0xff) < 64;
  EXPECT_GT(dark, 150 * 575 / 25) << "strokes of ten glyphs";
  ASSERT_EQ(decode({"--render", "thumb"}, file.path, thumb.path).status, 0);
  EXPECT_EQ(Picture(thumb.path).width(), 480);
}

TEST(DecodePdf, WhatLacksItsFontIsRefusedByName) {
  const auto bad = decode({"--probe", "--declared", "bad_font.pdf"}, media("bad_font.pdf"));
  EXPECT_EQ(bad.code(), "media_corrupt");
  EXPECT_NE(bad.string("zh").find("嵌入字体"), std::string::npos) << bad.text;
}

TEST(DecodePdf, NoScreenPlaysIt) {
  TempFile out;
  EXPECT_EQ(decode({"--render", "still-1080p"}, media("wide.pdf"), out.path).code(), "unsupported");
  EXPECT_EQ(decode({"--render", "720p"}, media("wide.pdf"), out.path).status, 1);
  EXPECT_EQ(decode({"--render", "page"}, media("poster.png"), out.path).code(), "unsupported");
  // What the agent asks of stored bytes has no reader for it at all.
  EXPECT_EQ(decode({"--probe", "--brief", "--declared", "image/png"}, media("wide.pdf")).status, 1);
}

}  // namespace
}  // namespace fz
