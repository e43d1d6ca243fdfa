#include "shared/render/draw.hpp"

#include <pango/pangocairo.h>
#include <qrencode.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fz::render {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kAscent = 0.88;  // of the em box above the baseline, as CJK fonts have it

void set(cairo_t* c, Color k) {
  cairo_set_source_rgba(c, k.r / 255.0, k.g / 255.0, k.b / 255.0, k.a / 255.0);
}

void rounded(cairo_t* c, const Box& b, double radius) {
  double r = std::min({radius, b.w / 2, b.h / 2});
  if (r <= 0) return cairo_rectangle(c, b.x, b.y, b.w, b.h);
  cairo_new_sub_path(c);
  cairo_arc(c, b.x + b.w - r, b.y + r, r, -kPi / 2, 0);
  cairo_arc(c, b.x + b.w - r, b.y + b.h - r, r, 0, kPi / 2);
  cairo_arc(c, b.x + r, b.y + b.h - r, r, kPi / 2, kPi);
  cairo_arc(c, b.x + r, b.y + r, r, kPi, 3 * kPi / 2);
  cairo_close_path(c);
}

// Icons are drawn in a unit square.
void phone(cairo_t* c, Color k) {
  set(c, k);
  cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
  cairo_save(c);
  cairo_translate(c, 0.5, 0.5);
  cairo_rotate(c, -kPi / 4);
  cairo_set_line_width(c, 0.17);
  cairo_arc_negative(c, 0, -0.42, 0.62, kPi - 0.95, 0.95);
  cairo_stroke(c);
  for (double side : {-1.0, 1.0}) {
    cairo_save(c);
    cairo_translate(c, side * 0.36, 0.085);
    cairo_rotate(c, -side * 0.55);
    rounded(c, {-0.14, -0.19, 0.28, 0.34}, 0.07);
    cairo_fill(c);
    cairo_restore(c);
  }
  cairo_restore(c);
}
void warning(cairo_t* c, Color k, Color second) {
  set(c, k);
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  cairo_move_to(c, 0.5, 0.12);
  cairo_line_to(c, 0.93, 0.86);
  cairo_line_to(c, 0.07, 0.86);
  cairo_close_path(c);
  cairo_fill_preserve(c);
  cairo_set_line_width(c, 0.12);
  cairo_stroke(c);
  set(c, second);
  cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width(c, 0.11);
  cairo_move_to(c, 0.5, 0.36);
  cairo_line_to(c, 0.5, 0.59);
  cairo_stroke(c);
  cairo_arc(c, 0.5, 0.75, 0.065, 0, 2 * kPi);
  cairo_fill(c);
}
void check(cairo_t* c, Color k, Color second) {
  set(c, k);
  cairo_arc(c, 0.5, 0.5, 0.48, 0, 2 * kPi);
  cairo_fill(c);
  set(c, second);
  cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width(c, 0.13);
  cairo_move_to(c, 0.28, 0.52);
  cairo_line_to(c, 0.44, 0.68);
  cairo_line_to(c, 0.73, 0.34);
  cairo_stroke(c);
}
void shield(cairo_t* c, Color k, Color second) {
  auto path = [&](double s) {
    cairo_save(c);
    cairo_translate(c, 0.5, 0.5);
    cairo_scale(c, s, s);
    cairo_move_to(c, 0, -0.5);
    cairo_curve_to(c, 0.12, -0.41, 0.28, -0.37, 0.42, -0.36);
    cairo_curve_to(c, 0.42, 0.06, 0.36, 0.3, 0, 0.5);
    cairo_curve_to(c, -0.36, 0.3, -0.42, 0.06, -0.42, -0.36);
    cairo_curve_to(c, -0.28, -0.37, -0.12, -0.41, 0, -0.5);
    cairo_close_path(c);
    cairo_restore(c);
  };
  set(c, k);
  path(1);
  cairo_fill(c);
  set(c, second);
  path(0.82);
  cairo_fill(c);
  set(c, k);
  path(0.7);
  cairo_fill(c);
  set(c, second);
  cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width(c, 0.085);
  cairo_move_to(c, 0.34, 0.49);
  cairo_line_to(c, 0.46, 0.62);
  cairo_line_to(c, 0.67, 0.36);
  cairo_stroke(c);
}
void diamond(cairo_t* c, Color k) {
  set(c, k);
  cairo_move_to(c, 0.5, 0.05);
  cairo_line_to(c, 0.95, 0.5);
  cairo_line_to(c, 0.5, 0.95);
  cairo_line_to(c, 0.05, 0.5);
  cairo_close_path(c);
  cairo_fill(c);
}
// Beams from the middle of the lower edge: the ground of slogans and of the slate.
void rays(cairo_t* c, Color k) {
  set(c, k);
  for (int i = 0; i < 17; i += 2) {
    double a = kPi + kPi * i / 17, b = kPi + kPi * (i + 1) / 17;
    cairo_move_to(c, 0.5, 1.05);
    cairo_line_to(c, 0.5 + 2 * std::cos(a), 1.05 + 2 * std::sin(a));
    cairo_line_to(c, 0.5 + 2 * std::cos(b), 1.05 + 2 * std::sin(b));
    cairo_close_path(c);
    cairo_fill(c);
  }
}

