#include "shared/render/short_text.hpp"

#include <algorithm>

#include "shared/base/bytes.hpp"

namespace fz::render {
namespace {

std::string cut(std::string_view text, std::size_t most) {
  if (utf8_length(text) <= most) return std::string(text);
  std::string out;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < text.size() && taken + 1 < most; ++taken) {
    std::size_t n = 1;
    while (i + n < text.size() && (static_cast<unsigned char>(text[i + n]) & 0xc0) == 0x80) ++n;
    out += text.substr(i, n);
    i += n;
  }
  return out + "…";
}

std::string sentence(std::string_view text) {
  std::string out(text);
  for (const std::string_view end : {"。", "！", "？", "；", ".", "!", "?", ";"})
    if (out.ends_with(end)) return out;
  return out + "。";
}

std::string with_advice(std::string_view title, const std::vector<std::string>& advice, std::size_t most) {
  const std::string hotline = "反诈专线 96110。";
  std::string out = sentence(title);
  for (const auto& one : advice) {
    const auto next = sentence(one);
    if (utf8_length(out) + utf8_length(next) + utf8_length(hotline) > most) break;
    out += next;
  }
  if (utf8_length(out) + utf8_length(hotline) <= most) out += hotline;
  return cut(out, most);
}

struct Shorten {
  std::size_t most;
  std::string operator()(const Slogan& s) const {
    std::string line = s.text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    return cut(line, most);
  }
  std::string operator()(const Bulletin& b) const { return with_advice(b.title, b.advice, most); }
  std::string operator()(const Warning& w) const { return with_advice(w.title, w.advice, most); }
  std::string operator()(const Facts&) const { return {}; }
};

}  // namespace

std::string short_text(const Document& document, std::size_t most) {
  return std::visit(Shorten{most}, document);
}

}  // namespace fz::render
