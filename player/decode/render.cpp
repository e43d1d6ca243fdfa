#include "player/decode/render.hpp"

#include <algorithm>
#include <cmath>

namespace fz::decode {

Size fit_into(Size p, Size box) {
  if (p.height > p.width) std::swap(box.width, box.height);
  double scale = std::min({1.0, static_cast<double>(box.width) / p.width, static_cast<double>(box.height) / p.height});
  auto even = [&](int side, int most) {
    auto n = static_cast<int>(std::lround(side * scale / 2)) * 2;
    return std::clamp(n, 16, std::max(most / 2 * 2, 16));
  };
  return {even(p.width, box.width), even(p.height, box.height)};
}

std::pair<int, int> rendition_rate(int n, int d) {
  if (n <= 0 || d <= 0 || n > 1000 * std::int64_t{d}) return {30, 1};
  while (n > std::int64_t{30} * d + d / 2) {
    if (n % 2 == 0)
      n /= 2;
    else
      d *= 2;
  }
  if (n < d) return {30, 1};  // slower than a frame a second: a slide show or a wrong header
  return {n, d};
}

Result<void> render(const Options& o, int in, int out) {
  if (o.profile == "audio") return render_sound(o, in, out);
  const bool film = o.profile == "1080p" || o.profile == "720p" || o.profile == "chat";
  return film ? render_film(o, in, out) : render_still(o, in, out);
}

}  // namespace fz::decode