// Slanting stripes along a band, in pixels.
void stripes(cairo_t* c, double w, double h, Color k, Color second) {
  set(c, k);
  cairo_rectangle(c, 0, 0, w, h);
  cairo_fill(c);
  set(c, second);
  double step = h * 1.6;
  for (double x = -h; x < w; x += step) {
    cairo_move_to(c, x, h);
    cairo_line_to(c, x + step / 2, h);
    cairo_line_to(c, x + step / 2 + h, 0);
    cairo_line_to(c, x + h, 0);
    cairo_close_path(c);
  }
  cairo_fill(c);
}

struct Painter {
  const Text& text;
  cairo_t* c;
  Surface& to;
  cairo_surface_t* image;

  void operator()(const FillOp& o) const {
    rounded(c, o.box, o.radius);
    cairo_pattern_t* g = cairo_pattern_create_linear(0, o.box.y, 0, o.box.y + o.box.h);
    cairo_pattern_add_color_stop_rgba(g, 0, o.top.r / 255.0, o.top.g / 255.0, o.top.b / 255.0, o.top.a / 255.0);
    cairo_pattern_add_color_stop_rgba(g, 1, o.bottom.r / 255.0, o.bottom.g / 255.0, o.bottom.b / 255.0, o.bottom.a / 255.0);
    cairo_set_source(c, g);
    cairo_fill(c);
    cairo_pattern_destroy(g);
  }
  void operator()(const FrameOp& o) const {
    set(c, o.color);
    cairo_set_line_width(c, o.width);
    rounded(c, o.box, o.radius);
    cairo_stroke(c);
  }
  void operator()(const TextOp& o) const {
    set(c, o.color);
    PangoLayout* l = text.layout(o.text, o.bold, o.px);
    cairo_move_to(c, o.x, o.y + kAscent * o.px);
    pango_cairo_show_layout_line(c, pango_layout_get_line_readonly(l, 0));
    g_object_unref(l);
  }
  void operator()(const IconOp& o) const {
    cairo_save(c);
    cairo_translate(c, o.box.x, o.box.y);
    if (o.icon != Icon::stripes) cairo_scale(c, o.box.w, o.box.h);
    switch (o.icon) {
      case Icon::phone:
        phone(c, o.color);
        break;
      case Icon::warning:
        warning(c, o.color, o.second);
        break;
      case Icon::check:
        check(c, o.color, o.second);
        break;
      case Icon::shield:
        shield(c, o.color, o.second);
        break;
      case Icon::diamond:
        diamond(c, o.color);
        break;
      case Icon::rays:
        cairo_rectangle(c, 0, 0, 1, 1);
        cairo_clip(c);
        rays(c, o.color);
        break;
      case Icon::stripes:
        cairo_rectangle(c, 0, 0, o.box.w, o.box.h);
        cairo_clip(c);
        stripes(c, o.box.w, o.box.h, o.color, o.second);
        break;
    }
    cairo_restore(c);
  }
  void operator()(const QrOp& o) const {
    auto code = make_qr(o.text);
    if (!code) return;  // layout leaves the code out when it does not fit; nothing to draw is not an error here
    cairo_surface_flush(image);
    draw_qr(*code, o.box, 2, to);  // its box stands on more white or on plain ground
    cairo_surface_mark_dirty(image);
  }
};

}  // namespace

void draw_ops(const Text& text, std::span<const Op> ops, Surface& to, double shift_x) {
  cairo_surface_t* image = cairo_image_surface_create_for_data(to.data(), CAIRO_FORMAT_RGB24, to.width(), to.height(), to.stride());
  cairo_t* c = cairo_create(image);
  cairo_translate(c, -shift_x, 0);
  for (auto& op : ops) {
    std::visit(Painter{text, c, to, image}, op);
    cairo_new_path(c);
  }
  cairo_destroy(c);
  cairo_surface_finish(image);
  cairo_surface_destroy(image);
}

Result<QrCode> make_qr(std::string_view text) {
  QRcode* q = nullptr;
  if (!text.empty() && text.size() <= 2331)  // version 40, level M, bytes
    q = QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M);
  if (!q) return fail(Code::qr_too_long, {{"bytes", std::to_string(text.size())}});
  QrCode out{q->width, std::vector<bool>(static_cast<std::size_t>(q->width) * static_cast<std::size_t>(q->width))};
  for (std::size_t i = 0; i < out.dark.size(); ++i) out.dark[i] = q->data[i] & 1;
  QRcode_free(q);
  return out;
}

bool draw_qr(const QrCode& code, const Box& box, int quiet, Surface& to) {
  int side = static_cast<int>(std::min(box.w, box.h)), module = side / (code.side + 2 * quiet);
  if (module < 1) return false;
  int x0 = static_cast<int>(box.x + (box.w - side) / 2), y0 = static_cast<int>(box.y + (box.h - side) / 2);
  int inset = (side - module * code.side) / 2;
  for (int y = std::max(0, y0); y < std::min(y0 + side, to.height()); ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(to.data() + static_cast<std::ptrdiff_t>(y) * to.stride());
    for (int x = std::max(0, x0); x < std::min(x0 + side, to.width()); ++x) {
      int u = x - x0 - inset, v = y - y0 - inset;
      bool inside = u >= 0 && v >= 0 && u < module * code.side && v < module * code.side;
      bool dark =
          inside &&
          code.dark[static_cast<std::size_t>(v / module) * static_cast<std::size_t>(code.side) + static_cast<std::size_t>(u / module)];
      row[x] = dark ? 0xff000000u : 0xffffffffu;
    }
  }
  return true;
}

}  // namespace fz::render
