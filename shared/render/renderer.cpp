#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "shared/render/compose.hpp"
#include "shared/render/draw.hpp"
#include "shared/render/render.hpp"

namespace fz::render {

struct Renderer::Impl {
  Text text;
  std::optional<bool> chinese;  // whether there is a font for it
};

Renderer::Renderer() : impl_(std::make_unique<Impl>()) {}
Renderer::~Renderer() = default;
Renderer::Renderer(Renderer&&) noexcept = default;
Renderer& Renderer::operator=(Renderer&&) noexcept = default;

namespace {
Result<void> check_size(Size s) {
  if (s.width >= kMinSide && s.width <= kMaxSide && s.height >= kMinSide && s.height <= kMaxSide) return {};
  return fail(Code::render_size, {{"width", std::to_string(s.width)},
                                  {"height", std::to_string(s.height)},
                                  {"min", std::to_string(kMinSide)},
                                  {"max", std::to_string(kMaxSide)}});
}
}  // namespace

int Pages::count() const {
  return static_cast<int>(plan_->pages.size());
}
Size Pages::size() const {
  return plan_->size;
}
Millis Pages::reading_time(int page) const {
  return render::reading_time(plan_->pages[static_cast<std::size_t>(page)].chars);
}
Millis Pages::total_time() const {
  Millis t{0};
  for (int i = 0; i < count(); ++i) t += reading_time(i);
  return t;
}
int Pages::page_at(Millis elapsed, Millis total) const {
  Millis all = total_time(), end{0};
  if (total.count() <= 0) total = all;
  for (int i = 0; i < count() - 1; ++i) {
    end += reading_time(i);
    if (elapsed.count() < end.count() * total.count() / all.count()) return i;
  }
  return count() - 1;
}

Result<void> Renderer::check_fonts() {
  if (!impl_->chinese) impl_->chinese = impl_->text.unknown_glyphs("反诈预警：“96110”") == 0;
  if (*impl_->chinese) return {};
  return fail(Code::fonts_missing, {{"family", std::string(kFontFamily)}});
}

void Renderer::prewarm() {
  constexpr std::string_view kUsual =
      "0123456789一二三四五六七八九十百千万元年月日反诈宣传专线预警劝阻被骗立即报警电话银行卡账户转账贷款刷单返利客服公检法领导投资理财养老"
      "保健"
      "手法揭秘典型案例经过识要点正确做法律链接来源紧急局内容到地区有效至发布：损失金额，。、；：？！“”《》（）…—ABCabc";
  Surface s(64, 64);
  for (bool bold : {false, true}) {
    std::vector<Op> ops{TextOp{0, 0, 40, 0, std::string(kUsual), rgb(0xffffff), bold, Role::label}};
    draw_ops(impl_->text, ops, s);
  }
}

namespace {
// The document's own code goes before the one that the caller would like to see there.
Options options_of(const Document& doc, const Options& given) {
  const std::optional<QrLink>* qr = nullptr;
  if (auto* b = std::get_if<Bulletin>(&doc)) qr = &b->qr;
  if (auto* w = std::get_if<Warning>(&doc)) qr = &w->qr;
  return qr && *qr ? Options{(*qr)->text, (*qr)->caption} : given;
}
}  // namespace

Result<Pages> Renderer::layout(const Document& doc, Size size, const Options& options) {
  FZ_CHECK(check_size(size));
  FZ_CHECK(check_fonts());
  if (std::holds_alternative<Facts>(doc)) return fail(Code::facts_no_page);
  const Text& t = impl_->text;
  Options o = options_of(doc, options);
  if (auto code = make_qr(o.qr_text); !code || footer_height(size, o) * 0.45 < code->side + 4) o = {};  // too small to be read
  bool strip = is_strip(size);
  Plan plan;
  if (auto* s = std::get_if<Slogan>(&doc))
    plan = compose_slogan(t, *s, size, o);
  else if (auto* w = std::get_if<Warning>(&doc))
    plan = strip ? compose_warning_strip(t, *w, size) : compose_warning(t, *w, size, o);
  else if (auto* b = std::get_if<Bulletin>(&doc))
    plan = strip ? compose_bulletin_strip(t, *b, size) : compose_bulletin(t, *b, size, o);
  return Pages(std::make_shared<const Plan>(std::move(plan)));
}

Surface Renderer::draw(const Pages& pages, int page) {
  Surface s(pages.size().width, pages.size().height);
  draw_ops(impl_->text, pages.plan().pages[static_cast<std::size_t>(page)].ops, s);
  return s;
}

Slate::State slate_state(std::string_view name) {
  for (auto s : {Slate::State::enrol, Slate::State::waiting, Slate::State::clock_unknown})
    if (slate_state_name(s) == name) return s;
  return Slate::State::fallback;
}
std::string_view slate_state_name(Slate::State s) {
  switch (s) {
    case Slate::State::enrol:
      return "enrol";
    case Slate::State::waiting:
      return "waiting";
    case Slate::State::clock_unknown:
      return "clock";
    case Slate::State::fallback:
      break;
  }
  return "fallback";
}

Result<Surface> Renderer::slate(const Slate& s, Size size) {
  FZ_CHECK(check_size(size));
  Surface out(size.width, size.height);
  draw_ops(impl_->text, (check_fonts() ? compose_slate(impl_->text, s, size) : compose_sign(impl_->text, size)).ops, out);
  return out;
}

Result<Surface> Renderer::corner(const FactsRow& row, Size size, double min_em) {
  FZ_CHECK(check_size(size));
  FZ_CHECK(check_fonts());
  Surface out(size.width, size.height);
  draw_ops(impl_->text, compose_corner(impl_->text, row, size, min_em).ops, out);
  return out;
}
Result<Surface> Renderer::side_panel(const FactsRow& row, Size size, double min_em) {
  FZ_CHECK(check_size(size));
  FZ_CHECK(check_fonts());
  Surface out(size.width, size.height);
  draw_ops(impl_->text, compose_side_panel(impl_->text, row, size, min_em).ops, out);
  return out;
}

Result<Surface> Renderer::ticker(const std::vector<std::string>& lines, int height, int min_width, const TickerStyle& style) {
  FZ_CHECK(check_size({kMinSide, height}));
  FZ_CHECK(check_size({std::clamp(min_width, kMinSide, kMaxSide), height}));
  FZ_CHECK(check_fonts());
  bool warn = style.tone == TickerStyle::Tone::warning;
  double h = height, px = h * 0.64, x = px * 0.5, mark = px * 0.5;
  std::vector<Op> text;
  for (auto& line : lines) {
    std::string one = line;
    std::replace(one.begin(), one.end(), '\n', ' ');
    Icon icon = warn ? Icon::warning : Icon::diamond;
    text.emplace_back(IconOp{icon, {x, (h - mark) / 2, mark, mark}, theme::kGold, theme::kRedDark});
    x += mark + px * 0.5;
    double w = impl_->text.width(one, true) * px;
    if (x + w > kMaxStripWidth - 4 * px) return fail(Code::too_large, {{"limit", fmt::format("{} px", kMaxStripWidth)}});
    text.emplace_back(TextOp{x, (h - px) / 2 - h * 0.01, px, w, std::move(one), theme::kWhite, true, Role::body});
    x += w + px * 1.2;
  }
  int width = std::max(static_cast<int>(x) + 1, min_width);
  width += width % 2;
  Surface strip(width, height);
  // In tiles: cairo's pictures end at 32767 pixels.
  constexpr int kTile = 4096;
  for (int from = 0; from < width; from += kTile) {
    Surface tile(std::min(kTile, width - from), height);
    std::vector<Op> ops{
        FillOp{{0, 0, static_cast<double>(width), h}, 0, warn ? theme::kRed : rgb(0x0d3f8f), warn ? theme::kRedDark : theme::kNavy},
        FillOp{{0, 0, static_cast<double>(width), std::max(1.0, h * 0.035)}, 0, theme::kGoldDark, theme::kGoldDark}};
    for (auto& op : text) {
      double left = std::holds_alternative<TextOp>(op) ? std::get<TextOp>(op).x : std::get<IconOp>(op).box.x;
      double w = std::holds_alternative<TextOp>(op) ? std::get<TextOp>(op).width : mark;
      if (left + w + px >= from && left - px <= from + tile.width()) ops.push_back(op);
    }
    draw_ops(impl_->text, ops, tile, from);
    for (int y = 0; y < height; ++y)
      std::copy_n(tile.data() + static_cast<std::ptrdiff_t>(y) * tile.stride(), tile.width() * 4,
                  strip.data() + static_cast<std::ptrdiff_t>(y) * strip.stride() + static_cast<std::ptrdiff_t>(from) * 4);
  }
  return strip;
}

Result<Surface> Renderer::qr(std::string_view text, int side) {
  FZ_CHECK(check_size({side, side}));
  FZ_TRY(QrCode code, make_qr(text));
  Surface s(side, side);
  if (!draw_qr(code, {0, 0, static_cast<double>(side), static_cast<double>(side)}, 4, s))
    return fail(Code::qr_too_long, {{"bytes", std::to_string(text.size())}}, "needs more pixels");
  return s;
}

std::vector<std::string> Renderer::find_unknown_glyphs(std::string_view text) {
  std::vector<std::string> out;
  if (impl_->text.unknown_glyphs(text) == 0) return out;  // the usual case costs one layout
  std::set<std::string> seen;
  for (auto& c : impl_->text.measure(text, false)) {
    if (out.size() >= 50) break;
    if (seen.insert(c.text).second && impl_->text.unknown_glyphs(c.text) > 0) out.push_back(c.text);
  }
  return out;
}

Result<void> Renderer::check_glyphs(const Document& doc) {
  FZ_CHECK(check_fonts());
  auto unknown = find_unknown_glyphs(document_text(doc));
  if (unknown.empty()) return {};
  std::string chars;
  for (auto& c : unknown) chars += (chars.empty() ? "" : " ") + c;
  return fail(Code::unknown_glyphs, {{"chars", chars}});
}

double min_text_em(Size screen) {
  return min_em(screen);
}

Result<void> check_import(const Document& doc) {
  static std::mutex mutex;
  static Renderer renderer;
  std::lock_guard lock(mutex);
  return renderer.check_glyphs(doc);
}

}  // namespace fz::render
