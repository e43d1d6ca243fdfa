#include "player/agent/core/catalogue.hpp"

#include <charconv>
#include <string>
#include <tuple>

#include "shared/layout/layout.hpp"

namespace fz::agent {
namespace {

struct PixelSize {
  int width = 0, height = 0;  // 0: unknown
};

bool read_number(std::string_view text, int& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out > 0 && out <= 16384;
}

PixelSize size_of(std::string_view profile) {
  if (const auto shape = layout::shape_of_profile(profile)) {
    auto s = size_of(layout::plain_profile(profile));
    if (*shape == layout::Shape::portrait && s.width > s.height) std::swap(s.width, s.height);
    return s;
  }
  if (const auto x = profile.find('x'); x != std::string_view::npos) {
    PixelSize s;
    if (read_number(profile.substr(0, x), s.width) && read_number(profile.substr(x + 1), s.height)) return s;
    return {};
  }
  int lines = 0;
  if (profile.ends_with('p') && read_number(profile.substr(0, profile.size() - 1), lines)) return {lines * 16 / 9, lines};
  return {};
}

// Smaller is better.
std::tuple<int, int, int, std::int64_t> rank(const trust::Rendition& r, ScreenSize screen) {
  const PixelSize s = size_of(r.profile);
  const auto variant = layout::shape_of_profile(r.profile);
  const int shape = !variant ? 1 : *variant == layout::shape_of(screen.width, screen.height) ? 0 : 2;
  if (s.width == 0) return {shape, 3, 0, 0};
  const std::int64_t area = std::int64_t{s.width} * s.height;
  // Lines count by the shorter side: a "1080p" picture of a portrait film is 1080 wide.
  const int need = std::min(screen.width, screen.height);
  const int has = std::min(s.width, s.height);
  const bool wrong_way = r.profile.find('x') != std::string::npos && (s.width < s.height) != (screen.width < screen.height);
  if (has >= need) return {shape, 0, wrong_way, area};
  return {shape, 1, wrong_way, -area};
}

}  // namespace

bool is_text(std::string_view mime) {
  return mime == "text/plain" || (mime.starts_with("application/vnd.fz.") && mime.ends_with("+json"));
}

const trust::Rendition& choose_rendition(const std::vector<trust::Rendition>& renditions, ScreenSize screen) {
  const trust::Rendition* best = &renditions.front();
  for (const auto& r : renditions)
    if (rank(r, screen) < rank(*best, screen)) best = &r;
  return *best;
}

}  // namespace fz::agent
