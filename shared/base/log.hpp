// Logging to standard error, which systemd's journal takes. Never log secrets, tokens or personal data.
#pragma once
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace fz::log {

enum class Level { debug, info, warn, error };

/// Sets the program's name and the least level that is printed. Call once at the start of main.
void init(std::string_view program, Level least = Level::info);
void write(Level level, std::string_view text);

template <class... A>
void debug(fmt::format_string<A...> f, A&&... a) {
  write(Level::debug, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void info(fmt::format_string<A...> f, A&&... a) {
  write(Level::info, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void warn(fmt::format_string<A...> f, A&&... a) {
  write(Level::warn, fmt::format(f, std::forward<A>(a)...));
}
template <class... A>
void error(fmt::format_string<A...> f, A&&... a) {
  write(Level::error, fmt::format(f, std::forward<A>(a)...));
}

}  // namespace fz::log
