#include "shared/render/checker.hpp"

#include <fmt/format.h>

#include "shared/base/bytes.hpp"

namespace fz::render {
namespace {

bool is_control(char32_t c, bool line_feed_ok) {
  if (c == '\n') return !line_feed_ok;
  // C0, C1, line and paragraph separators, direction overrides and isolates, byte-order mark, interlinear marks.
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb);
}

char32_t next_char(std::string_view s, std::size_t& i) {
  auto lead = static_cast<unsigned char>(s[i]);
  int n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t c = n == 1 ? lead : lead & (0xff >> (n + 1));
  for (int k = 1; k < n; ++k) c = c << 6 | (static_cast<unsigned char>(s[i + static_cast<std::size_t>(k)]) & 0x3f);
  i += static_cast<std::size_t>(n);
  return c;
}

}  // namespace

Result<void> Checker::text(const std::string& field, const std::string& s, std::size_t max_chars, bool line_feed_ok) {
  std::size_t n = 0;
  bool visible = false;
  for (std::size_t i = 0; i < s.size(); ++n) {
    char32_t c = next_char(s, i);
    if (is_control(c, line_feed_ok))
      return fail(Code::document_control, {{"field", field}, {"char", fmt::format("U+{:04X}", static_cast<unsigned>(c))}});
    visible |= c != ' ' && c != '\n' && c != 0x3000 && c != 0xa0 && c != 0x200b;
  }
  if (!visible) return fail(Code::bad_field, {{"field", field}, {"what", "不能为空 / empty"}});
  if (n > max_chars) return fail(Code::document_too_long, {{"chars", std::to_string(n)}, {"limit", std::to_string(max_chars)}}, field);
  chars += n;
  return {};
}
Result<void> Checker::list(const std::string& field, const std::vector<std::string>& l, std::size_t min) {
  if (l.size() < min) return fail(Code::bad_field, {{"field", field}, {"what", "至少一条 / at least one"}});
  for (std::size_t i = 0; i < l.size(); ++i) FZ_CHECK(text(fmt::format("{}[{}]", field, i), l[i], kMaxBulletinChars));
  return {};
}

Result<void> check_kind(const std::string& kind) {
  if (kind.empty() || utf8_length(kind) > 32) return fail(Code::bad_field, {{"field", "fraud_kind"}, {"what", "1-32"}});
  Checker c;
  return c.text("fraud_kind", kind, 32);
}

}  // namespace fz::render
