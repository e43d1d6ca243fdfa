#include "server/http/attachment.hpp"

#include <fmt/format.h>

namespace fz::http {

std::string attachment(std::string_view name, std::string_view plain) {
  constexpr std::string_view kNever = "\\/:*?\"<>|";
  std::string safe, encoded;
  for (const char c : plain) safe += c < 0x21 || c > 0x7e || kNever.find(c) != std::string_view::npos || c == '%' || c == ';' ? '_' : c;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (letter)
      encoded += c;
    else if (byte < 0x20 || byte == 0x7f || kNever.find(c) != std::string_view::npos)
      encoded += '_';
    else
      encoded += fmt::format("%{:02X}", byte);
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", safe, encoded);
}

}  // namespace fz::http
