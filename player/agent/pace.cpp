#include "player/agent/pace.hpp"

namespace fz::agent {

std::optional<std::pair<int, int>> parse_hours(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const auto minute = [](std::string_view t) -> std::optional<int> {
    const auto digit = [&](std::size_t i) { return t[i] >= '0' && t[i] <= '9' ? t[i] - '0' : 99; };
    const int hour = digit(0) * 10 + digit(1), min = digit(3) * 10 + digit(4);
    if (t[2] != ':' || hour > 24 || min > 59 || hour * 60 + min > 24 * 60) return std::nullopt;
    return hour * 60 + min;
  };
  const auto from = minute(text.substr(0, 5)), until = minute(text.substr(6));
  if (!from || !until) return std::nullopt;
  return std::pair(*from, *until);
}

}  // namespace fz::agent
