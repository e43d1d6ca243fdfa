// Text to pixels, in every shape of screen: bulletins, slogans, warnings, local facts, the slate, tickers, QR codes.
// Nothing here opens media, uses the network or reads a clock. Same input and same fonts: same pixels.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/clock.hpp"
#include "shared/render/documents.hpp"
#include "shared/render/surface.hpp"

namespace fz::render {

/// A screen at least this many times as wide as high is a strip: one line of text at a time.
inline constexpr double kStripRatio = 3.0;
/// Smallest glyph (a full CJK character's ink) as a part of the screen's height; on strips 0.25. (More than twice as high
/// as wide: a ninth of the width, so that nine characters fit a line.)
inline constexpr double kMinGlyph = 0.05;
/// A page stays at least its characters divided by this, in seconds, and never less than 3 s.
inline constexpr int kCharsPerSecond = 4;

struct Options {
  std::string qr_text;     ///< a QR code beside the hotline, with this content; empty, or no room for it: none
  std::string qr_caption;  ///< at most 12 characters under it ("扫码下载国家反诈中心App")
};

struct Plan;  // what is where on the pages; plan.hpp, for tests and this module

/// A document laid out for one size: its pages can be drawn in any order. Copyable, cheap (shared, immutable).
class Pages {
 public:
  int count() const;
  Size size() const;
  Millis reading_time(int page) const;  ///< >= 3 s
  Millis total_time() const;
  /// The page that is due `elapsed` after the start when the whole takes `total` (each page by its share of the reading
  /// time); the last page when elapsed >= total.
  int page_at(Millis elapsed, Millis total) const;
  const Plan& plan() const { return *plan_; }

 private:
  friend class Renderer;
  explicit Pages(std::shared_ptr<const Plan> p) : plan_(std::move(p)) {}
  std::shared_ptr<const Plan> plan_;
};

/// What the built-in slate says besides 96110 and how to use it.
struct Slate {
  enum class State {
    enrol,          ///< not enrolled: shows `code`, its QR (`qr_text`), site and server
    waiting,        ///< enrolled, content is being fetched
    fallback,       ///< nothing may be shown (DARK, or everything withdrawn)
    clock_unknown,  ///< the clock is not credible yet
  };
  State state = State::fallback;
  std::string code;                   ///< enrolment code, <= 16 characters
  std::string qr_text;                ///< address that a phone opens; empty: the code itself
  std::string site, server, message;  ///< each left out when empty; long ones are shortened in the middle with an ellipsis
  std::string device{};  ///< how the device's id begins, <= 16 characters: while there is no code, for who enrols it by a stick
};
/// The states' names on the wire: "enrol", "waiting", "fallback", "clock". Unknown names are `fallback`.
Slate::State slate_state(std::string_view name);
std::string_view slate_state_name(Slate::State s);

struct TickerStyle {
  enum class Tone { notice, warning } tone = Tone::notice;  ///< deep blue with gold marks, or red
};

/// Draws. Owns its font map: one Renderer per thread (not thread-safe); cheap after the first use.
class Renderer {
 public:
  Renderer();
  ~Renderer();
  Renderer(Renderer&&) noexcept;
  Renderer& operator=(Renderer&&) noexcept;

  /// Loads fonts and shapes the usual characters (about 70 ms), so that the first page costs 5 ms instead.
  void prewarm();

  /// fonts_missing{family} if no installed font has Chinese characters. Then nothing but slate() and qr() draws: text would
  /// be boxes. Asked once, remembered.
  Result<void> check_fonts();

  /// Lays a bulletin, slogan or warning out. A document's own QR code goes before the options'.
  /// Errors: render_size (sides outside kMinSide..kMaxSide), fonts_missing, facts_no_page.
  Result<Pages> layout(const Document& doc, Size size, const Options& options = {});
  /// Draws one page. REQUIRES: 0 <= page < pages.count().
  Surface draw(const Pages& pages, int page);

  /// The built-in slate; never fails for a size in range (render_size otherwise). Without fonts: shield and 96110 as shapes.
  Result<Surface> slate(const Slate& s, Size size);

  /// Local facts of one place on a card for a corner, or on a panel (side or foot) of any shape, opaque. 96110 always, then
  /// number and station, QR code with its caption, reward, as far as they fit at `min_em` pixels or more; a strip (three
  /// times as wide as high) is one line. `min_em`: min_text_em() of the whole screen. Errors: render_size, fonts_missing.
  Result<Surface> corner(const FactsRow& row, Size size, double min_em);
  Result<Surface> side_panel(const FactsRow& row, Size size, double min_em);

  /// One long opaque strip: the lines one after the other with a mark between, followed by a gap, so that it can be
  /// repeated end to end. Even width, at least `min_width`. Errors: render_size; fonts_missing; too_large (wider than
  /// kMaxStripWidth).
  Result<Surface> ticker(const std::vector<std::string>& lines, int height, int min_width, const TickerStyle& style = {});

  /// A QR code (error correction M), whole modules, quiet zone of 4 modules, in a square of at most `side` pixels.
  /// Errors: qr_too_long (more than fits at one pixel a module).
  Result<Surface> qr(std::string_view text, int side);

  /// The distinct characters of `text` for which no installed font has a glyph, at most 50. A document with any is
  /// refused at import (Code::unknown_glyphs) and not first found as boxes on a wall.
  std::vector<std::string> find_unknown_glyphs(std::string_view text);
  /// unknown_glyphs{chars} if there are any; fonts_missing.
  Result<void> check_glyphs(const Document& doc);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Least em in pixels on a screen of this size, so that a full character's ink is kMinGlyph of its height.
double min_text_em(Size screen);

/// Whether a document can be shown: what an import asks before it keeps one. Any thread (they take turns).
/// Errors: fonts_missing, unknown_glyphs.
Result<void> check_import(const Document& doc);

}  // namespace fz::render
